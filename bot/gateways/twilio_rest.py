"""Sending through Twilio. The only module that imports twilio.rest: half a second that only senders pay.

Texts leave through `twilio_door`, listings through the library.
"""

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError

from bot.domain.delivery import SHORTEST_VALID, Fault, GatewayError
from bot.domain.messages import Address, Channel, Outbound, Receipt
from bot.gateways.twilio import status_url
from bot.gateways.twilio_codes import fault_of
from bot.gateways.twilio_door import Door, Refused, receipt

_API = "https://api.twilio.com"
# As many as a worker can have threads; requests' own default of 10 would open and drop connections.
_POOL = 128
# The provider's clock and ours differ.
_SKEW = timedelta(seconds=60)
_MOST_LISTED = 50
_SERVICE_WINDOW = timedelta(hours=24)
# Twilio waits ten hours unless told otherwise: a text of the afternoon would arrive at night.
_LONGEST_VALID = timedelta(hours=4)
# A trial account puts this before every text, which must not make an accepted one look absent.
_TRIAL = "Sent from your Twilio trial account - "
# Answers to a webhook are "outbound-reply": the same topic, just asked, must not pass for a follow-up.
_OURS = "outbound-api"

# What a broken answer can raise between the library's reading it and our using it.
_BROKEN = (
    Refused,
    TwilioException,
    RequestException,
    HTTPError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)
# requests calls a refused and a broken connection the same; these reasons mean that nothing was sent.
# (urllib3's NameResolutionError is a NewConnectionError.)
_NEVER_CONNECTED = (ConnectTimeoutError, NewConnectionError, ssl.SSLCertVerificationError)
_BAD_URL = (InvalidSchema, InvalidURL, MissingSchema)


@dataclass(frozen=True, slots=True)
class TwilioConfig:
    """Credentials, senders and where the API is (`api_url` empty: Twilio's own)."""

    account_sid: str
    auth_token: str = field(repr=False)
    api_url: str
    public_url: str
    messaging_service_sid: str
    sms_from: str
    whatsapp_from: str
    # Connecting and reading, in seconds; both together end well inside the lease of a claim.
    timeout: tuple[float, float]


class RebasedHttpClient(TwilioHttpClient):
    """Twilio's client without retries, with time-outs, at another base URL if one is given."""

    def __init__(self, base_url: str, timeout: tuple[float, float]) -> None:
        super().__init__(max_retries=0)
        # The library's own check takes no (connect, read) pair, though requests does.
        self.timeout = timeout
        self._base = urlsplit(base_url)
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=0))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """As TwilioHttpClient, at the other base."""
        asked = urlsplit(url)
        if self._base.netloc:
            path = self._base.path.rstrip("/") + asked.path
            url = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        return super().request(method, url, *args, **kwargs)

    def log_request(self, _request: dict[str, Any]) -> None:
        """Nothing: the library would log the address that a listing asks for."""

    def log_response(self, _status: int, _response: object) -> None:
        """Nothing, as above."""


