"""The phone page's gateway: everything arrives, and the same message twice is still one."""

from datetime import UTC, datetime

from bot.domain.delivery import MessageStatus
from bot.domain.messages import Address, Channel, Outbound
from bot.gateways.simulator import SimulatorGateway

PHONE = Address(Channel.SMS, "sim-0123456789abcdef")


def test_every_text_is_delivered_at_once():
    receipt = SimulatorGateway().send(Outbound("a" * 32, PHONE, "Hi"))
    assert (receipt.sid, receipt.status) == ("SIM" + "a" * 32, MessageStatus.DELIVERED)
    assert receipt == SimulatorGateway().send(Outbound("a" * 32, PHONE, "Hi"))


def test_there_is_no_other_side_to_ask():
    assert SimulatorGateway().find(PHONE, "Hi", datetime(2026, 11, 24, tzinfo=UTC)) == []
