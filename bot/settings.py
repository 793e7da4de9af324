"""The only reader of the environment. A wrong value stops the start with one clear line that names the variable."""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import time
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import regex
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from bot.domain.language import canonical
from bot.domain.schedule import NEVER_QUIET, QuietHours
from bot.domain.segments import not_gsm7
from bot.services import templates
from bot.store.engine import is_usable
from bot.store.keys import KeyFault, Keyring, new_key

ROOT = Path(__file__).parent.parent
# Set by the platforms themselves; ENVIRONMENT=production says it on any other.
_PLATFORMS = ("DYNO", "RENDER", "FLY_APP_NAME")
_SPAN = regex.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_LONGEST_ORG, _LONGEST_PHONE = 25, 17
_REDIS = ("redis://", "rediss://", "unix://")


class WrongSettings(Exception):
    """The environment cannot be used; each line names a variable and the mend."""


class Settings(BaseModel):
    """Everything the environment can say. Development has a default for all of it, production for little."""

    model_config = ConfigDict(frozen=True)

    environment: str = "development"
    var_dir: Path = ROOT / "var"
    database_url: str = ""
    redis_url: str = ""
    secret_key: SecretStr = SecretStr("")
    data_keys: SecretStr = SecretStr("")
    public_url: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_messaging_service_sid: str = ""
    twilio_sms_from: str = ""
    twilio_whatsapp_from: str = ""
    twilio_api_url: str = ""
    org_name: str = "ChemoLine Demo"
    care_phone: str = "+1 555 010 0199"
    emergency_number: str = "911"
    crisis_line: str = "988"
    fever_threshold: str = "100.4 F (38.0 C)"
    default_timezone: str = "America/New_York"
    languages: str = ""
    content_review: str = ""
    quiet_hours: str = "20:00-09:00"
    send_threads: int = Field(default=32, ge=1, le=128)
    send_rate: float = Field(default=0, ge=0, le=1000)
    whatsapp_templates: dict[str, dict[str, str]] = Field(default_factory=dict)
    worker_processes: int = Field(default=1, ge=1, le=32)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read and check the environment. Raises WrongSettings with one line for each fault."""
        values: dict[str, Any] = {
            name: environ[name.upper()] for name in cls.model_fields if environ.get(name.upper(), "").strip()
        }
        if "environment" not in values and any(environ.get(name) for name in _PLATFORMS):
            values["environment"] = "production"
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise WrongSettings("\n".join(_line(fault) for fault in error.errors())) from None
        try:
            return settings if settings.is_production else settings.model_copy(update=_local(settings))
        except OSError as error:
            raise WrongSettings(f"VAR_DIR cannot be used: {error.strerror}") from None

    @property
    def is_production(self) -> bool:
        """Production has no phone page, no made-up keys and no QUIET_HOURS=off."""
        return self.environment == "production"

    @property
    def sends_through_twilio(self) -> bool:
        """True when there are keys; without them the simulator takes every text."""
        return bool(self.twilio_account_sid and self.twilio_auth_token.get_secret_value())

    @property
    def keyring(self) -> Keyring:
        """The data keys, newest first."""
        return Keyring([key for key in self.data_keys.get_secret_value().split(",") if key.strip()])

    @property
    def offered(self) -> tuple[str, ...]:
        """The languages asked for, as our tags; empty means all that are complete."""
        return tuple(dict.fromkeys(tag for name in self.languages.split(",") if (tag := canonical(name))))

    @property
    def quiet(self) -> QuietHours:
        """QUIET_HOURS as a span of the patient's wall clock."""
        return _quiet(self.quiet_hours)

    @field_validator("environment")
    @classmethod
    def _known_environment(cls, value: str) -> str:
        if value not in {"production", "development"}:
            raise ValueError("is production or development")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: str) -> str:
        # The value may hold a password: it is never repeated.
        if not is_usable(value):
            raise ValueError("is postgresql://user:password@host/name, or sqlite:////path/to/file to try")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if not value.startswith(_REDIS) or not _has_sound_port(value):
            raise ValueError("is redis://host:6379/0, or starts with rediss:// or unix://")
        return value

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")) or not _has_sound_port(value) or not urlsplit(value).hostname:
            raise ValueError("is a web address such as https://line.example.org")
        return value.rstrip("/")

    @field_validator("default_timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is an IANA time zone such as America/New_York")
        return value

    @field_validator("languages")
    @classmethod
    def _are_languages(cls, value: str) -> str:
        if unknown := [name for name in value.split(",") if canonical(name) is None]:
            raise ValueError(f"has '{unknown[0].strip()}', which is no language we know; write en,es")
        return value

    @field_validator("content_review")
    @classmethod
    def _known_review(cls, value: str) -> str:
        if value not in {"strict", "labelled"}:
            raise ValueError("is strict (only reviewed languages) or labelled (drafts say that they are drafts)")
        return value

    @field_validator("whatsapp_templates", mode="before")
    @classmethod
    def _are_templates(cls, value: Any) -> dict[str, dict[str, str]]:
        return templates.parse(value) if isinstance(value, str) else dict(value)

    @field_validator("quiet_hours")
    @classmethod
    def _is_span(cls, value: str) -> str:
        _quiet(value)
        return value

    @field_validator("org_name", "care_phone", "emergency_number", "crisis_line", "fever_threshold")
    @classmethod
    def _fits_a_text(cls, value: str) -> str:
        # The texts are budgeted with these lengths; another alphabet would double the price of every text.
        if len(value) > _LONGEST_ORG:
            raise ValueError(f"has {len(value)} characters; {_LONGEST_ORG} fit into a text")
        if foreign := not_gsm7(value):
            raise ValueError(f"has '{foreign[0]}', which makes every text cost double; write it without")
        return value

    @field_validator("care_phone")
    @classmethod
    def _is_short(cls, value: str) -> str:
        if len(value) > _LONGEST_PHONE:
            raise ValueError(f"has {len(value)} characters; {_LONGEST_PHONE} fit into a text")
        return value

    @field_validator("data_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr) -> SecretStr:
        try:
            Keyring([key for key in value.get_secret_value().split(",") if key.strip()])
        except KeyFault as fault:
            raise ValueError(str(fault).removeprefix("DATA_KEYS").lstrip(": ")) from None
        return value

    @model_validator(mode="after")
    def _complete_in_production(self) -> Self:
        if not self.is_production:
            return self
        if missing := [name.upper() for name in _PRODUCTION if name not in self.model_fields_set]:
            raise ValueError(f"{', '.join(missing)}: needed in production; docs/deploy.md explains each")
        if self.quiet_hours == "off":
            raise ValueError("QUIET_HOURS: cannot be off in production")
        if self.database_url.startswith("sqlite"):
            raise ValueError("DATABASE_URL: SQLite would be lost at the next restart; use PostgreSQL")
        if not self.public_url.startswith("https://"):
            raise ValueError("PUBLIC_URL: must be https:// in production")
        return self


_PRODUCTION = (
    "database_url", "secret_key", "data_keys", "public_url", "care_phone", "org_name", "content_review",
)  # fmt: skip


def _quiet(text: str) -> QuietHours:
    if text == "off":
        return NEVER_QUIET
    found = _SPAN.fullmatch(text)
    try:
        hours = [int(part) for part in found.groups()] if found else []
        start, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    except (IndexError, ValueError):
        raise ValueError("is a span such as 20:00-09:00, or off outside production") from None
    if start == end:
        # It would mean "never quiet", which has a word of its own that production refuses.
        raise ValueError("begins and ends at the same minute; write a span such as 20:00-09:00")
    return QuietHours(start, end)


def _has_sound_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _line(fault: Any) -> str:
    name = ".".join(str(part).upper() for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    return f"{name} {message}" if name else message


def _local(settings: Settings) -> dict[str, Any]:
    """What a start without settings needs, kept under var/ so that the next start finds its data again."""
    given: dict[str, Any] = {}
    if not settings.database_url:
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        given["database_url"] = f"sqlite:///{settings.var_dir / 'chemoline.db'}"
    if not (settings.data_keys.get_secret_value() and settings.secret_key.get_secret_value()):
        kept = _local_keys(settings.var_dir)
        for name in ("data_keys", "secret_key"):
            if not getattr(settings, name).get_secret_value():
                given[name] = SecretStr(kept[name])
    return given


def _local_keys(folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "keys.json"
    if not path.exists():
        _put_once(path, json.dumps({"data_keys": new_key(), "secret_key": secrets.token_hex(32)}))
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        Keyring([kept["data_keys"]])
        return {"data_keys": kept["data_keys"], "secret_key": str(kept["secret_key"])}
    except (ValueError, KeyError, TypeError, AttributeError, KeyFault):
        # Never replaced by fresh keys: what the old ones wrote would be lost.
        raise WrongSettings(
            f"VAR_DIR: {path} is damaged; restore it, or move the folder away to begin anew without its data"
        ) from None


def _put_once(path: Path, text: str) -> None:
    """Write a file whole or not at all: of two processes that start at once, one writes and both read the same."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    try:
        # A link is made in one step and never over another file.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
