"""One engine a process, and `Work`: a transaction. SQLite is tuned so that two writers wait instead of failing."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from bot.store.keys import Keyring

Work = Connection
# What a deed meets while the database is away: not the fault of any row, and gone when it is back.
AWAY = (OperationalError, InterfaceError, NoConnection)

# FULL costs about 9 % and keeps an acknowledged STOP through a power cut.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000")
_POOL = 5
# Readers hold a connection for a millisecond: a few serve all threads, and hosts count connections.
_READERS = 3
# A connection that rested longer is asked whether it lives; to ask each time would double the cost of a look.
_RESTED_SECONDS = 1.0
_BEGIN = "BEGIN"
# A connection with this option begins no transaction by itself.
_ALONE = "each_statement_alone"
_DRIVERS = frozenset({"sqlite", "postgresql", "postgresql+psycopg"})
_IN_MEMORY = frozenset({None, "", ":memory:"})


class Store:
    """The database of this process. Transactions are opened here and nowhere else."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.engine = _engine(url)
        # Of its own and not an option of the other: the level is set once a connection, not twice a look.
        self._reading = _reading_engine(url)
        for engine in (self.engine, self._reading):
            engine.dialect.keyring = keyring  # type: ignore[attr-defined]
            engine.dialect.prepared = {}  # type: ignore[attr-defined]
        self.keyring = keyring
        # One writer at a time is SQLite's law; waiting in the process is fairer than polling the file.
        self._turn = threading.Lock() if self.is_sqlite else None
        self._alone = self.engine.execution_options(**{_ALONE: True})
        # A pool that crosses a fork would share sockets between processes (gunicorn --preload).
        os.register_at_fork(after_in_child=self._forget_connections)
        event.listen(self.engine, "engine_disposed", lambda _engine: self._reading.dispose())

    def _forget_connections(self) -> None:
        self._reading.dispose(close=False)
        self.engine.dispose(close=False)

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """A transaction: commits at the end, rolls back on any exception."""
        if self._turn is None:
            with self.engine.begin() as work:
                yield work
        else:
            with self._turn, self.engine.begin() as work, _no_old_view(work):
                yield work

    @contextmanager
    def turn(self) -> Iterator[Work]:
        """A look, and what is written upon it. On SQLite one transaction from the look on, or it would lose updates;
        on PostgreSQL each statement is its own, which saves two round trips, until the block of `together`.
        """
        if self._turn is not None:
            with self.begin() as work:
                yield work
        else:
            with self._alone.connect() as work:
                yield work

    @contextmanager
    def together(self, work: Work) -> Iterator[None]:
        """What is written in this block of a turn counts as a whole or not at all."""
        if self.is_sqlite:
            yield
            return
        work.exec_driver_sql(_BEGIN)
        yield
        work.commit()

    @contextmanager
    def read(self) -> Iterator[Work]:
        """Only look: waits for no writer, sees what is committed now."""
        with self._reading.connect() as work, _no_old_view(work):
            yield work


def normal_url(url: str) -> str:
    """Heroku says postgres://, SQLAlchemy wants postgresql:// (psycopg 3)."""
    if url.startswith("postgres://"):
        return "postgresql" + url.removeprefix("postgres")
    return url


def is_usable(url: str) -> bool:
    """Tell whether a URL names a kind of database we have a driver for; nothing is opened."""
    try:
        parsed = make_url(normal_url(url))
    except (ArgumentError, ValueError):
        return False
    # SQLite in memory would be another empty database for each process.
    return parsed.drivername in _DRIVERS and (parsed.drivername != "sqlite" or parsed.database not in _IN_MEMORY)


def on_driver(work: Work, sql: str, values: Any = ()) -> Sequence[Any]:
    """Run a statement without SQLAlchemy's bookkeeping, which takes longer than a look-up; the faults stay its own.

    Gives the rows, or nothing where the statement has none.
    """
    driver = work.connection
    cursor = driver.cursor()
    try:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
    except work.dialect.loaded_dbapi.Error as error:
        if work.dialect.is_disconnect(error, driver.dbapi_connection, cursor):
            # The other connections may be as old as this one: `_asking` lets none of them out again. Not a new pool:
            # who waits for a connection of the old one would wait until it gives up.
            work.dialect.lost_at = time.monotonic()  # type: ignore[attr-defined]
            work.invalidate(error)
        base = work.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=work.dialect) from error
    finally:
        cursor.close()


def _engine(url: str) -> Engine:
    parsed = make_url(normal_url(url))
    if parsed.get_backend_name() != "sqlite":
        engine = _asking(create_engine(parsed, pool_size=_POOL, max_overflow=0))
        event.listen(engine, "connect", _leave_begin_to_us)
        event.listen(engine, "begin", _begin)
        return engine
    engine = create_engine(parsed, pool_size=_POOL, max_overflow=_POOL)
    event.listen(engine, "connect", _tune)
    event.listen(engine, "begin", _begin_immediate)
    return engine


@contextmanager
def _no_old_view(work: Connection) -> Iterator[None]:
    """After a fault the connection is thrown away: a row that could not be read leaves its cursor open, and SQLite
    would show that old moment to the next user, a STOP or a claim of since then not.
    """
    try:
        yield
    except BaseException:
        if work.dialect.name == "sqlite":
            work.rollback()
            work.invalidate()
        raise


def _reading_engine(url: str) -> Engine:
    parsed = make_url(normal_url(url))
    engine = create_engine(parsed, pool_size=_READERS, max_overflow=0, pool_use_lifo=True, isolation_level="AUTOCOMMIT")
    if parsed.get_backend_name() != "sqlite":
        return _asking(engine)
    event.listen(engine, "connect", _tune)
    return engine


def _asking(engine: Engine) -> Engine:
    """SQLAlchemy's pre-ping, but only for connections that have rested: a server may have gone meanwhile. One that was
    there when another of them was lost is given up unasked.
    """
    engine.dialect.lost_at = -inf  # type: ignore[attr-defined]

    def _made(_connection: object, record: Any) -> None:
        record.info["made_at"] = time.monotonic()

    def _returned(_connection: object, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    def _taken(connection: Any, record: Any, _proxy: object) -> None:
        if record.info["made_at"] <= engine.dialect.lost_at:  # type: ignore[attr-defined]
            raise DisconnectionError
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < _RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "connect", _made)
    event.listen(engine, "checkin", _returned)
    event.listen(engine, "checkout", _taken)
    return engine


def _tune(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _leave_begin_to_us(connection: Any, _record: object) -> None:
    connection.autocommit = True


def _begin(work: Work) -> None:
    if not work.get_execution_options().get(_ALONE):
        work.exec_driver_sql(_BEGIN)


def _begin_immediate(work: Connection) -> None:
    # A deferred transaction that reads and then writes loses updates or fails with "database is locked".
    on_driver(work, "BEGIN IMMEDIATE")
