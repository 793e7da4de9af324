"""Find known phrases in a folded text, of all languages and kinds in one walk. A term is data for clinicians to read:

`chest pain`     these words, side by side
`cant .. breathe`  up to three words may stand between
`vomit*`         a word that begins so
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate, pairwise
from sys import intern

from bot.domain.fold import fold_all

_GAP = ".."
_WIDEST_GAP = 3
# Terms that begin with an open word are found by this many of its letters.
_STEM = 3


class Kind(Enum):
    """What a phrase is evidence of."""

    FLAG = auto()
    HARMLESS = auto()
    TEMPERATURE = auto()
    ELSEWHERE = auto()
    WISH = auto()
    KEEP = auto()
    DENY = auto()
    EVER = auto()
    KEYWORD = auto()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A term as written in a language's file, and the intent or topic that it stands for."""

    kind: Kind
    tag: str
    value: str
    term: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: the letters it covers [start, end), spaces not counted, and its length in words."""

    phrase: Phrase
    start: int
    end: int
    size: int

    def meets(self, other: "Hit") -> bool:
        """True when both cover some letter."""
        return self.start < other.end and other.start < self.end

    def takes_in(self, other: "Hit") -> bool:
        """True when the other is less than this, or goes on where this leads: "for a week | don't | send texts"."""
        within = self.start <= other.start and other.end <= self.end
        larger = other.end - other.start < self.end - self.start
        return (within and larger) or self.start < other.start < self.end


# The pattern, the phrase, and whether the pattern is words side by side and nothing open.
_Entry = tuple[tuple[str, ...], Phrase, bool]


class PhraseBook:
    """Terms indexed by how they begin, so that a text only meets the terms it could contain."""

    def __init__(self) -> None:
        self._by_word: defaultdict[str, list[_Entry]] = defaultdict(list)
        self._by_pair: defaultdict[tuple[str, str], list[_Entry]] = defaultdict(list)
        self._by_stem: defaultdict[str, list[_Entry]] = defaultdict(list)
        self._anywhere: defaultdict[str, list[tuple[str, Phrase]]] = defaultdict(list)

    def add(self, phrases: Iterable[Phrase], *, unspaced: bool) -> None:
        """Take terms in; those of a script without spaces are found anywhere in a text."""
        phrases = list(phrases)
        for phrase, pattern in zip(phrases, _patterns([phrase.term for phrase in phrases]), strict=True):
            if not pattern:
                continue
            entry = (pattern, phrase, not any(word == _GAP or word.endswith("*") for word in pattern))
            if unspaced and not phrase.term.isascii():
                needle = "".join(pattern).replace("*", "").replace(_GAP, "")
                self._anywhere[needle[0]].append((needle, phrase))
            elif pattern[0].endswith("*"):
                self._by_stem[pattern[0][:-1][:_STEM]].append(entry)
            elif len(pattern) > 1 and pattern[1] != _GAP and not pattern[1].endswith("*"):
                self._by_pair[pattern[0], pattern[1]].append(entry)
            else:
                self._by_word[pattern[0]].append(entry)

    def find(self, folded: str) -> list[Hit]:
        """Every phrase in the text."""
        words = folded.split()
        starts = [0, *accumulate(len(word) for word in words)]
        found = [*self._worded(words, starts)]
        if not folded.isascii():
            found.extend(self._inside("".join(words)))
        return found

    def _worded(self, words: list[str], starts: list[int]) -> Iterator[Hit]:
        said = tuple(words)
        for place, begun in enumerate(pairwise((*said, ""))):
            for entries in self._begun(*begun):
                for pattern, phrase, is_plain in entries:
                    if is_plain:
                        end = place + len(pattern)
                        found = end if said[place:end] == pattern else None
                    else:
                        found = _match(pattern, said, place)
                    if found is not None:
                        yield Hit(phrase, starts[place], starts[found], found - place)

    def _begun(self, word: str, following: str) -> list[list[_Entry]]:
        """The terms that begin with these words."""
        stems = (word[:size] for size in range(1, min(_STEM, len(word)) + 1))
        found = [self._by_word.get(word), self._by_pair.get((word, following)), *map(self._by_stem.get, stems)]
        return [entries for entries in found if entries]

    def _inside(self, joined: str) -> Iterator[Hit]:
        for start, letter in enumerate(joined):
            for needle, phrase in self._anywhere.get(letter, ()):
                if joined.startswith(needle, start):
                    yield Hit(phrase, start, start + len(needle), len(needle))


def _patterns(terms: list[str]) -> Iterator[tuple[str, ...]]:
    """The folded words of each term; the same few thousand words make up all of them: spelt once, kept once."""
    words = list({word.removesuffix("*") for term in terms for word in term.split() if word != _GAP})
    folded = {word: [intern(part) for part in each.split()] for word, each in zip(words, fold_all(words), strict=True)}
    for term in terms:
        yield tuple(part for word in term.split() for part in _parts(word, folded))


def _parts(word: str, folded: dict[str, list[str]]) -> list[str]:
    if word == _GAP:
        return [_GAP]
    # A word with an inner apostrophe or dash can fold to several.
    parts = folded[word.removesuffix("*")]
    return [*parts[:-1], intern(parts[-1] + "*")] if parts and word.endswith("*") else parts


def _match(pattern: tuple[str, ...], words: tuple[str, ...], start: int) -> int | None:
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
