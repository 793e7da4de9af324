"""From what to say to the text itself: look up, fill in, tidy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.answers import Say
from bot.domain.language import BY_TAG
from bot.domain.messages import Channel
from bot.texts import moments
from bot.texts.content import ContentError, Document
from bot.texts.library import Library
from bot.texts.phrases import Phrases
from bot.texts.tidy import tidy

# All that a text is made from but its options, which no cache takes as they are.
_FIELDS = tuple(name for name in Say.__slots__ if name != "options")
_fields_of = attrgetter(*_FIELDS)
_Fields = tuple[Any, ...]
_MOST_KEPT = 1 << 10
# On WhatsApp the number to call stands out in these.
_URGENT = frozenset({"emergency", "fever", "crisis", "safety-line", "crisis-line"})
_TO_CALL = ("phone", "emergency", "crisis")
# The patient's own words come back to her, in one line and so long at most.
_LONGEST_WORDS = 80
# In a line from right to left a number between these keeps its order: "+1 555 ..." does not end in its plus sign.
_LRM = "\u200e"


@dataclass(frozen=True, slots=True)
class Place:
    """The clinic's own values for placeholders: org, phone, emergency, crisis, fever, rate."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a text is for."""

    language: str
    channel: Channel
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered text, the language it really is in, and whether a person has reviewed it."""

    body: str
    language: str
    draft: bool


@dataclass(frozen=True)
class Speaker:
    """Everything that rendering needs, loaded once."""

    library: Library
    phrases: Phrases
    place: Place

    def render(self, say: Say, reader: Reader) -> Rendered:
        """One text in the reader's language; raises ContentError when a text or placeholder is unknown."""
        if say.at is not None or say.words is not None:
            return self._rendered(say, reader)
        return self._standing(_fields_of(say), tuple(say.options.items()), reader)

    @cached_property
    def _standing(self) -> "Callable[[_Fields, tuple[tuple[str, str], ...], Reader], Rendered]":
        """What holds no moment and no words of a person reads the same each time: rendered once while it is in use."""

        @lru_cache(_MOST_KEPT)
        def rendered(fields: _Fields, options: tuple[tuple[str, str], ...], reader: Reader) -> Rendered:
            return self._rendered(Say(**dict(zip(_FIELDS, fields, strict=True)), options=dict(options)), reader)

        return rendered

    def _rendered(self, say: Say, reader: Reader) -> Rendered:
        body, document = self._pattern(say, reader)
        filled = self._fill(body, say, reader, document)
        if say.labelled:
            filled += "\n" + self._fill(*self._label_of_a_draft(reader, document))
        return Rendered(tidy(filled), document.tag, document.is_machine_draft)

    def variables(self, say: Say, reader: Reader) -> dict[str, str]:
        """The placeholders' values by their number, in the order in which the text first names them."""
        body, document = self._pattern(say, reader)
        if say.text == "lesson":
            body = body.replace("{text}", self._lesson(say, reader)[0])
        names = dict.fromkeys(name for _, name, _, _ in Formatter().parse(body) if name)
        found = {str(number): f"{{{name}}}" for number, name in enumerate(names, start=1)}
        return {number: tidy(self._fill(pattern, say, reader, document)) for number, pattern in found.items()}

    def _pattern(self, say: Say, reader: Reader) -> tuple[str, Document]:
        if say.text == "topic":
            return self._topic(say, reader)
        # A text about a language is in that language: the person has just chosen it.
        tag = say.language or reader.language
        body, document = self.library.service(tag, say.text)
        if say.pushed and "{org}" not in body:
            # A text of our own accord says who sends it.
            body = self.library.service(document.tag, "lesson")[0].replace("{text}", body)
        return body, document

    def more(self, tag: str) -> str:
        """The line under every topic text: the word after which it goes on."""
        return self.phrases.phrase(tag, "Reply MORE")

    def about(self, tag: str, topic: str | None) -> str:
        """What a planned text is about, for a list of what is to come."""
        if topic is None:
            return self.phrases.phrase(tag, "Reminder to look at the topics")
        return self.phrases.phrase(tag, "Reminder: {topic}").format(topic=self.library.find(tag, topic).title)

    @cached_property
    def drafts(self) -> frozenset[str]:
        """The languages with machine drafts that no person has reviewed: what is sent in them says so."""
        return frozenset(tag for (tag, _), document in self.library.documents.items() if document.is_machine_draft)

    def source_of(self, topic: str | None) -> str | None:
        """The paragraphs of the article that a topic draws on: "P2, P6"."""
        found = self.library.topics.get(topic or "")
        return ", ".join(found.source) if found else None

    def _topic(self, say: Say, reader: Reader) -> tuple[str, Document]:
        body, document = self.library.topic_text(reader.language, say.topic or "", say.part, reader.channel)
        return f"{body}\n{self.more(document.tag)}", document

    def _fill(self, body: str, say: Say, reader: Reader, document: Document) -> str:
        values = self._place(say, reader, document.tag)
        # Some texts name their options themselves: "Reply 1 or YES".
        if "{options}" in body:
            labels = ((number, self._label(choice, document.tag)) for number, choice in say.options.items())
            values["options"] = "\n".join(_option(number, label) for number, label in labels)
        if say.at is not None:
            values["date"] = moments.day(say.at, reader.zone, document.tag)
            values["time"] = moments.clock(say.at, reader.zone, document.tag)
        if say.language is not None:
            values["language"] = BY_TAG[say.language].endonym
        if say.words is not None:
            values["question"] = " ".join(say.words.split())[:_LONGEST_WORDS]
        if say.topic is not None:
            values["topic"] = self.library.find(document.tag, say.topic).title
        if say.text == "lesson" and "{text}" in body:
            values["text"] = self._fill(*self._lesson(say, reader))
        try:
            return body.format_map(values)
        except (KeyError, ValueError) as error:
            raise ContentError(f"{document.tag}/{document.name} '{say.text}': no value for {error}") from error

    def _place(self, say: Say, reader: Reader, tag: str) -> dict[str, str]:
        """The clinic's values as this reader needs them."""
        values = dict(self.place.values)
        # Beside a letter that no space parts from it WhatsApp shows the stars themselves.
        if reader.channel is Channel.WHATSAPP and say.text in _URGENT and not BY_TAG[tag].unspaced:
            values |= {name: f"*{values[name]}*" for name in _TO_CALL}
        if BY_TAG[tag].rtl:
            values |= {name: f"{_LRM}{values[name]}{_LRM}" for name in (*_TO_CALL, "fever")}
        a_week = int(values["rate"])
        values["rate"] = self.phrases.plural(tag, "{n} message a week", "{n} messages a week", a_week)
        if say.days is not None:
            values["days"] = self.phrases.plural(tag, "{n} day", "{n} days", say.days)
        return values

    def _label_of_a_draft(self, reader: Reader, document: Document) -> "tuple[str, Say, Reader, Document]":
        body, home = self.library.service(document.tag, "machine-label")
        return body, Say("machine-label"), reader, home

    def _lesson(self, say: Say, reader: Reader) -> "tuple[str, Say, Reader, Document]":
        inner = Say("topic", say.topic, say.part)
        body, document = self._topic(inner, reader)
        return body, inner, reader, document

    def _label(self, choice: str, tag: str) -> str:
        kind, _, value = choice.partition(":")
        if kind == "topic":
            return self.library.find(tag, value).title
        if kind == "language":
            return BY_TAG[value].endonym
        if kind == "pause":
            return self.phrases.plural(tag, "{n} day", "{n} days", int(value))
        return self.library.service(tag, f"label-{kind}")[0]


def _option(number: str, label: str) -> str:
    """One line of a list. "1 3 days" would read as 13."""
    return f"{number}. {label}" if label[:1].isdigit() else f"{number} {label}"
