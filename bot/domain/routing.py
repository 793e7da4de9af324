"""What a text wants. PRECEDENCE below is the safety policy: the first rule that speaks decides.

A route carries its evidence (`because`), so that a clinician can see why.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.domain import pending, redflags, topics, wishes
from bot.domain.language import by_script
from bot.domain.lexicon import Lexicon
from bot.domain.messages import Intent, Tier
from bot.domain.reading import Asked, Route, Text

# Less sure than this of a text's language, we say nothing: a wrong offer confuses more than none.
_SURE_OF_LANGUAGE = 0.7
# Characters that both ways of writing Chinese share say little of which it is.
_SURE_OF_CHINESE = 0.97
_CHINESE = {"zh-Hans", "zh-Hant"}
# Between two, the likelier is answered in and the other offered.
_LIKELY, _ALSO_LIKELY = 0.4, 0.3


# The answers to these hold the number of the care team.
SAYS_WHOM_TO_CALL = frozenset({
    Intent.NURSE, Intent.HELP, Intent.PERSONAL_ADVICE, Intent.STOP_TREATMENT, Intent.STOP,
})  # fmt: skip


def route(body: str, asked: Asked, lexicon: Lexicon) -> Route:
    """Lead a text to what it wants; deterministic, and never without an answer (Intent.UNKNOWN)."""
    text = Text(body, asked, lexicon)
    found = next(route for rule in PRECEDENCE if (route := rule(text)) is not None)
    if found.safety is None and found.intent in SAYS_WHOM_TO_CALL:
        found = replace(found, safety=Tier.LINE)
    likely = _languages(text)
    if len(likely) == 1:
        return replace(found, language=likely[0])
    if len(text.lexicon.known_in.get(text.folded, ())) > 1:
        # "Herceptin", "menu": a word of several languages tells none.
        found = replace(found, language=None)
    return replace(found, perhaps=likely)


def _red_flag(text: Text) -> Route | None:
    found = redflags.find(text)
    if found is not None and found.safety is Tier.RED and wishes.also_stops(text):
        return replace(found, also=Intent.STOP)
    return found


def _leaning(rule: Callable[[Text], Route | None]) -> Callable[[Text], Route | None]:
    """A rule whose answer carries the safety line when the text leans towards danger."""

    def lean(text: Text) -> Route | None:
        found = rule(text)
        return None if found is None else redflags.lean(text, found)

    return lean


def _own_words(text: Text) -> Route | None:
    found = pending.own_words(text)
    # "No more messages please" is no question for the doctor.
    return None if found is None or wishes.phrase(text) is not None else found


PRECEDENCE: tuple[Callable[[Text], Route | None], ...] = (
    wishes.command,  # STOP, START, HELP: the whole text, any language, always
    _red_flag,  # emergency, crisis, fever, before anything longer than a command
    pending.find,  # the number or day that our last list asked for
    wishes.word,  # MENU, MORE, NURSE, LANG, REMIND, PAUSE, and names of languages
    _leaning(_own_words),  # what she most wants to ask at her visit, if we have just asked that
    topics.known,  # the whole text is a topic's word or a known question
    _leaning(wishes.phrase),  # the same wishes inside a sentence; opt-out in other words
    _leaning(topics.ranked),  # what the text is surely like
    _leaning(topics.keywords),  # the words of one topic
    _leaning(wishes.small_talk),  # hello and thank you
    _leaning(topics.clarify),  # "1, 2 or 3?"
    _leaning(topics.unknown),  # menu and nurse
)


def _languages(text: Text) -> tuple[str, ...]:
    """The language the text is in, from its script and then its letters; two when one of both is likely, else none."""
    possible = by_script(text.original)
    if len(possible) == 1:
        return possible
    shares = {tag: share for tag, share in text.tongues.items() if not possible or tag in possible}
    total = sum(shares.values()) or 1.0
    likely = sorted(shares, key=lambda tag: shares[tag], reverse=True)[:2]
    sure = [shares[tag] / total for tag in likely]
    is_chinese = set(likely) <= _CHINESE
    if not likely or sure[0] >= (_SURE_OF_CHINESE if is_chinese else _SURE_OF_LANGUAGE):
        return tuple(likely[:1])
    return tuple(likely) if is_chinese or (sure[0] >= _LIKELY and sure[1] >= _ALSO_LIKELY) else ()
