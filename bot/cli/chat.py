"""`chemoline chat`: a conversation in the terminal, through the same services as a phone."""

from datetime import UTC, datetime

import click

from bot.cli.opened import opened
from bot.domain.messages import Channel, Inbound
from bot.domain.segments import cost
from bot.services import inbound, simulator
from bot.store.models.base import new_id


@click.command()
@click.option("--channel", type=click.Choice([*Channel]), default=Channel.SMS, help="sms or whatsapp")
@click.option("--phone", help="16 hex digits: go on with an earlier conversation")
def chat(channel: str, phone: str | None) -> None:
    """Talk to the line here; an empty line ends. Each answer shows what it costs."""
    with opened() as built:
        now = datetime.now(UTC)
        sender = simulator.address_of(phone or new_id(now)[-16:], Channel(channel))
        click.echo("Type as a patient would, for example: can chemo make my cancer worse?  (empty line: end)")
        while text := click.prompt("you", default="", show_default=False).strip():
            now = datetime.now(UTC)
            said = Inbound(sid=f"SIM{new_id(now)}", sender=sender, body=text, received_at=now)
            for reply in inbound.handle(built.line, said):
                paid = cost(reply.body)
                click.echo(f"\n{reply.body}\n[{paid.encoding}, {paid.units} units, {paid.segments} segment(s)]\n")
