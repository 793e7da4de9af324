"""System phrases: every catalog is complete, and a placeholder or a plural form is never lost."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.domain.language import LANGUAGES
from bot.runtime import LOCALES
from bot.texts.phrases import load

BOT = Path(__file__).parents[2] / "bot"
CATALOGS = sorted(LOCALES.glob("*/LC_MESSAGES/messages.po"))


def in_the_code():
    found = extract_from_dir(BOT, [("**.py", "python")], keywords={"phrase": (2,), "plural": (2, 3)})
    return {message for _, _, message, _, _ in found}


def test_every_language_but_english_has_a_catalog():
    tags = {path.parts[-3].replace("_", "-") for path in CATALOGS}
    assert tags == {language.tag for language in LANGUAGES} - {"en"}


@pytest.mark.parametrize("path", [LOCALES / "messages.pot", *CATALOGS], ids=lambda path: path.parts[-3])
def test_catalogs_hold_exactly_what_the_code_says(path):
    catalog = read_po(BytesIO(path.read_bytes()))
    assert {message.id for message in catalog if message.id} == in_the_code()


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.parts[-3])
def test_every_phrase_is_translated_with_its_placeholders(path):
    catalog = read_po(BytesIO(path.read_bytes()))
    for message in catalog:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        forms = message.string if message.pluralizable else (message.string,)
        assert len(forms) == (catalog.num_plurals if message.pluralizable else 1), message.id
        wanted = set(re.findall(r"\{\w+\}", str(message.id)))
        for form in forms:
            # "One day" and "two days" may be words of their own, as in Arabic.
            assert form and set(re.findall(r"\{\w+\}", form)) <= wanted, message.id
        assert set(re.findall(r"\{\w+\}", forms[-1])) == wanted


def test_a_number_takes_the_form_of_its_language():
    phrases = load(LOCALES)
    days = {tag: [phrases.plural(tag, "{n} day", "{n} days", n) for n in (1, 2, 5, 21)] for tag in ("en", "ru", "pl")}
    assert days == {
        "en": ["1 day", "2 days", "5 days", "21 days"],
        "ru": ["1 день", "2 дня", "5 дней", "21 день"],
        "pl": ["1 dzień", "2 dni", "5 dni", "21 dni"],
    }
    arabic = {phrases.plural("ar", "{n} day", "{n} days", n).replace(str(n), "").strip() for n in (1, 2, 3, 11, 100)}
    assert len(arabic) >= 4


def test_a_language_without_a_catalog_says_it_in_english():
    phrases = load(Path("nowhere"))
    assert phrases.phrase("ko", "Reply MORE") == "Reply MORE"
    assert phrases.plural("ko", "{n} day", "{n} days", 3) == "3 days"
