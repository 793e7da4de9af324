"""`chemoline sweep`: one round of what every worker does every few seconds."""

from datetime import UTC, datetime

import click

from bot.cli.opened import opened
from bot.services.sweep import sweep as sweep_once


@click.command()
def sweep() -> None:
    """Wake or send what is due, settle what is in doubt, once."""
    with opened() as built:
        done = sweep_once(built.line, lambda: datetime.now(UTC), threads=built.settings.send_threads)
        click.echo(f"sent {done.sent}, settled {done.settled}{', a worker was woken' if done.woken else ''}")
