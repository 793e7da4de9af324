"""What goes wrong outside the provider: workers killed or replaced, Valkey emptied or killed, PostgreSQL restarted."""

import random
import signal
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread
from typing import Self

from redis import Redis
from redis.exceptions import RedisError

from tests.servers import Postgres, Valkey
from tests.storm.scale import Scale
from tests.storm.workers import Workers

# Of all ends of a worker: a deploy, where the new one comes before the old one is told to go.
_DEPLOYS = 0.15
_KILL_EVERY = (0.3, 1.0)
# A supervisor's processes start from nothing, which takes them seconds.
_BEREAVE_EVERY = (1.0, 2.5)
_BEREAVES = 0.5
# Away for longer than the provider takes to answer, or hardly at all.
_POSTGRES_AWAY = (0.0, 0.8)


class Weather:
    """Bad from `__enter__` to `__exit__`; `seen` counts what happened. Afterwards all are whole again."""

    def __init__(self, workers: Workers, scale: Scale, valkey: Valkey, postgres: Postgres | None) -> None:
        self._workers, self._count, self._valkey, self._postgres = workers, scale.workers, valkey, postgres
        self._bereaves = scale.processes > 1
        self._over = Event()
        self._errors: list[Exception] = []
        self.seen: Counter[str] = Counter()
        # Often in a short storm, and not ever more rarely in a long one.
        beat = min(scale.seconds, 30)
        deeds: list[tuple[Callable[[random.Random], object], tuple[float, float]]] = [
            (self._end_a_worker, _BEREAVE_EVERY if self._bereaves else _KILL_EVERY),
            (self._empty_valkey, (beat / 8, beat / 5)),
            (self._kill_valkey, (beat / 4, beat / 3)),
        ]
        if postgres is not None:
            deeds.append((self._restart_postgres, (beat / 5, beat / 3)))
        self._threads = [
            Thread(target=self._repeat, args=(scale.seed * 10 + number, *deed)) for number, deed in enumerate(deeds)
        ]

    def __enter__(self) -> Self:
        for _ in range(self._count):
            self._workers.start()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        for _ in range(self._count - len(self._workers.alive())):
            self._workers.start()
        assert self._errors == []

    def _repeat(self, seed: int, deed: Callable[[random.Random], object], every: tuple[float, float]) -> None:
        chance = random.Random(seed)
        try:
            while not self._over.wait(chance.uniform(*every)):
                deed(chance)
        except Exception as error:
            self._errors.append(error)

    def _end_a_worker(self, chance: random.Random) -> None:
        # None, when the database was away just when they were begun.
        pid = chance.choice(self._workers.alive() or [0])
        if self._bereaves and chance.random() < _BEREAVES:
            self.seen["processes of a supervisor killed"] += self._workers.bereave(pid)
        elif chance.random() < _DEPLOYS:
            self._workers.start()
            self._workers.signal(pid, signal.SIGTERM)
            self.seen["workers told to go, the next one already there"] += 1
        else:
            self._workers.kill(pid)
            self.seen["workers killed"] += 1
        for _ in range(self._count - len(self._workers.alive())):
            self._workers.start()

    def _empty_valkey(self, _chance: random.Random) -> None:
        try:
            with Redis.from_url(self._valkey.url, socket_timeout=2) as client:
                client.flushall()
            self.seen["Valkey emptied"] += 1
        except RedisError:
            pass  # It lies dead at the moment.

    def _kill_valkey(self, chance: random.Random) -> None:
        self._valkey.kill()
        self._over.wait(chance.uniform(0.2, 1))
        self._valkey.start()
        self.seen["Valkey killed"] += 1

    def _restart_postgres(self, chance: random.Random) -> None:
        assert self._postgres is not None
        self._postgres.restart_at_once(away=chance.choice(_POSTGRES_AWAY))
        self.seen["PostgreSQL restarted in immediate mode"] += 1
