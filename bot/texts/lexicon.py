"""Read the words that routing knows: the `_lexicon`, `_safety` and `_keywords` files of each language."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel import Locale

from bot.domain.dates import is_name
from bot.domain.datewords import DateWords, words_of
from bot.domain.fold import fold, fold_all
from bot.domain.language import BY_TAG
from bot.domain.lexicon import Lexicon, Words
from bot.domain.messages import Intent
from bot.domain.monthdays import MONTHS
from bot.domain.phrases import Kind, Phrase, PhraseBook
from bot.texts import model
from bot.texts.content import ContentError
from bot.texts.examples import DENY, EVER, KEEP, KEYWORDS, LEXICON, SAFETY, by_class, table
from bot.texts.library import Library

_Classes = Mapping[str, Mapping[str, list[str]]]
_SAFETY_KINDS = {
    Intent.EMERGENCY.value: Kind.FLAG,
    Intent.FEVER.value: Kind.FLAG,
    Intent.CRISIS.value: Kind.FLAG,
    "harmless": Kind.HARMLESS,
    "temperature": Kind.TEMPERATURE,
    "elsewhere": Kind.ELSEWHERE,
}
# Lists of [phrases] that are no intent.
_BESIDE = {KEEP: Kind.KEEP, DENY: Kind.DENY, EVER: Kind.EVER}
# CLDR has no Haitian Creole names of months: Babel answers in French.
_BORROWED_MONTHS = {"ht"}
_SHORTEST_MONTH = 3


def load(folder: Path, library: Library) -> Lexicon:
    """Read every language that has a lexicon, whether or not its texts are complete: STOP counts in all."""
    topics, book = tuple(library.topics), PhraseBook()
    by_tag: dict[str, Words] = {}
    names: dict[str, str] = {}
    for tag, language in BY_TAG.items():
        lexicon, keywords = table(folder, tag, LEXICON), by_class(folder, tag, KEYWORDS, topics)
        if not lexicon:
            continue
        path = folder / tag / LEXICON
        by_tag[tag] = _words(tag, path, lexicon, _by_text(_exact(keywords, tag, library)))
        for phrases in (
            _wishes(tag, lexicon.get("phrases", {}), path),
            _safety(tag, table(folder, tag, SAFETY), folder / tag / SAFETY),
            _keywords(tag, keywords),
        ):
            book.add(phrases, unspaced=language.unspaced)
        for name in (*lexicon.get("language", {}).get("names", ()), language.endonym):
            names.setdefault(fold(name), tag)
    return Lexicon(by_tag, names, topics, book, model.load(folder))


def _words(tag: str, path: Path, tables: Mapping[str, Any], exact: Mapping[str, str]) -> Words:
    return Words(
        tag=tag,
        commands=_whole(tag, tables.get("commands", {}), path),
        service=_whole(tag, tables.get("service", {}), path),
        exact=exact,
        numbers=_numbers(tables),
        dates=_dates(tag, tables, path),
    )


def _exact(keywords: _Classes, tag: str, library: Library) -> Iterator[tuple[str, str]]:
    """Texts that are a topic's own word, title or question as a whole."""
    for topic in library.topics:
        document = library.documents.get((tag, topic))
        titles = (document.title, document.question) if document else ()
        lists = keywords.get(topic, {})
        yield from ((text, topic) for text in (*lists.get("exact", ()), *lists.get("keywords", ()), *titles))


def _safety(tag: str, lists: Mapping[str, list[str]], path: Path) -> Iterator[Phrase]:
    if unknown := [name for name in lists if name not in _SAFETY_KINDS]:
        raise ContentError(f"{path}: '{unknown[0]}' is no list of ours; use one of {', '.join(_SAFETY_KINDS)}")
    return (Phrase(_SAFETY_KINDS[name], tag, name, term) for name, terms in lists.items() for term in terms)


def _keywords(tag: str, classes: _Classes) -> Iterator[Phrase]:
    for topic, lists in classes.items():
        yield from (Phrase(Kind.KEYWORD, tag, topic, word) for word in lists.get("keywords", ()))


def _whole(tag: str, lists: Mapping[str, Iterable[str]], path: Path) -> dict[str, Intent]:
    phrases = list(_intents(tag, lists, path))
    folded = fold_all(phrase.term for phrase in phrases)
    return {text: Intent(phrase.value) for text, phrase in zip(folded, phrases, strict=True)}


def _wishes(tag: str, lists: Mapping[str, Iterable[str]], path: Path) -> Iterator[Phrase]:
    """Phrases by intent, and those that change one: "don't stop" is its opposite, "for good" gives it no end."""
    yield from (Phrase(kind, tag, name, term) for name, kind in _BESIDE.items() for term in lists.get(name, ()))
    yield from _intents(tag, {name: terms for name, terms in lists.items() if name not in _BESIDE}, path)


def _intents(tag: str, lists: Mapping[str, Iterable[str]], path: Path) -> Iterator[Phrase]:
    known = {intent.value for intent in Intent}
    if unknown := [name for name in lists if name not in known]:
        raise ContentError(f"{path}: '{unknown[0]}' is no intent; use one of {', '.join(sorted(known))}")
    return (Phrase(Kind.WISH, tag, name, term) for name, terms in lists.items() for term in terms)


def _by_text(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    said = list(pairs)
    texts = (text.replace("*", "").replace("..", " ") for text, _ in said)
    for folded, (_, value) in zip(fold_all(texts), said, strict=True):
        if folded:
            found.setdefault(folded, value)
    return found


def _numbers(tables: Mapping[str, Any]) -> dict[str, int]:
    return {fold(word): int(number) for number, words in tables.get("numbers", {}).items() for word in words}


def _dates(tag: str, tables: Mapping[str, Any], path: Path) -> DateWords:
    named = [(name, term) for name, terms in tables.get("dates", {}).items() for term in terms]
    if unknown := [name for name, _ in named if not is_name(name)]:
        raise ContentError(f"{path}: [dates] '{unknown[0]}' is no name of a date word; see bot/domain/dates")
    language = BY_TAG[tag]
    if not language.unspaced:
        # "REMIND 3 days": the word that asks says nothing of the day.
        asked = tables.get("service", {}).get(Intent.REMIND, ())
        named += [("neutral", word) for word in asked if " " not in word]
    # Korean puts spaces between words, but glues to a word what English puts beside it.
    begun_by_space = language.script == "Hangul"
    numbers = _numbers(tables)
    return words_of([*_months(tag), *named], numbers, unspaced=language.unspaced, begun_by_space=begun_by_space)


def _months(tag: str) -> Iterator[tuple[str, str]]:
    """The names of months in CLDR, which has them inflected; where they are numbers, `of-month` says it."""
    if tag in _BORROWED_MONTHS or BY_TAG[tag].unspaced:
        return
    months = Locale.parse(tag.replace("-", "_")).months
    for width, name in (("wide", "format"), ("wide", "stand-alone"), ("abbreviated", "format")):
        for number, month in months[name][width].items():
            if not any(letter.isdigit() for letter in month) and len(month.rstrip(".")) >= _SHORTEST_MONTH:
                yield MONTHS[number - 1], month
