"""A folded text as numbers: which letter groups, words and pairs of words it holds. The same at training and at use.

Each feature is a number made from its letters (CRC-32), so that no table of words has to be kept in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
import regex
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

# Words of scripts without spaces, and Hangul: one character says as much as three letters.
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]")
_DENSE_SIZES = (1, 2, 3)
_LETTER_SIZES = (3, 4)
# Whatever a thermometer can show is one word, any other number another: which number it is never counts.
_READING = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)?(?![\d.])")
_NUMBER = regex.compile(r"\d[\d.]*")
_DIGIT = regex.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Parts:
    """A text taken apart: its words, the numbers of each word's letter groups, and of the pair that each word ends."""

    words: Sequence[str]
    letters: Sequence[Numbers]
    pairs: Numbers

    def numbers(self) -> Numbers:
        """All numbers: the letter groups of all words, then the pairs."""
        return np.concatenate([*self.letters, self.pairs])

    def whose(self) -> Numbers:
        """Which word each of the numbers belongs to, by place."""
        places = np.arange(len(self.words))
        return np.concatenate([np.repeat(places, [len(mine) for mine in self.letters]), places])


def take(folded: str) -> Parts:
    """Take a folded text apart."""
    words = [_plain(word) for word in folded.split()]
    pairs = (_number(f"{before}+{word}") for before, word in zip(("", *words), words, strict=False))
    return Parts(words, [_letters(word) for word in words], np.fromiter(pairs, np.int64, len(words)))


def features(folded: str) -> Numbers:
    """All numbers of a folded text, word by word, as training counts them."""
    parts = take(folded)
    each = ((mine, parts.pairs[place : place + 1]) for place, mine in enumerate(parts.letters))
    return np.concatenate([numbers for both in each for numbers in both] or [parts.pairs])


def _plain(word: str) -> str:
    return _NUMBER.sub("<n>", _READING.sub("<t>", word)) if _DIGIT.search(word) else word


# People share their words: most of a text has been taken apart before.
@lru_cache(maxsize=1 << 14)
def _letters(word: str) -> Numbers:
    dense = _DENSE.search(word) is not None
    padded = word if dense and len(word) > 1 else f"_{word}_"
    sizes = _DENSE_SIZES if dense else _LETTER_SIZES
    grams = [padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)]
    return np.array([_number(gram) for gram in (*grams, f"={word}")], dtype=np.int64)


def _number(gram: str) -> int:
    return crc32(gram.encode())
