"""What people say of a text: a review stamped into its file, and a back-translation kept beside it."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import regex

from bot.domain.language import BY_TAG
from bot.texts.content import ContentError, Document, read
from bot.texts.examples import table
from bot.texts.library import Library

BACK = "_back.toml"
# Who may say that a clinical text is fit to be sent; the law asks for a qualified translator (45 CFR 92.201(c)(3)).
ROLES = ("qualified translator", "bilingual clinician", "clinician")
_REVIEW = regex.compile(r"\n\[review\]\n(?:(?!\[|\+\+\+).*\n)*")
_UNQUOTABLE = regex.compile(r'["\\\x00-\x1f\x7f]')


def accept(path: Path, by: str, role: str, on: date) -> Document:
    """Stamp a file as read by a person, with the hash of what was read; gives the document as it now is.

    Raises ContentError when the file, the name or the role cannot be used; then nothing is written.
    """
    tag = path.parent.name
    if tag not in BY_TAG or path.suffix != ".md":
        raise ContentError(f"{path}: is no text of ours; name a file such as content/es/worse.md")
    if not by.strip() or _UNQUOTABLE.search(by):
        raise ContentError('--by: a name without quotes or line breaks, such as --by "Ana Diaz, RN"')
    if role not in ROLES:
        raise ContentError(f"--role: one of {', '.join(ROLES)}")
    document = read(path, tag)
    fence, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    stamp = f'[review]\nby = "{by.strip()}"\nrole = "{role}"\ndate = {on}\ntext = "{document.source_hash}"\n'
    front = _REVIEW.sub("\n", f"\n{front}").strip("\n")
    path.write_text(f"{fence}+++\n{front}\n\n{stamp}+++\n{body}", encoding="utf-8")
    return read(path, tag)


@dataclass(frozen=True, slots=True)
class Back:
    """A back-translation of one part: what a reader of the translation alone put it into English as.

    `of` is the hash of the part that was read; another one means that the translation has changed since.
    """

    text: str
    of: str

    def is_of(self, text: str) -> bool:
        """True when it was made from exactly this text."""
        return self.of == hashlib.sha256(text.encode()).hexdigest()[: len(self.of)]


def backs(folder: Path, tag: str) -> dict[tuple[str, str], Back]:
    """The back-translations of a language by document and part."""
    return {
        (document, part): Back(entry["text"], entry["of"])
        for document, parts in table(folder, tag, BACK).items()
        for part, entry in parts.items()
    }


def keep_back(folder: Path, library: Library, tag: str, blind: Path) -> int:
    """Keep a blind back-translation: `blind` is TOML with a table a document, `part = "English"`; gives how many.

    Parts that it does not name keep theirs. Raises ContentError for a document or part that does not exist.
    """
    try:
        given: Mapping[str, Mapping[str, str]] = tomllib.loads(blind.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{blind}: no TOML: {error}") from error
    held = backs(folder, tag)
    for name, parts in given.items():
        document = library.documents.get((tag, name))
        for part, text in parts.items():
            if document is None or part not in document.parts:
                raise ContentError(f"{blind}: [{name}] {part}: {tag} has no such text")
            held[name, part] = Back(" ".join(text.split()), document.part_hash(part))
    _write(folder / tag / BACK, held)
    return sum(len(parts) for parts in given.values())


def _write(path: Path, held: Mapping[tuple[str, str], Back]) -> None:
    lines = ["# Back-translations, made from the translation alone; `of` is the hash of the text that was read."]
    before = None
    for (name, part), back in sorted(held.items()):
        if name != before:
            lines += ["", f"[{name}]"]
            before = name
        quoted = back.text.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'{part} = {{ of = "{back.of}", text = "{quoted}" }}')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
