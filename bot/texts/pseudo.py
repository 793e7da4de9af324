"""Pseudo-locales: the English in other letters, so that text which does not come from the files stands out.

en-XA is English with accents, 40 % longer, in brackets; ar-XB is English in Arabic letters. Neither is for patients.
"""

from collections.abc import Callable
from dataclasses import replace

import regex

from bot.texts.content import Document

TAGS = ("en-XA", "ar-XB")
# Brackets show where a text begins and ends; the padding is what other languages need.
OPEN, CLOSE = "[", "]"
_LONGER = 0.4
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "àƀçďéƒğĥîĵķļɱñôþǫŕšţûṽŵẋýžÀɃÇĎÉƑĞĤÎĴĶĻṀÑÔÞǪŔŠŢÛṼŴẊÝŽ"
)
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتدهفغحيجكلمنوپقرسطعثشخىز")
# Placeholders, words that are told to be typed, and what stands at the head of a list line stay as they are.
_KEPT = regex.compile(r"\{\w+\}|\b[A-Z]{2,}\b|^(?:\d+|-) ", regex.MULTILINE)


def of(document: Document, tag: str) -> Document:
    """The English document in a pseudo-locale."""
    return replace(
        document,
        tag=tag,
        title=text(document.title, tag),
        question=text(document.question, tag),
        translates={"meaning": document.meaning, "source": document.source_hash},
        parts={part: text(words, tag) for part, words in document.parts.items()},
    )


def text(words: str, tag: str) -> str:
    """One English text in a pseudo-locale; placeholders stay."""
    if tag == "ar-XB":
        # The first letter sets the direction of the bubble: a text never begins with a name or a Latin word.
        return "نص: " + _outside_of_kept(words, lambda piece: piece.lower().translate(_ARABIC))
    padding = "~" * round(len(words) * _LONGER)
    return f"{OPEN}{_outside_of_kept(words, lambda piece: piece.translate(_ACCENTED))} {padding}{CLOSE}"


def _outside_of_kept(words: str, change: Callable[[str], str]) -> str:
    kept = [*_KEPT.findall(words), ""]
    return "".join(change(piece) + keep for piece, keep in zip(_KEPT.split(words), kept, strict=True))
