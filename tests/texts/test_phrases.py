"""System phrases: every catalog is complete, and a placeholder is never lost."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.runtime import LOCALES
from bot.texts.phrases import load

BOT = Path(__file__).parents[2] / "bot"
CATALOGS = sorted(LOCALES.glob("*/LC_MESSAGES/messages.po"))


def in_the_code():
    found = extract_from_dir(BOT, [("**.py", "python")], keywords={"phrase": (2,)})
    return {message for _, _, message, _, _ in found}


@pytest.mark.parametrize("path", [LOCALES / "messages.pot", *CATALOGS], ids=lambda path: path.parts[-3])
def test_catalogs_hold_exactly_what_the_code_says(path):
    catalog = read_po(BytesIO(path.read_bytes()))
    assert {message.id for message in catalog if message.id} == in_the_code()


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_every_phrase_is_translated_with_its_placeholders(path):
    for message in read_po(BytesIO(path.read_bytes())):
        if message.id:
            assert message.string and not message.fuzzy, message.id
            assert sorted(re.findall(r"\{\w+\}", message.string)) == sorted(re.findall(r"\{\w+\}", message.id))


def test_a_language_without_a_catalog_says_it_in_english():
    phrases = load(LOCALES)
    assert phrases.phrase("es", "Reply MORE") == "Mande MAS"
    assert phrases.phrase("ko", "Reply MORE") == "Reply MORE"
