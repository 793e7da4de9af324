"""`chemoline answers`: what patients answered to check-ins, questions and "what do you want to ask?"."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO

import click
import regex

from bot.cli.opened import opened
from bot.services import answered
from bot.services.answered import Told, Wanted

_COLUMNS = ("at", "person", "programme", "step", "question", "choice", "answer", "look")
_ASKS_FOR_NURSE = "asks for a nurse"
# A patient's line break or escape code must not draw on the nurse's screen.
_CONTROLS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]+")
# A spreadsheet would take a cell that begins so for a formula, and run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.group()
def answers() -> None:
    """What patients answered to programmes."""


@answers.command("list")
@click.option("--since", help="A day such as 2026-12-01, or 7d for the last 7 days; all if left out.")
@click.option("--person", help="Only of this person, by id.")
@click.option("--programme", help="Only to this programme.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV in UTF-8, for a spreadsheet.")
def list_(since: str | None, person: str | None, programme: str | None, *, as_csv: bool) -> None:
    """List answers, newest first, by the patient's own clock and id; no address is shown.

    Nothing is graded. "asks for a nurse" stands behind an answer that asked for one.
    """
    with opened() as built:
        found = answered.listed(built.line, Wanted(since, person, programme), datetime.now(UTC))
    if as_csv:
        click.echo(_table(found), nl=False)
    else:
        for told in found:
            click.echo(_described(told))
    if not found:
        # Beside the table and not in it.
        click.echo("No answers match.", err=as_csv)


def _described(told: Told) -> str:
    # A step's name ends in the name of its question.
    parts = [f"{told.at:%a %Y-%m-%d %H:%M}", told.person, told.programme or "-", told.step or told.question]
    parts.append(_CONTROLS.sub(" ", told.answer))
    if told.called_nurse:
        parts.append(f"[{_ASKS_FOR_NURSE}]")
    return "  ".join(parts)


def _table(found: Sequence[Told]) -> str:
    table = csv.writer(lines := StringIO(), lineterminator="\n")
    table.writerow(_COLUMNS)
    for told in found:
        at, look = told.at.isoformat(timespec="minutes"), _ASKS_FOR_NURSE if told.called_nurse else ""
        asked = (told.programme, told.step, told.question)
        table.writerow((at, told.person, *asked, told.choice, _as_text(told.answer), look))
    return lines.getvalue()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
