"""The care team in a storm: it ends, pauses, resumes and delays enrolments while their texts are being sent."""

import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Self

from bot.services import enrolling
from bot.services.line import Line
from bot.store.engine import AWAY
from bot.store.queries.enrolments import Enrolment

# What is done to the enrolments of each kind of people, in order.
_DEEDS = {"ended": ("end",), "paused": ("pause",), "resumed": ("pause", "resume"), "delayed": ("delay",)}


class Team(Thread):
    """Works from `start` until all is done. `done_at`: when an enrolment was ended or paused, since the epoch."""

    def __init__(self, line: Line, enrolled: Mapping[str, Sequence[Enrolment]], seconds: float) -> None:
        super().__init__()
        self._line = line
        chance = random.Random(3)
        begin = time.time() + 0.1 * seconds
        self._plan = sorted(
            (begin + 0.8 * seconds * (place + chance.random()) / len(deeds), deed, enrolment)
            for kind, deeds in _DEEDS.items()
            for enrolment in enrolled.get(kind, ())
            for place, deed in enumerate(deeds)
        )
        self.done: Counter[str] = Counter()
        self.done_at: dict[str, float] = {}
        self.failed: list[Exception] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.join()
        assert self.failed == []

    def run(self) -> None:
        try:
            for moment, deed, enrolment in self._plan:
                time.sleep(max(0.0, moment - time.time()))
                self._do(deed, enrolment)
        except Exception as error:
            self.failed.append(error)

    def _do(self, deed: str, enrolment: Enrolment) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                self._try(deed, enrolment)
            except AWAY:
                # The database is being restarted: a person at a screen tries again too.
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                self.done[deed] += 1
                return

    def _try(self, deed: str, enrolment: Enrolment) -> None:
        now, ident = datetime.now(UTC), enrolment.id
        if deed == "delay":
            enrolling.delay(self._line, ident, 1, enrolment.days[0].on + timedelta(days=1), now)
        elif deed == "resume":
            enrolling.resume(self._line, ident, now)
            self.done_at.pop(ident, None)
        else:
            enrolling.end(self._line, ident) if deed == "end" else enrolling.pause(self._line, ident)
            self.done_at[ident] = time.time()
