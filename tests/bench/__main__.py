"""`python -m tests.bench [part ...]`: measure, print, and write the parts measured into docs/benchmarks.md."""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import claims, inbound, outbound, processes
from tests.bench.figures import Figure, table

PAGE = processes.ROOT / "docs" / "benchmarks.md"
PARTS = {"outbound": outbound, "claims": claims, "inbound": inbound}
_MEMORY = Path("/dev/shm")
_HEAD = """# What it costs, and what others cost

Made by `make bench`; nothing here is typed by hand. Each part can be made by itself, with the command under its title.

Both sides of a ratio run side by side, minutes apart at most, on a shared and noisy machine: expect 5 % of noise in
ratios of rates, 10 % in CPU and 30 % in a p99. Absolute figures are about that machine and not about yours.
Databases ask for an fsync at every commit, on a folder in memory where there is one: a disk adds its own time.
"""


def main(names: list[str]) -> int:
    """Measure the parts that are named, or all; gives the exit code, 1 when a goal is missed."""
    if unknown := [name for name in names if name not in PARTS]:
        sys.exit(f"no part '{unknown[0]}'; there are {', '.join(PARTS)}")
    # Programs are compared here and not disks: each commit asks for its fsync, which memory answers at once.
    tempfile.tempdir = str(_MEMORY) if _MEMORY.is_dir() else None
    is_met = True
    for name in names or PARTS:
        figures = PARTS[name].measure(_say)
        lines = _section(name, figures)
        sys.stdout.write("\n".join(lines) + "\n\n")
        _write(name, lines)
        is_met &= all(figure.is_met is not False for figure in figures)
    return 0 if is_met else 1


def _say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")


def _section(name: str, figures: list[Figure]) -> list[str]:
    part = PARTS[name]
    when = f"`python -m tests.bench {name}`, {datetime.now(UTC):%Y-%m-%d}, {processes.machine()}."
    # With much more than one a core, neighbours have slowed everything down, and most what is measured in time.
    when += f" Load average while it ran: {os.getloadavg()[1]:.1f}."
    return [f"## {part.TITLE}", "", when, "", part.SAYS, "", *table(figures)]


def _write(name: str, lines: list[str]) -> None:
    """The page with this part anew and the others as they were."""
    old = PAGE.read_text(encoding="utf-8").split("\n## ")[1:] if PAGE.exists() else []
    kept = {text.partition("\n")[0]: f"## {text.rstrip()}" for text in old}
    kept[PARTS[name].TITLE] = "\n".join(lines)
    texts = [_HEAD, *(kept[part.TITLE] + "\n" for part in PARTS.values() if part.TITLE in kept)]
    PAGE.write_text("\n".join(texts), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
