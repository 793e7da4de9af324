"""`chemoline chat`: a conversation in the terminal, through the same services as a phone."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper

import click
import regex

from bot.cli.opened import opened
from bot.domain.messages import Channel, Inbound
from bot.domain.segments import cost
from bot.services import inbound, simulator
from bot.store.models.base import new_id

_PHONE_ID = regex.compile(r"[0-9a-f]{16}")


def _phone_id(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _PHONE_ID.fullmatch(value):
        raise click.BadParameter("16 hex digits, as `chemoline chat` shows them when it ends")
    return value


@click.command()
# The values and not the enum itself, whose names click would ask for: SMS instead of sms.
@click.option(
    "--channel", type=click.Choice([channel.value for channel in Channel]), default=Channel.SMS.value, show_default=True
)
@click.option("--phone", callback=_phone_id, help="16 hex digits: go on with an earlier conversation")
def chat(channel: str, phone: str | None) -> None:
    """Talk to the line here; an empty line ends. Each answer shows what it costs."""
    with opened() as built:
        phone = phone or new_id(datetime.now(UTC))[-16:]
        sender = simulator.address_of(phone, Channel(channel))
        click.echo("Type as a patient would, for example: can chemo make my cancer worse?  (empty line: end)")
        for text in _texts():
            now = datetime.now(UTC)
            said = Inbound(sid=f"SIM{new_id(now)}", sender=sender, body=text, received_at=now)
            for reply in inbound.handle(built.line, said):
                paid = cost(reply.body)
                click.echo(f"\n{reply.body}\n[{paid.encoding}, {paid.units} units, {paid.segments} segment(s)]\n")
        click.echo(f"To go on: chemoline chat --channel {channel} --phone {phone}")


def _texts() -> Iterator[str]:
    """What is typed, until an empty line, Ctrl-D or Ctrl-C."""
    if isinstance(sys.stdin, TextIOWrapper):
        # Bytes that are no UTF-8 would end the chat, or arrive as half surrogate pairs, which no database takes.
        sys.stdin.reconfigure(errors="replace")
    while True:
        try:
            typed = click.prompt("you", default="", show_default=False)
        except click.Abort:
            click.echo()
            return
        if not (text := typed.strip()):
            return
        yield text
