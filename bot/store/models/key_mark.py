"""Which index key this database was made with. With another key every patient, and every STOP, would be forgotten."""

from sqlalchemy import Column, Table

from bot.store.models.base import id_column, metadata
from bot.store.types import BlindIndex

key_marks = Table("key_marks", metadata, id_column(), Column("mark", BlindIndex, nullable=False, unique=True))
