"""`chemoline followups`: plan texts from a file, and see what is planned."""

import json
from datetime import UTC, datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

import click

from bot.cli.opened import opened
from bot.domain.delivery import FollowUpState
from bot.domain.language import canonical
from bot.domain.messages import Channel
from bot.domain.policy import Source
from bot.services import assigning, planning, rows
from bot.services.assigning import Previewed
from bot.services.enrolling import Start
from bot.services.line import Line
from bot.texts.render import Reader

_ABOUT = {Source.INVITE: "the invitation"}


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
        ids = planning.plan_csv(built.line, rows.decode(file.read()), datetime.now(UTC))
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
        about = followup.step or followup.topic or _ABOUT.get(followup.source, "the topics")
        click.echo(
            f"{followup.id}  {followup.due_at.isoformat()}  {followup.state:<8}  {about}  {followup.reason or ''}"
        )


@followups.command()
@click.argument("followup")
def cancel(followup: str) -> None:
    """Take back FOLLOWUP, if it has not left; a programme that is planned anew leaves it out."""
    with opened() as built:
        if not planning.cancel(built.line, followup):
            raise click.ClickException("followup: there is none with this id that is still to come")
    click.echo("taken back")


@followups.command()
@click.argument("programme")
@click.option("--on", help="The day of the first treatment or the visit: 2026-12-01.")
@click.option("--at", help="The time of the visit: 14:30.")
@click.option("--language", default="en", show_default=True)
@click.option("--timezone", help="An IANA name; default: the clinic's.")
@click.option("--channel", type=click.Choice([channel.value for channel in Channel]), default="sms", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def preview(programme: str, as_json: bool, **given: str | None) -> None:  # noqa: FBT001 -- click gives it by name
    """Show every text of PROGRAMME before anyone is enrolled: when, what, and what it costs."""
    with opened() as built:
        start = Start(programme, rows.day_of(given["on"] or "", "on"), rows.clock_of(given["at"] or "", "at"))
        found = assigning.preview(built.line, start, reader := _reader(built.line, given), datetime.now(UTC))
    if as_json:
        click.echo(json.dumps([_described(text, reader) for text in found], indent=1, ensure_ascii=False))
        return
    for text in found:
        click.echo(f"{_local(text, reader)}  {text.name}  {text.segments} segment(s)\n    {text.body}\n")
    sent = [text for text in found if text.due_at is not None]
    total = sum(text.dollars for text in sent)
    click.echo(f"{len(sent)} texts, {sum(text.segments for text in sent)} segments, about ${total:.2f} (list price)")


def _reader(line: Line, given: dict[str, str | None]) -> Reader:
    tag, offered = canonical(given["language"] or ""), line.speaker.library.offered
    if tag not in offered:
        raise click.ClickException(f"language: not offered; use one of {', '.join(offered)}")
    zone = rows.zone_of(given["timezone"] or "")
    return Reader(tag, Channel(given["channel"] or ""), ZoneInfo(zone) if zone else line.zone)


def _local(text: Previewed, reader: Reader) -> str:
    return f"{text.due_at.astimezone(reader.zone):%a %Y-%m-%d %H:%M}" if text.due_at else f"not sent: {text.reason}"


def _described(text: Previewed, reader: Reader) -> dict[str, object]:
    return {
        "name": text.name,
        "text": text.text,
        "due_at": text.due_at.astimezone(reader.zone).isoformat() if text.due_at else None,
        "language": text.language,
        "segments": text.segments,
        "dollars": float(text.dollars),
        "body": text.body,
        "reason": text.reason,
    }
