"""A million follow-ups waiting: claims, the idle sweep, and what the rows take; beside ten thousand waiting."""

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

from redis import Redis
from sqlalchemy import text

from bot.cli import valkey
from bot.domain.delivery import LEASE
from bot.runtime import Runtime
from bot.services.claims import claim
from bot.services.sweep import sweep
from bot.store.queries import claims
from tests.bench import databases
from tests.bench.figures import Figure, at_least, at_most, shown

TITLE = "A million waiting"
SAYS = """Follow-ups of 10,000 people, most of them due in the months to come. Batches of 64, as a worker of 32
claims them, turn by turn from a database with 10,000 waiting and from one with 1,000,000, both vacuumed and analysed.
"claims" are pick and take; "with texts" is all that a worker does before it sends: rules, rendering, encryption."""
_FEW, _MANY = 10_000, 1_000_000
_BATCH, _BATCHES = 64, 50
_SWEEPS = 100


def measure(say: Callable[[str], None]) -> list[Figure]:
    """All figures of this part."""
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, valkey.running(Path(folder)) as redis_url:
        for kind in databases.KINDS:
            with databases.server(kind) as base, ExitStack() as stack:
                say(f"{kind}: {_MANY:,} rows are written")
                now = datetime.now(UTC)
                few, many = (_filled(base, total, now, redis_url or "") for total in (_FEW, _MANY))
                for built in (few, many):
                    stack.callback(built.line.store.engine.dispose)
                say(f"{kind}: sweeps and claims")
                found += _figures(kind, few, many, now)
        with Redis.from_url(redis_url or "") as redis:
            found.append(at_most("keys in Redis with a million waiting", redis.dbsize(), 0))
    return found


def _filled(base: str, total: int, now: datetime, redis_url: str) -> Runtime:
    built = databases.fresh(base, REDIS_URL=redis_url)
    databases.settle(built.line.store)
    # Twice: once for the claims alone, once with texts.
    databases.promise_many(built.line.store, total, 2 * _BATCH * _BATCHES, now)
    return built


def _figures(kind: str, few: Runtime, many: Runtime, now: datetime) -> list[Figure]:
    # Before anything was due.
    idle = _idle(many, now - timedelta(days=1))
    size = _size(many)
    bare_few, bare_many = _side_by_side(few, many, lambda built: _bare(built, now))
    whole_few, whole_many = _side_by_side(few, many, lambda built: len(claim(built.line, now, _BATCH)))
    figures = [
        at_least(f"{kind}: claims at 1M / at 10k waiting", bare_many / bare_few, 0.9),
        at_least(f"{kind}: claims with texts, likewise", whole_many / whole_few, 0.9),
        at_most(f"{kind}: idle sweep at 1M", idle * 1000, 1, " ms"),
        shown(f"{kind}: claims at 1M, rows a second", bare_many),
        shown(f"{kind}: claims with texts at 1M, rows a second", whole_many),
    ]
    name = f"{kind}: disk a row with its indexes"
    return [*figures, at_most(name, size, 200, " B") if kind == "PostgreSQL" else shown(name, size, " B")]


def _side_by_side(few: Runtime, many: Runtime, once: Callable[[Runtime], int]) -> tuple[float, float]:
    """Rows a second of each. By the median batch: a neighbour's burst or a checkpoint hits one of many."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(_BATCHES):
        for built, spent in ((few, seconds[0]), (many, seconds[1]))[:: 1 if turn % 2 else -1]:
            begun = time.perf_counter()
            if once(built) != _BATCH:
                raise AssertionError("a batch was not full")
            spent.append(time.perf_counter() - begun)
    return _BATCH / statistics.median(seconds[0]), _BATCH / statistics.median(seconds[1])


def _bare(built: Runtime, now: datetime) -> int:
    with built.line.store.begin() as work:
        found = claims.pick(work, now, _BATCH)
        return len(claims.take(work, [each.followup.id for each in found], token_hex(16), now, now + LEASE))


def _idle(built: Runtime, before: datetime) -> float:
    seconds = []
    for _ in range(_SWEEPS):
        begun = time.perf_counter()
        sweep(built.line, lambda: before)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def _size(built: Runtime) -> float:
    with built.line.store.read() as work:
        if built.line.store.is_sqlite:
            pages = work.execute(text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%followups%'"))
        else:
            pages = work.execute(text("SELECT pg_total_relation_size('followups')"))
        return float(pages.scalar_one()) / _MANY
