"""A phone that is only a web page: takes every text and delivers it at once. For a start without keys."""

from datetime import datetime, timedelta

from bot.domain.delivery import MessageStatus
from bot.domain.messages import Address, Channel, Outbound, Receipt

# An address of the phone page; no provider ever sees one.
PREFIX = "sim-"


class SimulatorGateway:
    """Keeps nothing: the record itself is what the phone page shows."""

    def send(self, message: Outbound) -> Receipt:
        """Take the text. The same message gets the same sid, as a repeated sending must not look like two."""
        return Receipt(f"SIM{message.id}", MessageStatus.DELIVERED)

    def window(self, channel: Channel) -> timedelta | None:
        """None: nobody else's rules hold here."""
        return None

    def find(self, to: Address, body: str, since: datetime) -> list[Receipt]:
        """Whatever was sent was recorded; there is no other side to ask."""
        return []
