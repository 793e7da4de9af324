"""A translation against its English: nothing lost, nothing added, nothing left untranslated."""

import string
from collections import Counter
from collections.abc import Iterator

import regex

from bot.domain.language import BY_TAG
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.content import Document
from bot.texts.library import MANY_LANGUAGES
from bot.texts.states import is_polished, is_stale

_NUMBER = regex.compile(r"(?<![A-Za-z0-9_.{])\d+(?:\.\d+)?")
# How long a translation is beside the English, in characters; outside of it something may be missing or added.
_LENGTH = {"spaced": (0.65, 1.75), "unspaced": (0.2, 0.8)}
# Shorter than this, a ratio says nothing.
_SHORT = 60


def complete(document: Document, desk: Desk) -> Iterator[Fault]:
    """Every part of the English, and no other."""
    english = desk.english(document)
    if english is None:
        yield Fault(f"{document.tag}/{document.name}", "the English has no such file; remove or rename it")
        return
    if missing := [part for part in english.parts if part not in document.parts]:
        yield Fault(f"{document.tag}/{document.name}", f"lacks {', '.join(missing)}")
    for part in document.parts:
        if part not in english.parts:
            yield Fault(place(document, part), "the English has no such part; remove or rename it")


def up_to_date(document: Document, desk: Desk) -> Iterator[Fault]:
    """Made from the English of now: another sense is an error, another wording a warning."""
    english = desk.english(document)
    if english is None:
        return
    where = f"{document.tag}/{document.name}"
    wanted = f'translates = {{ meaning = {english.meaning}, source = "{english.source_hash}" }}'
    if is_stale(document, english):
        yield Fault(where, f"the English says something else now; bring it up to date, then set {wanted}")
    elif is_polished(document, english):
        yield Fault(where, f"the English was reworded; compare, then set {wanted}", warning=True)


def placeholders(document: Document, desk: Desk) -> Iterator[Fault]:
    """The same placeholders as the English, as often."""
    for where, text, source in desk.beside_english(document):
        if (mine := _fields(text)) != (theirs := _fields(source)):
            yield Fault(where, f"has {mine}, the English has {theirs}")


def _fields(text: str) -> list[str]:
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field)


def numbers(document: Document, desk: Desk) -> Iterator[Fault]:
    """The same numbers in ASCII digits: a list number or a count of days must not get lost or change."""
    for where, text, source in desk.beside_english(document):
        if foreign := regex.findall(r"(?![0-9])\p{Nd}", text):
            yield Fault(where, f"'{foreign[0]}': write digits as 0-9")
        mine, theirs = Counter(_NUMBER.findall(text)), Counter(_NUMBER.findall(source))
        if mine != theirs:
            lost, added = theirs - mine, mine - theirs
            yield Fault(where, f"numbers: lost {sorted(lost.elements())}, added {sorted(added.elements())}")


def translated(document: Document, desk: Desk) -> Iterator[Fault]:
    """No part is the English itself."""
    for where, text, source in desk.beside_english(document):
        if where.endswith(MANY_LANGUAGES):
            continue
        if text == source and regex.search(r"\p{L}", regex.sub(r"\{\w+\}", "", text)):
            yield Fault(where, "is the English text; translate it")


def no_part_twice(document: Document, desk: Desk) -> Iterator[Fault]:
    """Two parts with the same text come from a slip of the hand; the English may repeat itself on purpose."""
    english = desk.english(document)
    seen: dict[str, str] = {}
    for part, text in document.parts.items():
        first = seen.setdefault(text, part)
        if first != part and (english is None or english.parts.get(part) != english.parts.get(first)):
            yield Fault(place(document, part), f"is the same text as ## {first}")


def length(document: Document, desk: Desk) -> Iterator[Fault]:
    """About as long as such translations are."""
    language = BY_TAG[document.tag]
    low, high = _LENGTH["unspaced" if language.unspaced else "spaced"]
    for where, text, source in desk.beside_english(document):
        ratio = len(text) / max(1, len(source))
        if len(source) >= _SHORT and not low <= ratio <= high:
            yield Fault(
                where, f"{ratio:.2f} times as long as the English; is something missing or added?", warning=True
            )
