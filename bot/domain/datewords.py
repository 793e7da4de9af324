"""The words of dates, found in a text: the longest known one at each place, and what it can mean.

Words are data (`[dates]` and `[numbers]` of a language's lexicon); domain/dates says what their order means.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from sys import intern

import regex

from bot.domain.fold import fold

# Signs that folding drops but that say what a number is. Letters that no language of ours writes survive it.
COLON, SLASH, MINUS = "ː", "ǀ", "ǁ"
END = ""
_SIGNS = (
    (regex.compile(r"(?<=\d) ?[:\uff1a] ?(?=\d\d)"), COLON),
    (regex.compile(r"(?<=\d)[/\uff0f](?=\d)"), SLASH),
    # "-1" and "2-3": a number below nothing, or two at once.
    (regex.compile(r"(?<![\p{L}\p{N}])[-−–\uff0d](?=\d)|(?<=\d) ?[-−–\uff0d~\uff5e〜] ?(?=\d)"), MINUS),
)
_BORDER = regex.compile(r"(?<=\d)(?=[\p{L}])|(?<=\p{L})(?=\d)")
_DIGITS = regex.compile(r"\d+(\.\d+)?")
_ATOM = regex.compile(r"[\x21-\x7f]+|\S")


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word can mean: names of the [dates] table, and a number."""

    names: frozenset[str]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A word found. `unknown` says how many atoms that we do not know stand before it."""

    text: str
    sense: Sense
    unknown: int = 0
    written: bool = False

    def named(self, *names: str) -> bool:
        """True when the word can have one of these meanings."""
        return not self.sense.names.isdisjoint(names)

    @property
    def number(self) -> int | None:
        """The number it can be."""
        return self.sense.number


_NOTHING = Sense(frozenset())
# Courtesies, and what else says nothing of a date: "please", "remind me", "not now".
_STEPPED_OVER = frozenset({"neutral"})
_Atoms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateWords:
    """The date words of one language, by their atoms: words, or single letters where no spaces part words."""

    terms: Mapping[_Atoms, Sense]
    # No spaces part the words, or those of the text tell only where a word begins, not where it ends.
    unspaced: bool = False
    begun_by_space: bool = False
    _longest: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Remember how long a term that begins so can be."""
        for atoms in self.terms:
            self._longest[atoms[0]] = max(self._longest.get(atoms[0], 0), len(atoms))

    def read(self, spelled: str) -> tuple[list[Token], int]:
        """The known words of a text as `spell` gives it, in order, and how many atoms are unknown.

        The last token is the end of the text.
        """
        atoms = atoms_of(spelled, unspaced=self.unspaced)
        starts = self._starts(spelled)
        tokens: list[Token] = []
        place = unknown = total = 0
        while place < len(atoms):
            size, token = self._at(atoms, place, unknown)
            if token is None or (unknown and starts and place not in starts):
                place, unknown, total = place + 1, unknown + 1, total + 1
                continue
            place += size
            if token.sense.names != _STEPPED_OVER:
                tokens.append(token)
                unknown = 0
        return [*tokens, Token(END, _NOTHING, unknown)], total

    def _starts(self, spelled: str) -> set[int]:
        """Where words begin, counted in atoms; empty where that says nothing."""
        if not self.begun_by_space:
            return set()
        sizes = (len(atoms_of(word, unspaced=True)) for word in spelled.split())
        return {0, *accumulate(sizes)}

    def _at(self, atoms: _Atoms, place: int, unknown: int) -> tuple[int, Token | None]:
        for size in range(self._longest.get(atoms[place], 0), 0, -1):
            if (sense := self.terms.get(atoms[place : place + size])) is not None:
                return size, Token(" ".join(atoms[place : place + size]), sense, unknown)
        atom = atoms[place]
        if _DIGITS.fullmatch(atom):
            number = int(atom) if atom.isdecimal() and len(atom) <= 4 else None
            return 1, Token(atom, Sense(_NOTHING.names, number), unknown, written=True)
        return 1, Token(atom, _NOTHING, unknown) if atom in {COLON, SLASH, MINUS} else None


def words_of(
    named: Iterable[tuple[str, str]], numbers: Mapping[str, int], *, unspaced: bool, begun_by_space: bool
) -> DateWords:
    """Join terms, given with their names, and numbers in words; a name in digits is a number too."""
    terms: dict[_Atoms, Sense] = {}
    for name, term in (*((str(number), word) for word, number in numbers.items()), *named):
        # The same few thousand words make up all terms: kept once.
        atoms = tuple(intern(atom) for atom in atoms_of(spell(term), unspaced=unspaced))
        if not atoms:
            continue
        known = terms.get(atoms, _NOTHING)
        if name.isdecimal():
            terms[atoms] = Sense(known.names, int(name))
        else:
            terms[atoms] = Sense(known.names | {intern(name)}, known.number)
    return DateWords(terms, unspaced, begun_by_space)


def spell(text: str) -> str:
    """Fold a text, but keep the signs between its digits and part digits from letters: "9:30am", "3days"."""
    for sign, letter in _SIGNS:
        text = sign.sub(letter, text)
    return _BORDER.sub(" ", fold(text))


def atoms_of(spelled: str, *, unspaced: bool) -> _Atoms:
    """The pieces that terms are made of."""
    return tuple(_ATOM.findall(spelled) if unspaced else spelled.split())
