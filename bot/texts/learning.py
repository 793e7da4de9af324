"""How the ranker learns from example texts: a small net for classes, a linear model by scikit-learn for languages.

Needs scipy and scikit-learn, which production does not have. Deterministic on one machine.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.fold import fold
from bot.domain.ngrams import features
from bot.domain.ranker import BUCKETS, GAIN, Floats, Index, Network, Ranker, softmax
from bot.texts.examples import Example

# Chosen by five-fold cross-validation on the examples.
_STRENGTH = 0.03
_ROUNDS = 15
# A letter group that fewer texts hold says nothing: it would be noise, and room.
_FEWEST_TEXTS = 5
# A phrase of a rule counts this much of an example: there are many, and rules find them anyway.
_FRAGMENT = 0.1
# 0: a class weighs as much as it has examples; 1: all classes weigh the same.
_BALANCE = 0.5
_SEED = 20261124
_SHORTEST_TYPO = 5
# One whole text of so many also gives a few words with all their letters shaken up: like a slip of no other text, they
# mean nothing, and are learnt as that.
_ONE_SHAKEN_IN, _MOST_SHAKEN, _LONGEST_SHAKEN, _NOTHING = 12, 3, 9, "off-topic"
# Weights are kept as small whole numbers: as fine as a byte for languages; the net does as well with fewer steps, and
# its file is half as long.
_STEPS, _VECTOR_STEPS = 127, 31

# The net. Letter groups and cells are left out at random while it learns, so that it leans on no single one.
_VECTOR, _CELLS = 96, 256
_NET_ROUNDS = 8
_BATCH = 256
_FORGOTTEN_GROUPS, _FORGOTTEN_CELLS = 0.4, 0.4
# No example is wholly of its class: the net never learns to be certain.
_DOUBT = 0.05
_FIRST_STEP, _LAST_STEP = 4e-3, 1e-4
# Adam, as published: how fast its two averages follow, and what keeps it from dividing by nothing.
_MOMENTUM, _SPREAD, _TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class _Lessons:
    """Texts as numbers: the ranker's rows of all texts behind each other, where each text begins and ends, how many
    letter groups it has with the unknown ones, its class and its weight.
    """

    rows: NDArray[np.int32]
    ends: NDArray[np.int64]
    sizes: NDArray[np.int64]
    names: list[str]
    weights: list[float]


def fit(examples: Sequence[Example]) -> Ranker:
    """Learn from examples, from the same ones with a slip of the finger, and from letters that say nothing."""
    dice = random.Random(_SEED)  # noqa: S311 -- the same slips each time
    texts = [(fold(example.text), example) for example in examples]
    index = _index([text for text, _ in texts])
    whole = [(text, example) for text, example in texts if not example.fragment]
    texts += [(_slip(text, dice), example) for text, example in whole]
    shaken = [(_shaken(text, dice), replace(example, name=_NOTHING)) for text, example in whole[::_ONE_SHAKEN_IN]]
    named = _lessons(
        [(text, str(example.name), _weight(example)) for text, example in texts + shaken if example.name is not None],
        index,
    )
    classes = tuple(sorted(set(named.names)))
    languages, weights = _linear(_lessons([(text, example.tag, 1.0) for text, example in texts], index), index)
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / _STEPS
    network = _network(named, classes, index.marks.size)
    return Ranker(classes, languages, index, _small(weights / scale), scale.astype(np.float32), network)


def _index(texts: Sequence[str]) -> Index:
    """A row for each letter group that enough texts hold; of two in one bucket, for the one that more texts hold."""
    held = np.concatenate([np.unique(features(text)) for text in texts])
    numbers, counts = np.unique(held, return_counts=True)
    often = np.flatnonzero(counts >= _FEWEST_TEXTS)
    often = often[np.argsort(-counts[often], kind="stable")]
    _, first = np.unique(numbers[often] % BUCKETS, return_index=True)
    known = numbers[often[first]]
    rows = np.zeros(BUCKETS, dtype=np.int32)
    rows[known % BUCKETS] = np.arange(1, len(known) + 1)
    return Index(rows, np.concatenate([[0], known // BUCKETS]).astype(np.uint16))


def _weight(example: Example) -> float:
    return _FRAGMENT if example.fragment else 1.0


def _small(numbers: NDArray[Any]) -> NDArray[np.int8]:
    # A text takes whole rows: they had better lie together.
    return np.ascontiguousarray(np.clip(np.rint(numbers), -_STEPS, _STEPS), dtype=np.int8)


def _lessons(texts: list[tuple[str, str, float]], index: Index) -> _Lessons:
    found = [index.find(features(text)) for text, _, _ in texts]
    known = [rows[rows > 0] for rows in found]
    ends = np.cumsum([0, *(len(row) for row in known)])
    sizes = np.array([max(1, len(rows)) for rows in found])
    return _Lessons(np.concatenate(known), ends, sizes, [name for _, name, _ in texts], _balanced(texts))


def _balanced(texts: list[tuple[str, str, float]]) -> list[float]:
    """A class with few examples speaks up, one with many does not drown it."""
    totals: defaultdict[str, float] = defaultdict(float)
    for _, name, weight in texts:
        totals[name] += weight
    mean = sum(totals.values()) / len(totals)
    return [weight * (mean / totals[name]) ** _BALANCE for _, name, weight in texts]


def _linear(lessons: _Lessons, index: Index) -> tuple[tuple[str, ...], Floats]:
    """Logistic regression, each class against all others, from texts, names and weights: [rows, classes].

    Without a bias: a text of unknown letters is like everything a little, and like nothing surely.
    """
    sparse, linear = import_module("scipy.sparse"), import_module("sklearn.linear_model")
    values = np.repeat(1 / np.sqrt(lessons.sizes), np.diff(lessons.ends)).astype(np.float32)
    shape = (len(lessons.sizes), index.marks.size)
    matrix = sparse.csr_matrix((values, lessons.rows, lessons.ends), shape=shape)
    learner = linear.SGDClassifier(
        loss="log_loss", fit_intercept=False, alpha=_STRENGTH / shape[0], max_iter=_ROUNDS, tol=None,
        average=True, random_state=_SEED, n_jobs=-1,
    )  # fmt: skip
    model = learner.fit(matrix, lessons.names, sample_weight=lessons.weights)
    return tuple(str(name) for name in model.classes_), model.coef_.T.astype(np.float32)


def _network(lessons: _Lessons, classes: tuple[str, ...], rows: int) -> Network:
    """The net, learnt by back-propagation; only the vectors of the letter groups that a batch holds are moved."""
    sparse = import_module("scipy.sparse")
    chance = np.random.default_rng(_SEED)
    vectors = _Moving(_drawn(chance, (rows, _VECTOR), 0.05))
    inward = _Moving(_drawn(chance, (_VECTOR, _CELLS), np.sqrt(2 / _VECTOR)))
    outward = _Moving(_drawn(chance, (_CELLS, len(classes)), np.sqrt(1 / _CELLS)))
    straight = _Moving(np.zeros((_VECTOR, len(classes)), dtype=np.float32))
    inward_bias, bias = (_Moving(np.zeros(size, dtype=np.float32)) for size in (_CELLS, len(classes)))
    meant = np.array([classes.index(name) for name in lessons.names])
    weights = np.array(lessons.weights, dtype=np.float32)
    total, step = _NET_ROUNDS * -(-len(meant) // _BATCH), 0
    for _ in range(_NET_ROUNDS):
        order = chance.permutation(len(meant))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            step += 1
            pace = _Pace(_FIRST_STEP + (_LAST_STEP - _FIRST_STEP) * step / total, step)
            which, found, values = _some(lessons, batch, chance)
            here, local = np.unique(found, return_inverse=True)
            texts = sparse.csr_matrix((values, (which, local)), shape=(len(batch), len(here)))
            kept, kept_cells = (_kept(chance, (len(batch), size)) for size in (_VECTOR, _CELLS))
            read = (texts @ vectors.at[here]) * kept
            before = read @ inward.at + inward_bias.at
            cells = np.maximum(before, 0) * kept_cells
            shares = softmax(cells @ outward.at + read @ straight.at + bias.at)
            wanted = np.full_like(shares, _DOUBT / len(classes))
            wanted[np.arange(len(batch)), meant[batch]] += 1 - _DOUBT
            error = (shares - wanted) * (weights[batch] / len(batch))[:, None]
            back = (error @ outward.at.T) * kept_cells * (before > 0)
            below = (back @ inward.at.T + error @ straight.at.T) * kept
            outward.move(cells.T @ error, pace)
            straight.move(read.T @ error, pace)
            bias.move(error.sum(axis=0), pace)
            inward.move(read.T @ back, pace)
            inward_bias.move(back.sum(axis=0), pace)
            vectors.move(texts.T @ below, pace, here)
    scale = np.float32(max(float(np.abs(vectors.at).max()), 1e-9) / _VECTOR_STEPS)
    # The row of what is unknown was never moved from where chance had put it.
    vectors.at[0] = 0
    return Network(_small(vectors.at / scale), scale, inward.at, inward_bias.at, outward.at, straight.at, bias.at)


@dataclass(frozen=True)
class _Pace:
    """How far a step goes, and which step it is, from 1."""

    length: float
    step: int


class _Moving:
    """Numbers that learn, with the two averages that Adam keeps of their slopes (Kingma and Ba, 2015)."""

    def __init__(self, start: Floats) -> None:
        self.at = start
        self._slope, self._square = np.zeros_like(start), np.zeros_like(start)

    def move(self, slope: NDArray[Any], pace: _Pace, rows: Any = slice(None)) -> None:
        """One step down the slope, for all or for some rows."""
        self._slope[rows] = _MOMENTUM * self._slope[rows] + (1 - _MOMENTUM) * slope
        self._square[rows] = _SPREAD * self._square[rows] + (1 - _SPREAD) * slope * slope
        mean = self._slope[rows] / (1 - _MOMENTUM**pace.step)
        spread = np.sqrt(self._square[rows] / (1 - _SPREAD**pace.step))
        self.at[rows] -= pace.length * mean / (spread + _TINY)


def _some(
    lessons: _Lessons, batch: NDArray[np.int64], chance: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int32], Floats]:
    """A batch's entries as (text of the batch, row, value), some left out."""
    begins, counts = lessons.ends[batch], lessons.ends[batch + 1] - lessons.ends[batch]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    places = np.repeat(begins - first, counts) + np.arange(counts.sum())
    texts = np.repeat(np.arange(len(batch)), counts)
    values = np.repeat(GAIN / np.sqrt(lessons.sizes[batch]), counts).astype(np.float32)
    stays = chance.random(len(places), dtype=np.float32) > _FORGOTTEN_GROUPS
    return texts[stays], lessons.rows[places[stays]], values[stays]


def _kept(chance: np.random.Generator, shape: tuple[int, int]) -> Floats:
    stays = chance.random(shape, dtype=np.float32) > _FORGOTTEN_CELLS
    return (stays / (1 - _FORGOTTEN_CELLS)).astype(np.float32)


def _drawn(chance: np.random.Generator, shape: tuple[int, int], width: float) -> Floats:
    return (chance.standard_normal(shape) * width).astype(np.float32)


def _slip(text: str, dice: random.Random) -> str:
    """One longer word loses a letter or has two swapped, as thumbs do."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) >= _SHORTEST_TYPO and word[0].isalpha()]
    if not long:
        return text
    place = dice.choice(long)
    word = words[place]
    at = dice.randrange(1, len(word) - 1)
    words[place] = (
        word[:at] + word[at + 1 :] if dice.random() < 0.5 else word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    )
    return " ".join(words)


def _shaken(text: str, dice: random.Random) -> str:
    """One to three words of a text with their letters in no order; of a script without spaces, a few characters."""
    words = dice.sample(text.split(), min(dice.randint(1, _MOST_SHAKEN), len(text.split())))
    return " ".join("".join(dice.sample(word, min(len(word), _LONGEST_SHAKEN))) for word in words)
