"""The words and the ranker as they are released, read once."""

import pytest

from bot import runtime
from bot.domain.reading import Asked
from bot.domain.routing import route
from bot.settings import Settings


@pytest.fixture(scope="session")
def words():
    """Every language's words."""
    return runtime.words(Settings.from_env({"LANGUAGES": "en,es"}))


@pytest.fixture
def lead(words):
    """Routes a text; `options` are what the numbers of the last list mean."""

    def _lead(text, language=None, **options):
        return route(text, Asked(language, options), words)

    return _lead
