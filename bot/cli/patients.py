"""`chemoline patients`: enrol people from a file."""

from datetime import UTC, datetime
from typing import BinaryIO

import click

from bot.cli.opened import opened
from bot.services import planning, rows, zones


@click.group()
def patients() -> None:
    """People and their addresses."""


@patients.command("import")
@click.argument("file", type=click.File("rb"))
def import_(file: BinaryIO) -> None:
    """Enrol people from FILE: CSV in UTF-8.

    Its header is address,channel,language,timezone,name,consent_at,consent_words.

    A wrong row is reported with its line and the mend, and nothing at all is imported.
    """
    with opened() as built:
        imported = planning.import_patients(built.line, rows.decode(file.read()), datetime.now(UTC))
        click.echo(f"imported {len(imported)} people")
        for number, row in imported:
            if row.timezone is None:
                zone = zones.proposed(row.address)
                hint = f"the number suggests {zone}" if zone else "the number does not say which"
                click.echo(f"line {number}: no timezone, the clinic's is used; {hint}")
