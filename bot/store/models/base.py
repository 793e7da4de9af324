"""The metadata all tables share: constraint names that migrations can rely on, and ids."""

from datetime import datetime
from secrets import token_bytes

from sqlalchemy import Column, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID_LENGTH = 32


def new_id(now: datetime) -> str:
    """32 hex digits: 48 bits of time, so that new rows stand together, then 80 bits nobody can guess."""
    milliseconds = int(now.timestamp() * 1000)
    return f"{milliseconds:012x}{token_bytes(10).hex()}"


def id_column() -> "Column[str]":
    """The primary key of every table."""
    return Column("id", String(ID_LENGTH), primary_key=True)
