"""What a text costs at most: with the longest values that a clinic may set, in the language's own dates and plurals."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.language import BY_TAG, LANGUAGES
from bot.domain.policy import MAX_PER_WEEK
from bot.domain.segments import Encoding, cost
from bot.texts import moments
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.content import Document
from bot.texts.library import MANY_LANGUAGES, PROGRAMMES, SERVICE
from bot.texts.pseudo import TAGS as PSEUDO

# settings.py refuses longer ones.
_LONGEST = {
    "org": "W" * 25, "phone": "+" + "9" * 16, "emergency": "99999", "crisis": "99999", "fever": "100.4 F (38.0 C)",
    "question": "W" * 80, "text": "",
}  # fmt: skip
_MARKED = ("phone", "emergency", "crisis", "fever")
_MOST_DAYS = 30
_BUDGET = {"gsm7": 2, "alphabetic": 5, "cjk": 3}
_SAFETY_BUDGET = {Encoding.GSM7: 3, Encoding.UCS2: 6}
_SAFETY = ("emergency", "fever", "crisis")
# A WhatsApp text through Twilio.
_LONGEST_WHATSAPP = 1600


def segments(document: Document, desk: Desk) -> Iterator[Fault]:
    """No SMS part over the budget of its alphabet (content/claims.md and docs/translators.md give the reasons)."""
    for part, text in document.parts.items():
        if part == "whatsapp" or document.tag in PSEUDO:
            continue
        paid, most = cost(filled(document, part, text, desk)), _most(document, part, text, desk)
        if paid.segments > most:
            yield Fault(place(document, part), f"{paid.segments} segments ({paid.units} units), {most} allowed")


def whatsapp(document: Document, desk: Desk) -> Iterator[Fault]:
    """A WhatsApp part fits into one message."""
    if "whatsapp" in document.parts:
        size = len(filled(document, "whatsapp", document.parts["whatsapp"], desk))
        if size > _LONGEST_WHATSAPP:
            yield Fault(place(document, "whatsapp"), f"{size} characters, {_LONGEST_WHATSAPP} fit")


def filled(document: Document, part: str, text: str, desk: Desk) -> str:
    """The text as the clinic with the longest values would send it, footer included."""
    tag = document.tag
    titles = sorted((desk.library.find(tag, topic).title for topic in desk.library.topics), key=len)
    endonyms = [language.endonym for language in LANGUAGES]
    listed = {"menu": titles, MANY_LANGUAGES: endonyms}.get(part, titles[-3:])
    values = _LONGEST | {
        "options": "\n".join(f"{number} {title}" for number, title in enumerate(listed, start=1)),
        "topic": titles[-1],
        "language": max(endonyms, key=len),
        "rate": desk.phrases.plural(tag, "{n} message a week", "{n} messages a week", MAX_PER_WEEK),
        "days": desk.phrases.plural(tag, "{n} day", "{n} days", _MOST_DAYS),
        "date": _longest_date(tag),
        "time": moments.clock(datetime(2026, 1, 1, 22, tzinfo=UTC), ZoneInfo("UTC"), tag),
    }
    if BY_TAG[tag].rtl:
        values |= {name: f"\u200e{values[name]}\u200e" for name in _MARKED}
    if _is_pushed(document, part, text):
        text = desk.library.documents[tag, SERVICE].parts["lesson"].replace("{text}", text)
    whole = text.format_map(values)
    return f"{whole}\n{desk.phrases.phrase(tag, 'Reply MORE')}" if part.isdigit() else whole


def _is_pushed(document: Document, part: str, text: str) -> bool:
    """A text of our own accord that does not name the clinic itself: `lesson` is put around it."""
    answers = part.endswith(("-right", "-wrong", "-kept")) or part.startswith("ack-")
    return document.name == PROGRAMMES and "{org}" not in text and not answers


@cache
def _longest_date(tag: str) -> str:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    days = (moments.day(start + timedelta(days=number), ZoneInfo("UTC"), tag) for number in range(365))
    return max(days, key=len)


def _most(document: Document, part: str, text: str, desk: Desk) -> int:
    if part == MANY_LANGUAGES:
        return _BUDGET["cjk"]
    encoding = cost(filled(document, part, text, desk)).encoding
    if part in _SAFETY:
        return _SAFETY_BUDGET[encoding]
    if encoding is Encoding.GSM7:
        return _BUDGET["gsm7"]
    return _BUDGET["cjk" if BY_TAG[document.tag].unspaced else "alphabetic"]
