"""Is it easy to read? The Flesch-Kincaid grade in English, the length of sentences elsewhere."""

from collections.abc import Iterator

import regex

from bot.domain.language import BY_TAG
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.content import Document
from bot.texts.library import PROGRAMMES, SERVICE

_HARDEST_GRADE = 6.0
_LONGEST_SENTENCE = 20
_VOWELS = regex.compile(r"[aeiouy]+")


def grade(document: Document, desk: Desk) -> Iterator[Fault]:
    """English of grade 6 or below, over the SMS parts of a file."""
    if document.tag != "en":
        return
    parts = list(document.parts) if document.name in {SERVICE, PROGRAMMES} else document.numbered
    found = flesch_kincaid(" ".join(document.parts[part] + "." for part in parts))
    if found > _HARDEST_GRADE:
        mend = f"reading level {found:.1f}, {_HARDEST_GRADE:.0f} allowed; use shorter words"
        yield Fault(f"en/{document.name}", mend)


def sentences(document: Document, desk: Desk) -> Iterator[Fault]:
    """No sentence over twenty words where words are parted by spaces."""
    if document.tag == "en" or BY_TAG[document.tag].unspaced:
        return
    for part, text in document.parts.items():
        longest = max((len(sentence.split()) for sentence in regex.split(r"[.!?؟:]\s|\n", text)), default=0)
        if longest > _LONGEST_SENTENCE:
            yield Fault(place(document, part), f"a sentence of {longest} words; part it in two", warning=True)


def flesch_kincaid(text: str) -> float:
    """The Flesch-Kincaid grade; syllables are counted as groups of vowels, a final silent e left out."""
    text = regex.sub(r"\{\w+\}|\d[\d. ]*", " ", text)
    parts = max(1, len(regex.findall(r"[.!?:]+", text)))
    words = regex.findall(r"[A-Za-z']+", text)
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / parts + 11.8 * syllables / max(1, len(words)) - 15.59


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)
