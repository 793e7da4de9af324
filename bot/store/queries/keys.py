"""Does this database belong to these keys?"""

from datetime import datetime

from sqlalchemy import insert, select

from bot.store.engine import Store
from bot.store.keys import KeyFault
from bot.store.models import key_marks
from bot.store.models.base import new_id

_MARK = "chemoline"


def check(store: Store, now: datetime) -> None:
    """Mark a new database; raise KeyFault when an older one was made with another index key."""
    with store.begin() as work:
        marks = work.execute(select(key_marks.c.id)).all()
        mine = work.execute(select(key_marks.c.id).where(key_marks.c.mark == _MARK)).all()
        if not marks:
            work.execute(insert(key_marks), {"id": new_id(now), "mark": _MARK})
        elif not mine:
            raise KeyFault(
                "the last key in DATA_KEYS is not the one this database was made with: every patient and every STOP "
                "would be forgotten. Put the old key back at the end of the list."
            )
