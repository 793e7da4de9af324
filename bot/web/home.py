"""Outside production the bare address leads to the phone."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response


def blueprint() -> Blueprint:
    """`/` leads to `/phone`."""
    doors = Blueprint("home", __name__)

    @doors.get("/")
    def _home() -> Response:
        return redirect("/phone")

    return doors
