"""Twilio's doors: texts in, status callbacks in. Nothing of HTTP goes further than this file."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote

from flask import Blueprint, Response, abort, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict

from bot.gateways import twilio
from bot.gateways.twilio import NotAText
from bot.runtime import Runtime
from bot.services import inbound, status
from bot.services.inbound import Unrecorded
from bot.services.status import Report
from bot.settings import Settings

log = logging.getLogger(__name__)

_XML = "text/xml; charset=utf-8"


def blueprint(built: Runtime) -> Blueprint:
    """The webhook routes; each checks the signature first."""
    doors = Blueprint("webhooks", __name__, url_prefix="/webhooks/twilio")
    settings = built.settings

    @doors.before_request
    def _only_twilio() -> None:
        g.form = _genuine_form(settings)
        if g.form is None:
            abort(403)

    @doors.post("/inbound")
    def _inbound() -> Response:
        try:
            text = twilio.parse_inbound(g.form, datetime.now(UTC))
        except NotAText as fault:
            abort(400, str(fault))
        try:
            replies = inbound.handle(built.line, text)
        except Unrecorded:
            # Not kept, so not answered: with a 5xx Twilio comes again, or takes its fallback address.
            abort(503)
        return Response(twilio.twiml([(reply.id, reply.body) for reply in replies], settings.public_url), mimetype=_XML)

    @doors.post("/status/<message_id>")
    def _status(message_id: str) -> Response:
        heard = twilio.parse_status(g.form)
        if heard.status is not None:
            report = Report(
                message_id[:32], heard.status, heard.sid, heard.error_code, heard.opted_out, heard.permanent
            )
            _merge(built, report)
        return Response(status=204)

    return doors


def _merge(built: Runtime, report: Report) -> None:
    try:
        status.merge(built.line, report, datetime.now(UTC))
    except SQLAlchemyError as error:
        # One line: a traceback would quote the row. A text in doubt stays so until a list or a later callback.
        log.error("status callback not recorded", extra={"error": type(error).__name__})
        abort(503)


def _genuine_form(settings: Settings) -> Mapping[str, str] | None:
    """The parameters if Twilio signed them, else None.

    Checked over the public base and the raw request target: Flask would tidy %7E and spoil the signature.
    """
    token = settings.twilio_auth_token.get_secret_value()
    if not token:
        log.warning("webhook refused: TWILIO_AUTH_TOKEN is not set")
        return None
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    url = (settings.public_url or request.host_url.rstrip("/")) + target
    signature = request.headers.get("X-Twilio-Signature")
    algorithm = request.headers.get("X-Twilio-Webhooks-Signature-Settings")
    for form in _readings():
        if twilio.is_genuine([token], url, form, signature, algorithm):
            return form
    return None


def _readings() -> Iterator[Mapping[str, str]]:
    """The form read simply; as Flask reads it; with bytes marked that are no UTF-8, for which Flask drops the form."""
    raw = request.get_data(cache=True)
    if (simple := _simple(raw)) is not None:
        yield simple
    yield request.form
    if not raw.isascii() or b"%" in raw:
        yield MultiDict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"))


def _simple(raw: bytes) -> dict[str, str] | None:
    """Each name once and all of it escaped, as Twilio writes: a fifth of the work. Only a signature makes it count."""
    if not raw.isascii():
        return None
    pairs = [pair.partition("=") for pair in raw.decode("ascii").replace("+", " ").split("&")]
    form = {_unescaped(name): _unescaped(value) for name, _, value in pairs}
    return form if len(form) == len(pairs) else None


def _unescaped(text: str) -> str:
    return unquote(text) if "%" in text else text
