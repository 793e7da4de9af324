"""A folded text as numbers: which letter groups, words and pairs of words it holds. The same at training and at use.

Each feature is a number made from its letters (CRC-32), so that no table of words has to be kept in memory.
"""

from functools import lru_cache
from zlib import crc32

import regex

# Words of scripts without spaces, and Hangul: one character says as much as three letters.
_DENSE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]")
_DENSE_SIZES = (1, 2, 3)
_LETTER_SIZES = (3, 4)
# Whatever a thermometer can show is one word, any other number another: which number it is never counts.
_READING = regex.compile(r"(?<![\d.])(?:3[4-9]|4[0-3]|9[4-9]|10[0-9])(?:\.\d+)?(?![\d.])")
_NUMBER = regex.compile(r"\d[\d.]*")
_DIGIT = regex.compile(r"\d")


def by_word(folded: str) -> list[tuple[str, list[int]]]:
    """The numbers of each word of a folded text, in order; the pair that a word ends belongs to that word."""
    words = [_plain(word) for word in folded.split()]
    before = ["", *words]
    return [
        (word, [*_letters(word), _number(f"{previous}+{word}")]) for word, previous in zip(words, before, strict=False)
    ]


def features(folded: str) -> list[int]:
    """All numbers of a folded text, in order."""
    return [number for _, numbers in by_word(folded) for number in numbers]


def _plain(word: str) -> str:
    return _NUMBER.sub("<n>", _READING.sub("<t>", word)) if _DIGIT.search(word) else word


# People share their words: most of a text has been taken apart before.
@lru_cache(maxsize=1 << 13)
def _letters(word: str) -> tuple[int, ...]:
    dense = _DENSE.search(word) is not None
    padded = word if dense and len(word) > 1 else f"_{word}_"
    sizes = _DENSE_SIZES if dense else _LETTER_SIZES
    grams = [padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)]
    return tuple(_number(gram) for gram in (*grams, f"={word}"))


def _number(gram: str) -> int:
    return crc32(gram.encode())
