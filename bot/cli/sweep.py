"""`chemoline sweep`: one round of what every worker does every few seconds."""

from datetime import UTC, datetime

import click

from bot.cli.opened import opened
from bot.services.sweep import sweep as sweep_once


@click.command()
def sweep() -> None:
    """Wake or send what is due, settle what is in doubt, once."""
    with opened() as built:
        done = sweep_once(built.line, datetime.now(UTC))
        click.echo(f"woken {done.woken}, sent {done.sent}, settled {done.settled}")
