"""The commands as typed, on real databases: one clear line for each fault, no address on the screen, no traceback."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.domain.consent import Consent
from bot.domain.messages import Address, Channel
from bot.store.queries import people
from tests.conftest import DATA_KEY
from tests.servers import free_port

PATIENTS = "address,channel,language,timezone,name,consent_at,consent_words"
PLAN = "address,channel,topic,due_at"
ANA = "+15550100123,sms,es,America/Chicago,Ana,2026-01-20T09:30:00-06:00"
IN_A_WEEK = (datetime.now(UTC) + timedelta(days=7)).isoformat()


@pytest.fixture
def type_in(database_url, tmp_path):
    """Types a command; gives (exit code, what was printed)."""
    environ = {"DATABASE_URL": database_url, "DATA_KEYS": DATA_KEY, "SECRET_KEY": "test", "VAR_DIR": str(tmp_path)}

    def _type(*arguments, given=None, **more):
        done = CliRunner().invoke(main, [*arguments], input=given, env=environ | more)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done.exit_code, done.output

    return _type


@pytest.fixture
def file(tmp_path):
    """Writes a file of these lines and gives its path."""

    def _file(*lines, end="\n"):
        path = tmp_path / "rows.csv"
        path.write_bytes(end.join([*lines, ""]).encode())
        return str(path)

    return _file


def person(build, value="+15550100123", channel=Channel.SMS):
    with build().line.store.begin() as work:
        return people.by_address(work, Address(channel, value))


# --- route: reads no database, so one kind is enough --------------------------------------------------------

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@on_sqlite
def test_route_says_where_a_text_leads_and_why(type_in):
    code, told = type_in("route", "can't breathe")
    assert code == 0
    assert told.splitlines()[0] == "intent      emergency"
    assert "because     en: emergency" in told


@on_sqlite
def test_route_as_json(type_in):
    code, told = type_in("route", "--json", "tengo fiebre")
    assert (code, json.loads(told)["intent"]) == (0, "fever")


@on_sqlite
def test_route_reads_lines(type_in):
    lines = ['\ufeff{"text": "fever"}', "", '{"text": "\\ud800 hola", "language": "es-MX"}', '{"text": "?"}']
    code, told = type_in("route", "--jsonl", given="\r\n".join(lines))
    assert code == 0
    assert [json.loads(line)["intent"] for line in told.splitlines()] == ["fever", "greeting", "unknown"]


@on_sqlite
@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("fever", 'no JSON object with a "text"'),
        ("[]", 'no JSON object with a "text"'),
        ("[" * 100_000, 'no JSON object with a "text"'),
        ('{"text": 5}', "text: must be a string"),
        ('{"text": "fever", "language": ["es"]}', "language: must be one we know"),
        ('{"text": "fever", "language": "xx"}', "language: must be one we know"),
    ],
    ids=range(6),
)
def test_route_names_the_line_it_cannot_use(type_in, line, word):
    code, told = type_in("route", "--jsonl", given=f'{{"text": "ok"}}\n{line}\n')
    assert code == 1
    assert told.splitlines()[-1].startswith("Error: line 2: ")
    assert word in told


@on_sqlite
@pytest.mark.parametrize("arguments", [["route"], ["route", "hi", "--language", "xx"], ["nope"], ["route", "--nope"]])
def test_wrong_usage_is_exit_code_2(type_in, arguments):
    code, told = type_in(*arguments)
    assert code == 2
    assert "Error: " in told


@on_sqlite
@pytest.mark.parametrize(
    "command",
    ["", "answers list", "chat", "content check", "db upgrade", "doctor", "followups list", "followups plan",
     "patients import", "route", "run", "sweep"],
)  # fmt: skip
def test_every_command_explains_itself(type_in, command):
    code, told = type_in(*command.split(), "--help")
    assert code == 0
    assert told.startswith("Usage: ")


# --- chat ---------------------------------------------------------------------------------------------------


def test_chat_answers_with_the_price_and_goes_on_later(type_in):
    code, told = type_in("chat", given="what are the side effects\n\n")
    assert code == 0
    assert "you may feel very tired" in told
    assert "[GSM-7, " in told
    phone = told.split()[-1]
    assert "lose hair" not in type_in("chat", "--phone", phone, given="MENU\n\n")[1]


@on_sqlite
@pytest.mark.parametrize("channel", [*Channel])
def test_chat_takes_both_channels_by_their_names(type_in, channel):
    assert type_in("chat", "--channel", channel.value, given="hello\n\n")[0] == 0


@on_sqlite
@pytest.mark.parametrize("given", ["", "hello\n", "\n"])
def test_the_end_of_the_input_ends_a_chat(type_in, given):
    code, told = type_in("chat", given=given)
    assert (code, "Aborted" in told) == (0, False)


def test_chat_answers_bytes_that_are_no_utf8(type_in):
    code, told = type_in("chat", given=b"\xff\xfe\n\n")
    assert code == 0
    assert "Reply MENU" in told


@on_sqlite
@pytest.mark.parametrize("phone", ["zz", "", "+15550100123", "0123456789ABCDEF"])
def test_chat_refuses_what_is_no_id_of_its_own(type_in, phone):
    code, told = type_in("chat", "--phone", phone, given="fever\n\n")
    assert code == 2
    assert "16 hex digits" in told


def test_chat_says_in_one_line_that_a_text_cannot_be_kept(type_in, build):
    with build().line.store.begin() as work:
        work.exec_driver_sql("ALTER TABLE messages RENAME TO gone")
    code, told = type_in("chat", given="MENU\n\n")
    assert code == 1
    assert told.splitlines()[-1].startswith("Error: DATABASE_URL: ")


# --- patients import ----------------------------------------------------------------------------------------


def test_people_are_enrolled_with_their_consent_and_once(type_in, file, build):
    path = file(PATIENTS, f'{ANA},"Sí, pueden mandarme mensajes"')
    assert [type_in("patients", "import", path) for _ in range(2)] == [(0, "imported 1 people\n")] * 2
    ana = person(build)
    assert (ana.language, ana.timezone, ana.consent) == ("es", "America/Chicago", Consent.ACTIVE)


@pytest.mark.parametrize(
    ("written", "channel", "kept"),
    [
        ("+1 (555) 010-0123", Channel.SMS, "+15550100123"),
        ("+1 555 010 0123", Channel.WHATSAPP, "+15550100123"),
        ("whatsapp:+15550100123", Channel.WHATSAPP, "+15550100123"),
        ("+521 55 1234 5678", Channel.WHATSAPP, "+525512345678"),
        ("US.ABC123", Channel.WHATSAPP, "US.ABC123"),
    ],
)
def test_an_address_is_kept_as_it_will_write_to_us(type_in, file, build, written, channel, kept):
    assert type_in("patients", "import", file(PATIENTS, f"{written},{channel},en,,,,"))[0] == 0
    assert person(build, kept, channel)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_and_marks_of_spreadsheets_are_read(type_in, file, build, end):
    path = file("\ufeff" + PATIENTS, "+15550100123,sms,en,,Ana,,", end=end)
    code, told = type_in("patients", "import", path)
    assert (code, told.splitlines()[0]) == (0, "imported 1 people")
    assert person(build).language == "en"


WRONG_ROWS = [
    ("+15550100123", "channel: use sms or whatsapp"),
    ("+15550100123,SMS,en,,,,", "channel: use sms or whatsapp"),
    ("15550100123,sms,en,,,,", "address: no phone number"),
    ("15550100123,whatsapp,en,,,,", "address: no phone number"),
    ("+15550100123;ext=5,sms,en,,,,", "address: no phone number"),
    ("+1555,sms,en,,,,", "address: no phone number"),
    (",whatsapp,en,,,,", "address: no phone number"),
    ("+15550100123,sms,Spanish,,,,", "language: not offered"),
    ("+15550100123,sms,en,New York,,,", "timezone: unknown"),
    (f"{ANA},", "give both the moment and the words"),
    (f"{ANA},Sí, pueden mandarme mensajes", "more cells than the header"),
    ("+15550100123,sms,en,,,yesterday,yes", "consent_at: no date"),
    ("+15550100123,sms,en,,,2026-01-20,yes", "consent_at: has no offset"),
    ("+15550100123,sms,en,,,2099-01-20T00:00:00Z,yes", "consent_at: lies in the future"),
    ("+15550100123,sms,en,,,0001-01-01T00:00:00+14:00,yes", "consent_at: lies in the year 1"),
]


@on_sqlite
@pytest.mark.parametrize(("row", "word"), WRONG_ROWS, ids=range(len(WRONG_ROWS)))
def test_a_wrong_row_is_named_and_nothing_is_imported(type_in, file, build, row, word):
    code, told = type_in("patients", "import", file(PATIENTS, "+15550100124,sms,en,,,,", row))
    assert code == 1
    assert told.startswith("Error: line 3: ")
    assert word in told
    assert "555" not in told.replace("+15550100123, with country code", "")
    assert person(build, "+15550100124") is None


@on_sqlite
@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "line 1: the header lacks address"),
        (b"a,b\n1,2\n", "line 1: the header lacks address"),
        (b"\xff\xfea", "not UTF-8"),
        (PATIENTS.encode() + b"\n+15550100123,sms,en,," + b"x" * 200_000 + b",,\n", "line 2: is no CSV"),
    ],
    ids=["empty", "header", "bytes", "huge"],
)
def test_a_file_that_is_no_csv_is_one_line(type_in, tmp_path, data, word):
    path = tmp_path / "odd.csv"
    path.write_bytes(data)
    code, told = type_in("patients", "import", str(path))
    assert (code, told.count("\n")) == (1, 1)
    assert word in told


@on_sqlite
def test_a_file_that_is_not_there_is_wrong_usage(type_in, tmp_path):
    assert type_in("patients", "import", str(tmp_path / "none.csv"))[0] == 2
    assert type_in("patients", "import", str(tmp_path))[0] == 2


# --- followups ----------------------------------------------------------------------------------------------


def test_texts_are_planned_and_listed_without_an_address(type_in, file):
    type_in("patients", "import", file(PATIENTS, f"{ANA},yes"))
    path = file(PLAN, f"+1 555 010 0123,sms,side-effects,{IN_A_WEEK}")
    assert type_in("followups", "plan", "--csv", path) == (0, "planned 1 texts\n")
    code, told = type_in("followups", "list", "--state", "due")
    assert (code, len(told.splitlines())) == (0, 1)
    assert "side-effects" in told
    assert "555" not in told.split(maxsplit=1)[1]
    (found,) = json.loads(type_in("followups", "list", "--json")[1])
    assert (found["state"], found["topic"]) == ("due", "side-effects")
    assert type_in("followups", "list", "--state", "sent", "--state", "failed") == (0, "")


def test_who_is_not_enrolled_is_named_by_the_line_of_the_file(type_in, file):
    row = f"+15550100123,sms,how,{IN_A_WEEK}"
    code, told = type_in("followups", "plan", "--csv", file(PLAN, "", "", row))
    assert (code, told.startswith("Error: line 4: address: nobody is enrolled")) == (1, True)


@on_sqlite
@pytest.mark.parametrize(
    ("row", "word"),
    [
        (f"+15550100123,sms,nope,{IN_A_WEEK}", "topic: unknown; use one of worse, how"),
        ("+15550100123,sms,how,tomorrow", "due_at: no date"),
        ("+15550100123,sms,how,2027-01-01T10:00:00", "due_at: has no offset"),
        ("+15550100123,sms,how,2020-01-01T10:00:00Z", "due_at: lies more than 12 hours in the past"),
        ("+15550100123,sms,how,9999-12-31T23:59:59-06:00", "due_at: lies in the year 9999"),
        ("+15550100123,sms,how", "due_at: no date"),
    ],
)
def test_a_wrong_plan_is_named_and_nothing_is_planned(type_in, file, row, word):
    type_in("patients", "import", file(PATIENTS, f"{ANA},yes"))
    code, told = type_in("followups", "plan", "--csv", file(PLAN, f"+15550100123,sms,how,{IN_A_WEEK}", row))
    assert code == 1
    assert told.startswith(f"Error: line 3: {word}")
    assert type_in("followups", "list") == (0, "")


@on_sqlite
def test_a_state_that_is_none_is_wrong_usage(type_in):
    code, told = type_in("followups", "list", "--state", "nope")
    assert code == 2
    assert "'due'" in told


# --- doctor, sweep, content ---------------------------------------------------------------------------------


def test_the_doctor_finds_a_fresh_line_well(type_in):
    code, told = type_in("doctor")
    assert code == 0
    assert "up to date" in told
    assert "[mend]" not in told


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "DATABASE_URL: postgresql does not answer"),
        ({"DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "DATABASE_URL: sqlite does not answer"),
        ({"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}, "REDIS_URL: Redis does not answer"),
        ({"DATA_KEYS": "A" * 43 + "="}, "DATA_KEYS: the last key"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token"}, "PUBLIC_URL is not set"),
    ],
    ids=["postgresql", "sqlite", "redis", "keys", "twilio"],
)
def test_the_doctor_names_what_to_mend(type_in, more, word):
    type_in("doctor")
    code, told = type_in("doctor", **more)
    assert code == 1
    assert f"[mend] {word}" in told


def test_the_doctor_finds_a_valkey(type_in, valkey_url):
    assert "[ok] Redis answers" in type_in("doctor", REDIS_URL=valkey_url)[1]


@on_sqlite
def test_a_database_that_was_never_made_is_said_in_one_line(type_in, tmp_path):
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    for command in (["sweep"], ["followups", "list"], ["chat"]):
        code, told = type_in(*command, DATABASE_URL=empty)
        assert (code, told.count("\n")) == (1, 1)
        assert "chemoline db upgrade" in told
    assert "[mend] database: run `chemoline db upgrade`" in type_in("doctor", DATABASE_URL=empty)[1]
    assert type_in("db", "upgrade", DATABASE_URL=empty)[0] == 0
    assert type_in("sweep", DATABASE_URL=empty) == (0, "sent 0, settled 0\n")


@on_sqlite
def test_a_wrong_setting_is_one_line_whatever_the_command(type_in):
    for command in (["sweep"], ["doctor"], ["route", "hi"], ["content", "check"], ["run"]):
        code, told = type_in(*command, DEFAULT_TIMEZONE="Mars/Olympus")
        assert (code, told) == (1, "Error: DEFAULT_TIMEZONE is an IANA time zone such as America/New_York\n")
