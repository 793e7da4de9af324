"""How far a text can be trusted is computed: each state, and what strict mode makes of it."""

import shutil
from datetime import date

import pytest

from bot.runtime import CONTENT
from bot.texts import library, review, states
from bot.texts.content import ContentError, Document, read
from bot.texts.states import State

TODAY = date(2026, 11, 28)
ENGLISH = Document("en", "worse", meaning=2, parts={"1": "Chemo"}, source_hash="e1")
READ = {"by": "Ana", "role": "qualified translator", "date": date(2026, 11, 1), "text": "s1"}


def spanish(**fields):
    made = {"meaning": 2, "translates": {"meaning": 2, "source": "e1"}, "origin": "machine", "source_hash": "s1"}
    return Document("es", "worse", **(made | fields))


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, State.DRAFT),
        ({"origin": "human"}, State.UNREVIEWED),
        ({"review": READ}, State.REVIEWED),
        ({"review": READ, "source_hash": "s2"}, State.EDITED),
        ({"review": READ, "translates": {"meaning": 2, "source": "e0"}}, State.POLISHED),
        ({"review": READ, "translates": {"meaning": 1, "source": "e0"}}, State.STALE),
        ({"translates": {"meaning": 1, "source": "e0"}}, State.STALE),
        ({"review": READ | {"date": date(2024, 11, 27)}}, State.DUE),
        ({"review": READ | {"date": date(2024, 11, 29)}}, State.REVIEWED),
    ],
)
def test_a_state_is_what_the_hashes_and_the_date_say(fields, state):
    text = spanish(**fields)
    assert states.state(text, ENGLISH, TODAY) is state
    assert states.is_trusted(text, ENGLISH) is (state in {State.REVIEWED, State.POLISHED, State.DUE})


def test_english_is_never_stale_and_needs_a_reader_too():
    assert states.state(ENGLISH, ENGLISH, TODAY) is State.UNREVIEWED


def test_a_review_without_a_day_is_refused():
    with pytest.raises(ContentError, match=r"\[review\] needs date"):
        states.state(spanish(review=READ | {"date": "yesterday"}), ENGLISH, TODAY)


@pytest.fixture
def content(tmp_path):
    """A copy of the texts."""
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    return folder


def test_strict_offers_only_what_a_person_has_accepted(content):
    with pytest.raises(ContentError, match="no language can be offered: en: CONTENT_REVIEW=strict"):
        library.load(content, reviewed_only=True)
    for path in sorted((content / "en").glob("*.md")):
        review.accept(path, "Ana Diaz, RN", "clinician", TODAY)
    assert library.load(content, reviewed_only=True).offered == ("en",)
    with pytest.raises(ContentError, match="es cannot be offered: CONTENT_REVIEW=strict"):
        library.load(content, ("es",), reviewed_only=True)


def test_one_edited_word_takes_a_language_out_of_strict(content):
    for path in sorted((content / "en").glob("*.md")):
        review.accept(path, "Ana Diaz, RN", "clinician", TODAY)
    path = content / "en" / "worse.md"
    path.write_text(path.read_text(encoding="utf-8").replace("not to feed it", "not feed it"), encoding="utf-8")
    with pytest.raises(ContentError, match="no person has accepted worse;"):
        library.load(content, ("en",), reviewed_only=True)


def test_accepting_stamps_the_file_and_changes_nothing_else(content):
    path = content / "es" / "worse.md"
    before = read(path, "es")
    after = review.accept(path, "Ana Diaz", "qualified translator", TODAY)
    again = review.accept(path, "Bo Li", "bilingual clinician", TODAY)
    assert (after.parts, after.title, after.translates) == (before.parts, before.title, before.translates)
    assert after.review == READ | {"by": "Ana Diaz", "date": TODAY, "text": before.source_hash}
    assert again.review["by"] == "Bo Li" and path.read_text(encoding="utf-8").count("[review]") == 1
    assert not again.is_machine_draft


@pytest.mark.parametrize(
    ("name", "by", "role", "said"),
    [
        ("es/worse.md", " ", "clinician", "--by"),
        ("es/worse.md", 'Ana "A"', "clinician", "--by"),
        ("es/worse.md", "Ana", "nurse's friend", "--role: one of qualified translator"),
        ("es/_lexicon.toml", "Ana", "clinician", "is no text of ours"),
    ],
)
def test_what_cannot_be_accepted_is_left_as_it_was(content, name, by, role, said):
    path = content / name
    before = path.read_bytes()
    with pytest.raises(ContentError, match=said):
        review.accept(path, by, role, TODAY)
    assert path.read_bytes() == before


def test_a_back_translation_knows_when_its_text_has_changed(content, tmp_path):
    blind = tmp_path / "back.toml"
    blind.write_text('[worse]\n1 = "Chemo \\"fights\\"\\ncancer."\n', encoding="utf-8")
    texts = library.load(content)
    assert review.keep_back(content, texts, "es", blind) == 1
    kept = review.backs(content, "es")["worse", "1"]
    assert kept.text == 'Chemo "fights" cancer.'
    text = texts.documents["es", "worse"].parts["1"]
    assert kept.is_of(text) and not kept.is_of(text + ".")
    blind.write_text('[worse]\n9 = "?"\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"\[worse\] 9: es has no such text"):
        review.keep_back(content, texts, "es", blind)
