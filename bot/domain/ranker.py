"""Which intent a text is most like, by the letter groups it shares with example texts: a small net adds up a vector
for each letter group. A linear model tells the language. Every word's part in the outcome can be shown. They suggest
topics and lean towards safety; what must be certain are rules elsewhere.

The weights are made from `content/<language>/_examples.toml` by `chemoline content train`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.ngrams import Numbers, Parts, take

_MOST_WORDS_SHOWN = 3
_BITS = 20
BUCKETS = 1 << _BITS
# Sums of vectors are made this much longer, at training and at use: the net then learns in few rounds.
GAIN = 3.0

Floats = NDArray[np.float32]
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How much a text is like each class (these add up to 1), and which of the net's cells spoke."""

    classes: Mapping[str, float]
    spoke: NDArray[np.bool_]

    def best(self) -> tuple[str, float]:
        """The most likely class and its probability."""
        return max(self.classes.items(), key=lambda item: item[1])


@dataclass(frozen=True, slots=True)
class Index:
    """Which row a letter group has: `rows` [BUCKETS] by the lower bits of its number, if the upper ones are the row's
    `marks`; 0 for a letter group that was hardly ever seen.
    """

    rows: Rows
    marks: NDArray[np.uint16]

    def find(self, numbers: Numbers) -> Rows:
        """The rows of letter groups, in their order."""
        found = self.rows[numbers & (BUCKETS - 1)]
        rows: Rows = found * (self.marks[found] == numbers >> _BITS)
        return rows


@dataclass(frozen=True, slots=True)
class Taken:
    """A text taken apart, and the rows of all its letter groups and pairs, in the order of the parts' numbers."""

    parts: Parts
    rows: Rows


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

    def scores(self, rows: Rows) -> tuple[Floats, NDArray[np.bool_]]:
        """What the classes score for a text with these rows (row 0 adds nothing), and which cells spoke."""
        read = self.read(rows)
        cells = np.maximum(read @ self.inward + self.inward_bias, 0)
        return cells @ self.outward + read @ self.straight + self.bias, cells > 0

    def towards(self, spoke: NDArray[np.bool_], place: int) -> Floats:
        """What the sum of the vectors adds to a class's score when these cells speak: the score's slope."""
        slope: Floats = self.straight[:, place] + self.inward[:, spoke] @ self.outward[spoke, place]
        return slope

    def read(self, rows: Rows) -> Floats:
        """The sum of the vectors, which all else is made of."""
        gain = np.float32(self.scale * GAIN / sqrt(rows.size))
        total: Floats = self.vectors[rows].sum(axis=0, dtype=np.int32) * gain
        return total


@dataclass(frozen=True, slots=True)
class Ranker:
    """The model: `network` tells the class, `weights` the language (rows as in `index`, a column a language; int8,
    times `scale`).
    """

    classes: Sequence[str]
    languages: Sequence[str]
    index: Index
    weights: NDArray[np.int8]
    scale: Floats
    network: Network

    def take(self, folded: str) -> Taken:
        """Take one folded text apart."""
        parts = take(folded)
        return Taken(parts, self.index.find(parts.numbers()))

    def rank(self, taken: Taken) -> Ranking:
        """What a text is like; an empty one is like nothing in particular."""
        if not taken.rows.size:
            return Ranking({}, np.zeros(0, dtype=np.bool_))
        scores, spoke = self.network.scores(taken.rows)
        return Ranking(dict(zip(self.classes, softmax(scores).tolist(), strict=True)), spoke)

    def tongues(self, taken: Taken) -> Mapping[str, float]:
        """How much a text is like each language; these add up to 1."""
        if not taken.rows.size:
            return {}
        sums = self.weights[taken.rows].sum(axis=0, dtype=np.int32)
        # Each language was learnt against all others: its own chance, then made to add up to 1.
        chances = 1 / (1 + np.exp(-sums * self.scale / np.float32(sqrt(taken.rows.size))))
        return dict(zip(self.languages, (chances / chances.sum()).tolist(), strict=True))

    def why(self, taken: Taken, ranking: Ranking, name: str) -> list[str]:
        """The words that spoke most for a class in a text ranked so, the strongest first."""
        if not taken.rows.size:
            return []
        parts = self.network.vectors[taken.rows] @ self.network.towards(ranking.spoke, self.classes.index(name))
        sums = np.bincount(taken.parts.whose(), weights=parts)
        strongest = np.argsort(-sums, kind="stable")[:_MOST_WORDS_SHOWN]
        return [taken.parts.words[which] for which in strongest if sums[which] > 0]


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Scores of classes (along the last axis) as shares that add up to 1."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: NDArray[Any] = raised / raised.sum(axis=-1, keepdims=True)
    return shares
