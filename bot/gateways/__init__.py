"""The phones: one file per provider behind one protocol. Foreign names and codes end in this room."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.messages import Address, Channel, Outbound, Receipt


class Gateway(Protocol):
    """A way to reach a phone."""

    def send(self, message: Outbound) -> Receipt:
        """Hand one text over, once: nothing is tried again in here.

        Returns only when the provider has taken the text. Raises GatewayError otherwise, and its fault
        says MAYBE_SENT whenever the provider could have taken it: the caller must not send again blindly.
        """

    def window(self, channel: Channel) -> timedelta | None:
        """How long after a person's last text free words may be sent; None: always."""

    def find(self, to: Address, body: str, since: datetime) -> list[Receipt]:
        """What the provider has accepted for this address and text since then, oldest first.

        Evidence for settling a MAYBE_SENT, which lags behind acceptance. Raises GatewayError when the
        provider cannot say: an empty list means "it has none", never "it did not answer".
        """
