"""The desk of the real texts, and a way to lay one changed text on it."""

from dataclasses import replace

import pytest

from bot import runtime
from bot.texts import checks
from tests.conftest import settings_for


@pytest.fixture(scope="session")
def desk():
    """All real texts, words and terms."""
    settings = settings_for("sqlite:////nowhere/line.db")
    return checks.desk(runtime.CONTENT, runtime.speaker(settings), runtime.words(settings))


@pytest.fixture
def with_text(desk):
    """A desk on which one part of one document has another text; gives the document and the desk."""

    def _with(where, text, **fields):
        tag, name, part = where.split("/")
        before = desk.library.documents[tag, name]
        document = replace(before, parts={**before.parts, part: text}, **fields)
        documents = {**desk.library.documents, (tag, name): document}
        return document, replace(desk, library=replace(desk.library, documents=documents))

    return _with
