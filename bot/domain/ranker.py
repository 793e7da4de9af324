"""Which intent a text is most like, by the letter groups it shares with example texts. Two readers that err
differently, half a vote each: a linear one, and a small net that adds up a vector for each letter group. Every word's
part in the outcome can be shown. They suggest topics and lean towards safety; what must be certain are rules elsewhere.

The weights are made from `content/<language>/_examples.toml` by `chemoline content train`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.ngrams import by_word

_MOST_WORDS_SHOWN = 3
# Sums of vectors are made this much longer, at training and at use: the net then learns in few rounds.
GAIN = 3.0

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How much a text is like each class (these add up to 1) and like each language (these too)."""

    classes: Mapping[str, float]
    languages: Mapping[str, float]

    def best(self) -> tuple[str, float]:
        """The most likely class and its probability."""
        return max(self.classes.items(), key=lambda item: item[1])


@dataclass(frozen=True, slots=True)
class Network:
    """The small net: `vectors` has the ranker's rows (int8, times `scale`). Their sum is read through one layer of
    cells (`inward` [vector, cells] and `inward_bias`, negative ones silent, then `outward` [cells, classes]) and
    `straight` [vector, classes]; `bias` [classes] is what no text at all would score.
    """

    vectors: NDArray[np.int8]
    scale: np.float32
    inward: Floats
    inward_bias: Floats
    outward: Floats
    straight: Floats
    bias: Floats

    def scores(self, found: Rows, size: int) -> Floats:
        """What the classes score for a text of so many letter groups, of which these rows are known."""
        read = self.read(found, size)
        result: Floats = self._cells(read) @ self.outward + read @ self.straight + self.bias
        return result

    def towards(self, found: Rows, size: int, place: int) -> Floats:
        """What a row's numbers add to a class's score, in this text: the score's slope."""
        speaking = self._cells(self.read(found, size)) > 0
        direction = self.straight[:, place] + self.inward @ (speaking * self.outward[:, place])
        slope: Floats = (direction * self._length(size)).astype(np.float32)
        return slope

    def read(self, found: Rows, size: int) -> Floats:
        """The sum of the vectors, which all else is made of."""
        total: Floats = self.vectors[found].sum(axis=0, dtype=np.int32) * self._length(size)
        return total

    def _length(self, size: int) -> np.float32:
        return np.float32(self.scale * GAIN / np.sqrt(size))

    def _cells(self, read: Floats) -> Floats:
        cells: Floats = np.maximum(read @ self.inward + self.inward_bias, 0)
        return cells


@dataclass(frozen=True, slots=True)
class Ranker:
    """The model: `rows` [BUCKETS] says which row a letter group has, 0 for one that was hardly ever seen. `weights` has
    these rows, and a column a class, then a column a language (int8, times `scale`).
    """

    classes: Sequence[str]
    languages: Sequence[str]
    rows: NDArray[np.int32]
    weights: NDArray[np.int8]
    scale: Floats
    network: Network

    def rank(self, folded: str) -> Ranking:
        """Read one folded text; an empty one is like nothing in particular."""
        found, size = self._known(by_word(folded))
        if not size:
            return Ranking({}, {})
        sums = self.weights[found].sum(axis=0, dtype=np.int32)
        scores = sums * self.scale / np.sqrt(np.float32(size))
        split = len(self.classes)
        votes = (_shares(scores[:split]) + softmax(self.network.scores(found, size))) / 2
        return Ranking(
            dict(zip(self.classes, votes.tolist(), strict=True)),
            dict(zip(self.languages, _shares(scores[split:]).tolist(), strict=True)),
        )

    def why(self, folded: str, name: str) -> list[str]:
        """The words that spoke most for a class, the strongest first."""
        words = by_word(folded)
        found, size = self._known(words)
        if not size:
            return []
        place = self.classes.index(name)
        rows = self.rows[np.fromiter((bucket for _, buckets in words for bucket in buckets), dtype=np.int64)]
        parts = self.weights[rows, place] * (self.scale[place] / np.sqrt(np.float32(size)))
        parts = parts + self.network.vectors[rows] @ self.network.towards(found, size, place)
        whose = np.repeat(np.arange(len(words)), [len(buckets) for _, buckets in words])
        sums = np.bincount(whose, weights=parts, minlength=len(words))
        strongest = np.argsort(-sums, kind="stable")[:_MOST_WORDS_SHOWN]
        return [words[which][0] for which in strongest if sums[which] > 0]

    def _known(self, words: list[tuple[str, list[int]]]) -> tuple[Rows, int]:
        """The rows of the letter groups that were learnt, and how many letter groups there are."""
        buckets = np.fromiter({bucket for _, buckets in words for bucket in buckets}, dtype=np.int64)
        found = self.rows[buckets]
        return found[found > 0], buckets.size


def _shares(scores: NDArray[Any]) -> NDArray[Any]:
    # Each class was learnt against all others: its own chance, then made to add up to 1.
    chances = 1 / (1 + np.exp(-scores))
    shares: NDArray[Any] = chances / chances.sum()
    return shares


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Scores of classes (along the last axis) as shares that add up to 1."""
    raised = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    shares: NDArray[Any] = raised / np.sum(raised, axis=-1, keepdims=True)
    return shares
