"""Words that must meet the safety text before anything else. Data: `[safety]` of each language's lexicon.

Every language counts for everyone. A temperature is never compared or graded: any number that is said as a
temperature of a body gets the same text. Sources of the lists: shared red-flag tables of ACS, CDC, Macmillan and UKONS.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from bot.domain.lexicon import Words
from bot.domain.messages import Intent

# First of these wins when a text holds several; the emergency text also covers fever.
ORDER = (Intent.EMERGENCY, Intent.CRISIS, Intent.FEVER)

# Numbers that a thermometer can show on a body, Celsius or Fahrenheit. A wide net: it decides nothing but
# "this is a temperature".
_READING = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)?(?![\d.])")
_WITH_UNIT = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)? ?(?:deg|c|f|celsius|fahrenheit)\b")
_DECIMAL_ALONE = regex.compile(r"(?:3[6-9]|4[0-2]|9[6-9]|10[0-6])\.\d")


@dataclass(frozen=True, slots=True)
class RedFlag:
    """What was found and why, for the record and for `chemoline route`."""

    intent: Intent
    because: tuple[str, ...]
    language: str | None = None


def find(folded: str, languages: Iterable[Words]) -> RedFlag | None:
    """The gravest red flag of a folded text, or None."""
    words_by_language = list(languages)
    left = _without_harmless(folded, words_by_language)
    found: dict[Intent, list[str]] = {}
    tags: dict[Intent, str] = {}
    for words in words_by_language:
        for hit in words.flags.find(left):
            found.setdefault(hit.value, []).append(f"{words.tag}: {hit.value} '{hit.term}'")
            tags.setdefault(hit.value, words.tag)
    if reading := _temperature(left, words_by_language):
        found.setdefault(Intent.FEVER, []).append(reading)
    for intent in ORDER:
        if intent in found:
            return RedFlag(intent, tuple(found[intent]), tags.get(intent))
    return None


def _without_harmless(folded: str, languages: list[Words]) -> str:
    """Set aside "no fever", "yellow fever" and the like, so that what remains can still raise a flag."""
    for words in languages:
        for hit in sorted(words.harmless.find(folded), key=lambda hit: -hit.start):
            folded = _cut(folded, hit.start, hit.end, hit.term)
    return folded


def _cut(folded: str, start: int, end: int, term: str) -> str:
    tokens = folded.split()
    if end > len(tokens):
        # A phrase of a script without spaces: its place counts characters.
        return folded.replace(term, " ")
    return " ".join([*tokens[:start], *("." for _ in range(end - start)), *tokens[end:]])


def _temperature(folded: str, languages: list[Words]) -> str | None:
    reading = _WITH_UNIT.search(folded) or _DECIMAL_ALONE.fullmatch(folded)
    if reading:
        return f"a temperature: '{reading[0]}'"
    number = _READING.search(folded)
    if number is None:
        return None
    for words in languages:
        if hits := words.temperature.find(folded):
            return f"{words.tag}: '{hits[0].term}' and '{number[0]}'"
    return None
