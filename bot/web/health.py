"""Is the process alive, and can it do its work? For platforms and for people."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime


def blueprint(built: Runtime) -> Blueprint:
    """`/healthz`: the process answers. `/readyz`: the database answers; Redis may be away, and is named."""
    doors = Blueprint("health", __name__)

    @doors.get("/healthz")
    def _alive() -> Response:
        return jsonify(status="ok")

    @doors.get("/readyz")
    def _ready() -> tuple[Response, int]:
        database = _answers(built)
        found = {"database": _word(database), "redis": _word(built.line.clock.alive())}
        return jsonify(found), 200 if database else 503

    return doors


def _word(answers: bool) -> str:  # noqa: FBT001
    return "ok" if answers else "away"


def _answers(built: Runtime) -> bool:
    try:
        with built.line.store.begin() as work:
            work.execute(text("SELECT 1 FROM messages LIMIT 1"))
    except SQLAlchemyError:
        return False
    return True
