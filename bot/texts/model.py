"""The ranker's weights on disk: `content/_model.npz`, made by `train`, with the hash of the texts it was made from."""

from pathlib import Path

import numpy as np

from bot.domain.ranker import Index, Network, Ranker
from bot.texts import learning
from bot.texts.content import ContentError
from bot.texts.examples import digest, everything

_FILE = "_model.npz"


def load(folder: Path) -> Ranker:
    """The ranker of a content folder. Raises ContentError when it is missing."""
    path = folder / _FILE
    try:
        with np.load(path, allow_pickle=False) as kept:
            network = Network(
                kept["vectors"], np.float32(kept["vector_scale"]), kept["inward"], kept["inward_bias"],
                kept["outward"], kept["straight"], kept["bias"],
            )  # fmt: skip
            return Ranker(
                tuple(kept["classes"].tolist()),
                tuple(kept["languages"].tolist()),
                Index(kept["rows"], kept["marks"]),
                kept["weights"],
                kept["scale"],
                network,
            )
    except (OSError, KeyError, ValueError) as error:
        raise ContentError(f"{path}: cannot be read ({type(error).__name__}); run `make model`") from error


def is_stale(folder: Path) -> bool:
    """True when the examples have changed since the model was made."""
    with np.load(folder / _FILE, allow_pickle=False) as kept:
        return str(kept["digest"]) != digest(folder)


def train(folder: Path, topics: tuple[str, ...]) -> int:
    """Make the model anew and write it; gives the number of texts it learnt from."""
    examples = list(everything(folder, topics))
    ranker = learning.fit(examples)
    net = ranker.network
    np.savez_compressed(
        folder / _FILE,
        classes=np.array(ranker.classes),
        languages=np.array(ranker.languages),
        rows=ranker.index.rows,
        marks=ranker.index.marks,
        weights=ranker.weights,
        scale=ranker.scale,
        vectors=net.vectors,
        vector_scale=np.array(net.scale),
        inward=net.inward,
        inward_bias=net.inward_bias,
        outward=net.outward,
        straight=net.straight,
        bias=net.bias,
        digest=np.array(digest(folder)),
    )
    return len(examples)
