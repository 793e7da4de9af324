"""Read the words that routing knows: the `_lexicon`, `_safety` and `_examples` files of each language."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel import Locale

from bot.domain.dates import DateWords
from bot.domain.fold import fold
from bot.domain.language import BY_TAG
from bot.domain.lexicon import Lexicon, Words
from bot.domain.messages import Intent
from bot.domain.phrases import Kind, Phrase, PhraseBook
from bot.texts import model
from bot.texts.content import ContentError
from bot.texts.examples import LEXICON, SAFETY, by_class, table
from bot.texts.library import Library

_Classes = Mapping[str, Mapping[str, list[str]]]
_FLAGS = (Intent.EMERGENCY, Intent.FEVER, Intent.CRISIS)
# CLDR has no Haitian Creole names of days in use there: Babel answers in French.
_BORROWED_DAYS = {"ht"}


def load(folder: Path, library: Library) -> Lexicon:
    """Read every language that has a lexicon, whether or not its texts are complete: STOP counts in all."""
    by_tag = {tag: _words(folder, tag, library) for tag in BY_TAG if (folder / tag / LEXICON).exists()}
    names: dict[str, str] = {}
    for tag in by_tag:
        for name in (*table(folder, tag, LEXICON).get("language", {}).get("names", ()), BY_TAG[tag].endonym):
            names.setdefault(fold(name), tag)
    return Lexicon(by_tag, names, tuple(library.topics), _book(folder, library), model.load(folder))


def _book(folder: Path, library: Library) -> PhraseBook:
    """The phrases of all languages: whoever writes, every language counts."""
    book = PhraseBook()
    for tag, language in BY_TAG.items():
        safety = table(folder, tag, SAFETY)
        wishes = table(folder, tag, LEXICON).get("phrases", {})
        book.add(_intents(Kind.WISH, tag, wishes, folder / tag / LEXICON), unspaced=language.unspaced)
        book.add(_safety(tag, safety), unspaced=language.unspaced)
        book.add(_keywords(tag, by_class(folder, tag, tuple(library.topics)), library), unspaced=language.unspaced)
    return book


def _safety(tag: str, lists: Mapping[str, list[str]]) -> Iterator[Phrase]:
    kinds = dict.fromkeys(_FLAGS, Kind.FLAG) | {"harmless": Kind.HARMLESS, "temperature": Kind.TEMPERATURE}
    return (Phrase(kinds[name], tag, name, term) for name, terms in lists.items() for term in terms)


def _words(folder: Path, tag: str, library: Library) -> Words:
    tables, path = table(folder, tag, LEXICON), folder / tag / LEXICON
    classes = by_class(folder, tag, tuple(library.topics))
    return Words(
        tag=tag,
        commands=_whole(tag, tables.get("commands", {}), path),
        service=_whole(tag, tables.get("service", {}), path),
        exact=_by_text(_exact(classes, tag, library)),
        numbers=_numbers(tables),
        dates=_dates(tables, tag),
    )


def _exact(classes: _Classes, tag: str, library: Library) -> Iterator[tuple[str, str]]:
    """Texts that are a topic's own word, title or question as a whole."""
    for topic in library.topics:
        document = library.documents.get((tag, topic))
        titles = (document.title, document.question) if document else ()
        lists = classes.get(topic, {})
        texts = (*lists.get("exact", ()), *lists.get("keywords", ()), *lists.get("examples", ()), *titles)
        yield from ((text, topic) for text in texts)


def _keywords(tag: str, classes: _Classes, library: Library) -> Iterator[Phrase]:
    for topic in library.topics:
        yield from (Phrase(Kind.KEYWORD, tag, topic, word) for word in classes.get(topic, {}).get("keywords", ()))


def _whole(tag: str, lists: Mapping[str, Iterable[str]], path: Path) -> dict[str, Intent]:
    return {fold(phrase.term): Intent(phrase.value) for phrase in _intents(Kind.WISH, tag, lists, path)}


def _intents(kind: Kind, tag: str, lists: Mapping[str, Iterable[str]], path: Path) -> Iterator[Phrase]:
    known = {intent.value for intent in Intent}
    if unknown := [name for name in lists if name not in known]:
        raise ContentError(f"{path}: '{unknown[0]}' is no intent; use one of {', '.join(sorted(known))}")
    return (Phrase(kind, tag, name, term) for name, terms in lists.items() for term in terms)


def _by_text(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text, value in pairs:
        if folded := fold(text.replace("*", "").replace("..", " ")):
            found.setdefault(folded, value)
    return found


def _numbers(tables: Mapping[str, Any]) -> dict[str, int]:
    return {fold(word): int(number) for number, words in tables.get("numbers", {}).items() for word in words}


def _dates(tables: Mapping[str, Any], tag: str) -> DateWords:
    unspaced = BY_TAG[tag].unspaced
    words, weekdays = PhraseBook(), PhraseBook()
    named = tables.get("dates", {}).items()
    words.add((Phrase(Kind.DATE, tag, name, word) for name, known in named for word in known), unspaced=unspaced)
    weekdays.add((Phrase(Kind.DATE, tag, str(day), name) for name, day in _weekdays(tag)), unspaced=unspaced)
    return DateWords(words, weekdays, _numbers(tables))


def _weekdays(tag: str) -> list[tuple[str, int]]:
    if tag in _BORROWED_DAYS:
        return []
    days = Locale.parse(tag.replace("-", "_")).days["format"]
    return [(name, number) for width in ("wide", "abbreviated") for number, name in days[width].items()]
