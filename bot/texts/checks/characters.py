"""Which characters a text may hold: those of its script, none that hide or cost."""

from collections.abc import Iterator

import regex

from bot.domain.language import BY_TAG
from bot.domain.segments import not_gsm7
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.content import Document
from bot.texts.library import MANY_LANGUAGES
from bot.texts.pseudo import TAGS as PSEUDO
from bot.texts.tidy import tidy

_BIDI = regex.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_PLACEHOLDER = regex.compile(r"\{(\w+)\}")
# The letters that each language is written in.
_LETTERS = {
    "Latin": r"\p{Latin}", "Cyrillic": r"\p{Cyrillic}", "Arabic": r"\p{Arabic}", "Hangul": r"\p{Hangul}",
    "Han": r"\p{Han}", "ja": r"\p{Han}\p{Hiragana}\p{Katakana}",
}  # fmt: skip
_RUN = {name: regex.compile(rf"(?:(?![{letters}])\p{{L}})+") for name, letters in _LETTERS.items()}
# Marks that belong to no one script (the Japanese long vowel, full-width punctuation) are no letters of another.
_COMMON = regex.compile(r"[\p{sc=Common}\p{sc=Inherited}]+")
# Written in Latin letters in every language.
_EVERYWHERE = frozenset({"STOP", "START", "HELP", "SMS", "WhatsApp", "OK"})


def invisible(document: Document, desk: Desk) -> Iterator[Fault]:
    """No direction marks (rendering sets them), nothing that is changed on sending."""
    for part, text in document.parts.items():
        if _BIDI.search(text):
            yield Fault(place(document, part), "holds an invisible direction mark; remove it")
        if tidy(text) != text:
            yield Fault(
                place(document, part),
                "holds a character that would be changed on sending (curly quote, dash or odd space)",
            )


def cheap(document: Document, desk: Desk) -> Iterator[Fault]:
    """Languages that GSM-7 can write stay within it on SMS: one letter outside doubles the price."""
    for part, text in document.parts.items():
        if BY_TAG[document.tag].gsm7 and part != "whatsapp" and (foreign := not_gsm7(text)):
            yield Fault(place(document, part), f"'{foreign[0]}' makes the text cost double; write it in plain letters")


def script(document: Document, desk: Desk) -> Iterator[Fault]:
    """Letters of the language's own script; Latin words elsewhere only if they are told to be typed, or listed."""
    language = BY_TAG[document.tag]
    foreign = _RUN["ja" if language.tag == "ja" else language.script]
    terms = desk.terms.get(language.tag)
    allowed = _EVERYWHERE | ({*terms.words.values(), *terms.latin} if terms else set())
    for part, text in document.parts.items():
        if part == MANY_LANGUAGES or document.tag in PSEUDO:
            continue
        bare = _PLACEHOLDER.sub(" ", text)
        for run in foreign.findall(bare):
            letters = _COMMON.sub("", run)
            if letters and letters not in allowed:
                yield Fault(place(document, part), f"'{letters}' is not in the script of {language.tag}")
        if mixed := _mixed(bare, language.script):
            yield Fault(place(document, part), f"'{mixed}' mixes the letters of two scripts")


def _mixed(text: str, own: str) -> str | None:
    """A word of two scripts, such as STOP with a Cyrillic C; where words are not parted a particle may follow."""
    if own in {"Han", "Hangul"}:
        return None
    words = regex.findall(r"\p{L}+", text)
    return next((word for word in words if len(_scripts(word)) > 1), None)


def _scripts(word: str) -> set[str]:
    return {name for name, letters in _LETTERS.items() if name != "ja" and regex.search(f"[{letters}]", word)}


def direction(document: Document, desk: Desk) -> Iterator[Fault]:
    """The first strong letter sets the direction of the bubble, so it is one of the language's own."""
    if not BY_TAG[document.tag].rtl:
        return
    for part, text in document.parts.items():
        first = regex.search(r"\p{L}", _PLACEHOLDER.sub("A", text))
        if first and part != MANY_LANGUAGES and not regex.match(r"\p{Arabic}", first[0]):
            yield Fault(place(document, part), "begins with a Latin word or a placeholder; begin in Arabic letters")
