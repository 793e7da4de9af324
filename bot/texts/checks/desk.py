"""What every check is given, and what it gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.lexicon import Lexicon
from bot.texts.content import Document
from bot.texts.library import Library
from bot.texts.phrases import Phrases
from bot.texts.terms import Concept, Terms


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend. A warning asks for a look; an error means the text must not be sent so."""

    where: str
    mend: str
    warning: bool = False

    def __str__(self) -> str:
        """One line: place, then mend."""
        return f"{self.where}: {self.mend}"


@dataclass(frozen=True, slots=True)
class Desk:
    """All texts and words, as the checks read them; `borrowed` are hashes of the source article's six-word runs."""

    folder: Path
    library: Library
    lexicon: Lexicon
    phrases: Phrases
    terms: Mapping[str, Terms]
    glossary: list[Concept]
    borrowed: frozenset[str]

    def english(self, document: Document) -> Document | None:
        """The document that this one translates."""
        return self.library.documents.get(("en", document.name))

    def beside_english(self, document: Document) -> Iterator[tuple[str, str, str]]:
        """Where a part is, its text, and the English text, for each part of a translation that the English has."""
        english = self.english(document)
        if document.tag == "en" or english is None:
            return
        for part, text in document.parts.items():
            if part in english.parts:
                yield place(document, part), text, english.parts[part]


def place(document: Document, part: str) -> str:
    """How a fault names a part: "es/worse ## 1"."""
    return f"{document.tag}/{document.name} ## {part}"
