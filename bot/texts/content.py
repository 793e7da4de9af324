"""Content files: TOML front matter between `+++` lines, then Markdown parts (`## 1`, `## whatsapp`, `## stopped`).

One file per topic per language. One sentence a line, so that translations align; lines that begin with `>` are notes.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import regex

_FENCE = "+++"
_HEADING = regex.compile(r"## +([a-z0-9-]+)\s*")
# A list line stands alone; so does the placeholder that becomes a list.
_LIST_LINE = regex.compile(r"(\d+|-) |\{options\}$")
_NO_SPACES = ("zh-Hans", "zh-Hant", "ja")


class ContentError(Exception):
    """A content file is wrong; the message names the file and what to mend."""


@dataclass(frozen=True, slots=True)
class Document:
    """One content file: `parts` maps a part's id to its text as it is sent."""

    tag: str
    name: str
    title: str = ""
    question: str = ""
    meaning: int = 1
    translates: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "human"
    review: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    source_hash: str = ""

    @property
    def numbered(self) -> list[str]:
        """The ids of the SMS parts in order."""
        return sorted((key for key in self.parts if key.isdigit()), key=int)

    @property
    def is_machine_draft(self) -> bool:
        """True until a person has reviewed exactly this text."""
        return self.origin == "machine" and self.review.get("text") != self.source_hash

    def part_hash(self, part: str) -> str:
        """Ten hex digits of one part as it is sent: a back-translation keeps the hash of what was read."""
        return hashlib.sha256(self.parts[part].encode()).hexdigest()[:10]


def read(path: Path, tag: str) -> Document:
    """Read one file; raises ContentError naming the file and the fault."""
    fence, _, rest = path.read_text(encoding="utf-8").partition("\n")
    front, closing, body = rest.partition(f"\n{_FENCE}\n")
    if fence != _FENCE or not closing:
        raise ContentError(f"{path}: begins with a line '+++', then TOML, then a line '+++'")
    try:
        fields = tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path}: the front matter is no TOML: {error}") from error
    lines = _parts(body, path)
    return _document(tag, path.stem, fields, lines)


def _document(tag: str, name: str, fields: Mapping[str, Any], lines: Mapping[str, list[str]]) -> Document:
    return Document(
        tag=tag,
        name=name,
        title=fields.get("title", ""),
        question=fields.get("question", ""),
        meaning=fields.get("meaning", 1),
        translates=fields.get("translates", {}),
        origin=fields.get("origin", "human"),
        review=fields.get("review", {}),
        parts={part: _join(text, tag) for part, text in lines.items()},
        source_hash=_hash(lines),
    )


def _parts(body: str, path: Path) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in body.splitlines():
        if heading := _HEADING.fullmatch(line):
            if heading[1] in parts:
                raise ContentError(f"{path}: the part '## {heading[1]}' stands twice")
            current = parts[heading[1]] = []
        elif not line.startswith(">"):
            current.append(line.strip())
    return parts


def _hash(parts: Mapping[str, list[str]]) -> str:
    """Ten hex digits of what is sent, notes left out: a translation keeps the hash of the English it was made from."""
    lines = (f"## {part}\n" + "".join(f"{line}\n" for line in text if line) for part, text in parts.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:10]


def _join(lines: list[str], tag: str) -> str:
    """Sentences follow each other; list lines and paragraphs begin anew."""
    glue = "" if tag in _NO_SPACES else " "
    text, before = "", ""
    for line in lines:
        if not line:
            text = text.rstrip() + "\n\n" if text else ""
        elif text and not text.endswith("\n"):
            alone = _LIST_LINE.match(line) or _LIST_LINE.match(before)
            text += ("\n" if alone else glue) + line
        else:
            text += line
        before = line
    return text.strip()
