"""Synthetic webhooks in the providers' shapes: made-up people, real parameter names."""

import json
from pathlib import Path

_FOLDER = Path(__file__).parent


def twilio(name: str, **changes: str | None) -> dict[str, str]:
    """The parameters of one Twilio webhook; a change to None leaves that parameter out."""
    form = json.loads((_FOLDER / "twilio" / f"{name}.json").read_text(encoding="utf-8")) | changes
    return {key: value for key, value in form.items() if value is not None}
