"""What must meet the safety text before anything else, in three tiers. Data: `content/<language>/_safety.toml`.

RED: a listed phrase, or a text that is surely like the danger examples: the safety text now, and the team is told.
AMBER: leaning that way, or a listed phrase in an otherwise harmless text: the ordinary answer and the safety line.
LINE: hardly leaning, or an answer about symptoms or to what was not understood: the safety line, and nobody is told.
Every language counts for everyone. A temperature is never compared or graded: any number that is said as a
temperature of a body gets the same text. Sources of the lists: shared red-flag tables of ACS, CDC, Macmillan and UKONS.
"""

from dataclasses import dataclass, replace

import regex

from bot.domain.messages import RED_FLAGS, Intent, Tier
from bot.domain.phrases import Hit, Kind
from bot.domain.ranker import Ranking
from bot.domain.reading import Route, Text, danger_of

# How like danger a text must be. Set on the first two sets of tests/routing; docs/routing.md shows what comes of it.
SURE = 0.8
LEANING = 0.03
# Leaning even less, nobody is told, but the answer says whom to call.
HARDLY_LEANING = 0.003
# One sentence of a longer text must be surer: its neighbours may take it back.
SURE_OF_A_PART = 0.95
# A listed phrase in a text that is this little like danger is history, a question or a figure of speech.
HARMLESS = 0.2
# A listed phrase that is most of the text has no context to take it back.
ALL_OF_IT = 0.6
SURELY_BENIGN = 0.5
# Without a listed phrase, the rest of the text must not speak of something past, denied or other.
HARDLY_BENIGN = 0.35
# A decimal that a thermometer can show is an alarm in a text that leans this far, else a reason for the safety line.
NEAR_A_DECIMAL = 0.15
# Beside "weather", "oven" or "size" a number is no temperature of a body, if the whole text is this harmless too.
SURELY_ELSEWHERE, NO_DANGER = 0.9, 0.05
# "What if I get a fever?" asks; it has none. "Is 38 a fever?" must ask more surely: there is a number.
ASKS_ABOUT_FEVER, ASKS_ABOUT_A_NUMBER = 0.5, 0.95

# Numbers that a thermometer can show on a body, Celsius or Fahrenheit. A wide net: it decides nothing but
# "this is a temperature".
_READING = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)?(?![\d.])")
_WITH_UNIT = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)? ?(?:deg|c|f|celsius|fahrenheit)\b")
_DIGIT = regex.compile("[0-9]")
_DECIMAL = regex.compile(r"(?<![\d.])(?:3[6-9]|4[0-2]|9[6-9]|10[0-6])\.\d(?!\d)")
_DECIMAL_ALONE = regex.compile(r"(?:3[6-9]|4[0-2]|9[6-9]|10[0-6])\.\d")


@dataclass(frozen=True, slots=True)
class _Found:
    """Listed phrases of one kind: what they were and the language of the first."""

    intent: Intent
    because: tuple[str, ...]
    language: str | None = None
    # The share of the text's letters that the longest one covers.
    covers: float = 0.0
    # A number on a thermometer, which is never weighed against the rest, except that one may ask about it.
    is_reading: bool = False


def find(text: Text) -> Route | None:
    """The route of a red flag, or of a question about fever; None leaves the text to the other rules."""
    listed = _listed(text)
    asks = text.like("fever-info")
    if asks >= ASKS_ABOUT_FEVER and (listed is None or _may_be_asked_about(listed, asks)):
        return Route(Intent.FEVER, confidence=asks, safety=Tier.LINE, because=(text.why("fever-info"),))
    part, ranking = text.worst
    likeness = danger_of(ranking)
    if listed is not None and listed.is_reading and _is_elsewhere(likeness, text):
        return None
    if listed is not None and (listed.covers >= ALL_OF_IT or _stands(likeness, text)):
        return Route(listed.intent, language=listed.language, safety=Tier.RED, because=listed.because)
    if likeness >= NEAR_A_DECIMAL and (reading := _DECIMAL.search(text.folded)):
        because = f"leans to danger, and '{reading[0]}' is what a thermometer shows"
        return Route(Intent.FEVER, confidence=likeness, safety=Tier.RED, because=(because,))
    sure = SURE if part == text.folded else SURE_OF_A_PART
    if likeness >= sure and text.like("benign") < HARDLY_BENIGN:
        flag, because = _likeness(part, ranking)
        return Route(flag, confidence=likeness, safety=Tier.RED, because=(because,))
    return None


