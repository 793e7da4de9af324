"""Which intent a text is most like, by the letter groups it shares with example texts. A linear model: every word's
part in the outcome can be shown. It suggests topics and leans towards safety; what must be certain are rules elsewhere.

The weights are made from `content/<language>/_examples.toml` by `chemoline content train`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.ngrams import by_word

_MOST_WORDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Ranking:
    """How much a text is like each class (these add up to 1) and like each language (these too)."""

    classes: Mapping[str, float]
    languages: Mapping[str, float]

    def best(self) -> tuple[str, float]:
        """The most likely class and its probability."""
        return max(self.classes.items(), key=lambda item: item[1])


@dataclass(frozen=True, slots=True)
class Ranker:
    """The model: `weights` has a row a bucket and a column a class, then a column a language (int8, times `scale`)."""

    classes: Sequence[str]
    languages: Sequence[str]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]

    def rank(self, folded: str) -> Ranking:
        """Read one folded text; an empty one is like nothing in particular."""
        found = np.fromiter({bucket for _, buckets in by_word(folded) for bucket in buckets}, dtype=np.int64)
        if not found.size:
            return Ranking({}, {})
        sums = self.weights[found].sum(axis=0, dtype=np.int32)
        scores = sums * self.scale / np.sqrt(np.float32(found.size))
        split = len(self.classes)
        return Ranking(
            dict(zip(self.classes, _shares(scores[:split]), strict=True)),
            dict(zip(self.languages, _shares(scores[split:]), strict=True)),
        )

    def why(self, folded: str, name: str) -> list[str]:
        """The words that spoke most for a class, the strongest first."""
        column = self.weights[:, self.classes.index(name)]
        spoken = [(int(column[buckets].sum(dtype=np.int32)), word) for word, buckets in by_word(folded) if buckets]
        return [word for weight, word in sorted(spoken, reverse=True)[:_MOST_WORDS_SHOWN] if weight > 0]


def _shares(scores: NDArray[Any]) -> list[float]:
    # Each class was learnt against all others: its own chance, then made to add up to 1.
    chances = 1 / (1 + np.exp(-scores))
    shares: list[float] = (chances / chances.sum()).tolist()
    return shares
