"""`chemoline content`: is every text fit to be sent?"""

import click

from bot import runtime
from bot.cli.opened import settings_or_exit
from bot.texts import check as checks
from bot.texts import lexicon


@click.group()
def content() -> None:
    """The texts and words of all languages."""


@content.command()
def check() -> None:
    """Check placeholders, budgets, reading level and collisions of words; exit 1 if a text is wrong."""
    with settings_or_exit() as settings:
        speaker = runtime.speaker(settings)
        faults = checks.check(speaker, lexicon.load(runtime.CONTENT, speaker.library))
    for fault in faults:
        click.echo(fault)
    texts = sum(len(document.parts) for document in speaker.library.documents.values())
    offered = ", ".join(speaker.library.offered)
    click.echo(f"{texts} texts checked; offered languages: {offered}; {len(faults)} fault(s)")
    if faults:
        raise SystemExit(1)
