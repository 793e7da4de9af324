"""`chemoline programmes`: who is in which, from a file or one by one; a delayed cycle is one date."""

from datetime import UTC, datetime
from typing import BinaryIO

import click

from bot.cli.opened import opened
from bot.services import assigning, enrolling, rows
from bot.store.queries import enrolments


@click.group()
def programmes() -> None:
    """Series of texts around a treatment, a visit or a subject (content/programmes)."""


@programmes.command("list")
@click.option("--enrolled", is_flag=True, help="who is in one, by id; no address is shown")
def list_(*, enrolled: bool) -> None:
    """List the programmes there are, or the people in them."""
    with opened() as built:
        if enrolled:
            with built.line.store.begin() as work:
                found = enrolments.listed(work)
            for each in found:
                days = " ".join(f"{day.number}:{day.on}" for day in each.days)
                click.echo(f"{each.id}  {each.programme}  {each.state}  {days}  {each.reason or ''}".rstrip())
            return
        for programme in built.line.programmes.values():
            texts = len(programme.steps)
            click.echo(f"{programme.id}  counts from the {programme.anchor}, {texts} steps: {programme.title}")


@programmes.command()
@click.option("--csv", "file", type=click.File("rb"), required=True, help="Header: address,channel,programme,on,at")
def assign(file: BinaryIO) -> None:
    """Enrol people from a CSV file. `on` is the day of the first treatment or the visit, `at` the visit's time.

    Who has not agreed yet is invited first. A wrong row is reported with its line, and nobody is enrolled.
    """
    with opened() as built:
        found = assigning.assign_csv(built.line, rows.decode(file.read()), datetime.now(UTC))
    for each in found:
        click.echo(f"{each.id}  {each.programme}  {each.state}")


@programmes.command()
@click.argument("enrolment")
@click.argument("cycle", type=int)
@click.argument("day")
def delay(enrolment: str, cycle: int, day: str) -> None:
    """Move CYCLE of ENROLMENT to DAY (2026-12-29), and all later ones with it."""
    with opened() as built:
        on = rows.day_of(day, "day")
        if on is None:
            raise click.ClickException("day: write it as 2026-12-29")
        days = enrolling.delay(built.line, enrolment, cycle, on, datetime.now(UTC))
    click.echo(" ".join(f"{each.number}:{each.on}" for each in days))


@programmes.command()
@click.argument("enrolment")
def pause(enrolment: str) -> None:
    """Hold what is unsent of ENROLMENT, until `resume`."""
    with opened() as built:
        enrolling.pause(built.line, enrolment)
    click.echo("held")


@programmes.command()
@click.argument("enrolment")
def resume(enrolment: str) -> None:
    """Go on with ENROLMENT; what has passed meanwhile is left out."""
    with opened() as built:
        enrolling.resume(built.line, enrolment, datetime.now(UTC))
    click.echo("goes on")


@programmes.command()
@click.argument("enrolment")
def end(enrolment: str) -> None:
    """End ENROLMENT: the treatment is over, nothing more of it is sent."""
    with opened() as built:
        enrolling.end(built.line, enrolment)
    click.echo("ended")
