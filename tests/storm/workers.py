"""The workers of a storm, seen from outside: begun, killed, stopped, frozen."""

import json
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from threading import Lock
from typing import Self

from bot.domain.delivery import Timing

ROOT = Path(__file__).parents[2]


class Workers:
    """Processes that run `worker.main` with this timing. Safe between threads."""

    def __init__(self, log: Path, environ: dict[str, str], timing: Timing) -> None:
        self.log = log
        self._lock = Lock()
        values = {field.name: getattr(timing, field.name).total_seconds() for field in fields(timing)}
        with log.open("ab") as errors:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.storm.nursery", str(log), json.dumps(values)],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def wait(self) -> None:
        """Return when the first can be begun."""
        assert self._nursery.stdout.readline().strip() == "ready", self.log.read_text(encoding="utf-8")

    def __exit__(self, *_raised: object) -> None:
        self._nursery.stdin.close()
        self._nursery.wait(20)
        self._nursery.stdout.close()

    def start(self) -> int:
        """One more; gives its pid."""
        return int(self._ask("fork"))

    def alive(self) -> list[int]:
        """Those that have not ended."""
        return [int(pid) for pid in self._ask("list").split()]

    def kill(self, pid: int) -> None:
        self.signal(pid, signal.SIGKILL)

    def signal(self, pid: int, number: int) -> None:
        """Send a signal, if that worker lives."""
        self._ask(f"signal {pid} {int(number)}")

    def bereave(self, pid: int) -> bool:
        """Kill a process of a worker that supervises; False if it has none yet."""
        return self._ask(f"bereave {pid}").strip() == "1"

    def _ask(self, command: str) -> str:
        with self._lock:
            print(command, file=self._nursery.stdin, flush=True)
            return self._nursery.stdout.readline()
