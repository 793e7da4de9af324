"""The structure that all languages share (content/manifest.toml): topics, what each part states and draws on."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.texts.content import ContentError

NAME = "manifest.toml"


@dataclass(frozen=True, slots=True)
class Basis:
    """What one part draws on: paragraphs of the article and further authorities; the statements it must make.

    `risk`: the part names a risk of chemo, so that a balancing statement must stand beside it.
    """

    paragraphs: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    risk: bool = False
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic's place: its number in the menu, what to read next, and the basis of each part."""

    id: str
    number: int
    following: tuple[str, ...]
    parts: Mapping[str, Basis] = field(default_factory=dict)

    @property
    def source(self) -> tuple[str, ...]:
        """The paragraphs of the article that the whole topic draws on, in order."""
        return tuple(sorted({paragraph for basis in self.parts.values() for paragraph in basis.paragraphs}))


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole file. `paragraphs` maps P1 to the SHA-256 of that paragraph; `texts` holds what is no topic."""

    topics: Mapping[str, Topic]
    texts: Mapping[str, Mapping[str, Basis]]
    paragraphs: Mapping[str, str]
    authorities: Mapping[str, str]
    balances: tuple[str, ...]

    def basis(self, document: str, part: str) -> Basis | None:
        """What a part draws on; None when the manifest does not name it."""
        topic = self.topics.get(document)
        parts = topic.parts if topic else self.texts.get(document, {})
        return parts.get(part)

    def bases(self) -> Iterator[tuple[str, str, Basis]]:
        """All documents' parts that the manifest names."""
        named = {**{topic.id: topic.parts for topic in self.topics.values()}, **self.texts}
        for document, parts in named.items():
            for part, basis in parts.items():
                yield document, part, basis


def read(folder: Path) -> Manifest:
    """Read the manifest; raises ContentError that names the entry and what to mend."""
    path = folder / NAME
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        manifest = _manifest(found)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path}: no TOML: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(f"{path}: an entry lacks {error}, or has it in another form") from error
    for document, part, basis in manifest.bases():
        _check(f"{path}: {document} ## {part}", basis, manifest)
    return manifest


def _manifest(found: Mapping[str, Any]) -> Manifest:
    topics = (
        Topic(entry["id"], int(entry["number"]), tuple(entry["next"]), _bases(entry["parts"]))
        for entry in sorted(found["topic"], key=lambda entry: int(entry["number"]))
    )
    return Manifest(
        topics={topic.id: topic for topic in topics},
        texts={name: _bases(parts) for name, parts in found["texts"].items()},
        paragraphs={name: entry["sha256"] for name, entry in found["source"]["paragraphs"].items()},
        authorities=found["authorities"],
        balances=tuple(found["balances"]),
    )


def _bases(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Basis]:
    return {
        name: Basis(
            tuple(entry.get("from", ())),
            tuple(entry.get("adds", ())),
            bool(entry.get("risk", False)),
            tuple(entry.get("says", ())),
        )
        for name, entry in parts.items()
    }


def _check(where: str, basis: Basis, manifest: Manifest) -> None:
    for names, known, kind in (
        (basis.paragraphs, manifest.paragraphs, "paragraph"),
        (basis.authorities, manifest.authorities, "authority"),
    ):
        if unknown := [name for name in names if name not in known]:
            raise ContentError(f"{where}: '{unknown[0]}' is no {kind} of this file")
    if not basis.paragraphs and not basis.authorities:
        raise ContentError(f"{where}: name a paragraph it draws on (from) or an authority (adds)")
    if basis.risk and not set(basis.says) & set(manifest.balances):
        raise ContentError(f"{where}: names a risk alone; one of {', '.join(manifest.balances)} must stand with it")
