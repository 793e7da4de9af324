"""`chemoline followups`: plan texts from a file, and see what is planned."""

import json
from datetime import UTC, datetime
from typing import BinaryIO

import click

from bot.cli.opened import opened
from bot.domain.delivery import FollowUpState
from bot.services import planning


@click.group()
def followups() -> None:
    """Texts that will be sent."""


@followups.command()
@click.option("--csv", "file", type=click.File("rb"), required=True, help="Header: address,channel,topic,due_at")
def plan(file: BinaryIO) -> None:
    """Plan texts from a CSV file; due_at is ISO 8601 with an offset, such as 2026-12-01T10:00:00-05:00.

    A wrong row is reported with its line and the mend, and nothing at all is planned.
    """
    with opened() as built:
        ids = planning.plan_csv(built.line, planning.decode(file.read()), datetime.now(UTC))
        click.echo(f"planned {len(ids)} texts")


@followups.command("list")
@click.option(
    "--state",
    # The values and not the enum itself, whose names click would ask for: DUE instead of due.
    type=click.Choice([state.value for state in FollowUpState]),
    multiple=True,
    help="Only these; all if left out.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_(state: tuple[str, ...], *, as_json: bool) -> None:
    """List planned and sent texts by id; no address is shown."""
    with opened() as built:
        states = [FollowUpState(name) for name in state] or [*FollowUpState]
        found = planning.listed(built.line, states)
    if as_json:
        click.echo(json.dumps([planning.described(followup) for followup in found], indent=1))
        return
    for followup in found:
        about = followup.topic or "the topics"
        click.echo(
            f"{followup.id}  {followup.due_at.isoformat()}  {followup.state:<8}  {about}  {followup.reason or ''}"
        )
