"""A process that has read what a worker reads at its start, and forks workers on request: each is `worker.main`.

Otherwise a storm that kills every half second would mostly watch Python start. Only here are children awaited, so that
a signal never goes to a stranger who has got a dead worker's number.
"""

import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import worker
from bot import runtime
from bot.domain.delivery import Timing
from bot.settings import Settings

_log, _values = Path(sys.argv[1]), json.loads(sys.argv[2])
_TIMING = Timing(**{name: timedelta(seconds=seconds) for name, seconds in _values.items()})
_children: set[int] = set()


def main() -> None:
    """Answer commands, one a line, until the other side closes: "fork", "list", "signal <pid> <number>", or, for a
    worker that supervises, "bereave <pid>": kill the eldest of its processes; says whether there was one.
    """
    runtime.speaker(Settings.from_env())
    import_module("bot.gateways.twilio_rest")
    import_module("psycopg")
    print("ready", flush=True)
    for line in sys.stdin:
        _reap()
        command, *numbers = line.split()
        if command == "fork":
            print(_fork(), flush=True)
        elif command == "signal":
            pid, number = map(int, numbers)
            if pid in _children:
                os.kill(pid, number)
            print("ok", flush=True)
        elif command == "bereave":
            print(int(_bereave(int(numbers[0]))), flush=True)
        else:
            print(*_children, flush=True)
    for pid in _children:
        os.kill(pid, signal.SIGKILL)


def _reap() -> None:
    for pid in [*_children]:
        if os.waitpid(pid, os.WNOHANG)[0]:
            _children.discard(pid)


def _bereave(pid: int) -> bool:
    """Linux lists the children of a process; beside the workers there is multiprocessing's own tracker."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if pid in _children else []
    workers = [int(child) for child in listed if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    if workers:
        os.kill(workers[0], signal.SIGKILL)
    return bool(workers)


def _fork() -> int:
    if pid := os.fork():
        _children.add(pid)
        return pid
    code = 1
    try:
        with open(os.devnull) as nothing, _log.open("ab") as log:
            os.dup2(nothing.fileno(), 0)
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        worker.main(_TIMING)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Without the parent's own end: that of a real worker has run inside `main`.
        os._exit(code)


if __name__ == "__main__":
    main()
