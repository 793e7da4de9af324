"""Programs that are measured: started, watched through /proc, ended by their id."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TICK = os.sysconf("SC_CLK_TCK")
_END_SECONDS = 20


class NotReady(Exception):
    """A program did not do in time what was waited for."""


@contextmanager
def running(*command: str, **environ: str) -> Iterator[subprocess.Popen]:
    """A Python program in the project's folder; its log is shown when the block fails."""
    with tempfile.TemporaryFile() as log:
        program = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ | environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield program
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-2000:])
            raise
        finally:
            program.terminate()
            try:
                program.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def until(happened: Callable[[], bool], seconds: float = 60, pause: float = 0.02) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise NotReady(happened)
        time.sleep(pause)


def family(pid: int, name: str) -> list[str]:
    """A file of /proc of a process and of all that it has started; whoever has ended meanwhile is left out."""
    found: list[str] = []
    # A process that ends is read in part or not at all: its CPU is its parent's from then on.
    with suppress(FileNotFoundError, ProcessLookupError):
        folder = Path(f"/proc/{pid}")
        found.append((folder / name).read_text())
        for task in (folder / "task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child), name)
    return found


def cpu(pid: int) -> float:
    """Seconds of CPU that a process and those it has started have used, the ended ones included."""
    # After the name, which may hold blanks: utime, stime, and those of children that were waited for.
    fields = (text.rpartition(")")[2].split() for text in family(pid, "stat"))
    return sum(sum(map(int, each[11:15])) for each in fields) / _TICK


def pss(pid: int) -> float:
    """MB of memory of a process and those it has started; what n processes share counts a n-th in each."""
    found = (re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE) for text in family(pid, "smaps_rollup"))
    return sum(int(each[1]) for each in found if each) / 1024


def machine() -> str:
    """What kind of machine this is, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = ".".join(map(str, sys.version_info[:2]))
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, {sys.platform}, Python {python}"
