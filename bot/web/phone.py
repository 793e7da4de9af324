"""`/phone`: a web page that is a phone. Outside production only; it speaks to the same services as Twilio's webhook."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import regex
from flask import Blueprint, Response, abort, jsonify, render_template, request, session

from bot.domain.language import BY_TAG
from bot.domain.messages import Channel, Direction
from bot.domain.prices import price
from bot.domain.segments import Encoding, cost
from bot.runtime import Runtime
from bot.services import simulator
from bot.services.line import Line
from bot.store.models.base import new_id
from bot.store.queries.followups import FollowUp
from bot.store.queries.messages import Entry
from bot.texts import moments

_PHONE_ID = regex.compile(r"[0-9a-f]{16}")
_LONGEST_AHEAD = 400 * 86400
_JUMPS = (86400, 7 * 86400)
_LONGEST_TEXT = 4000


class _Refused(Exception):
    """The page sent something we cannot use; names the field and the mend."""


def blueprint(built: Runtime) -> Blueprint:
    """The page and its three calls."""
    doors = Blueprint("phone", __name__)
    line = built.line

    @doors.get("/phone")
    def _page() -> str:
        session.setdefault("phone", new_id(datetime.now(UTC)))
        languages = [
            {"tag": tag, "endonym": BY_TAG[tag].endonym, "rtl": BY_TAG[tag].rtl} for tag in line.speaker.library.offered
        ]
        return render_template("phone.html", languages=languages, org=built.settings.org_name, csrf=session["phone"])

    @doors.get("/phone/texts")
    def _texts() -> Response:
        asked = _Asked(request.args.to_dict())
        return _shown(line, asked, asked.now)

    @doors.post("/phone/texts")
    def _say() -> Response:
        asked = _Asked(_json())
        before = frozenset(entry.id for entry in simulator.screen(line, asked.address).entries)
        simulator.say(line, asked.address, asked.body, asked.language, asked.now)
        return _shown(line, asked, asked.now, without=before)

    @doors.post("/phone/ahead")
    def _jump() -> Response:
        asked = _Asked(_json())
        by = timedelta(seconds=asked.by)
        before = frozenset(entry.id for entry in simulator.screen(line, asked.address).entries)
        simulator.jump(line, asked.address, asked.now, by)
        return _shown(line, asked, asked.now + by, without=before, ahead=asked.ahead + asked.by)

    @doors.errorhandler(_Refused)
    def _refused(fault: _Refused) -> tuple[Response, int]:
        return jsonify(error=str(fault)), 400

    return doors


class _Asked:
    """The checked fields of one call; raises _Refused naming the field."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        phone, channel = str(fields.get("phone", "")), fields.get("channel")
        if not _PHONE_ID.fullmatch(phone):
            raise _Refused("phone: 16 hex digits")
        if channel not in set(Channel):
            raise _Refused(f"channel: {' or '.join(Channel)}")
        self.address = simulator.address_of(phone, Channel(channel))
        self.ahead = self._whole("ahead", _LONGEST_AHEAD)
        self.now = datetime.now(UTC) + timedelta(seconds=self.ahead)
        self.language = fields.get("language") or None

    @property
    def body(self) -> str:
        body = self._fields.get("body")
        if not isinstance(body, str):
            raise _Refused("body: a text")
        return body.encode("utf-8", "ignore").decode().replace("\0", "")[:_LONGEST_TEXT]

    @property
    def by(self) -> int:
        by = self._whole("by", max(_JUMPS))
        if by not in _JUMPS:
            raise _Refused("by: 86400 or 604800 seconds")
        return by

    def _whole(self, name: str, most: int) -> int:
        try:
            number = int(self._fields.get(name, 0))
        except (TypeError, ValueError):
            raise _Refused(f"{name}: whole seconds") from None
        if not 0 <= number <= most:
            raise _Refused(f"{name}: between 0 and {most} seconds")
        return number


def _json() -> dict[str, Any]:
    """The body of a call from our own page: the token keeps other sites' pages out."""
    if not hmac.compare_digest(request.headers.get("X-Phone-Token", ""), session.get("phone", "-")):
        abort(Response('{"error": "This page is too old. Please reload it."}', 403, mimetype="application/json"))
    fields = request.get_json(silent=True)
    if not isinstance(fields, dict):
        raise _Refused("the body is a JSON object")
    return fields


def _shown(
    line: Line, asked: _Asked, now: datetime, *, without: frozenset[str] = frozenset(), ahead: int | None = None
) -> Response:  # fmt: skip
    shown = simulator.screen(line, asked.address)
    zone = line.zone_of(shown.person) if shown.person else line.zone
    language = line.language_of(shown.person) if shown.person else line.speaker.library.default
    described = {
        "bubbles": [_bubble(line, entry, asked) for entry in shown.entries if entry.id not in without],
        "planned": [_plan(line, followup, language, zone) for followup in shown.planned],
        "now": now.isoformat(),
        "local": f"{moments.day(now, zone, 'en')}, {moments.clock(now, zone, 'en')}",
        "language": language,
        "consent": simulator.consent_of(shown),
    }
    return jsonify(described if ahead is None else described | {"ahead": ahead})


def _bubble(line: Line, entry: Entry, asked: _Asked) -> dict[str, Any]:
    zone = line.zone
    ours = entry.direction is Direction.OUT
    paid = cost(entry.body)
    language = BY_TAG.get(entry.language or "")
    return {
        "id": entry.id,
        "direction": entry.direction,
        "body": entry.body,
        "at": entry.at.isoformat(),
        "local": moments.clock(entry.at, zone, "en"),
        "day": moments.day(entry.at, zone, "en"),
        "status": entry.status,
        "kind": ("reply" if entry.answers_sid else "followup") if ours else "text",
        "language": entry.language,
        "rtl": bool(language and language.rtl),
        "draft": ours and line.speaker.is_draft(entry.language),
        "intent": entry.intent,
        "topic": entry.topic,
        "safety": _safety(entry),
        "because": (entry.because or "").splitlines(),
        "source": line.speaker.source_of(entry.topic) if ours else None,
        "encoding": paid.encoding,
        "units": paid.units,
        "room": (160, 70)[paid.encoding is Encoding.UCS2]
        if paid.segments < 2
        else paid.segments * _room(paid.encoding),
        "segments": paid.segments,
        "cost": f"${price(asked.address.channel, paid.segments):.4f}".rstrip("0") if ours else None,
    }


def _room(encoding: Encoding) -> int:
    return 67 if encoding is Encoding.UCS2 else 153


def _safety(entry: Entry) -> str | None:
    return "red" if entry.intent in {"emergency", "fever", "crisis"} else entry.safety


def _plan(line: Line, followup: FollowUp, language: str, zone: Any) -> dict[str, str]:
    local = f"{moments.day(followup.next_at, zone, 'en')}, {moments.clock(followup.next_at, zone, 'en')}"
    return {"id": followup.id, "local": local, "title": line.speaker.about(language, followup.topic)}
