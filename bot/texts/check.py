"""Is every text fit to be sent? Each check gives one line that names the file, the part and the mend."""

import string
from collections import defaultdict
from collections.abc import Iterator

import regex

from bot.domain.language import BY_TAG
from bot.domain.lexicon import Lexicon
from bot.domain.messages import Intent
from bot.domain.segments import Encoding, cost, not_gsm7
from bot.texts.content import Document
from bot.texts.library import PROGRAMMES, SERVICE, Library
from bot.texts.render import Speaker
from bot.texts.tidy import tidy

# The longest values a clinic may set; settings.py refuses longer ones.
_LONGEST = {
    "org": "W" * 25, "phone": "+" + "9" * 16, "emergency": "99999", "crisis": "99999", "fever": "100.4 F (38.0 C)",
    "rate": "10 messages a week", "days": "14 days", "language": "Kreyòl Ayisyen", "date": "Wed, Nov 30", "time": "10:00 AM", "question": "W" * 80,
}  # fmt: skip
_BUDGET = {"gsm7": 2, "alphabetic": 5, "cjk": 3}
_SAFETY_BUDGET = 6
# As long as the longest "Reply MORE" of any language.
_FOOTER = "W" * 20
_SAFETY = ("emergency", "fever", "crisis")
# A safety text in GSM-7 may take 293 septets, which is two segments all the same.
_LONGEST_WHATSAPP = 1600
_HARDEST_GRADE = 6.0
_BIDI = regex.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_VOWELS = regex.compile(r"[aeiouy]+")


def check(speaker: Speaker, lexicon: Lexicon) -> list[str]:
    """All faults of all languages; an empty list means fit to be sent."""
    library = speaker.library
    faults: list[str] = []
    for document in library.documents.values():
        faults += _placeholders(document, library)
        faults += _stale(document, library)
        faults += _characters(document)
        if document.name != PROGRAMMES:
            faults += _budget(document, library)
        if document.tag == "en" and document.name not in {SERVICE, PROGRAMMES}:
            faults += _reading_level(document)
    return faults + list(_collisions(lexicon))


def _placeholders(document: Document, library: Library) -> Iterator[str]:
    english = library.documents.get(("en", document.name))
    for part, text in document.parts.items():
        if english is None or part not in english.parts:
            yield f"{document.tag}/{document.name} ## {part}: the English has no such part; remove or rename it"
        elif (mine := _fields(text)) != (theirs := _fields(english.parts[part])):
            yield f"{document.tag}/{document.name} ## {part}: has {mine}, the English has {theirs}"
    if english is not None and (missing := [part for part in english.parts if part not in document.parts]):
        yield f"{document.tag}/{document.name}: lacks {', '.join(missing)}"


def _fields(text: str) -> list[str]:
    return sorted({field for _, field, _, _ in string.Formatter().parse(text) if field})


def _stale(document: Document, library: Library) -> Iterator[str]:
    english = library.documents.get(("en", document.name))
    if document.tag == "en" or english is None:
        return
    if document.translates.get("source") != english.source_hash:
        yield (
            f"{document.tag}/{document.name}: made from another English; bring it up to date, then set "
            f'translates.source = "{english.source_hash}"'
        )


def _characters(document: Document) -> Iterator[str]:
    for part, text in document.parts.items():
        where = f"{document.tag}/{document.name} ## {part}"
        if _BIDI.search(text):
            yield f"{where}: holds an invisible direction mark; remove it"
        if tidy(text) != text:
            yield f"{where}: holds a character that would be changed on sending (curly quote, dash or odd space)"
        if BY_TAG[document.tag].gsm7 and part != "whatsapp" and (foreign := not_gsm7(text)):
            yield f"{where}: '{foreign[0]}' makes the text cost double; write it in plain letters"


def _budget(document: Document, library: Library) -> Iterator[str]:
    for part, text in document.parts.items():
        where = f"{document.tag}/{document.name} ## {part}"
        filled = _filled(document, part, text, library)
        if part == "whatsapp":
            if len(filled) > _LONGEST_WHATSAPP:
                yield f"{where}: {len(filled)} characters, {_LONGEST_WHATSAPP} fit"
            continue
        most = _most_segments(document, part, filled)
        if (paid := cost(filled)).segments > most:
            yield f"{where}: {paid.segments} segments ({paid.units} units), {most} allowed"


def _filled(document: Document, part: str, text: str, library: Library) -> str:
    """The text as the longest clinic would send it, footer included."""
    titles = [library.find(document.tag, topic).title for topic in library.topics]
    longest = sorted(titles, key=len)[-3:]
    listed = titles if part == "menu" else longest
    values = _LONGEST | {
        "options": "\n".join(f"{number} {title}" for number, title in enumerate(listed, start=1)),
        "topic": longest[-1],
        "text": "",
    }
    filled = text.format_map(values)
    return f"{filled}\n{_FOOTER}" if part.isdigit() else filled


def _most_segments(document: Document, part: str, filled: str) -> int:
    if cost(filled).encoding is Encoding.GSM7:
        return _BUDGET["gsm7"]
    if part in _SAFETY:
        return _SAFETY_BUDGET
    return _BUDGET["cjk" if BY_TAG[document.tag].unspaced else "alphabetic"]


def _reading_level(document: Document) -> Iterator[str]:
    text = " ".join(document.parts[part] for part in document.numbered)
    if (grade := flesch_kincaid(text)) > _HARDEST_GRADE:
        yield f"en/{document.name}: reading level {grade:.1f}, {_HARDEST_GRADE:.0f} allowed; use shorter words"


def flesch_kincaid(text: str) -> float:
    """The Flesch-Kincaid grade; syllables are counted as groups of vowels, a final silent e left out."""
    text = regex.sub(r"\{\w+\}|\d[\d. ]*", " ", text)
    sentences = max(1, len(regex.findall(r"[.!?:]", text)))
    words = regex.findall(r"[A-Za-z']+", text)
    syllables = sum(_syllables(word.lower()) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / max(1, len(words)) - 15.59


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)


def _collisions(lexicon: Lexicon) -> Iterator[str]:
    """STOP, START and HELP hold in every language at once, so no other word may be spelt like them."""
    seen: defaultdict[str, set[Intent]] = defaultdict(set)
    for words in lexicon.by_tag.values():
        for text, intent in words.commands.items():
            seen[text].add(intent)
    for text, intents in seen.items():
        if len(intents) > 1:
            yield f"lexicon: '{text}' is {' and '.join(sorted(intents))}; a command may mean one thing only"
    for words in lexicon.by_tag.values():
        for text in {*words.service, *words.exact} & set(seen):
            intents = seen[text]
            if words.service.get(text) not in intents:
                yield f"lexicon {words.tag}: '{text}' is the command {next(iter(intents))} elsewhere"
