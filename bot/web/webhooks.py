"""Twilio's doors: texts in, status callbacks in. Nothing of HTTP goes further than this file."""

import logging
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, request

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
        if not _is_genuine(settings):
            abort(403)

    @doors.post("/inbound")
    def _inbound() -> Response:
        try:
            text = twilio.parse_inbound(request.form, datetime.now(UTC))
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
        heard = twilio.parse_status(request.form)
        if heard.status is not None:
            report = Report(message_id[:32], heard.status, heard.sid, heard.error_code, heard.opted_out)
            status.merge(built.line, report, datetime.now(UTC))
        return Response(status=204)

    return doors


def _is_genuine(settings: Settings) -> bool:
    """Check the signature over the public base and the raw request target: Flask would tidy %7E and spoil it."""
    token = settings.twilio_auth_token.get_secret_value()
    if not token:
        log.warning("webhook refused: TWILIO_AUTH_TOKEN is not set")
        return False
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.full_path.rstrip("?")
    return twilio.is_genuine(
        [token],
        (settings.public_url or request.host_url.rstrip("/")) + target,
        request.form,
        request.headers.get("X-Twilio-Signature"),
        request.headers.get("X-Twilio-Webhooks-Signature-Settings"),
    )