def _may_be_asked_about(listed: _Found, asks: float) -> bool:
    """ "Fever" and no more is no question."""
    if listed.is_reading:
        return asks >= ASKS_ABOUT_A_NUMBER
    return listed.intent is Intent.FEVER and listed.covers < ALL_OF_IT


def _stands(likeness: float, text: Text) -> bool:
    """Whether the rest of the text leaves a listed phrase its meaning."""
    return likeness >= HARMLESS and text.like("benign") < SURELY_BENIGN


def _is_elsewhere(likeness: float, text: Text) -> bool:
    """Whether a number on a thermometer is the weather's, an oven's, or none."""
    harmless = text.like("benign") + text.like("off-topic")
    return bool(text.of_kind(Kind.ELSEWHERE)) and harmless >= SURELY_ELSEWHERE and likeness < NO_DANGER


def lean(text: Text, found: Route) -> Route:
    """Add the safety line to an ordinary route when the text leans towards danger."""
    part, ranking = text.worst
    if danger_of(ranking) >= LEANING:
        flag, because = _likeness(part, ranking)
    elif (listed := _listed(text)) is None:
        if (reading := _DECIMAL.search(text.folded)) is None or text.of_kind(Kind.ELSEWHERE):
            return _perhaps_with_the_line(found, part, ranking)
        flag, because = Intent.FEVER, f"'{reading[0]}' may be what a thermometer shows"
    else:
        flag, because = listed.intent, f"holds {', '.join(listed.because)}"
    because = f"leans to danger: {because}"
    return replace(found, safety=Tier.AMBER, leans=flag, because=(*found.because, because))


def _perhaps_with_the_line(found: Route, part: str, ranking: Ranking) -> Route:
    if found.safety is not None or danger_of(ranking) < HARDLY_LEANING:
        return found
    _, because = _likeness(part, ranking)
    return replace(found, safety=Tier.LINE, because=(*found.because, f"hardly leans to danger: {because}"))


def _likeness(part: str, ranking: Ranking) -> tuple[Intent, str]:
    flag = max(sorted(RED_FLAGS), key=lambda flag: ranking.classes.get(flag, 0.0))
    return flag, f"'{part}' reads like {flag} ({ranking.classes.get(flag, 0.0):.2f})"


def _listed(text: Text) -> _Found | None:
    """The gravest listed phrase or temperature of a text, or None; what is said to be harmless is set aside."""
    harmless = text.of_kind(Kind.HARMLESS)
    found: dict[Intent, list[Hit]] = {}
    for hit in text.of_kind(Kind.FLAG):
        if not any(hit.meets(other) for other in harmless):
            found.setdefault(Intent(hit.phrase.value), []).append(hit)
    for flag in (Intent.EMERGENCY, Intent.CRISIS):
        if flag in found:
            return _phrases(text, flag, found[flag])
    if reading := _temperature(text, harmless):
        # Whatever else is said: a temperature is never weighed.
        return _Found(Intent.FEVER, (reading,), covers=1.0, is_reading=True)
    return _phrases(text, Intent.FEVER, found[Intent.FEVER]) if Intent.FEVER in found else None


def _phrases(text: Text, flag: Intent, hits: list[Hit]) -> _Found:
    because = tuple(dict.fromkeys(f"{hit.phrase.tag}: {flag} '{hit.phrase.term}'" for hit in hits))
    longest = max(hit.end - hit.start for hit in hits)
    return _Found(flag, because, hits[0].phrase.tag, longest / len(text.folded.replace(" ", "")))


def _temperature(text: Text, harmless: list[Hit]) -> str | None:
    if _DIGIT.search(text.folded) is None:
        return None
    left = _without(text.folded, harmless)
    reading = _WITH_UNIT.search(left) or _DECIMAL_ALONE.fullmatch(left)
    if reading:
        return f"a temperature: '{reading[0]}'"
    number = _READING.search(left)
    if number is None:
        return None
    for hit in text.of_kind(Kind.TEMPERATURE):
        if not any(hit.meets(other) for other in harmless):
            return f"{hit.phrase.tag}: '{hit.phrase.term}' and '{number[0]}'"
    return None


def _without(folded: str, spans: list[Hit]) -> str:
    """The text with the letters of these phrases struck out."""
    if not spans:
        return folded
    left, place = [], 0
    for letter in folded:
        left.append("." if any(span.start <= place < span.end for span in spans) and letter != " " else letter)
        place += letter != " "
    return "".join(left)
