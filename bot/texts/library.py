"""All content of all languages, read once at start. A language is offered when its safety texts are complete."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.language import BY_TAG, LANGUAGES, chain
from bot.domain.messages import Channel
from bot.texts.content import ContentError, Document, read

SERVICE, PROGRAMMES = "_service", "_programmes"
# Without these in its own words a language cannot be switched on: they never fall back to English.
SAFETY_TIER = (
    "emergency", "fever", "crisis", "stopped", "already-stopped", "help", "invite", "joined", "declined", "nurse",
    "machine-label", "unknown", "first-contact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic's place in the structure; the same in every language (content/manifest.toml)."""

    id: str
    number: int
    source: tuple[str, ...]
    following: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The documents by language and name, and the topics in the order of the menu."""

    documents: Mapping[tuple[str, str], Document]
    topics: Mapping[str, Topic]
    offered: tuple[str, ...]
    default: str

    def find(self, tag: str, name: str, part: str | None = None) -> Document:
        """The document in this language or the next of its fallback chain that has it.

        Raises ContentError when no language has it.
        """
        for language in chain(tag, self.offered, self.default):
            document = self.documents.get((language, name))
            if document is not None and (part is None or part in document.parts):
                return document
        raise ContentError(f"no language has '{part or name}' of {name}; asked for in {tag}")

    def service(self, tag: str, name: str) -> tuple[str, Document]:
        """A service text by its id, and the document it is from."""
        document = self.find(tag, SERVICE, name)
        return document.parts[name], document

    def topic_text(self, tag: str, topic: str, part: int, channel: Channel) -> tuple[str, Document]:
        """Part `part` (from 1) of a topic; on WhatsApp the whole topic is one text."""
        document = self.find(tag, topic)
        if channel is Channel.SMS:
            return document.parts[document.numbered[part - 1]], document
        whole = document.parts.get("whatsapp") or "\n\n".join(document.parts[n] for n in document.numbered)
        return whole, document

    def parts(self, tag: str, channel: Channel) -> dict[str, int]:
        """How many texts each topic has, in the order of the menu."""
        if channel is Channel.WHATSAPP:
            return dict.fromkeys(self.topics, 1)
        return {topic: len(self.find(tag, topic).numbered) for topic in self.topics}

    def following(self) -> dict[str, tuple[str, ...]]:
        """What to read after each topic."""
        return {topic.id: topic.following for topic in self.topics.values()}


def load(folder: Path, wanted: tuple[str, ...] = (), *, reviewed_only: bool = False) -> Library:
    """Read the content folder. `wanted` limits the offered languages (first one is the default); empty: all complete.

    Raises ContentError for a file that is wrong or a wanted language that is not complete.
    """
    manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    topics = {
        entry["id"]: Topic(entry["id"], entry["number"], tuple(entry["source"]), tuple(entry["next"]))
        for entry in sorted(manifest["topic"], key=lambda entry: int(entry["number"]))
    }
    documents = {
        (language.tag, path.stem): read(path, language.tag)
        for language in LANGUAGES
        for path in sorted((folder / language.tag).glob("*.md"))
    }
    complete = [tag for tag in BY_TAG if _lacking(documents, tag, topics, reviewed_only=reviewed_only) is None]
    offered = wanted or tuple(complete)
    for tag in offered:
        if (lack := _lacking(documents, tag, topics, reviewed_only=reviewed_only)) is not None:
            raise ContentError(f"LANGUAGES: {tag} cannot be offered: {lack}")
    return Library(documents, topics, tuple(offered), offered[0] if offered else "en")


def _lacking(
    documents: Mapping[tuple[str, str], Document],
    tag: str,
    topics: Mapping[str, Topic],
    *,
    reviewed_only: bool,
) -> str | None:
    """Why a language cannot be offered, or None."""
    service = documents.get((tag, SERVICE))
    if service is None:
        return "it has no service texts"
    if missing := [name for name in SAFETY_TIER if name not in service.parts]:
        return f"its safety texts lack {', '.join(missing)}"
    if missing := [topic for topic in topics if (tag, topic) not in documents]:
        return f"it lacks the topics {', '.join(missing)}"
    if reviewed_only and any(document.is_machine_draft for (t, _), document in documents.items() if t == tag):
        return "CONTENT_REVIEW=strict and a person has not reviewed its texts"
    return None
