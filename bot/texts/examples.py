"""The files of words and examples of each language, and what the ranker learns from them.

A running line reads `_lexicon`, `_safety` and `_keywords`; `_examples` only teach, through content/_model.npz.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.fold import fold
from bot.domain.language import BY_TAG
from bot.domain.messages import Intent
from bot.domain.ngrams import features
from bot.texts.content import ContentError

LEXICON, SAFETY, KEYWORDS, EXAMPLES = "_lexicon.toml", "_safety.toml", "_keywords.toml", "_examples.toml"
# What people say that is no intent of its own; domain/topics says what each becomes.
KEEP = "keep"
# "Don't delete my data" is no wish, and a pause "for good" no pause. Such words teach the ranker nothing.
DENY, EVER = "deny", "ever"
OTHER_CLASSES = (KEEP, "no-remind", "fever-info", "benign", "off-topic")
_LISTS = {KEYWORDS: ("keywords", "exact"), EXAMPLES: ("examples",)}
_Classes = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Example:
    """One text, the language it is in, and its class; no class for a text that only shows the language.

    A `fragment` is a word or phrase of a rule, no whole text as people type it.
    """

    text: str
    tag: str
    name: str | None
    fragment: bool = False


def table(folder: Path, tag: str, name: str) -> Mapping[str, Any]:
    """One TOML file of a language; empty when there is none. Raises ContentError naming file and fault."""
    path = folder / tag / name
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: no TOML: {error}") from error


def by_class(folder: Path, tag: str, name: str, topics: tuple[str, ...]) -> _Classes:
    """The keywords or examples of one language, checked: known classes, known lists. Raises ContentError."""
    found = table(folder, tag, name)
    known = {*topics, *OTHER_CLASSES, *(intent.value for intent in Intent)} if name == EXAMPLES else {*topics}
    for title, lists in found.items():
        if title not in known:
            raise ContentError(f"{folder / tag / name}: [{title}] is unknown; use one of {', '.join(sorted(known))}")
        if wrong := [key for key in lists if key not in _LISTS[name]]:
            raise ContentError(f"{folder / tag / name}: [{title}] {wrong[0]}: use {', '.join(_LISTS[name])}")
    return found


def everything(folder: Path, topics: tuple[str, ...]) -> Iterator[Example]:
    """All that the ranker learns from: examples, and the words that rules know as well."""
    for tag in BY_TAG:
        for file in (EXAMPLES, KEYWORDS):
            for name, lists in by_class(folder, tag, file, topics).items():
                yield from (Example(_plain(text), tag, name) for texts in lists.values() for text in texts)
        lexicon, safety = table(folder, tag, LEXICON), table(folder, tag, SAFETY)
        for part in ("commands", "service", "phrases"):
            for name, texts in lexicon.get(part, {}).items():
                if name not in {DENY, EVER}:
                    yield from (Example(_plain(text), tag, name, fragment=True) for text in texts)
        for name in (Intent.EMERGENCY, Intent.FEVER, Intent.CRISIS):
            yield from (Example(_plain(text), tag, name, fragment=True) for text in safety.get(name, ()))
        yield from (Example(word, tag, None, fragment=True) for word in lexicon.get("language", {}).get("common", ()))


def line_of(folder: Path, tag: str, term: str) -> str | None:
    """Where a term of a language stands: "es/_safety.toml:12"; None when it is in none of its files."""
    for name in (SAFETY, LEXICON, KEYWORDS, EXAMPLES):
        path = folder / tag / name
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for number, line in enumerate(lines, start=1):
            if f'"{term}"' in line:
                return f"{tag}/{name}:{number}"
    return None


def nearest(folder: Path, tag: str, name: str, folded: str) -> str | None:
    """The example of a class that shares most letter groups with a text."""
    mine = set(features(folded).tolist())
    lists = table(folder, tag, EXAMPLES).get(name, {})
    return max(lists.get("examples", ()), key=lambda text: _overlap(mine, fold(text)), default=None)


def _overlap(mine: set[int], folded: str) -> float:
    theirs = set(features(folded).tolist())
    return len(mine & theirs) / (len(mine | theirs) or 1)


def digest(folder: Path) -> str:
    """A hash of all that the ranker is made from: a model with another one is stale."""
    total = hashlib.sha256()
    for tag in BY_TAG:
        for name in (LEXICON, SAFETY, KEYWORDS, EXAMPLES):
            path = folder / tag / name
            total.update(path.read_bytes() if path.exists() else b"-")
    return total.hexdigest()[:16]


def _plain(term: str) -> str:
    return term.replace("..", " ").replace("*", "")
