"""`chemoline content`: is every text fit to be sent, and does the ranker know the newest examples?"""

import click

from bot import runtime
from bot.cli.opened import settings_or_exit
from bot.texts import check as checks
from bot.texts import model


@click.group()
def content() -> None:
    """The texts and words of all languages."""


@content.command()
def check() -> None:
    """Check placeholders, budgets, reading level and collisions of words; exit 1 if a text is wrong."""
    with settings_or_exit() as settings:
        speaker = runtime.speaker(settings)
        faults = checks.check(speaker, runtime.words(settings))
    if model.is_stale(runtime.CONTENT):
        faults.append("content/_model.npz: made from other examples than these; run `make model`")
    for fault in faults:
        click.echo(fault)
    texts = sum(len(document.parts) for document in speaker.library.documents.values())
    offered = ", ".join(speaker.library.offered)
    click.echo(f"{texts} texts checked; offered languages: {offered}; {len(faults)} fault(s)")
    if faults:
        raise SystemExit(1)


@content.command()
def train() -> None:
    """Make the ranker anew from the examples; needs the dev extra. Takes a few minutes, always gives the same."""
    with settings_or_exit() as settings:
        topics = tuple(runtime.speaker(settings).library.topics)
        click.echo(f"learnt from {model.train(runtime.CONTENT, topics)} texts")
