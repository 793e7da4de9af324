"""What the rules of routing work with: the text being read, and the route they give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import regex

from bot.domain.dates import When
from bot.domain.fold import fold
from bot.domain.lexicon import Lexicon, Words
from bot.domain.messages import RED_FLAGS, Intent, Tier
from bot.domain.phrases import Hit, Kind
from bot.domain.ranker import Ranking, Taken

# Where one thought ends and the next begins, in any script. A dot inside a number is none.
_THOUGHT = regex.compile(r"[!?;\n؟؛。！？；…]+|[.](?!\d)")
_MOST_THOUGHTS = 8
# "Feeling ok" beside another sentence says too little to be read alone.
_SHORTEST_THOUGHT = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text is read against: who writes, and what the numbers of our last list mean."""

    language: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a text leads. `choice` is the option taken from a list or named (a language tag, a list value).

    `choices` are the answers of a clarifier or, beside a topic, what else was asked. `leans` is the red flag that an
    AMBER text is nearest to. `perhaps` are the two languages that it may be in when neither is sure.
    """

    intent: Intent
    language: str | None = None
    topic: str | None = None
    choice: str | None = None
    choices: tuple[str, ...] = ()
    when: When | None = None
    confidence: float = 1.0
    safety: Tier | None = None
    because: tuple[str, ...] = ()
    also: Intent | None = None
    leans: Intent | None = None
    perhaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """A text, folded once; what the ranker makes of it is worked out only when a rule asks."""

    original: str
    asked: Asked
    lexicon: Lexicon

    @cached_property
    def folded(self) -> str:
        """The text as all tables spell it."""
        return fold(self.original)

    @cached_property
    def hits(self) -> list[Hit]:
        """Every listed phrase in the text; those of the patient's own language first."""
        found = self.lexicon.phrases.find(self.folded)
        return sorted(found, key=lambda hit: (hit.phrase.tag != self.asked.language, hit.start))

    def of_kind(self, kind: Kind) -> list[Hit]:
        """The listed phrases of one kind."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[Kind, list[Hit]]:
        found: dict[Kind, list[Hit]] = {}
        for hit in self.hits:
            found.setdefault(hit.phrase.kind, []).append(hit)
        return found

    @cached_property
    def _taken(self) -> Taken:
        return self.lexicon.ranker.take(self.folded)

    @cached_property
    def ranking(self) -> Ranking:
        """What the whole text is like."""
        return self.lexicon.ranker.rank(self._taken)

    @cached_property
    def tongues(self) -> Mapping[str, float]:
        """How like each language the whole text is."""
        return self.lexicon.ranker.tongues(self._taken)

    @cached_property
    def thoughts(self) -> list[tuple[str, Ranking]]:
        """The folded sentences of a text that has several, each with what it is like; else empty."""
        said = _THOUGHT.split(self.original)[:_MOST_THOUGHTS]
        if len(said) < 2:
            return []
        parts = [part for part in map(fold, said) if len(part.encode()) >= _SHORTEST_THOUGHT]
        ranker = self.lexicon.ranker
        return [(part, ranker.rank(ranker.take(part))) for part in parts] if len(parts) > 1 else []

    @cached_property
    def worst(self) -> tuple[str, Ranking]:
        """The sentence that is most like danger, with what it is like; the whole text when it has only one."""
        return max([(self.folded, self.ranking), *self.thoughts], key=lambda thought: danger_of(thought[1]))

    def like(self, name: str) -> float:
        """The probability that the whole text is of a class."""
        return self.ranking.classes.get(name, 0.0)

    def why(self, name: str) -> str:
        """The evidence for a class in words: its probability and what spoke for it."""
        words = ", ".join(f"'{word}'" for word in self.lexicon.ranker.why(self._taken, self.ranking, name))
        return f"reads like {name} ({self.like(name):.2f}), most of all {words}"

    @cached_property
    def languages(self) -> list[Words]:
        """Every language's words, the patient's own first."""
        return list(self.lexicon.order(self.asked.language))

    @cached_property
    def knowing(self) -> list[Words]:
        """Those that know the whole text as a word of the line, a topic or a number."""
        tags = self.lexicon.known_in.get(self.folded)
        return [words for words in self.languages if words.tag in tags] if tags else []


def danger_of(ranking: Ranking) -> float:
    """How like an emergency, a fever or despair: the three probabilities together."""
    return sum(ranking.classes.get(flag, 0.0) for flag in RED_FLAGS)
