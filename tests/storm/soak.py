"""`make soak`: the storm at length, on both databases, beside a control that must fail. Exits 1 on any fault.

SOAK_TEXTS says how many texts; `--write FILE` keeps the table as a page.
"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.storm import record, storm
from tests.storm.scale import CONTROL, Scale
from tests.storm.storm import Outcome
from tests.storm.verdict import COUNTS

_PEOPLE_SHARE, _TEXTS_A_SECOND, _WORKERS = 4, 20, 4
# Under each supervisor of the storms of programmes.
_PROCESSES = 2
# Slow, so that many texts are in the air whenever a worker is killed.
_LATENCY = 0.3
_PAGE = """# What a storm leaves

Made by `make soak` (`SOAK_TEXTS={texts}`); nothing here is typed by hand. `tests/storm/` is the storm.

{texts} follow-ups are planned for {people} people, four each, two and two equal to the letter, and come due within
{seconds:.0f} seconds. {workers} workers send them through a provider that is made to fail, while workers are killed
every 0.3 to 1 seconds, Valkey is emptied and killed, PostgreSQL is restarted in immediate mode, and every fifth person
writes STOP to a real web process. When nothing is open any more, the provider's ledger is compared with our record, row
by row.

In the storms of programmes {enrolled} people are enrolled by the services that a care team uses: with the card of the
first treatment's next day, with a lesson and its question, or with both. Some are texted discreetly. Some are reached
by WhatsApp: inside its 24 hours, outside with a template, outside without one (their texts must wait, and never be
tried). For some it is night, and for some the evening's quiet hours begin in the storm. Some have not agreed yet; half
of these write START. Of the others some write STOP, and for some the team ends, pauses, resumes or delays the programme
meanwhile. {supervisors} supervisors with {processes} processes each send the texts, and both kinds are killed.

The workers are `worker.main`, forked from a process that has read the texts; the times are shorter than in
production and in the same order: lease {lease} s, settle {settle} s, listing lag {lag} s. The control has a settle time
below the listing lag and no callbacks: it must show doubles, or this page would prove nothing.

{table}

What remains, and cannot be closed without an idempotency key of the provider: a process that stands still between its
last look and the socket for longer than the lease and two settle times; and a text that the provider neither lists
within two settle times nor reports. Both leave two provider ids for one row, which is logged as "a text left twice".

Python {python}, {cores} cores shared with other work: compare counts, not seconds.
"""


def main() -> int:
    """Run, print, and tell by the exit code."""
    parser = argparse.ArgumentParser(description="A long storm.")
    parser.add_argument("--write", type=Path, help="keep the table as this page")
    page = parser.parse_args().write
    texts = int(os.environ.get("SOAK_TEXTS") or 2000)
    scale = Scale(
        texts, texts // _PEOPLE_SHARE, texts / _TEXTS_A_SECOND, workers=_WORKERS, latency=_LATENCY, patience=300
    )
    enrolled = replace(scale, texts=0, people=texts // _PEOPLE_SHARE, workers=2, programmes=True, processes=_PROCESSES)
    outcomes = {kind: _run(kind, scale) for kind in record.KINDS}
    outcomes |= {f"programmes, {kind}": _run(kind, enrolled) for kind in record.KINDS}
    outcomes["control"] = _run("sqlite", CONTROL)
    table = _table(outcomes)
    print(table)
    if page:
        page.write_text(_page(scale, enrolled, table), encoding="utf-8")
    control = outcomes.pop("control")
    return int(not all(outcome.verdict.clean for outcome in outcomes.values()) or control.verdict.sent_twice == 0)


def _run(kind: str, scale: Scale) -> Outcome:
    what = f"{scale.people} people in programmes" if scale.programmes else f"{scale.texts} texts"
    print(f"{what} on {kind} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory() as name, record.opened(kind, Path(name)) as (built, postgres):
        outcome = storm.run(built, scale, Path(name), postgres)
        for row in outcome.verdict.rows if scale is not CONTROL else ():
            print(row, file=sys.stderr)
        return outcome


def _table(outcomes: Mapping[str, Outcome]) -> str:
    lines = [["", *outcomes], ["---", *("---:" for _ in outcomes)]]
    lines.append(["seconds", *(f"{outcome.seconds:.0f}" for outcome in outcomes.values())])
    lines += _rows("", [outcome.counts for outcome in outcomes.values()])
    lines += _rows("rows at the end: ", [outcome.states for outcome in outcomes.values()])
    for name in COUNTS:
        values = (str(getattr(outcome.verdict, name)) for outcome in outcomes.values())
        lines.append([f"**{name.replace('_', ' ')}**", *values])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(prefix: str, counts: list[Mapping[str, int]]) -> list[list[str]]:
    names = dict.fromkeys(name for counted in counts for name in counted)
    return [[prefix + name, *(str(counted.get(name, 0)) for counted in counts)] for name in names]


def _page(scale: Scale, enrolled: Scale, table: str) -> str:
    return _PAGE.format(
        texts=scale.texts,
        people=scale.people,
        seconds=scale.seconds,
        workers=scale.workers,
        enrolled=enrolled.people,
        supervisors=enrolled.workers,
        processes=enrolled.processes,
        lease=scale.timing.lease.total_seconds(),
        settle=scale.timing.settle.total_seconds(),
        lag=scale.listing_lag,
        table=table,
        python=platform.python_version(),
        cores=os.cpu_count(),
    )


if __name__ == "__main__":
    sys.exit(main())
