"""What a text says: each part has its basis, the statements it must make are there, banned forms are not."""

from collections.abc import Iterable, Iterator

import regex

from bot.domain.language import BY_TAG
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.content import Document
from bot.texts.library import PROGRAMMES, SERVICE
from bot.texts.pseudo import TAGS as PSEUDO
from bot.texts.terms import NAME

_GAP = " .. "


def basis(document: Document, desk: Desk) -> Iterator[Fault]:
    """Every part of a topic names the paragraphs or authorities it draws on."""
    if document.tag != "en" or document.name in {SERVICE, PROGRAMMES}:
        return
    for part in document.parts:
        if desk.library.manifest.basis(document.name, part) is None and part != "whatsapp":
            yield Fault(place(document, part), "content/manifest.toml does not say what it draws on")


def said(document: Document, desk: Desk) -> Iterator[Fault]:
    """Each statement of the manifest stands in the part, in one of the wordings of `_terms.toml`."""
    if document.tag in PSEUDO:
        return
    terms = desk.terms.get(document.tag)
    for part, text in document.parts.items():
        found = desk.library.manifest.basis(document.name, part)
        for statement in found.says if found else ():
            wordings = terms.says.get(statement, []) if terms else []
            if wordings and not any(stands(wording, text) for wording in wordings):
                yield Fault(place(document, part), f"does not say '{statement}' ({' | '.join(wordings[:3])})")


def worded(desk: Desk) -> Iterator[Fault]:
    """Every language with texts has a wording for every statement of the manifest."""
    wanted = {statement for _, _, found in desk.library.manifest.bases() for statement in found.says}
    for tag in sorted({tag for tag, _ in desk.library.documents} - set(PSEUDO)):
        known = desk.terms[tag].says if tag in desk.terms else {}
        if missing := sorted(statement for statement in wanted if not known.get(statement)):
            yield Fault(f"{tag}/{NAME}", f"[says] has no wording for {', '.join(missing)}")


def stands(wording: str, text: str) -> bool:
    """True when the wording stands in the text; ` .. ` bridges what may stand between its pieces."""
    at, folded = 0, text.casefold()
    for piece in wording.casefold().split(_GAP):
        if (at := folded.find(piece.strip(), at)) < 0:
            return False
        at += len(piece.strip())
    return True


def banned(document: Document, desk: Desk) -> Iterator[Fault]:
    """No form that the language's terms ban, with the reason."""
    terms = desk.terms.get(document.tag)
    for part, text in document.parts.items():
        for form, reason in terms.banned.items() if terms else ():
            if has_word(form, text, document.tag):
                yield Fault(place(document, part), f"'{form}' is banned: {reason}")


def has_word(form: str, text: str, tag: str) -> bool:
    """True when the form stands in the text: as whole words, or anywhere where words are not parted."""
    edge = "" if BY_TAG[tag].unspaced else r"\b"
    return regex.search(f"{edge}{regex.escape(form.casefold())}{edge}", text.casefold()) is not None


def glossary(document: Document, desk: Desk) -> Iterator[Fault]:
    """Where the English has a concept of the glossary, the translation has a form of it."""
    for where, text, source in desk.beside_english(document):
        for concept in desk.glossary:
            forms = concept.forms.get(document.tag, ())
            in_english = _any(concept.forms.get("en", ()), source, "en")
            if forms and in_english and not any(form.casefold() in text.casefold() for form in forms):
                yield Fault(where, f"the glossary has '{forms[0]}' for {concept.id}", warning=True)


def _any(forms: Iterable[str], text: str, tag: str) -> bool:
    return any(has_word(form, text, tag) for form in forms)