class TwilioGateway:
    """SMS and WhatsApp through Twilio's Messages resource. Safe to share between threads."""

    def __init__(self, config: TwilioConfig) -> None:
        self._config = config
        http = RebasedHttpClient(config.api_url, config.timeout)
        self._client = Client(config.account_sid, config.auth_token, http_client=http)
        # Its own connections: those of the library's session serve its listings.
        adapter = HTTPAdapter(pool_maxsize=_POOL, max_retries=0)
        auth = (config.account_sid, config.auth_token)
        self._door = Door(http.session, adapter, _messages_url(config), auth, config.timeout)

    def send(self, message: Outbound) -> Receipt:
        """Create one message; raises GatewayError with what the fault means for the row."""
        sender = self._sender(message.to.channel)
        try:
            return self._door.create(
                {
                    "To": _to(message.to),
                    **_content(message),
                    **_validity(message),
                    # We fit texts into segments ourselves, in every language; a second hand would miscount.
                    "SmartEncoded": "false",
                    **sender,
                    **self._callback(message.id),
                }
            )
        except _BROKEN as error:
            raise _fault(error) from None

    def window(self, channel: Channel) -> timedelta | None:
        """WhatsApp's 24 hours of service; outside them Twilio answers 63016."""
        return _SERVICE_WINDOW if channel is Channel.WHATSAPP else None

    def find(self, to: Address, body: str, since: datetime) -> list[Receipt]:
        """List what Twilio has for this person. DateSent is no filter: empty until a message has left."""
        try:
            listed = self._client.messages.list(to=_to(to), limit=_MOST_LISTED)
            # Dates are whole seconds and the list is newest first: turned round, equal dates stay in order.
            # A template comes back in Meta's words, not in ours; one text in flight a person tells which it is.
            wanted = None if to.channel is Channel.WHATSAPP else body
            mine = [message for message in reversed(listed) if _is_it(message, wanted, since - _SKEW)]
            return [receipt(each.sid, each.status) for each in sorted(mine, key=lambda each: each.date_created)]
        except _BROKEN as error:
            raise _fault(error) from None

    def _sender(self, channel: Channel) -> dict[str, str]:
        if channel is Channel.SMS and self._config.messaging_service_sid:
            return {"MessagingServiceSid": self._config.messaging_service_sid}
        number = self._config.sms_from if channel is Channel.SMS else self._config.whatsapp_from
        if not number:
            raise GatewayError(Fault.ACCOUNT, f"no {channel} sender")
        return {"From": _prefixed(channel, number)}

    def _callback(self, message_id: str) -> dict[str, str]:
        base = self._config.public_url
        return {"StatusCallback": status_url(base, message_id)} if base else {}


def open_gateway(config: TwilioConfig) -> TwilioGateway:
    """The gateway of this process; opens no connection yet."""
    return TwilioGateway(config)


def _messages_url(config: TwilioConfig) -> str:
    return f"{config.api_url or _API}/2010-04-01/Accounts/{config.account_sid}/Messages.json"


def _to(address: Address) -> str:
    return _prefixed(address.channel, address.value)


def _prefixed(channel: Channel, value: str) -> str:
    return "whatsapp:" + value.removeprefix("whatsapp:") if channel is Channel.WHATSAPP else value


def _content(message: Outbound) -> dict[str, str]:
    if message.template is None:
        return {"Body": message.body}
    variables = json.dumps(dict(message.template.variables), ensure_ascii=False)
    return {"ContentSid": message.template.content_sid, "ContentVariables": variables}


def _validity(message: Outbound) -> dict[str, str]:
    """Seconds that Twilio may keep trying; WhatsApp knows no such thing."""
    if message.valid_for is None or message.to.channel is not Channel.SMS:
        return {}
    seconds = max(min(message.valid_for, _LONGEST_VALID), SHORTEST_VALID).total_seconds()
    return {"ValidityPeriod": str(int(seconds))}


def _is_it(message: Any, body: str | None, since: datetime) -> bool:
    if message.direction != _OURS or message.date_created is None or message.date_created < since:
        return False
    text: str = message.body or ""
    return body is None or text.removeprefix(_TRIAL).strip() == body.strip()


def _fault(error: Exception) -> GatewayError:
    """What a failure means; in doubt the message may have been taken."""
    status = getattr(error, "status", None)
    if isinstance(error, TwilioException | Refused) and isinstance(status, int):
        code = getattr(error, "code", None)
        wait = getattr(error, "wait", timedelta(0))
        return GatewayError(fault_of(code, status), str(code or f"http-{status}"), wait)
    if isinstance(error, _BAD_URL):
        return GatewayError(Fault.ACCOUNT, "api-url")
    if any(isinstance(cause, _NEVER_CONNECTED) for cause in _causes(error)):
        return GatewayError(Fault.TEMPORARY, "connect")
    # A broken connection has one name, whichever of the two ways it broke on.
    return GatewayError(
        Fault.MAYBE_SENT, "ConnectionError" if isinstance(error, ProtocolError) else type(error).__name__
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps: requests keeps urllib3's error as an argument, urllib3 as `reason`."""
    yield error
    for inner in (*error.args, getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _causes(inner)
