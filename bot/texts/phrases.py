"""System phrases: gettext catalogs of `locales/`, compiled in memory at start. Nothing clinical belongs here."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.domain.language import BY_TAG
from bot.texts import pseudo

_ENGLISH = NullTranslations()


@dataclass(frozen=True, slots=True)
class Phrases:
    """The catalogs by language tag; a language without a catalog, or a phrase without a translation, is English."""

    catalogs: Mapping[str, NullTranslations]

    def phrase(self, tag: str, text: str) -> str:
        """One phrase in this language."""
        if tag in pseudo.TAGS:
            return pseudo.text(text, tag)
        return self.catalogs[tag].gettext(text) if tag in self.catalogs else text

    def plural(self, tag: str, one: str, many: str, number: int) -> str:
        """A phrase with `{n}`, in the form that this number takes in this language (Arabic has six)."""
        if tag in pseudo.TAGS:
            return pseudo.text(one if number == 1 else many, tag).format(n=number)
        catalog = self.catalogs.get(tag, _ENGLISH)
        return catalog.ngettext(one, many, number).format(n=number)


def load(folder: Path) -> Phrases:
    """Compile `<folder>/<locale>/LC_MESSAGES/messages.po` of every known language; .mo files are never kept."""
    catalogs: dict[str, NullTranslations] = {}
    for tag in BY_TAG:
        path = folder / tag.replace("-", "_") / "LC_MESSAGES" / "messages.po"
        if path.exists():
            catalogs[tag] = _compile(path)
    return Phrases(catalogs)


def _compile(path: Path) -> GNUTranslations:
    with path.open("rb") as file:
        catalog = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
