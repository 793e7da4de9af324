"""`/phone`: a web page that is a phone. Outside production only; it speaks to the same services as Twilio's webhook."""

import hmac
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import regex
from flask import Blueprint, Response, abort, jsonify, render_template, request, session

from bot.domain.language import BY_TAG
from bot.domain.messages import RED_FLAGS, Channel, Direction
from bot.domain.prices import price
from bot.domain.segments import Cost, Encoding, cost
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
# What fits into one text alone, and into each part of a longer one.
_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


class _Refused(Exception):
    """The page sent something we cannot use; names the field and the mend."""


def blueprint(built: Runtime) -> Blueprint:
    """The page and its three calls."""
    doors = Blueprint("phone", __name__)
    line = built.line

    @doors.get("/phone")
    def _page() -> str:
        session.setdefault("phone", new_id(datetime.now(UTC)))
        languages = [BY_TAG[tag] for tag in line.speaker.library.offered]
        return render_template("phone.html", languages=languages, org=built.settings.org_name, csrf=session["phone"])

    @doors.get("/phone/texts")
    def _texts() -> Response:
        asked = _Asked(request.args.to_dict())
        return _shown(line, asked, asked.now)

    @doors.post("/phone/texts")
    def _say() -> Response:
        asked = _Asked(_json())
        before = _on_screen(line, asked)
        simulator.say(line, asked.address, asked.body, asked.language(line.speaker.library.offered), asked.now)
        return _shown(line, asked, asked.now, without=before)

    @doors.post("/phone/ahead")
    def _jump() -> Response:
        asked = _Asked(_json())
        by = timedelta(seconds=asked.by)
        before = _on_screen(line, asked)
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
        phone, channel = str(fields.get("phone", "")), str(fields.get("channel", ""))
        if not _PHONE_ID.fullmatch(phone):
            raise _Refused("phone: 16 hex digits")
        if channel not in set(Channel):
            raise _Refused(f"channel: {' or '.join(Channel)}")
        self.address = simulator.address_of(phone, Channel(channel))
        self.ahead = self._whole("ahead", _LONGEST_AHEAD)
        self.now = datetime.now(UTC) + timedelta(seconds=self.ahead)

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
        # The page keeps where it is: once past the end, each of its calls would be refused.
        if self.ahead + by > _LONGEST_AHEAD:
            raise _Refused("by: this phone is as far ahead as it goes; start over with a new phone")
        return by

    def language(self, offered: Collection[str]) -> str | None:
        """The page's choice; None leaves it to the line."""
        language = str(self._fields.get("language") or "")
        if language and language not in offered:
            raise _Refused(f"language: {' or '.join(offered)}, or none")
        return language or None

    def _whole(self, name: str, most: int) -> int:
        try:
            number = int(self._fields.get(name, 0))
        except (TypeError, ValueError, OverflowError):
            raise _Refused(f"{name}: whole seconds") from None
        if not 0 <= number <= most:
            raise _Refused(f"{name}: between 0 and {most} seconds")
        return number


def _json() -> dict[str, Any]:
    """The body of a call from our own page: the token keeps other sites' pages out."""
    ours, theirs = session.get("phone", ""), request.headers.get("X-Phone-Token", "")
    if not (ours and hmac.compare_digest(ours.encode(), theirs.encode())):
        abort(Response('{"error": "This page is too old. Please reload it."}', 403, mimetype="application/json"))
    try:
        fields = request.get_json(silent=True)
    except RecursionError:
        fields = None
    if not isinstance(fields, dict):
        raise _Refused("the body is a JSON object")
    return fields


def _on_screen(line: Line, asked: _Asked) -> frozenset[str]:
    return frozenset(entry.id for entry in simulator.screen(line, asked.address).entries)


def _shown(
    line: Line, asked: _Asked, now: datetime, *, without: frozenset[str] = frozenset(), ahead: int | None = None
) -> Response:  # fmt: skip
    shown = simulator.screen(line, asked.address)
    zone = line.zone_of(shown.person) if shown.person else line.zone
    language = line.language_of(shown.person) if shown.person else line.speaker.library.default
    described = {
        "bubbles": [
            _bubble(line, entry, asked.address.channel, zone) for entry in shown.entries if entry.id not in without
        ],
        "planned": [_plan(line, followup, language, zone) for followup in shown.planned],
        "local": _moment(now, zone),
        "language": language,
        "consent": simulator.consent_of(shown),
    }
    return jsonify(described if ahead is None else described | {"ahead": ahead})


def _bubble(line: Line, entry: Entry, channel: Channel, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": entry.id,
        "direction": entry.direction,
        "body": entry.body,
        "local": moments.clock(entry.at, zone, "en"),
        "day": moments.day(entry.at, zone, "en"),
        "status": entry.status,
        "language": entry.language,
        "intent": entry.intent,
        "topic": entry.topic,
        "safety": "red" if entry.intent in RED_FLAGS else entry.safety,
        "because": (entry.because or "").splitlines(),
        **_size(cost(entry.body)),
        **(_ours(line, entry, channel) if entry.direction is Direction.OUT else {}),
    }


def _size(paid: Cost) -> dict[str, Any]:
    alone, joined = _ROOM[paid.encoding]
    room = alone if paid.segments <= 1 else joined * paid.segments
    return {"encoding": paid.encoding, "units": paid.units, "room": room, "segments": paid.segments}


def _ours(line: Line, entry: Entry, channel: Channel) -> dict[str, Any]:
    """What only a text of ours has: who asked for it, where its words are from, what it costs."""
    language = BY_TAG.get(entry.language or "")
    return {
        "unasked": entry.answers_sid is None,
        "rtl": bool(language and language.rtl),
        "draft": entry.language in line.speaker.drafts,
        "source": line.speaker.source_of(entry.topic),
        "cost": f"${price(channel, cost(entry.body).segments):.4f}".rstrip("0"),
    }


def _plan(line: Line, followup: FollowUp, language: str, zone: ZoneInfo) -> dict[str, str]:
    title = line.speaker.about(language, followup.topic)
    return {"id": followup.id, "local": _moment(followup.next_at, zone), "title": title}


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{moments.day(at, zone, 'en')}, {moments.clock(at, zone, 'en')}"
