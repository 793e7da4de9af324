"""What a text wants. PRECEDENCE below is the safety policy: the first rule that speaks decides.

A route carries its evidence (`because`), so that a clinician can see why.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import regex

from bot.domain import dates, redflags
from bot.domain.dates import When
from bot.domain.fold import fold
from bot.domain.language import by_script
from bot.domain.lexicon import Lexicon, Words
from bot.domain.messages import Intent

_NUMBER = regex.compile(r"(?:number |no |num |option |opcion |numero |# ?)?(\d{1,2})")
# Two topics this close in weight are a question to the patient, not a guess.
_MARGIN = 0.8
_MOST_CHOICES = 3
# A phrase inside a long story does not decide alone what the story is about.
_LONGEST_FOR_THANKS = 6
_SAFETY_LINE = frozenset({Intent.UNKNOWN, Intent.CLARIFY})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text is read against: who writes, and what the numbers of our last list mean."""

    language: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a text leads. `choice` is the option taken from a list or named (a language tag, a list value)."""

    intent: Intent
    language: str | None = None
    topic: str | None = None
    choice: str | None = None
    choices: tuple[str, ...] = ()
    when: When | None = None
    confidence: float = 1.0
    safety: str | None = None
    because: tuple[str, ...] = ()
    also: Intent | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    original: str
    folded: str
    asked: Asked
    lexicon: Lexicon

    def languages(self) -> list[Words]:
        return list(self.lexicon.order(self.asked.language))


def route(body: str, asked: Asked, lexicon: Lexicon) -> Route:
    """Lead a text to what it wants; deterministic, and never without an answer (Intent.UNKNOWN)."""
    text = _Text(body, fold(body), asked, lexicon)
    found = next(route for rule in PRECEDENCE if (route := rule(text)) is not None)
    language = _language(text, found)
    return replace(found, language=language, safety=found.safety or _safety(found))


def _safety(found: Route) -> str | None:
    if found.intent in redflags.ORDER:
        return "red"
    return "line" if found.intent in _SAFETY_LINE else None


# --- the rules, in the order of PRECEDENCE ------------------------------------------------------------------


def _command(text: _Text) -> Route | None:
    if (found := text.lexicon.commands.get(text.folded)) is None:
        return None
    intent, tag = found
    return Route(intent, language=tag, because=(f"{tag}: the whole text is the command '{text.folded}'",))


def _red_flag(text: _Text) -> Route | None:
    flag = redflags.find(text.folded, text.languages())
    if flag is None:
        return None
    stops = _phrase(text, {Intent.STOP}) or _leading_command(text)
    return Route(flag.intent, language=flag.language, because=flag.because, also=Intent.STOP if stops else None)


def _leading_command(text: _Text) -> Route | None:
    """Read "STOP I have fever 39": both are meant."""
    first, _, _ = text.folded.partition(" ")
    intent, _ = text.lexicon.commands.get(first, (None, ""))
    return Route(Intent.STOP) if intent is Intent.STOP else None


def _pending_answer(text: _Text) -> Route | None:
    number = _as_number(text)
    if number is None:
        return _pending_word(text)
    if (choice := text.asked.options.get(str(number))) is not None:
        return _chosen(choice, f"the number {number} of the last list")
    # A bare number without a list means the menu: its numbers are stable and printed in our texts.
    if 1 <= number <= len(text.lexicon.topics):
        topic = text.lexicon.topics[number - 1]
        return Route(Intent.TOPIC, topic=topic, because=(f"the number {number} of the menu",))
    return None


def _pending_word(text: _Text) -> Route | None:
    """Answer in words to what was asked: a day after "When should I text you?", yes or no after an invitation."""
    options = text.asked.options.values()
    if "remind:1" in options and (when := _when(text)) is not None:
        return Route(Intent.REMIND, when=when, because=(f"a day: '{text.folded}'",))
    for words in text.languages():
        intent = words.service.get(text.folded)
        if intent in {Intent.YES, Intent.NO} and f"consent:{intent}" in options:
            return _chosen(f"consent:{intent}", f"{words.tag}: '{text.folded}'")
    return None


def _chosen(choice: str, evidence: str) -> Route:
    kind, _, value = choice.partition(":")
    intent = _CHOICE_INTENTS[kind]
    if kind == "topic":
        return Route(intent, topic=value, because=(evidence,))
    return Route(intent, choice=choice if kind in {"remind", "consent"} else value, because=(evidence,))


_CHOICE_INTENTS = {
    "topic": Intent.TOPIC,
    "language": Intent.LANGUAGE,
    "remind": Intent.REMIND,
    "consent": Intent.START,
    "nurse": Intent.NURSE,
    "menu": Intent.MENU,
}


def _service_word(text: _Text) -> Route | None:
    if (tag := text.lexicon.language_names.get(text.folded)) is not None:
        return Route(Intent.LANGUAGE, language=tag, choice=tag, because=(f"the name of a language: '{text.folded}'",))
    for words in text.languages():
        if (intent := words.service.get(text.folded)) is not None:
            because = (f"{words.tag}: the whole text is '{text.folded}'",)
            return Route(intent, language=words.tag, because=because)
    return None


# Among phrases, the one that matters most to get right comes first.
_PHRASE_ORDER = (
    Intent.STOP_TREATMENT,
    Intent.BEREAVED,
    Intent.WRONG_NUMBER,
    Intent.STOP,
    Intent.REMIND,
    Intent.NURSE,
    Intent.LANGUAGE,
    Intent.PERSONAL_ADVICE,
    Intent.PROGNOSIS,
)
_SMALL_TALK = (Intent.HELP, Intent.MENU, Intent.GREETING, Intent.THANKS)


def _service_phrase(text: _Text) -> Route | None:
    for intent in _PHRASE_ORDER:
        if (found := _phrase(text, {intent})) is not None:
            return _finish(found, text)
    return None


def _finish(found: Route, text: _Text) -> Route:
    if found.intent is Intent.REMIND:
        return replace(found, when=_when(text))
    if found.intent is Intent.LANGUAGE:
        return replace(found, choice=_named_language(text))
    return found


def _phrase(text: _Text, intents: set[Intent]) -> Route | None:
    for words in text.languages():
        for hit in words.phrases.find(text.folded):
            if hit.value in intents:
                because = (f"{words.tag}: the words '{hit.term}'",)
                return Route(hit.value, language=words.tag, confidence=0.9, because=because)
    return None


def _question(text: _Text) -> Route | None:
    """The whole text is a topic's word or one of its known questions."""
    for words in text.languages():
        topic = words.exact.get(text.folded) or words.questions.get(text.folded)
        if topic is not None:
            because = (f"{words.tag}: the whole text is known for {topic}",)
            return Route(Intent.TOPIC, language=words.tag, topic=topic, because=because)
    return None


