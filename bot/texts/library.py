"""All content of all languages, read once at start. A language is offered when its safety texts are complete."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from bot.domain.language import BY_TAG, LANGUAGES, chain
from bot.domain.messages import Channel
from bot.texts import manifest, pseudo, states
from bot.texts.content import ContentError, Document, read
from bot.texts.manifest import Manifest, Topic
from bot.texts.states import State

SERVICE, PROGRAMMES = "_service", "_programmes"
# The one part that names itself in all languages at once.
MANY_LANGUAGES = "language-menu"
# Without these in its own words a language cannot be switched on: they never fall back to English.
SAFETY_TIER = (
    "emergency", "fever", "crisis", "stopped", "already-stopped", "help", "invite", "joined", "declined", "nurse",
    "machine-label", "unknown", "first-contact", "safety-line", "crisis-line", "stop-treatment", "unavailable",
    "wrong-number", "bereaved",
)  # fmt: skip


@dataclass(frozen=True)
class Library:
    """The documents by language and name.

    `complete` languages have all that is sent (in strict mode: read by a person); `offered` are those of the menu.
    """

    documents: Mapping[tuple[str, str], Document]
    manifest: Manifest
    complete: tuple[str, ...]
    offered: tuple[str, ...]

    @property
    def topics(self) -> Mapping[str, Topic]:
        """The topics by id, in the order of the menu."""
        return self.manifest.topics

    @property
    def default(self) -> str:
        """The language of those whose own we do not know."""
        return self.offered[0]

    def find(self, tag: str, name: str, part: str | None = None) -> Document:
        """The document in this language or the next of its fallback chain that has it.

        Raises ContentError when no language has it.
        """
        for language in chain(tag, self.complete, self.default):
            document = self.documents.get((language, name))
            if document is not None and (part is None or part in document.parts):
                return document
        raise ContentError(f"no language has '{part or name}' of {name}; asked for in {tag}")

    def service(self, tag: str, name: str) -> tuple[str, Document]:
        """A service or programme text by its id, and the document it is from."""
        home = PROGRAMMES if name in self.documents["en", PROGRAMMES].parts else SERVICE
        document = self.find(tag, home, name)
        return document.parts[name], document

    def topic_text(self, tag: str, topic: str, part: int, channel: Channel) -> tuple[str, Document]:
        """Part `part` (from 1) of a topic; on WhatsApp the whole topic is one text."""
        document = self.find(tag, topic)
        if channel is Channel.SMS:
            return document.parts[document.numbered[part - 1]], document
        whole = document.parts.get("whatsapp") or "\n\n".join(document.parts[n] for n in document.numbered)
        return whole, document

    def states(self, tag: str, today: date) -> dict[str, State]:
        """How far each document of a language can be trusted, by name."""
        return {
            name: states.state(document, self.documents["en", name], today)
            for (owner, name), document in self.documents.items()
            if owner == tag
        }

    def parts(self, tag: str, channel: Channel) -> Mapping[str, int]:
        """How many texts each topic has, in the order of the menu."""
        return self._counts[tag, channel]

    @cached_property
    def following(self) -> Mapping[str, tuple[str, ...]]:
        """What to read after each topic."""
        return {topic.id: topic.following for topic in self.topics.values()}

    @cached_property
    def _counts(self) -> Mapping[tuple[str, Channel], Mapping[str, int]]:
        """Counted once: every text that comes in asks."""
        whole = dict.fromkeys(self.topics, 1)
        return {
            (tag, channel): whole
            if channel is Channel.WHATSAPP
            else {topic: len(self.find(tag, topic).numbered) for topic in self.topics}
            for tag in {*BY_TAG, *self.offered}
            for channel in Channel
        }


def load(folder: Path, wanted: tuple[str, ...] = (), *, reviewed_only: bool = False) -> Library:
    """Read the content folder. `wanted` limits the offered languages (first one is the default); empty: all complete.

    Raises ContentError for a file that is wrong or a wanted language that is not complete.
    """
    structure = manifest.read(folder)
    documents = {(document.tag, document.name): document for document in _documents(folder, wanted)}
    lacks = {tag: _lacking(documents, tag, structure.topics, reviewed_only=reviewed_only) for tag in BY_TAG}
    complete = tuple(tag for tag in BY_TAG if lacks[tag] is None)
    offered = wanted or complete
    for tag in offered:
        if (lack := lacks[tag]) is not None:
            raise ContentError(f"LANGUAGES: {tag} cannot be offered: {lack}")
    if not offered:
        raise ContentError(f"no language can be offered: en: {lacks['en']}")
    return Library(documents, structure, complete, offered)


def _documents(folder: Path, wanted: tuple[str, ...]) -> Iterator[Document]:
    for language in LANGUAGES:
        for path in sorted((folder / language.tag).glob("*.md")):
            document = read(path, language.tag)
            yield document
            if language.tag == "en":
                yield from (pseudo.of(document, tag) for tag in wanted if tag in pseudo.TAGS)


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
    mine = [document for document in documents.values() if document.tag == tag]
    unread = [text.name for text in mine if not states.is_trusted(text, documents["en", text.name])]
    if reviewed_only and unread:
        return f"CONTENT_REVIEW=strict and no person has accepted {', '.join(unread)}; see `chemoline content accept`"
    return None
