"""Bring a database to the newest shape. Alembic does the work; one head, reversible steps."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.engine import Store

_SCRIPTS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Alembic's configuration, without a file of its own."""
    settings = Config()
    settings.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return settings


def upgrade(store: Store, target: str = "head") -> None:
    """Run all missing steps in one transaction."""
    _run(store, lambda settings: command.upgrade(settings, target))


def downgrade(store: Store, target: str) -> None:
    """Go back to an older step; for rehearsals, since it drops columns."""
    _run(store, lambda settings: command.downgrade(settings, target))


def is_current(store: Store) -> bool:
    """Tell whether the database has every step."""
    with store.begin() as work:
        return MigrationContext.configure(work).get_current_revision() == head()


def head() -> str | None:
    """The newest step in this version of the program."""
    return ScriptDirectory.from_config(config()).get_current_head()


def _run(store: Store, step: Callable[[Config], None]) -> None:
    settings = config()
    with store.begin() as work:
        settings.attributes["connection"] = work
        step(settings)
