"""The page that a reviewer reads: English, translation and back-translation side by side, with what each part costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.domain.language import BY_TAG
from bot.domain.segments import cost
from bot.texts import review
from bot.texts.checks.budget import filled
from bot.texts.checks.desk import Desk
from bot.texts.content import Document
from bot.texts.manifest import Basis
from bot.texts.review import ROLES, Back
from bot.texts.states import MEANINGS, state

_PAGES = Environment(loader=PackageLoader("bot.texts"), autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True, slots=True)
class _Row:
    part: str
    english: str
    text: str
    back: str
    back_is_old: bool
    cost: str
    says: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    state: str
    meaning: str
    rows: list[_Row]


def page(desk: Desk, tag: str, today: date) -> str:
    """The whole page as HTML; it needs nothing from elsewhere, and prints."""
    sheet = _PAGES.get_template("sheet.html")
    sections = list(_sections(desk, tag, today))
    return sheet.render(language=BY_TAG[tag], today=today, roles=ROLES, documents=sections)


def _sections(desk: Desk, tag: str, today: date) -> Iterator[_Section]:
    backs = review.backs(desk.folder, tag)
    for (owner, name), document in desk.library.documents.items():
        english = desk.english(document)
        if owner == tag and english is not None:
            found = state(document, english, today)
            yield _Section(name, found, MEANINGS[found], list(_rows(desk, document, english, backs)))


def _rows(desk: Desk, document: Document, english: Document, backs: dict[tuple[str, str], Back]) -> Iterator[_Row]:
    for part, text in document.parts.items():
        back = backs.get((document.name, part))
        basis = desk.library.manifest.basis(document.name, part) or Basis()
        yield _Row(
            part=part,
            english=english.parts.get(part, ""),
            text=text,
            back=back.text if back else "",
            back_is_old=back is not None and not back.is_of(text),
            cost=_cost(document, part, text, desk),
            says=basis.says,
            sources=(*basis.paragraphs, *basis.authorities),
        )


def _cost(document: Document, part: str, text: str, desk: Desk) -> str:
    whole = filled(document, part, text, desk)
    if part == "whatsapp":
        return f"WhatsApp: {len(whole)} characters"
    paid = cost(whole)
    return f"SMS: {paid.segments} ({paid.encoding}, {paid.units} units); WhatsApp: {len(whole)} characters"
