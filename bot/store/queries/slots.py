"""The sender's rate, for all workers together: each text has a slot, and slots are handed out in one row a channel."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.domain.messages import Channel
from bot.store.engine import Work
from bot.store.models import send_slots
from bot.store.queries.people import upsert


def reserve(work: Work, channel: Channel, number: int, now: datetime, a_second: float) -> list[datetime]:
    """The moments at which the next `number` texts of a channel may leave, not before `now`.

    The row stays locked until the transaction ends: another worker's slots begin where these end.
    """
    work.execute(upsert(work)(send_slots).values(channel=channel, free_at=now).on_conflict_do_nothing())
    row = send_slots.c.channel == channel
    free_at = work.execute(select(send_slots.c.free_at).where(row).with_for_update()).scalar_one()
    first, apart = max(now, free_at), timedelta(seconds=1 / a_second)
    work.execute(update(send_slots).where(row).values(free_at=first + number * apart))
    return [first + place * apart for place in range(number)]
