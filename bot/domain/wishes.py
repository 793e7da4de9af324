"""What people want from the line itself: words that are the whole text, and phrases inside a longer one."""

from collections.abc import Collection
from dataclasses import replace

import regex

from bot.domain import dates, pending
from bot.domain.datewords import spell
from bot.domain.fold import fold
from bot.domain.lexicon import Words
from bot.domain.messages import Intent, Tier
from bot.domain.phrases import Hit, Kind
from bot.domain.reading import Route, Text

# Among phrases, the one that matters most to get right comes first.
_PHRASE_ORDER = (
    Intent.STOP_TREATMENT,
    Intent.BEREAVED,
    Intent.WRONG_NUMBER,
    Intent.FORGET,
    Intent.STOP,
    Intent.NO_REMINDERS,
    Intent.SNOOZE,
    Intent.REMIND,
    Intent.NURSE,
    Intent.LANGUAGE,
    Intent.PERSONAL_ADVICE,
    Intent.PROGNOSIS,
)
_SMALL_TALK = (Intent.HELP, Intent.MENU, Intent.GREETING, Intent.THANKS)
# A phrase inside a long story does not decide alone what the story is about.
_LONGEST_FOR_THANKS = 6
# "Don't remind me" holds the words of its opposite: the likelier of the two is meant. Not so for STOP, which a guess
# must never undo: only a listed "don't stop" does.
_OPPOSITES = {Intent.REMIND: "no-remind"}
# Any phrase yields when the whole text is this surely something else.
_OVERRULED = 0.6
_LEAST = 0.05
_SURE_OF_A_DEATH = 0.8
# Wishes for less than STOP gives. "Stop texting me for a week" holds the words of STOP, and is a pause.
_LESS_THAN_STOP = frozenset({Intent.SNOOZE, Intent.NO_REMINDERS})
# "Don't delete my data": where the words of [phrases] deny meet those of the wish, it is none. They leave STOP alone,
# unlike those of keep: "don't pause, stop texting me".
CAN_BE_DENIED = frozenset({*_LESS_THAN_STOP, Intent.FORGET})
# Less sure than this of a pause, we ask for how long, whatever length was read.
_SURE_TO_PAUSE = 0.65
# Whoever asks to be forgotten in words that are this like STOP gets no texts while we ask about the rest.
_STOPS_TOO = 0.3
# "STOP. Delete everything."
_BREAK = regex.compile(r"[.,!?;:\n。、，！？；：؟،]+")
_NUMBER = regex.compile(r" ?(?P<number>\d{1,3})\P{N}*")
# The longest name of a language, in words: "tiếng Tây Ban Nha".
_LONGEST_NAME = 4


def command(text: Text) -> Route | None:
    """STOP, START, HELP: the whole text, every language at once."""
    if (found := text.lexicon.commands.get(text.folded)) is None:
        return None
    intent, tag = found
    return Route(intent, language=tag, because=(f"{tag}: the whole text is the command '{text.folded}'",))


def also_stops(text: Text) -> bool:
    """Read "STOP I have fever 39": both are meant."""
    first, _, _ = text.folded.partition(" ")
    intent, _ = text.lexicon.commands.get(first, (None, ""))
    if intent is Intent.STOP:
        return True
    return _phrase(text, {Intent.STOP}) is not None and not _overruled(Intent.STOP, text)


def word(text: Text) -> Route | None:
    """The whole text is a service word or the name of a language."""
    if (tag := text.lexicon.language_names.get(text.folded)) is not None:
        return Route(Intent.LANGUAGE, language=tag, choice=tag, because=(f"the name of a language: '{text.folded}'",))
    for words in text.knowing:
        if (intent := words.service.get(text.folded)) is not None:
            because = (f"{words.tag}: the whole text is '{text.folded}'",)
            return finish(Route(intent, language=words.tag, because=because), text)
    return _pause(text)


def _pause(text: Text) -> Route | None:
    """Read "PAUSE 7", "pause for two weeks": the word, then how long."""
    if not text.folded.startswith(text.lexicon.pauses):
        return None
    for words in text.languages:
        for word in sorted(word for word, intent in words.service.items() if intent is Intent.SNOOZE):
            rest = text.folded.removeprefix(word)
            if rest in {"", text.folded} or (days := _days(rest, words)) is None:
                continue
            because = (f"{words.tag}: '{word}' and {days} days",)
            return Route(Intent.SNOOZE, language=words.tag, choice=f"pause:{days}", because=because)
    return None


def _days(folded: str, words: Words) -> int | None:
    """The days that stand after PAUSE: a number of whatever is said, or nothing but words of a length."""
    spelled = spell(folded)
    found = dates.length(spelled, words.dates)
    if number := _NUMBER.fullmatch(folded):
        return found or int(number["number"])
    _, unknown = words.dates.read(spelled)
    return found if not unknown else None


def phrase(text: Text) -> Route | None:
    """A wish inside a sentence, opt-out in other words and its opposite among them."""
    for intent in _PHRASE_ORDER if text.of_kind(Kind.WISH) else ():
        found = _phrase(text, {intent})
        if found is not None and not _overruled(intent, text):
            return _or_stop(found, text) or finish(found, text)
    # "No texts till monday, then go on" is a pause, and "what then? go on" asks for the rest of an answer, though
    # "go on" alone is thanked for.
    if (keeps := text.of_kind(Kind.KEEP)) and text.ranking.best()[0] not in {*_LESS_THAN_STOP, Intent.MORE}:
        because = (f"{keeps[0].phrase.tag}: the words '{keeps[0].phrase.term}'",)
        return Route(Intent.THANKS, language=keeps[0].phrase.tag, confidence=0.9, because=because)
    return None


