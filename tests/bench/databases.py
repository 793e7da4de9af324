"""Databases to measure on, with people in them. PostgreSQL writes through to the disk here, as in production."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
from sqlalchemy import delete, insert, text

from bot import runtime
from bot.domain.messages import Address, Channel
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import migrate
from bot.store.engine import Store
from bot.store.keys import new_key
from bot.store.models import addresses, followups, messages, patients
from bot.store.models.base import new_id
from tests import servers

KEY = new_key()
KINDS = ("SQLite", "PostgreSQL")
# All of the range that is reserved for fiction and that ends in four free digits.
MOST_PEOPLE = 10_000
_names = count(1)


@contextmanager
def server(kind: str) -> Iterator[str]:
    """Where databases of a kind can be made: the beginning of their URL."""
    if kind == "SQLite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/"
    else:
        with servers.postgres("fsync=on", "synchronous_commit=on", "full_page_writes=on") as running:
            yield running.url


def fresh(base: str, **more: str) -> Runtime:
    """A line on a new migrated database of that server; `more` are environment variables."""
    name = f"bench_{next(_names)}"
    if not base.startswith("sqlite"):
        with psycopg.connect(base + "postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
    built = runtime.build(Settings.from_env(environ(base + name) | more))
    migrate.upgrade(built.line.store)
    runtime.check_keys(built)
    return built


def environ(url: str) -> dict[str, str]:
    """What every process on that database is told."""
    return {"DATABASE_URL": url, "DATA_KEYS": KEY, "SECRET_KEY": "bench", "QUIET_HOURS": "off"}


def address(number: int) -> Address:
    """The address of the n-th person."""
    return Address(Channel.SMS, f"+1555010{number:04d}")


def settle(store: Store, most: int = MOST_PEOPLE) -> list[str]:
    """Write people who speak English and agreed to texts; gives the ids of their addresses."""
    now = datetime.now(UTC)
    ids = [new_id(now) for _ in range(most)]
    with store.begin() as work:
        work.execute(insert(patients), [{"id": each, "created_at": now} for each in ids])
        rows = [
            {
                "id": each,
                "patient_id": each,
                "channel": Channel.SMS,
                "address": address(number).value,
                "look_up": address(number).key,
                "language": "en",
                "language_chosen": True,
                "consent": "active",
                "created_at": now,
            }
            for number, each in enumerate(ids)
        ]
        work.execute(insert(addresses), rows)
    return ids


def promise(store: Store, people: list[str], due: datetime) -> list[str]:
    """Forget all texts, then one follow-up for each of these people; gives their ids in the order of the people."""
    ids = [new_id(due) for _ in people]
    with store.begin() as work:
        work.execute(delete(followups))
        work.execute(delete(messages))
        rows = [
            {
                "id": each,
                "address_id": person,
                "source": "patient",
                "topic": "how",
                "due_at": due,
                "next_at": due,
                "state": "due",
                "attempt": 0,
                "created_at": due,
            }
            for each, person in zip(ids, people, strict=True)
        ]
        if rows:
            work.execute(insert(followups), rows)
    tidy(store)
    return ids


def tidy(store: Store) -> None:
    """What the database does by itself sooner or later."""
    with store.read() as work:
        work.execute(text("ANALYZE" if store.is_sqlite else "VACUUM ANALYZE"))


def promise_many(store: Store, total: int, due: int, now: datetime) -> None:
    """`total` follow-ups, the first `due` of them due and each for another person, all others in the months to come."""
    statement = _MANY_SQLITE if store.is_sqlite else _MANY_POSTGRES
    values = {"total": total, "due": due, "people": MOST_PEOPLE, "since": int(now.timestamp() * 1000) - total}
    form = "%Y-%m-%d %H:%M:%S.%f" if store.is_sqlite else "%Y-%m-%d %H:%M:%S.%f+00"
    values |= {"past": (now - timedelta(minutes=1)).strftime(form), "now": now.strftime(form)}
    with store.begin() as work:
        work.execute(text(statement), values)
    tidy(store)


_COLUMNS = "id, address_id, source, topic, due_at, next_at, state, attempt, created_at"
_MANY_POSTGRES = f"""
WITH person AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM addresses),
     wanted AS (SELECT n, CASE WHEN n < :due THEN CAST(:past AS timestamptz) + n * interval '1 ms'
                          ELSE CAST(:now AS timestamptz) + interval '1 day' + n * interval '7 s' END AS due_at
                FROM generate_series(0, :total - 1) AS n)
INSERT INTO followups ({_COLUMNS})
SELECT CAST(lpad(to_hex(:since + n), 12, '0') || substr(md5(n::text), 1, 20) AS uuid), person.id, 'patient', 'how',
       due_at, due_at, 'due', 0, CAST(:now AS timestamptz)
FROM wanted JOIN person ON person.place = n % :people ORDER BY n
"""
_MANY_SQLITE = f"""
WITH RECURSIVE
     number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < :total - 1),
     person AS MATERIALIZED (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM addresses),
     wanted AS (SELECT n, CASE WHEN n < :due THEN strftime('%Y-%m-%d %H:%M:%f', :past, (n / 1000.0) || ' seconds')
                          ELSE strftime('%Y-%m-%d %H:%M:%f', :now, '+1 day', (n * 7) || ' seconds') END || '000'
                          AS due_at
                FROM number)
INSERT INTO followups ({_COLUMNS})
SELECT printf('%012x', :since + n) || lower(hex(randomblob(10))), person.id, 'patient', 'how',
       due_at, due_at, 'due', 0, :now
FROM wanted JOIN person ON person.place = n % :people
"""
