"""Is every text fit to be sent? Each check gives faults that name the file, the part and the mend.

A new check is a function of a document (or of all words) and one line in the tables below.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from bot.domain.lexicon import Lexicon
from bot.texts import terms
from bot.texts.checks import budget, characters, provenance, reading, statements, translation, words
from bot.texts.checks.desk import Desk, Fault
from bot.texts.content import Document
from bot.texts.provenance import kept
from bot.texts.render import Speaker

_Check = Callable[[Document, Desk], Iterator[Fault]]

OF_A_DOCUMENT: tuple[_Check, ...] = (
    translation.complete,
    translation.up_to_date,
    translation.placeholders,
    translation.numbers,
    translation.translated,
    translation.no_part_twice,
    translation.length,
    characters.invisible,
    characters.cheap,
    characters.script,
    characters.direction,
    budget.segments,
    budget.whatsapp,
    reading.grade,
    reading.sentences,
    statements.basis,
    statements.said,
    statements.banned,
    statements.glossary,
    provenance.own_words,
)
OF_ALL: tuple[Callable[[Desk], Iterator[Fault]], ...] = (
    statements.worded,
    words.one_meaning,
    words.no_command_elsewhere,
    words.understood,
    words.told_in_texts,
    words.not_near_stop,
)


def desk(folder: Path, speaker: Speaker, lexicon: Lexicon) -> Desk:
    """Lay out everything that the checks read. Raises ContentError for a file that cannot be read."""
    return Desk(
        folder=folder,
        library=speaker.library,
        lexicon=lexicon,
        phrases=speaker.phrases,
        terms=terms.load(folder),
        glossary=terms.glossary(folder),
        borrowed=kept(folder),
    )


def check(desk: Desk) -> list[Fault]:
    """All faults of all languages; without errors among them the texts are fit to be sent."""
    documents = desk.library.documents.values()
    found = [fault for document in documents for run in OF_A_DOCUMENT for fault in run(document, desk)]
    return found + [fault for run in OF_ALL for fault in run(desk)]