def _overruled(intent: Intent, text: Text) -> bool:
    if intent is Intent.STOP:
        # Whoever tells of a death gets condolences, and no more texts either.
        died = text.like(Intent.BEREAVED) >= _SURE_OF_A_DEATH
        return died or bool(text.of_kind(Kind.KEEP)) or _is_less_than_stop(text)
    if intent in CAN_BE_DENIED and all(_denied(hit, text) for hit in _hits(text, {intent})):
        return True
    if text.like(_OPPOSITES.get(intent, "")) > text.like(intent):
        return True
    best, share = text.ranking.best()
    return best != intent and share >= _OVERRULED and text.like(intent) < _LEAST


def _denied(hit: Hit, text: Text) -> bool:
    return any(hit.meets(other) for kind in (Kind.DENY, Kind.KEEP) for other in text.of_kind(kind))


def _is_less_than_stop(text: Text) -> bool:
    """All words of STOP are part of a lesser wish, and nothing says "for good"."""
    lesser = _hits(text, _LESS_THAN_STOP)
    within = (any(less.takes_in(stop) for less in lesser) for stop in _hits(text, {Intent.STOP}))
    return bool(lesser) and all(within) and not text.of_kind(Kind.EVER)


def _or_stop(found: Route, text: Text) -> Route | None:
    """Ask which is meant, STOP or less: "Stop these texts. I need a pause of two weeks", or less in words like STOP."""
    less = Intent.SNOOZE if found.intent is Intent.STOP else found.intent
    lesser = _hits(text, {less} & _LESS_THAN_STOP)
    if not lesser or (less is Intent.SNOOZE and text.of_kind(Kind.EVER)):
        return None
    has_length = _length(text, lesser[0].phrase.tag) is not None
    like_stop = text.like(Intent.STOP) > text.like(less)
    if not (has_length if found.intent is Intent.STOP else like_stop and not has_length):
        return None
    because = (*found.because, f"{lesser[0].phrase.tag}: the words '{lesser[0].phrase.term}'")
    return Route(Intent.CLARIFY, choices=(Intent.STOP, less), confidence=0.5, safety=Tier.LINE, because=because)


def small_talk(text: Text) -> Route | None:
    """Hello and thank you, in a short text."""
    if len(text.folded.split()) > _LONGEST_FOR_THANKS:
        return None
    return _phrase(text, set(_SMALL_TALK))


def finish(found: Route, text: Text) -> Route:
    """Add what the wish is about: the day of a reminder, the length of a pause, the language that is named."""
    if found.intent is Intent.SNOOZE:
        return _pausing(found, text)
    if found.intent is Intent.FORGET and found.confidence < 1 and _wants_no_texts(text):
        return replace(found, also=Intent.STOP)
    if found.intent is Intent.REMIND:
        return replace(found, when=pending.when(text, language=found.language))
    if found.intent is Intent.LANGUAGE:
        return replace(found, choice=_named_language(text))
    return found


def _pausing(found: Route, text: Text) -> Route:
    if evers := text.of_kind(Kind.EVER):
        # A pause without an end is none: nobody who wants no more texts gets one in a week.
        because = f"{evers[0].phrase.tag}: the words '{evers[0].phrase.term}'"
        return replace(found, intent=Intent.STOP, because=(*found.because, because))
    days = _length(text, found.language)
    return found if days is None or found.confidence < _SURE_TO_PAUSE else replace(found, choice=f"pause:{days}")


def _length(text: Text, language: str | None) -> int | None:
    """How many days a text names, in its own language or the patient's; None when it names none, or several."""
    if language is None and (shares := text.tongues):
        language = max(shares, key=lambda tag: shares[tag])
    own = [words for words in text.languages if words.tag in {language, text.asked.language}]
    spelled = spell(text.original)
    found = (dates.length(spelled, words.dates) for words in sorted(own, key=lambda words: words.tag != language))
    return next((days for days in found if days is not None), None)


def _wants_no_texts(text: Text) -> bool:
    forgets = _hits(text, {Intent.FORGET})
    apart = any(not any(forget.meets(stop) for forget in forgets) for stop in _hits(text, {Intent.STOP}))
    begun, _ = text.lexicon.commands.get(fold(_BREAK.split(text.original.strip())[0]), (None, ""))
    return begun is Intent.STOP or (apart and not _overruled(Intent.STOP, text)) or text.like(Intent.STOP) >= _STOPS_TOO


def _hits(text: Text, intents: Collection[Intent]) -> list[Hit]:
    return [hit for hit in text.of_kind(Kind.WISH) if hit.phrase.value in intents]


def _phrase(text: Text, intents: Collection[Intent]) -> Route | None:
    for hit in _hits(text, intents):
        because = (f"{hit.phrase.tag}: the words '{hit.phrase.term}'",)
        return Route(Intent(hit.phrase.value), language=hit.phrase.tag, confidence=0.9, because=because)
    return None


def _named_language(text: Text) -> str | None:
    words = text.folded.split()
    for size in range(_LONGEST_NAME, 0, -1):
        for start in range(len(words) - size + 1):
            if (tag := text.lexicon.language_names.get(" ".join(words[start : start + size]))) is not None:
                return tag
    # Chinese, Japanese and Korean do not part the name from what stands beside it.
    inside = (tag for name, tag in text.lexicon.language_names.items() if not name.isascii() and name in text.folded)
    return next(inside, None)
