"""`chemoline content` as typed: what a translator, a reviewer and a clinician see."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from bot import runtime
from bot.cli import main
from bot.domain.language import LANGUAGES
from tests.conftest import DATA_KEY


@pytest.fixture
def type_in(tmp_path, monkeypatch):
    """Types a command in an empty folder; gives (exit code, what was printed)."""
    monkeypatch.chdir(tmp_path)
    environ = {"DATABASE_URL": "sqlite:////nowhere/line.db", "DATA_KEYS": DATA_KEY, "SECRET_KEY": "test"}

    def _type(*arguments, **more):
        done = CliRunner().invoke(main, ["content", *arguments], env=environ | more)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.output

    return _type


@pytest.fixture
def spanish(tmp_path):
    """A copy of the Spanish texts."""
    folder = tmp_path / "es"
    shutil.copytree(runtime.CONTENT / "es", folder)
    return folder


def test_the_texts_of_this_version_are_fit_to_be_sent(type_in):
    code, told = type_in("check")
    assert code == 0, told
    assert told.endswith("0 fault(s)\n")


def test_warnings_are_shown_when_asked_for(type_in):
    quiet, loud = type_in("check")[1], type_in("check", "--warnings")[1]
    assert "look: " not in quiet and "look: " in loud


def test_the_matrix_has_a_state_for_every_text_of_every_language(type_in):
    code, told = type_in("matrix")
    assert code == 0
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.split()[0] in BY_TAG}
    assert rows.keys() == BY_TAG
    assert {len(marks) for marks in rows.values()} == {15}
    assert ".    0 missing" in told


BY_TAG = {row.tag for row in LANGUAGES}


@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl")])
def test_the_sheet_shows_english_translation_and_cost(type_in, tmp_path, language, direction):
    code, told = type_in("sheet", language)
    assert (code, told) == (0, f"sheet-{language}.html: open it in a browser; it prints\n")
    page = (tmp_path / f"sheet-{language}.html").read_text(encoding="utf-8")
    assert f'lang="{language}" dir="{direction}"' in page
    assert "Chemo is given to fight cancer, not to feed it." in page
    assert "draft: machine draft that no person has read" in page
    assert "SMS: " in page and "not-cause, do-not-stop" in page
    assert "http" not in page


def test_a_language_that_we_do_not_know_is_said(type_in):
    code, told = type_in("sheet", "xx")
    assert code == 1 and told.startswith("Error: LANGUAGE 'xx': use one of en, es, zh-Hans")


def test_a_reader_accepts_files(type_in, spanish):
    files = [str(spanish / "worse.md"), str(spanish / "how.md")]
    code, told = type_in("accept", *files, "--by", "Ana Diaz", "--role", "qualified translator", "--date", "2026-11-01")
    assert code == 0 and told.count(": accepted, hash ") == 2
    assert "date = 2026-11-01" in (spanish / "how.md").read_text(encoding="utf-8")


def test_a_day_to_come_and_a_role_of_no_weight_are_refused(type_in, spanish):
    path, tomorrow = str(spanish / "worse.md"), f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    before = (spanish / "worse.md").read_bytes()
    assert (
        "that day is still to come"
        in type_in("accept", path, "--by", "A", "--role", "clinician", "--date", tomorrow)[1]
    )
    code, told = type_in("accept", path, "--by", "A", "--role", "cousin")
    assert code == 1 and "--role: one of qualified translator" in told
    assert (spanish / "worse.md").read_bytes() == before


def test_provenance_names_what_each_text_draws_on(type_in):
    code, told = type_in("provenance")
    assert code == 0
    assert "worse ## 1: P1, P4, P5, nci-resistance, cruk-why" in told
    assert told.endswith("(give --article to check paragraphs too); 0 fault(s)\n")


def test_another_article_is_noticed(type_in, tmp_path):
    article = tmp_path / "article.txt"
    article.write_text("word " * 40, encoding="utf-8")
    code, told = type_in("provenance", "--article", str(article))
    assert code == 1 and "P1: the paragraph has changed" in told and "made from another article" in told


def test_strict_without_a_reader_does_not_start(type_in):
    code, told = type_in("check", CONTENT_REVIEW="strict")
    assert code == 1
    assert told.startswith("Error: no language can be offered: en: CONTENT_REVIEW=strict and no person has accepted")
    code, told = type_in("check", CONTENT_REVIEW="strict", LANGUAGES="fr")
    assert told.startswith("Error: LANGUAGES: fr cannot be offered: CONTENT_REVIEW=strict")
