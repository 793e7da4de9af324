"""`chemoline db`: bring the database to the newest shape."""

import click

from bot.cli.opened import settings_or_exit
from bot.store import migrate
from bot.store.engine import Store


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Run all missing migrations (Procfile's release step)."""
    with settings_or_exit() as settings:
        migrate.upgrade(Store(settings.database_url, settings.keyring))
        click.echo(f"database is at {migrate.head()}")
