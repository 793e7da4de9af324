"""The words that routing knows, as read from the `_lexicon`, `_safety` and `_keywords` files of content/<language>.

Everything here is folded (see domain/fold). One `Words` a language; `Lexicon` joins them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.datewords import DateWords
from bot.domain.messages import Intent
from bot.domain.phrases import PhraseBook
from bot.domain.ranker import Ranker


@dataclass(frozen=True, slots=True)
class Words:
    """What the whole of a text can be in one language."""

    tag: str
    commands: Mapping[str, Intent]
    service: Mapping[str, Intent]
    exact: Mapping[str, str]
    numbers: Mapping[str, int]
    dates: DateWords


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All languages, and what holds for everyone whatever their language: phrases of all kinds, the ranker."""

    by_tag: Mapping[str, Words]
    language_names: Mapping[str, str]
    topics: tuple[str, ...]
    phrases: PhraseBook
    ranker: Ranker
    commands: Mapping[str, tuple[Intent, str]] = field(init=False)
    # Which languages know a whole text as a command, a word of the line, a topic or a number: nearly always none.
    known_in: Mapping[str, tuple[str, ...]] = field(init=False)
    # The words of every language that ask for a pause.
    pauses: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Join the commands: STOP, START and HELP count in every language at once."""
        joined: dict[str, tuple[Intent, str]] = {}
        for tag, words in self.by_tag.items():
            for text, intent in words.commands.items():
                joined.setdefault(text, (intent, tag))
        object.__setattr__(self, "commands", joined)
        pauses = {
            text for words in self.by_tag.values() for text, intent in words.service.items() if intent is Intent.SNOOZE
        }
        object.__setattr__(self, "pauses", tuple(sorted(pauses)))
        known: dict[str, tuple[str, ...]] = {}
        for tag, words in self.by_tag.items():
            for text in {*words.commands, *words.service, *words.exact, *words.numbers}:
                known[text] = (*known.get(text, ()), tag)
        # Most are known in one language: one tuple each is enough.
        shared: dict[tuple[str, ...], tuple[str, ...]] = {}
        object.__setattr__(self, "known_in", {text: shared.setdefault(tags, tags) for text, tags in known.items()})

    def order(self, first: str | None) -> Iterator[Words]:
        """The patient's language first, English next, then all others."""
        tags = dict.fromkeys([*([first] if first else []), "en", *self.by_tag])
        return (self.by_tag[tag] for tag in tags if tag in self.by_tag)
