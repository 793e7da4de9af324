"""The database of a storm: empty, and for PostgreSQL a server of its own that may be restarted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bot import runtime
from bot.runtime import Runtime
from bot.store import migrate
from tests import servers
from tests.conftest import settings_for
from tests.servers import Postgres

KINDS = ("sqlite", "postgresql")


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[tuple[Runtime, Postgres | None]]:
    """A runtime on an empty, migrated database of this kind."""
    if kind == "sqlite":
        yield from _migrated(f"sqlite:///{folder / 'line.db'}", None)
        return
    # What was committed must survive an immediate restart.
    with servers.postgres("synchronous_commit=on") as server:
        with psycopg.connect(server.url + "postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE storm")
        yield from _migrated(server.url + "storm", server)


def _migrated(url: str, server: Postgres | None) -> Iterator[tuple[Runtime, Postgres | None]]:
    built = runtime.build(settings_for(url))
    try:
        migrate.upgrade(built.line.store)
        runtime.check_keys(built)
        yield built, server
    finally:
        built.line.store.engine.dispose()
