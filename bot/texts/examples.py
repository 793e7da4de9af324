"""Example texts by class: what people really type, and what the ranker is made from. One file a language.

`[worse] keywords = [...] examples = [...]`: keywords are topics' words that decide alone; examples only teach.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.language import BY_TAG
from bot.domain.messages import Intent
from bot.texts.content import ContentError

EXAMPLES, LEXICON, SAFETY = "_examples.toml", "_lexicon.toml", "_safety.toml"
# What people say that is no intent of its own; domain/ranked says what each becomes.
OTHER_CLASSES = ("keep", "no-remind", "fever-info", "benign", "off-topic")
_LISTS = ("keywords", "exact", "examples")


@dataclass(frozen=True, slots=True)
class Example:
    """One text, the language it is in, and its class; no class for a text that only shows the language."""

    text: str
    tag: str
    name: str | None


def table(folder: Path, tag: str, name: str) -> Mapping[str, Any]:
    """One TOML file of a language; empty when there is none. Raises ContentError naming file and fault."""
    path = folder / tag / name
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: no TOML: {error}") from error


def by_class(folder: Path, tag: str, topics: tuple[str, ...]) -> Mapping[str, Mapping[str, list[str]]]:
    """The example file of one language, checked: known classes, known lists. Raises ContentError."""
    found = table(folder, tag, EXAMPLES)
    known = {*topics, *OTHER_CLASSES, *(intent.value for intent in Intent)}
    for name, lists in found.items():
        if name not in known:
            raise ContentError(
                f"{folder / tag / EXAMPLES}: [{name}] is no class; use one of {', '.join(sorted(known))}"
            )
        if wrong := [key for key in lists if key not in _LISTS]:
            raise ContentError(f"{folder / tag / EXAMPLES}: [{name}] {wrong[0]}: use {', '.join(_LISTS)}")
    return found


def everything(folder: Path, topics: tuple[str, ...]) -> Iterator[Example]:
    """All that the ranker learns from: examples, and the words that rules know as well."""
    for tag in BY_TAG:
        for name, lists in by_class(folder, tag, topics).items():
            yield from (Example(_plain(text), tag, name) for key in _LISTS for text in lists.get(key, ()))
        lexicon, safety = table(folder, tag, LEXICON), table(folder, tag, SAFETY)
        for part in ("commands", "service", "phrases"):
            for name, texts in lexicon.get(part, {}).items():
                yield from (Example(_plain(text), tag, name) for text in texts)
        for name in (Intent.EMERGENCY, Intent.FEVER, Intent.CRISIS):
            yield from (Example(_plain(text), tag, name) for text in safety.get(name, ()))
        yield from (Example(word, tag, None) for word in lexicon.get("language", {}).get("common", ()))


def digest(folder: Path) -> str:
    """A hash of all that the ranker is made from: a model with another one is stale."""
    total = hashlib.sha256()
    for tag in BY_TAG:
        for name in (EXAMPLES, LEXICON, SAFETY):
            path = folder / tag / name
            total.update(path.read_bytes() if path.exists() else b"-")
    return total.hexdigest()[:16]


def _plain(term: str) -> str:
    return term.replace("..", " ").replace("*", "")
