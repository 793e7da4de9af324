"""Twilio's webhooks: signature, texts, status callbacks, TwiML. Light: `twilio.rest` is never imported."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from twilio.request_validator import RequestValidator, compare, get_signature_algorithm

from bot.domain.delivery import Fault, MessageStatus
from bot.domain.messages import Address, Channel, Inbound, OptOut, as_dialled
from bot.gateways.twilio_codes import FAULTS, STOPS, as_code

_FAILED = frozenset({MessageStatus.FAILED, MessageStatus.UNDELIVERED})
_LONGEST_BODY = 4000
_LONGEST_ADDRESS = 128
_LONGEST_SID = 64
_MOST_MEDIA = 99

_SIDS = ("MessageSid", "SmsMessageSid", "SmsSid")
_SENDERS = ("From", "ExternalUserId")
# RCS shares the phone number, and since 2026 the opt-out, of SMS: the same person at the same address.
_CHANNELS = {"": Channel.SMS, "sms": Channel.SMS, "rcs": Channel.SMS, "whatsapp": Channel.WHATSAPP}
# Where the words are when Body is empty. The router reads words, so what the person saw on the button or
# list row comes before its hidden value, which is a program's word and only better than silence.
_CHOICES = ("ButtonText", "ListTitle", "ButtonPayload", "ListId")

_NEW_LINE = re.compile(r"\r\n?")
# PostgreSQL refuses NUL, UTF-8 refuses lone surrogates, XML refuses the rest. Newline and tab stay.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_SID = re.compile(r"[^A-Za-z0-9]")
_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9+._-]")
_MEDIA_URL = re.compile(r"MediaUrl[0-9]+")
_FEW = re.compile(r"[0-9]{1,2}")


class NotAText(ValueError):
    """A webhook that is no inbound text; its argument is the parameter that is missing or useless."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A status callback: the provider's id ("" if absent), the status if we know the word, an error code."""

    sid: str
    status: MessageStatus | None
    error_code: str | None

    @property
    def permanent(self) -> bool:
        """Whether the text failed for a reason that the next one would fail for too."""
        known = FAULTS.get(as_code(self.error_code or "") or 0)
        return self.status in _FAILED and known is not None and known.fault is Fault.PERMANENT

    @property
    def opted_out(self) -> bool:
        """True when the code says that the person wants no texts from this sender."""
        return as_code(self.error_code or "") in STOPS


def is_genuine(
    tokens: Sequence[str],
    url: str,
    form: Mapping[str, str],
    signature: str | None,
    settings_header: str | None = None,
) -> bool:
    """RequestValidator's verdict with any of the tokens (two while one is rotated); False where it raises.

    `url` is what Twilio called: the public base and the raw request target. `form` may be a MultiDict.
    """
    if not signature:
        return False
    try:
        if settings_header is None and any(_is_signed(token, url, form, signature) for token in tokens if token):
            return True
        algorithm = get_signature_algorithm(settings_header)
        # An empty token would make a signature that anyone can compute.
        validators = [RequestValidator(token) for token in tokens if token]
        # The address as it stands is one of the two that `validate` computes, and nearly always the right one.
        if any(compare(validator.compute_signature(url, form, algorithm), signature) for validator in validators):
            return True
        return any(validator.validate(url, form, signature, algorithm) for validator in validators)
    except Exception:  # noqa: BLE001 - a bad port, a lone surrogate: whatever it is, Twilio did not sign it
        return False


def _is_signed(token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """RequestValidator's sum for the usual form, each name once, at a quarter of its cost; it judges all others."""
    if type(form) is not dict:
        return False
    said = url + "".join([name + form[name] for name in sorted(form)])
    summed = b64encode(hmac.digest(token.encode(), said.encode(), "sha1"))
    return hmac.compare_digest(summed, signature.encode())


def parse_inbound(form: Mapping[str, str], now: datetime) -> Inbound:
    """One text from Twilio's parameters; unknown ones are ignored, media are counted and never fetched.

    Raises NotAText without a message id or a sender.
    """
    return Inbound(
        sid=_inbound_sid(form),
        sender=_sender(form),
        body=_words(form),
        received_at=now,
        media=_media(form),
        place=bool(form.get("Latitude") and form.get("Longitude")),
        opt_out=_opt_out(form),
    )


def parse_status(form: Mapping[str, str]) -> StatusReport:
    """A status callback's news; a status word that we do not know is None."""
    code = form.get("ErrorCode", "").strip()
    return StatusReport(_sid(form), _status(form), code if as_code(code) else None)


def twiml(replies: Sequence[tuple[str, str]], public_url: str) -> bytes:
    """The answer to a webhook: one Message for each (our id, text). The same replies give the same bytes."""
    if not replies:
        return b"<Response/>"
    messages = "".join(
        f"<Message{_callback(public_url, message_id)}><Body>{escape(_clean(body))}</Body></Message>"
        for message_id, body in replies
    )
    return f"<Response>{messages}</Response>".encode()


def status_url(public_url: str, message_id: str) -> str:
    """Where Twilio reports what became of a text; it carries our id and nothing about the person."""
    return f"{public_url.rstrip('/')}/webhooks/twilio/status/{quote(message_id, safe='')}"


def _callback(public_url: str, message_id: str) -> str:
    return f" statusCallback={quoteattr(status_url(public_url, message_id))}" if public_url else ""


def _clean(text: str) -> str:
    return _UNSTORABLE.sub("", _NEW_LINE.sub("\n", text))


def _words(form: Mapping[str, str]) -> str:
    body = _clean(form.get("Body", ""))
    if not body.strip():
        body = next((_clean(form[name]) for name in _CHOICES if form.get(name, "").strip()), body)
    return body[:_LONGEST_BODY]


def _sid(form: Mapping[str, str]) -> str:
    cleaned = (_NOT_IN_SID.sub("", form.get(name, "")) for name in _SIDS)
    return next((sid for sid in cleaned if sid), "")[:_LONGEST_SID]


def _inbound_sid(form: Mapping[str, str]) -> str:
    sid = _sid(form)
    if not sid:
        raise NotAText(_SIDS[0])
    return sid


def _sender(form: Mapping[str, str]) -> Address:
    for name in _SENDERS:
        scheme, _, value = form.get(name, "").strip().rpartition(":")
        value = _NOT_IN_ADDRESS.sub("", value)[:_LONGEST_ADDRESS]
        channel = _CHANNELS.get(scheme.lower())
        if value and channel is not None:
            return Address(channel, as_dialled(value) if channel is Channel.WHATSAPP else value)
    raise NotAText(_SENDERS[0])


def _media(form: Mapping[str, str]) -> int:
    number = form.get("NumMedia", "").strip()
    if _FEW.fullmatch(number):
        return int(number)
    return min(sum(_MEDIA_URL.fullmatch(name) is not None for name in form), _MOST_MEDIA)


def _opt_out(form: Mapping[str, str]) -> OptOut | None:
    word = form.get("OptOutType", "").strip().upper()
    return OptOut(word) if word in set(OptOut) else None


def _status(form: Mapping[str, str]) -> MessageStatus | None:
    # WhatsApp reports a reading as an event beside a status that may still say delivered.
    if form.get("EventType", "").strip().upper() == "READ":
        return MessageStatus.READ
    word = (form.get("MessageStatus") or form.get("SmsStatus") or "").strip().lower()
    return MessageStatus(word) if word in set(MessageStatus) else None