def _keywords(text: _Text) -> Route | None:
    """Weigh the topics' keywords: longer ones count more, each word of the text once a topic."""
    weights: Counter[str] = Counter()
    tags: set[str] = set()
    evidence: defaultdict[str, list[str]] = defaultdict(list)
    for words in text.languages():
        for hit in words.keywords.find(text.folded):
            note = f"{words.tag}: keyword '{hit.term}' of {hit.value}"
            if note not in evidence[hit.value]:
                weights[hit.value] += hit.size**2
                tags.add(words.tag)
                evidence[hit.value].append(note)
    if not weights:
        return None
    ranked = sorted(weights, key=lambda topic: (-weights[topic], text.lexicon.topics.index(topic)))
    best = ranked[0]
    share = weights[best] / sum(weights.values())
    tag = tags.pop() if len(tags) == 1 else None
    rivals = tuple(topic for topic in ranked if weights[topic] >= weights[best] * _MARGIN)
    if len(rivals) > 1:
        because = tuple(note for topic in rivals for note in evidence[topic])
        return Route(Intent.CLARIFY, language=tag, choices=rivals[:_MOST_CHOICES], confidence=share, because=because)
    return Route(Intent.TOPIC, language=tag, topic=best, confidence=share, because=tuple(evidence[best]))


def _small_talk(text: _Text) -> Route | None:
    if len(text.folded.split()) > _LONGEST_FOR_THANKS:
        return None
    return _phrase(text, set(_SMALL_TALK))


def _unknown(text: _Text) -> Route | None:
    return Route(Intent.UNKNOWN, confidence=0.0, because=("no rule knows these words",))


PRECEDENCE: tuple[Callable[[_Text], Route | None], ...] = (
    _command,  # STOP, START, HELP: the whole text, any language, always
    _red_flag,  # emergency, crisis, fever, before anything longer than a command
    _pending_answer,  # the number or day that our last list asked for
    _service_word,  # MENU, MORE, NURSE, LANG, REMIND, and names of languages
    _question,  # the whole text is a topic's word or a known question
    _service_phrase,  # the same wishes inside a sentence; opt-out in other words
    _keywords,  # topics; two that weigh alike become "1, 2 or 3?"
    _small_talk,  # hello and thank you
    _unknown,  # menu and nurse
)


# --- helpers of the rules -----------------------------------------------------------------------------------


def _as_number(text: _Text) -> int | None:
    if found := _NUMBER.fullmatch(text.folded):
        return int(found[1])
    numbers = (words.numbers.get(text.folded) for words in text.languages())
    return next((number for number in numbers if number is not None), None)


def _when(text: _Text) -> When | None:
    found = (dates.parse(text.folded, text.original, words.dates) for words in text.languages())
    return next((when for when in found if when is not None), None)


def _named_language(text: _Text) -> str | None:
    names = (text.lexicon.language_names.get(word) for word in text.folded.split())
    return next((tag for tag in names if tag is not None), None)


def _language(text: _Text, found: Route) -> str | None:
    """The language the text is in, from its script, then from the commonest words; None rather than a guess."""
    if (tag := by_script(text.original)) is not None:
        return tag
    tokens = text.folded.split()
    known = Counter(
        {
            tag: sum(token in words.common for token in tokens)
            for tag, words in text.lexicon.by_tag.items()
        }
    )  # fmt: skip
    ranked = known.most_common(2)
    # Two languages that share these words are no evidence for either.
    alone = len(ranked) == 1 or ranked[0][1] > ranked[1][1]
    if ranked and ranked[0][1] and alone:
        return ranked[0][0]
    return found.language
