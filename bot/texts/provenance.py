"""Where the texts come from: the article's paragraphs by hash, and proof that none of its sentences is ours.

The article itself is not part of this project. `content/_shingles.txt` holds hashes of its six-word runs, so that the
check runs without it; `chemoline content provenance --article FILE` makes them anew and compares.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import regex

from bot.texts.content import Document
from bot.texts.manifest import Manifest

NAME = "_shingles.txt"
# So many words in a row are no chance.
RUN = 6
# Headings and by-lines are shorter than any paragraph of the body.
_SHORTEST_PARAGRAPH = 20
_DIGITS = 12


def paragraphs(article: str) -> list[str]:
    """The body paragraphs, spaces made single."""
    lines = (" ".join(line.split()) for line in article.splitlines())
    return [line for line in lines if len(line.split()) >= _SHORTEST_PARAGRAPH]


def shingles(text: str) -> dict[str, str]:
    """The six-word runs of a text by their hash; case, marks and punctuation do not matter."""
    words = regex.findall(r"[a-z0-9]+", text.casefold().replace("'", "").replace("\u2019", ""))
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:_DIGITS]: run for run in runs}


def kept(folder: Path) -> frozenset[str]:
    """The hashes that the project keeps."""
    return frozenset((folder / NAME).read_text(encoding="ascii").split())


def borrowed(document: Document, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """The part and the words of each run that a document shares with the article."""
    for part, text in document.parts.items():
        yield from ((part, run) for found, run in shingles(text).items() if found in known)


def faults(article: str, manifest: Manifest, folder: Path) -> Iterator[str]:
    """What does not agree between the article and what the project keeps of it."""
    found = paragraphs(article)
    for number, (name, wanted) in enumerate(manifest.paragraphs.items()):
        if number >= len(found):
            yield f"{name}: the article has only {len(found)} paragraphs"
        elif hashlib.sha256(found[number].encode()).hexdigest() != wanted:
            yield f"{name}: the paragraph has changed; read it, then mend what draws on it and content/manifest.toml"
    if len(found) > len(manifest.paragraphs):
        yield f"the article has {len(found)} paragraphs, content/manifest.toml has {len(manifest.paragraphs)}"
    if set(shingles(article)) != kept(folder):
        yield f"content/{NAME}: made from another article; run `chemoline content provenance --article FILE --write`"


def write(article: str, folder: Path) -> int:
    """Keep the hashes of an article's runs; gives how many."""
    found = sorted(shingles(article))
    (folder / NAME).write_text("\n".join(found) + "\n", encoding="ascii")
    return len(found)
