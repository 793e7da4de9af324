"""A folded text as numbers: which letter groups, words and pairs of words it holds. The same at training and at use.

Each feature is a bucket of a hash, so that no table of words has to be kept in memory.
"""

from functools import lru_cache
from zlib import crc32

import regex

BUCKETS = 1 << 20
_MASK = BUCKETS - 1
# Words of scripts without spaces, and Hangul: one character says as much as three letters.
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]")
_DENSE_SIZES = (1, 2, 3, 4)
_LETTER_SIZES = (3, 4, 5)
# Whatever a thermometer can show is one word, any other number another: which number it is never counts.
_READING = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)?(?![\d.])")
_NUMBER = regex.compile(r"\d[\d.]*")
_DIGIT = regex.compile(r"\d")


def by_word(folded: str) -> list[tuple[str, list[int]]]:
    """The buckets of each word of a folded text, in order; the pair that a word ends belongs to that word."""
    words = [_plain(word) for word in folded.split()]
    before = ["", *words]
    return [(word, _buckets(word, previous)) for word, previous in zip(words, before, strict=False)]


def features(folded: str) -> list[int]:
    """All buckets of a folded text, each once, in a stable order."""
    return list(dict.fromkeys(bucket for _, buckets in by_word(folded) for bucket in buckets))


def _plain(word: str) -> str:
    return _NUMBER.sub("<n>", _READING.sub("<t>", word)) if _DIGIT.search(word) else word


def _buckets(word: str, previous: str) -> list[int]:
    return [*_letters(word), _bucket(f"{previous}+{word}")]


# People share their words: most of a text has been taken apart before.
@lru_cache(maxsize=1 << 13)
def _letters(word: str) -> tuple[int, ...]:
    dense = _DENSE.search(word) is not None
    padded = word if dense and len(word) > 1 else f"_{word}_"
    sizes = _DENSE_SIZES if dense else _LETTER_SIZES
    grams = [padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)]
    return tuple(_bucket(gram) for gram in (*grams, f"={word}"))


def _bucket(gram: str) -> int:
    return crc32(gram.encode()) & _MASK
