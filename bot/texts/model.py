"""The ranker's weights on disk: `content/_model.npz`, made by `train`, with the hash of the texts it was made from.

Training needs scikit-learn, which production does not have.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.domain.fold import fold
from bot.domain.ngrams import BUCKETS, features
from bot.domain.ranker import Ranker
from bot.texts.content import ContentError
from bot.texts.examples import Example, digest, everything

_FILE = "_model.npz"
# Chosen by five-fold cross-validation on the examples.
_STRENGTH = 0.03
_ROUNDS = 15
# A phrase of a rule counts this much of an example: there are many, and rules find them anyway.
_FRAGMENT = 0.1
# 0: a class weighs as much as it has examples; 1: all classes weigh the same.
_BALANCE = 0.5
_SEED = 20261124
_SHORTEST_TYPO = 5
_SMALLEST, _LARGEST = -127, 127


def load(folder: Path) -> Ranker:
    """The ranker of a content folder. Raises ContentError when it is missing."""
    path = folder / _FILE
    try:
        with np.load(path, allow_pickle=False) as kept:
            return Ranker(
                tuple(kept["classes"].tolist()),
                tuple(kept["languages"].tolist()),
                kept["weights"],
                kept["scale"],
            )
    except (OSError, KeyError, ValueError) as error:
        raise ContentError(f"{path}: cannot be read ({type(error).__name__}); run `make model`") from error


def is_stale(folder: Path) -> bool:
    """True when the examples have changed since the model was made."""
    with np.load(folder / _FILE, allow_pickle=False) as kept:
        return str(kept["digest"]) != digest(folder)


def train(folder: Path, topics: tuple[str, ...]) -> int:
    """Make the model anew and write it; gives the number of texts it learnt from. Deterministic."""
    examples = list(everything(folder, topics))
    ranker = fit(examples)
    np.savez_compressed(
        folder / _FILE,
        classes=np.array(ranker.classes),
        languages=np.array(ranker.languages),
        weights=ranker.weights,
        scale=ranker.scale,
        digest=np.array(digest(folder)),
    )
    return len(examples)


def fit(examples: Sequence[Example]) -> Ranker:
    """Learn from examples and from the same ones with a slip of the finger."""
    dice = random.Random(_SEED)  # noqa: S311 -- the same slips each time
    texts = [(fold(example.text), example) for example in examples]
    texts += [(_slip(text, dice), example) for text, example in texts if not example.fragment]
    named = [(text, str(example.name), _weight(example)) for text, example in texts if example.name is not None]
    classes, by_class = _learn(named)
    languages, by_language = _learn([(text, example.tag, 1.0) for text, example in texts])
    weights = np.hstack([by_class, by_language])
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / _LARGEST
    small = np.clip(np.rint(weights / scale), _SMALLEST, _LARGEST).astype(np.int8)
    return Ranker(classes, languages, small, scale.astype(np.float32))


def _weight(example: Example) -> float:
    return _FRAGMENT if example.fragment else 1.0


def _learn(lessons: list[tuple[str, str, float]]) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Logistic regression, each class against all others, from texts, names and weights: [BUCKETS, classes].

    Without a bias: a text of unknown letters is like everything a little, and like nothing surely.
    """
    sparse, linear = import_module("scipy.sparse"), import_module("sklearn.linear_model")
    rows = [features(text) for text, _, _ in lessons]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.fromiter((bucket for row in rows for bucket in row), dtype=np.int64)
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(len(row) or 1), dtype=np.float32) for row in rows])
    used, places = np.unique(columns, return_inverse=True)
    matrix = sparse.csr_matrix((values, places, ends), shape=(len(rows), len(used)))
    learner = linear.SGDClassifier(
        loss="log_loss", fit_intercept=False, alpha=_STRENGTH / len(rows), max_iter=_ROUNDS, tol=None,
        average=True, random_state=_SEED, n_jobs=-1,
    )  # fmt: skip
    model = learner.fit(matrix, [name for _, name, _ in lessons], sample_weight=_balanced(lessons))
    weights: NDArray[np.float32] = np.zeros((BUCKETS, len(model.classes_)), dtype=np.float32)
    weights[used] = model.coef_.T
    return tuple(str(name) for name in model.classes_), weights


def _balanced(lessons: list[tuple[str, str, float]]) -> list[float]:
    """A class with few examples speaks up, one with many does not drown it."""
    totals: defaultdict[str, float] = defaultdict(float)
    for _, name, weight in lessons:
        totals[name] += weight
    mean = sum(totals.values()) / len(totals)
    return [weight * (mean / totals[name]) ** _BALANCE for _, name, weight in lessons]


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
