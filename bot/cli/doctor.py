"""`chemoline doctor`: what is missing before the line can be trusted with patients."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from bot import runtime
from bot.cli.opened import settings_or_exit
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import migrate
from bot.store.keys import KeyFault
from bot.texts.states import TRUSTED


@click.command()
def doctor() -> None:
    """Check settings, database, Redis, keys, Twilio and languages; exit 1 when something must be mended."""
    with settings_or_exit() as settings:
        built = runtime.build(settings)
    found = [
        *_environment(settings),
        *_database(built),
        *_redis(built),
        *_twilio(settings),
        *_languages(built),
    ]
    for mark, text in found:
        click.echo(f"[{mark}] {text}")
    if any(mark == "mend" for mark, _ in found):
        raise SystemExit(1)


def _environment(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "ok", f"environment: {settings.environment}"
    if not settings.is_production:
        yield "note", "not production: /phone is open, keys come from var/, made-up clinic values are in use"
    if settings.quiet_hours == "off":
        yield "note", "QUIET_HOURS is off: texts leave at night"


def _database(built: Runtime) -> Iterator[tuple[str, str]]:
    kind = built.line.store.engine.dialect.name
    try:
        current = migrate.is_current(built.line.store)
        if current:
            runtime.check_keys(built)
    except SQLAlchemyError as error:
        yield "mend", f"DATABASE_URL: {kind} does not answer ({type(error).__name__})"
    except KeyFault as fault:
        yield "mend", f"DATA_KEYS: {fault}"
    else:
        yield (("ok", f"database: {kind}, up to date") if current else ("mend", "database: run `chemoline db upgrade`"))


def _redis(built: Runtime) -> Iterator[tuple[str, str]]:
    if not built.settings.redis_url:
        yield "note", "REDIS_URL is not set: the sweep sends alone, a few seconds later"
    elif built.line.clock.alive():
        yield "ok", "Redis answers"
        for poke in built.line.clock.failed():
            yield "note", f"a job failed: {poke}; what it should have sent is left to the sweep"
    else:
        yield "mend", "REDIS_URL: Redis does not answer; the sweep sends alone meanwhile"


def _twilio(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.sends_through_twilio:
        mark = "mend" if settings.is_production else "note"
        yield (
            mark,
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set: webhooks are refused, texts go nowhere",
        )
        return
    yield "ok", "Twilio: keys are set"
    if not (settings.twilio_sms_from or settings.twilio_messaging_service_sid):
        yield "mend", "TWILIO_SMS_FROM or TWILIO_MESSAGING_SERVICE_SID: no sender for SMS"
    if not settings.twilio_whatsapp_from:
        yield "note", "TWILIO_WHATSAPP_FROM is not set: no texts of our own accord on WhatsApp"
    if not settings.public_url:
        yield (
            "mend",
            "PUBLIC_URL is not set: signatures are checked against the Host header, no status callbacks come",
        )


def _languages(built: Runtime) -> Iterator[tuple[str, str]]:
    speaker = built.line.speaker
    for tag in speaker.library.offered:
        states = speaker.library.states(tag, datetime.now(UTC).date())
        counted = ", ".join(f"{number} {state}" for state, number in sorted(Counter(states.values()).items()))
        yield ("ok" if set(states.values()) <= TRUSTED else "note"), f"{tag}: {counted} (`chemoline content matrix`)"
