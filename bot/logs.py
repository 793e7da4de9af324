"""Logs as JSON lines on stdout. Events and ids only; whatever looks like a phone number is masked all the same."""

import json
import logging
import sys
from datetime import UTC, datetime

import regex

_NUMBER = regex.compile(r"(?<!\w)\+?\d[\d ().-]{7,}\d(?!\w)")
# What every record has; the rest is what its event says.
_USUAL = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


def configure() -> None:
    """Send every library's log through one formatter; call once in a process."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


class _Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said = {name: value for name, value in vars(record).items() if name not in _USUAL}
        said["event"] = record.getMessage()
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        masked = {name: _NUMBER.sub("[number]", v) if isinstance(v, str) else v for name, v in said.items()}
        at = datetime.fromtimestamp(record.created, UTC)
        masked |= {"level": record.levelname.lower(), "logger": record.name, "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"}
        return json.dumps(masked, default=repr)
