"""Our own words: no run of six words is the source article's."""

from collections.abc import Iterator

from bot.texts import provenance
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.content import Document


def own_words(document: Document, desk: Desk) -> Iterator[Fault]:
    """English only: the article is English."""
    if document.tag == "en":
        for part, run in provenance.borrowed(document, desk.borrowed):
            yield Fault(place(document, part), f"'{run}' are six words in a row of the article; say it in your own")
