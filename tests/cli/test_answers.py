"""`chemoline answers list` after patients have lived through programmes and answered by text."""

import csv
from datetime import datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.domain.messages import Address, Channel
from bot.services.enrolling import Start
from bot.store.queries import people
from tests.conftest import DATA_KEY
from tests.journeys.test_programmes import TREATMENT, VISIT, Life

BO = Address(Channel.SMS, "+15550100124")
CHICAGO = "America/Chicago"
QUESTION = "will i be able to go to my daughters wedding in May?"


@pytest.fixture
def type_in(database_url, tmp_path):
    """Types a command; gives (exit code, what was printed, what was said beside it)."""
    environ = {"DATABASE_URL": database_url, "DATA_KEYS": DATA_KEY, "SECRET_KEY": "test", "VAR_DIR": str(tmp_path)}

    def _type(*arguments):
        done = CliRunner().invoke(main, ["answers", "list", *arguments], env=environ)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.stdout, done.stderr

    return _type


@pytest.fixture
def life(build, now):
    """A life that is over before today, by the real clock that the command reads."""
    return Life(build().line, now - timedelta(days=365))


@pytest.fixture
def ana(life):
    """In Chicago and speaking Spanish; asked for a nurse at her check-in."""
    life.knows(language="es")
    person = life.person()
    with life.line.store.begin() as work:
        people.set_timezone(work, person, CHICAGO)
    life.joins(Start("first-cycle", TREATMENT - timedelta(days=365)))
    life.lives(days=10, hours=2)
    life.says("3")
    return life


@pytest.fixture
def bo(ana):
    """On the clinic's clock; asked her own question before her visit, after Ana had answered."""
    other = Life(ana.line, ana.now, BO).knows()
    other.joins(Start("before-my-visit", ana.now.date() + timedelta(days=10), time(14, 30)))
    other.lives(days=8, hours=7)
    other.says(QUESTION)
    return other


def local(moment, zone):
    return f"{moment.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}"


def test_a_check_in_and_her_own_question_are_listed(type_in, ana, bo):
    code, told, _ = type_in()
    when, then = local(bo.now, "America/New_York"), local(ana.now, CHICAGO)
    nurse = "I want a nurse to contact me  [asks for a nurse]"
    assert (code, told.splitlines()) == (
        0,
        [
            f"{when}  {bo.person().id}  before-my-visit  C1D-2-visit-own-question  {QUESTION}",
            f"{then}  {ana.person().id}  first-cycle  C1D+3-check-in  {nurse}",
        ],
    )
    assert "5550100" not in told


def test_the_list_is_narrowed_by_person_programme_and_day(type_in, ana, bo):
    for narrowed in (
        ("--person", bo.person().id),
        ("--programme", "before-my-visit"),
        ("--since", bo.now.astimezone(bo.line.zone).date().isoformat()),
    ):
        code, told, _ = type_in(*narrowed)
        assert (code, len(told.splitlines()), QUESTION in told) == (0, 1, True)
    assert len(type_in("--since", "9999d")[1].splitlines()) == 2


def test_what_nobody_has_answered_is_said(type_in, ana):
    none = "No answers match.\n"
    assert type_in("--since", "1d") == (0, none, "")
    assert type_in("--programme", "before-my-visit") == (0, none, "")
    code, told, beside = type_in("--since", "1d", "--csv")
    assert (code, len(told.splitlines()), beside) == (0, 1, none)


def test_a_spreadsheet_gets_cells_and_runs_none(type_in, ana, bo):
    assert [row["answer"] for row in table(type_in)] == [QUESTION, "I want a nurse to contact me"]
    row = table(type_in)[1]
    assert datetime.fromisoformat(row.pop("at")).utcoffset() == ana.now.astimezone(ZoneInfo(CHICAGO)).utcoffset()
    assert row == {
        "person": ana.person().id,
        "programme": "first-cycle",
        "step": "C1D+3-check-in",
        "question": "check-in",
        "choice": "3",
        "answer": "I want a nurse to contact me",
        "look": "asks for a nurse",
    }


def table(type_in):
    return [*csv.DictReader(StringIO(type_in("--csv")[1]))]


def test_words_cannot_draw_on_the_screen_nor_become_a_formula(type_in, life):
    life.knows().joins(Start(VISIT.programme, VISIT.on - timedelta(days=365), VISIT.at))
    life.lives(days=8, hours=7)
    life.says("=SUM(1) is what\nI want \x07to ask at the wedding")
    assert type_in()[1].endswith("=SUM(1) is what I want  to ask at the wedding\n")
    assert table(type_in)[0]["answer"] == "'=SUM(1) is what\nI want \x07to ask at the wedding"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterday"], "since: no day; write it as 2026-12-01, or 7d for the last 7 days"),
        (["--since", ""], "since: no day; write it as 2026-12-01, or 7d"),
        (["--since", "2026-02-30"], "since: no day; write it as 2026-12-01"),
        (["--since", "0001-01-01"], "since: lies in the year 1"),
        (["--since", "2099-01-01"], "since: lies in the future; write a day that has begun"),
        (["--person", "+15550100123"], "person: nobody has this id; without it, `answers list` shows the id"),
        (["--person", "0" * 32], "person: nobody has this id"),
        (["--programme", "nope"], "programme: 'nope' is unknown; use one of before-my-visit, first-cycle"),
    ],
)
def test_what_cannot_be_asked_for_is_named(type_in, arguments, said):
    code, told, beside = type_in(*arguments)
    assert (code, told) == (1, "")
    assert beside.startswith(f"Error: {said}")
