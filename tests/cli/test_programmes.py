"""`chemoline programmes` and `followups preview` as a nurse types them."""

import json

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.conftest import DATA_KEY

PEOPLE = (
    "address,channel,language,timezone,name,consent_at,consent_words,discreet\n"
    "+15550100123,sms,es,America/Chicago,Ana,2026-01-20T09:30:00-06:00,yes,no\n"
    "+15550100124,sms,ar,,Bo,,,yes\n"
)
HEAD = "address,channel,programme,on,at\n"
FAR = "2099-03-02"


@pytest.fixture
def type_in(database_url, tmp_path):
    """Types a command; gives (exit code, what was printed)."""
    environ = {"DATABASE_URL": database_url, "DATA_KEYS": DATA_KEY, "SECRET_KEY": "test", "VAR_DIR": str(tmp_path)}

    def _type(*arguments):
        done = CliRunner().invoke(main, [*arguments], env=environ)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.output

    return _type


@pytest.fixture
def enrolled(type_in, tmp_path):
    """Types `programmes assign` with these rows, for two people who are imported."""
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    assert type_in("patients", "import", str(people))[0] == 0

    def _assign(*rows):
        path = tmp_path / "enrol.csv"
        path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
        return type_in("programmes", "assign", "--csv", str(path))

    return _assign


def test_who_agreed_is_planned_and_who_did_not_is_invited(type_in, enrolled):
    code, told = enrolled(f"+15550100123,sms,first-cycle,{FAR},", f"+1 (555) 010-0124,sms,before-my-visit,{FAR},14:30")
    assert code == 0
    assert [line.split()[1:] for line in told.splitlines()] == [
        ["first-cycle", "active"],
        ["before-my-visit", "invited"],
    ]
    listed = type_in("followups", "list")[1]
    assert listed.count("C1D") == 9 and listed.count("the invitation") == 1
    assert "5550100" not in listed + type_in("programmes", "list", "--enrolled")[1]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            f"+15550100123,sms,nope,{FAR},",
            "line 2: programme: 'nope' is unknown; use one of before-my-visit, first-cycle",
        ),
        ("+15550100123,sms,first-cycle,,", "line 2: on: give the day of the treatment"),
        ("+15550100123,sms,first-cycle,2099-02-30,", "line 2: on: no day; write it as 2026-12-01"),
        (f"+15550100123,sms,before-my-visit,{FAR},", "line 2: at: give the time of the visit"),
        (f"+15550100123,sms,before-my-visit,{FAR},2pm", "line 2: at: no time of day; write it as 14:30"),
        (f"+15550100199,sms,first-cycle,{FAR},", "line 2: address: nobody is enrolled with it"),
        (f"123,sms,first-cycle,{FAR},", "line 2: address: no phone number"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_nobody_is_enrolled(type_in, enrolled, row, said):
    code, told = enrolled(row, f"+15550100124,sms,first-cycle,{FAR},")
    assert code == 1 and said in told
    assert type_in("programmes", "list", "--enrolled") == (0, "")


def test_a_plan_is_delayed_held_resumed_and_ended(type_in, enrolled):
    enrolment = enrolled(f"+15550100123,sms,first-cycle,{FAR},")[1].split()[0]
    assert "2:2099-03-30" in type_in("programmes", "delay", enrolment, "2", "2099-03-30")[1]
    assert "C2D+1-fever-card" in type_in("followups", "list", "--state", "due")[1]
    assert type_in("programmes", "pause", enrolment) == (0, "held\n")
    assert type_in("followups", "list", "--state", "due") == (0, "")
    assert type_in("programmes", "resume", enrolment) == (0, "goes on\n")
    card = next(line for line in type_in("followups", "list")[1].splitlines() if "C3D+1-fever-card" in line).split()[0]
    assert type_in("followups", "cancel", card) == (0, "taken back\n")
    assert "still to come" in type_in("followups", "cancel", card)[1]
    assert type_in("programmes", "end", enrolment) == (0, "ended\n")
    assert type_in("followups", "list", "--state", "due") == (0, "")
    for command in (["pause"], ["resume"], ["end"], ["delay"]):
        rest = ["2", "2099-03-30"] if command == ["delay"] else []
        code, told = type_in("programmes", *command, enrolment, *rest)
        assert (code, told.startswith("Error: enrolment: there is none with this id")) == (1, True)


@pytest.mark.parametrize(
    ("cycle", "day", "said"),
    [("7", "2099-03-30", "cycle: there is no 7; use 1 to 6"), ("2", "soon", "day: no day"), ("2", "", "day: write it")],
)
def test_a_delay_that_cannot_be_is_said(type_in, enrolled, cycle, day, said):
    enrolment = enrolled(f"+15550100123,sms,first-cycle,{FAR},")[1].split()[0]
    code, told = type_in("programmes", "delay", enrolment, cycle, day)
    assert code == 1 and said in told


def test_the_preview_shows_when_what_and_how_much(type_in):
    code, told = type_in("followups", "preview", "before-my-visit", "--on", FAR, "--at", "14:30", "--language", "vi")
    assert code == 0
    assert "Fri 2099-02-27 10:00  C1D-3-visit-pick" in told and "quý vị" in told
    assert "4 texts, " in told and "list price" in told
    code, told = type_in("followups", "preview", "first-cycle", "--on", FAR, "--json", "--timezone", "Asia/Tokyo")
    texts = json.loads(told)
    assert len(texts) == 29 and texts[0]["due_at"] == "2099-02-27T10:00:00+09:00"
    assert all(text["segments"] in {1, 2, 3} for text in texts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope", "--on", FAR], "programme: 'nope' is unknown"),
        (["first-cycle"], "on: give the day of the treatment"),
        (["first-cycle", "--on", FAR, "--language", "xx"], "language: not offered; use one of en, es"),
        (["first-cycle", "--on", FAR, "--timezone", "Mars/Olympus"], "timezone: unknown"),
        (["first-cycle", "--on", "1.3.2099"], "on: no day"),
    ],
)
def test_a_preview_that_cannot_be_is_said(type_in, arguments, said):
    code, told = type_in("followups", "preview", *arguments)
    assert code == 1 and said in told


def test_the_programmes_there_are(type_in):
    told = type_in("programmes", "list")[1]
    assert "first-cycle  counts from the treatment, 9 steps: Through chemotherapy" in told


def test_a_missing_time_zone_is_said_with_what_the_number_suggests(type_in, tmp_path):
    people = tmp_path / "people.csv"
    rows = ["+12025550123,sms,,,,,,", "+18005550123,sms,,,,,,", "US.ABC123,whatsapp,,,,,,"]
    people.write_text("\n".join([PEOPLE.splitlines()[0], *rows]), encoding="utf-8")
    code, told = type_in("patients", "import", str(people))
    assert (code, told.splitlines()) == (
        0,
        [
            "imported 3 people",
            "line 2: no timezone, the clinic's is used; the number suggests America/New_York",
            "line 3: no timezone, the clinic's is used; the number does not say which",
            "line 4: no timezone, the clinic's is used; the number does not say which",
        ],
    )
