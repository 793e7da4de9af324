"""The metadata all tables share: constraint names that migrations can rely on, and ids."""

from datetime import datetime
from secrets import token_bytes

from sqlalchemy import Column, MetaData

from bot.store.types import Id

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


ID_TAIL_BYTES = 10


def new_id(at: datetime, tail: bytes | None = None) -> str:
    """32 hex digits: 48 bits of time, so that new rows stand together, then 80 bits nobody can guess."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{milliseconds:012x}{(tail or token_bytes(ID_TAIL_BYTES)).hex()}"


def id_column() -> "Column[str]":
    """The primary key of every table."""
    return Column("id", Id, primary_key=True)
