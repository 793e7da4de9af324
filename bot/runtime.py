"""Where the rooms are joined: settings in, one `Runtime` out. Gateways are rows of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from importlib import import_module
from zoneinfo import ZoneInfo

from bot.domain.delivery import PRODUCTION, Timing
from bot.domain.lexicon import Lexicon
from bot.domain.messages import Address
from bot.domain.policy import MAX_PER_WEEK
from bot.domain.programmes import Programme
from bot.gateways import Gateway
from bot.gateways.simulator import PREFIX, SimulatorGateway
from bot.queue import AlarmClock
from bot.services.line import Line
from bot.services.templates import Templates
from bot.settings import ROOT, Settings
from bot.store.engine import Store
from bot.store.queries import keys
from bot.texts import lexicon, library, phrases, programmes
from bot.texts.content import ContentError
from bot.texts.library import PROGRAMMES, SERVICE, Library
from bot.texts.phrases import Phrases
from bot.texts.render import Place, Speaker

CONTENT, LOCALES = ROOT / "content", ROOT / "locales"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One process's line and the settings it was built from."""

    settings: Settings
    line: Line


def build(settings: Settings, timing: Timing = PRODUCTION) -> Runtime:
    """Open everything once. Raises ContentError or KeyFault when the line could not be trusted.

    The database is not touched yet: see `check_keys`.
    """
    store = Store(settings.database_url, settings.keyring)
    texts = speaker(settings)
    line = Line(
        store=store,
        speaker=texts,
        words=partial(words, settings),
        clock=AlarmClock(settings.redis_url or None),
        gateway_for=_Switchboard(settings, timing),
        zone=ZoneInfo(settings.default_timezone),
        quiet=settings.quiet,
        programmes=_programmes(settings.offered, _strict(settings)),
        templates=_templates(settings, texts),
        rate=settings.send_rate,
        timing=timing,
    )
    return Runtime(settings, line)


def _templates(settings: Settings, texts: Speaker) -> Templates:
    english = (texts.library.documents["en", name].parts for name in (SERVICE, PROGRAMMES))
    known = {*(f"topic:{topic}" for topic in texts.library.topics), *(part for parts in english for part in parts)}
    if unknown := [name for name in settings.whatsapp_templates if name not in known]:
        raise ContentError(f"WHATSAPP_TEMPLATES: '{unknown[0]}' is no text of ours; try discreet or topic:how")
    return Templates(settings.whatsapp_templates)


def check_keys(runtime: Runtime) -> None:
    """Refuse a database that was made with other keys; see store/queries/keys."""
    keys.check(runtime.line.store, datetime.now(UTC))


def speaker(settings: Settings) -> Speaker:
    """The texts, with the clinic's own values in their places."""
    return Speaker(_library(settings.offered, _strict(settings)), _phrases(), Place(_values(settings)))


def words(settings: Settings) -> Lexicon:
    """The words that routing knows."""
    return _lexicon(settings.offered, _strict(settings))


def _strict(settings: Settings) -> bool:
    return settings.content_review == "strict"


# Files of the release: they do not change while a process lives, and reading them takes a second.
@cache
def _library(offered: tuple[str, ...], reviewed_only: bool) -> Library:  # noqa: FBT001 -- a key of the cache
    return library.load(CONTENT, offered, reviewed_only=reviewed_only)


@cache
def _lexicon(offered: tuple[str, ...], reviewed_only: bool) -> Lexicon:  # noqa: FBT001 -- a key of the cache
    return lexicon.load(CONTENT, _library(offered, reviewed_only))


@cache
def _phrases() -> Phrases:
    return phrases.load(LOCALES)


@cache
def _programmes(offered: tuple[str, ...], reviewed_only: bool) -> Mapping[str, Programme]:  # noqa: FBT001 -- as above
    return programmes.load(CONTENT, _library(offered, reviewed_only))


def _values(settings: Settings) -> Mapping[str, str]:
    return {
        "org": settings.org_name,
        "phone": settings.care_phone,
        "emergency": settings.emergency_number,
        "crisis": settings.crisis_line,
        "fever": settings.fever_threshold,
        "rate": str(MAX_PER_WEEK),
    }


class _Switchboard:
    """Which phone an address is reached by. The real provider is loaded at the first text that needs it."""

    def __init__(self, settings: Settings, timing: Timing) -> None:
        self._settings = settings
        self._timeout = (timing.connect.total_seconds(), timing.read.total_seconds())
        self._simulator = SimulatorGateway()
        self._provider = cache(self._open)

    def __call__(self, address: Address) -> Gateway:
        if address.value.startswith(PREFIX) or not self._settings.sends_through_twilio:
            return self._simulator
        return self._provider()

    def _open(self) -> Gateway:
        # By name and not by import: twilio.rest costs half a second, and the web processes never send.
        rest = import_module("bot.gateways.twilio_rest")
        settings = self._settings
        config = rest.TwilioConfig(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token.get_secret_value(),
            api_url=settings.twilio_api_url,
            public_url=settings.public_url,
            messaging_service_sid=settings.twilio_messaging_service_sid,
            sms_from=settings.twilio_sms_from,
            whatsapp_from=settings.twilio_whatsapp_from,
            timeout=self._timeout,
        )
        gateway: Gateway = rest.open_gateway(config)
        return gateway
