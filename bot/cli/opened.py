"""How every command opens the line: one clear line and exit code 1 when it cannot."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from bot import runtime
from bot.runtime import Runtime
from bot.services.enrolling import CannotEnrol
from bot.services.inbound import Unrecorded
from bot.services.rows import BadFile, BadRow
from bot.settings import Settings, WrongSettings
from bot.store.keys import KeyFault
from bot.texts.content import ContentError

_AWAY = "DATABASE_URL: the database does not answer, or `chemoline db upgrade` has not been run"


@contextmanager
def settings_or_exit() -> Iterator[Settings]:
    """The settings; what goes wrong with them, the content or the keys is said in one line."""
    try:
        yield Settings.from_env()
    except (WrongSettings, ContentError, KeyFault, BadFile, BadRow, CannotEnrol) as fault:
        raise click.ClickException(str(fault)) from None
    except DBAPIError as error:
        # Never the statement or its values: only the kind of fault.
        raise click.ClickException(f"{_AWAY} ({type(error.orig).__name__})") from None
    except Unrecorded:
        raise click.ClickException(_AWAY) from None


@contextmanager
def opened() -> Iterator[Runtime]:
    """The whole line, on a database that belongs to our keys."""
    with settings_or_exit() as settings:
        built = runtime.build(settings)
        runtime.check_keys(built)
        yield built
