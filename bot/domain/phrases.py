"""Find known phrases in a folded text. A term is data that a clinician can read:

`chest pain`     these words, side by side
`cant .. breathe`  up to three words may stand between
`vomit*`         a word that begins so
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.domain.fold import fold

T = TypeVar("T")

_GAP = ".."
_WIDEST_GAP = 3


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A phrase found: what it stands for, the term as written, and the words it covers [start, end)."""

    value: T
    term: str
    start: int
    end: int

    @property
    def size(self) -> int:
        """How many words the phrase covers."""
        return self.end - self.start


class PhraseBook(Generic[T]):
    """Terms indexed by their first word, so that a text only meets the terms it could contain."""

    def __init__(self, terms: Iterable[tuple[str, T]], *, unspaced: bool = False) -> None:
        self._unspaced = unspaced
        self._by_word: defaultdict[str, list[tuple[tuple[str, ...], str, T]]] = defaultdict(list)
        self._by_prefix: list[tuple[tuple[str, ...], str, T]] = []
        self._anywhere: list[tuple[str, str, T]] = []
        for term, value in terms:
            self._add(term, value)

    def _add(self, term: str, value: T) -> None:
        pattern = tuple(_pattern(term))
        if self._unspaced and not term.isascii():
            self._anywhere.append(("".join(pattern).replace("*", ""), term, value))
        elif pattern and pattern[0].endswith("*"):
            self._by_prefix.append((pattern, term, value))
        elif pattern:
            self._by_word[pattern[0]].append((pattern, term, value))

    def find(self, folded: str) -> list[Hit[T]]:
        """Every phrase in the text, in the order in which they begin."""
        words = folded.split()
        hits = []
        for start, word in enumerate(words):
            for pattern, term, value in self._by_word.get(word, ()):
                if (end := _match(pattern, words, start)) is not None:
                    hits.append(Hit(value, term, start, end))
            for pattern, term, value in self._by_prefix:
                if word.startswith(pattern[0][:-1]) and (end := _match(pattern, words, start)) is not None:
                    hits.append(Hit(value, term, start, end))
        if self._anywhere:
            hits.extend(self._find_anywhere("".join(words)))
        return hits

    def _find_anywhere(self, joined: str) -> list[Hit[T]]:
        return [
            Hit(value, term, start, start + len(needle))
            for needle, term, value in self._anywhere
            if (start := joined.find(needle)) >= 0
        ]


def _pattern(term: str) -> Iterable[str]:
    for word in term.split():
        if word == _GAP:
            yield _GAP
        elif folded := fold(word.removesuffix("*")):
            # A word with an inner apostrophe or dash can fold to several.
            *before, last = folded.split()
            yield from before
            yield last + ("*" if word.endswith("*") else "")


def _match(pattern: tuple[str, ...], words: list[str], start: int) -> int | None:
    """The end of the match of `pattern` at `start`, or None; a gap takes as few words as it can."""
    if not pattern:
        return start
    if pattern[0] == _GAP:
        ends = (_match(pattern[1:], words, start + skipped) for skipped in range(_WIDEST_GAP + 1))
        return next((end for end in ends if end is not None), None)
    if start >= len(words) or not _same(pattern[0], words[start]):
        return None
    return _match(pattern[1:], words, start + 1)


def _same(wanted: str, word: str) -> bool:
    return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
