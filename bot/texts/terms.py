"""What the texts of a language say in which words: `content/<language>/_terms.toml` and `content/glossary.tsv`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.language import LANGUAGES
from bot.texts.content import ContentError
from bot.texts.examples import table

NAME, GLOSSARY = "_terms.toml", "glossary.tsv"
_TABLES = ("words", "says", "banned", "latin", "near-stop")


@dataclass(frozen=True, slots=True)
class Terms:
    """One language's terms.

    `words`: what readers are told to text, by the English word. `says`: wordings by statement. `banned`, `latin` and
    `near_stop` map a form to the reason why it is banned, may stand in Latin letters, or may be close to a STOP word.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, list[str]] = field(default_factory=dict)
    banned: Mapping[str, str] = field(default_factory=dict)
    latin: Mapping[str, str] = field(default_factory=dict)
    near_stop: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of the glossary: an id, and its forms by language, the preferred one first."""

    id: str
    forms: Mapping[str, tuple[str, ...]]


def load(folder: Path) -> dict[str, Terms]:
    """The terms of every language that has them; raises ContentError for an unknown table."""
    found: dict[str, Terms] = {}
    for language in LANGUAGES:
        tables = table(folder, language.tag, NAME)
        if unknown := [name for name in tables if name not in _TABLES]:
            raise ContentError(
                f"{folder / language.tag / NAME}: [{unknown[0]}] is unknown; use one of {', '.join(_TABLES)}"
            )
        if tables:
            found[language.tag] = Terms(**{name.replace("-", "_"): given for name, given in tables.items()})
    return found


def glossary(folder: Path) -> list[Concept]:
    """The concepts of the glossary; `zh` and `zh_hant` are its names for the two Chinese scripts."""
    columns = {"zh": "zh-Hans", "zh_hant": "zh-Hant"}
    with (folder / GLOSSARY).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Concept(
            row["id"],
            {
                columns.get(name, name): tuple(form for form in cell.split("|") if form)
                for name, cell in row.items()
                if cell and name not in {"id", "note"}
            },
        )
        for row in rows
    ]
