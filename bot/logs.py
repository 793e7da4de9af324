"""Logs as JSON lines on stdout. Events and ids only; whatever looks like a phone number is masked all the same."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import regex
import structlog

_NUMBER = regex.compile(r"(?<!\w)\+?\d[\d ().-]{7,}\d(?!\w)")
_HARMLESS_FIELDS = frozenset({"timestamp", "level", "logger"})


def configure() -> None:
    """Send every library's log through one formatter; call once in a process."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def _mask(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and name not in _HARMLESS_FIELDS:
            event[name] = _NUMBER.sub("[number]", value)
    return event
