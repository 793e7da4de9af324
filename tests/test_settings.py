"""The environment: each wrong value is one line that names its variable, and a start without any finds its keys."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.settings import Settings, WrongSettings
from bot.store.keys import new_key

PRODUCTION = {
    "ENVIRONMENT": "production",
    "DATABASE_URL": "postgres://line:secret@127.0.0.1/line",
    "SECRET_KEY": "test",
    "DATA_KEYS": new_key(),
    "PUBLIC_URL": "https://line.example.org",
    "CARE_PHONE": "+1 555 010 0199",
    "ORG_NAME": "Test Clinic",
    "CONTENT_REVIEW": "labelled",
}

WRONG = [
    ("SEND_THREADS", "0"),
    ("SEND_THREADS", "many"),
    ("SEND_RATE", "-1"),
    ("WORKER_PROCESSES", "99"),
    ("WHATSAPP_TEMPLATES", "discreet"),
    ("WHATSAPP_TEMPLATES", '{"discreet": "HX1"}'),
    ("WHATSAPP_TEMPLATES", '{"discreet": {"en": "HX1"}}'),
    ("WHATSAPP_TEMPLATES", '{"discreet": {"klingon": "HX11111111111111111111111111111111"}}'),
    ("ENVIRONMENT", "prod"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "mysql://user:secret@127.0.0.1/line"),
    ("DATABASE_URL", "postgresql+psycopg2://user:secret@127.0.0.1/line"),
    ("DATABASE_URL", "postgresql://user:secret@127.0.0.1:port/line"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("REDIS_URL", "nonsense"),
    ("REDIS_URL", "http://127.0.0.1"),
    ("REDIS_URL", "redis://127.0.0.1:port"),
    ("DATA_KEYS", "no base64"),
    ("DATA_KEYS", "c2hvcnQ="),
    ("DATA_KEYS", "ñ"),
    ("DATA_KEYS", ","),
    ("PUBLIC_URL", "line.example.org"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "https://line.example.org:port"),
    ("TWILIO_API_URL", "ftp://127.0.0.1"),
    ("DEFAULT_TIMEZONE", "Mars/Olympus"),
    ("LANGUAGES", "en,xx"),
    ("LANGUAGES", ","),
    ("CONTENT_REVIEW", "no"),
    ("QUIET_HOURS", "8-9"),
    ("QUIET_HOURS", "20:00-24:00"),
    ("QUIET_HOURS", "20:00-20:00"),
    ("ORG_NAME", "x" * 26),
    ("ORG_NAME", "Clínica"),
    ("CARE_PHONE", "+1 555 010 0199 ext 5"),
    ("EMERGENCY_NUMBER", "9\u20111\u20111"),
    ("CRISIS_LINE", "9" * 26),
    ("FEVER_THRESHOLD", "38 °C"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_one_line_that_names_its_variable(tmp_path, name, value):
    with pytest.raises(WrongSettings) as fault:
        Settings.from_env({"VAR_DIR": str(tmp_path), name: value})
    (line,) = str(fault.value).splitlines()
    assert line.startswith(name)
    assert "secret" not in line


def test_every_wrong_value_has_its_line(tmp_path):
    with pytest.raises(WrongSettings) as fault:
        Settings.from_env({"VAR_DIR": str(tmp_path), "LANGUAGES": "xx", "QUIET_HOURS": "never"})
    assert [line.split()[0] for line in str(fault.value).splitlines()] == ["LANGUAGES", "QUIET_HOURS"]


def test_production_starts_with_what_it_needs():
    settings = Settings.from_env(PRODUCTION)
    assert settings.is_production
    assert not settings.sends_through_twilio


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "ENVIRONMENT"])
def test_production_names_what_is_missing(name):
    with pytest.raises(WrongSettings, match=f"^{name}: needed in production"):
        Settings.from_env(PRODUCTION | {name: " "})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIET_HOURS", "off"),
        ("QUIET_HOURS", "09:00-09:00"),
        ("DATABASE_URL", "sqlite:////tmp/line.db"),
        ("PUBLIC_URL", "http://line.example.org"),
    ],
)
def test_production_refuses_what_is_for_trying(name, value):
    with pytest.raises(WrongSettings, match=f"^{name}"):
        Settings.from_env(PRODUCTION | {name: value})


@pytest.mark.parametrize("platform", ["DYNO", "RENDER", "FLY_APP_NAME"])
def test_a_platform_is_production_by_itself(platform):
    with pytest.raises(WrongSettings, match="needed in production"):
        Settings.from_env({platform: "web.1"})


def test_a_start_without_settings_finds_its_keys_again(tmp_path):
    first = Settings.from_env({"VAR_DIR": str(tmp_path / "var")})
    assert first == Settings.from_env({"VAR_DIR": str(tmp_path / "var")})
    assert stat.S_IMODE((tmp_path / "var" / "keys.json").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["keys.json"]


def test_starts_at_once_share_one_set_of_keys(tmp_path):
    with ThreadPoolExecutor(20) as pool:
        starts = [pool.submit(Settings.from_env, {"VAR_DIR": str(tmp_path)}) for _ in range(20)]
    assert len({start.result().data_keys.get_secret_value() for start in starts}) == 1


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"data_keys": 1, "secret_key": 1}', '{"data_keys": "x"}'])
def test_damaged_keys_are_said_and_kept(tmp_path, text):
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(WrongSettings, match=r"^VAR_DIR: .*keys.json is damaged"):
        Settings.from_env({"VAR_DIR": str(tmp_path)})
    assert path.read_text() == text


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WrongSettings, match=r"^VAR_DIR cannot be used: Not a directory$"):
        Settings.from_env({"VAR_DIR": str(tmp_path / "file" / "var")})


def test_a_language_named_twice_is_offered_once(tmp_path):
    assert Settings.from_env({"VAR_DIR": str(tmp_path), "LANGUAGES": "es,en-US, ES"}).offered == ("es", "en")
