"""Read the words that routing knows: `_lexicon.toml` of each language and the front matter of its topics."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from babel import Locale

from bot.domain.dates import DateWords
from bot.domain.fold import fold
from bot.domain.language import BY_TAG
from bot.domain.lexicon import Lexicon, Words
from bot.domain.messages import Intent
from bot.domain.phrases import PhraseBook
from bot.texts.content import ContentError, Document
from bot.texts.library import Library

_FLAGS = (Intent.EMERGENCY, Intent.FEVER, Intent.CRISIS)
# CLDR has no Haitian Creole names of days in use there: Babel answers in French.
_BORROWED_DAYS = {"ht"}


def load(folder: Path, library: Library) -> Lexicon:
    """Read every language that has a lexicon, whether or not its texts are complete: STOP counts in all."""
    by_tag = {tag: _words(folder / tag / "_lexicon.toml", tag, library) for tag in BY_TAG if _has(folder, tag)}
    names: dict[str, str] = {}
    for tag in by_tag:
        for name in (*_table(folder, tag, "language").get("names", ()), BY_TAG[tag].endonym):
            names.setdefault(fold(name), tag)
    return Lexicon(by_tag, names, tuple(library.topics))


def _has(folder: Path, tag: str) -> bool:
    return (folder / tag / "_lexicon.toml").exists()


def _table(folder: Path, tag: str, name: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = _parse(folder / tag / "_lexicon.toml").get(name, {})
    return table


def _parse(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path}: no TOML: {error}") from error


def _words(path: Path, tag: str, library: Library) -> Words:
    tables = _parse(path)
    unspaced = BY_TAG[tag].unspaced
    topics = [doc for topic in library.topics if (doc := library.documents.get((tag, topic))) is not None]
    safety = tables.get("safety", {})
    return Words(
        tag=tag,
        commands=_whole(tables.get("commands", {}), path),
        service=_whole(tables.get("service", {}), path),
        phrases=PhraseBook(_intents(tables.get("phrases", {}), path), unspaced=unspaced),
        exact=_by_text((text, doc.name) for doc in topics for text in (*doc.exact, *doc.keywords, doc.title)),
        questions=_by_text((text, doc.name) for doc in topics for text in (doc.question, *doc.questions)),
        keywords=PhraseBook(_keywords(topics), unspaced=unspaced),
        flags=PhraseBook(((t, flag) for flag in _FLAGS for t in safety.get(flag, ())), unspaced=unspaced),
        temperature=PhraseBook(((t, True) for t in safety.get("temperature", ())), unspaced=unspaced),
        harmless=PhraseBook(((t, True) for t in safety.get("harmless", ())), unspaced=unspaced),
        common=frozenset(fold(word) for word in tables.get("language", {}).get("common", ())),
        numbers=_numbers(tables),
        dates=_dates(tables, tag, unspaced=unspaced),
    )


def _whole(table: Mapping[str, Iterable[str]], path: Path) -> dict[str, Intent]:
    return {fold(text): intent for text, intent in _intents(table, path)}


def _intents(table: Mapping[str, Iterable[str]], path: Path) -> list[tuple[str, Intent]]:
    known = {intent.value for intent in Intent}
    if unknown := [name for name in table if name not in known]:
        raise ContentError(f"{path}: '{unknown[0]}' is no intent; use one of {', '.join(sorted(known))}")
    return [(text, Intent(name)) for name, texts in table.items() for text in texts]


def _keywords(topics: Iterable[Document]) -> list[tuple[str, str]]:
    return [(keyword, doc.name) for doc in topics for keyword in doc.keywords]


def _by_text(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text, value in pairs:
        if folded := fold(text.replace("*", "").replace("..", " ")):
            found.setdefault(folded, value)
    return found


def _numbers(tables: Mapping[str, Any]) -> dict[str, int]:
    return {fold(word): int(number) for number, words in tables.get("numbers", {}).items() for word in words}


def _dates(tables: Mapping[str, Any], tag: str, *, unspaced: bool) -> DateWords:
    words = [(word, name) for name, known in tables.get("dates", {}).items() for word in known]
    return DateWords(
        PhraseBook(words, unspaced=unspaced), PhraseBook(_weekdays(tag), unspaced=unspaced), _numbers(tables)
    )


def _weekdays(tag: str) -> list[tuple[str, int]]:
    if tag in _BORROWED_DAYS:
        return []
    days = Locale.parse(tag.replace("-", "_")).days["format"]
    return [(name, number) for width in ("wide", "abbreviated") for number, name in days[width].items()]
