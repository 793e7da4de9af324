"""Column types: ids, moments in UTC, text that is encrypted, and addresses that can only be compared."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import regex
from sqlalchemy import DateTime, Dialect, LargeBinary, String, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.store.keys import Keyring

ID_LENGTH = 32
_AN_ID = regex.compile("[0-9a-f]{32}")


class Id(TypeDecorator[str]):
    """32 hex digits, in both databases; PostgreSQL keeps them in 16 bytes, rows and indexes alike."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """A native uuid where there is one."""
        return dialect.type_descriptor(Uuid() if dialect.name == "postgresql" else String(ID_LENGTH))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        # What is none of our ids names no row. PostgreSQL would refuse it, and take a uuid in any other form for it.
        return value if value is None or dialect.name == "sqlite" or _AN_ID.fullmatch(value) else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return value.hex if isinstance(value, UUID) else value


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Naive values are refused; both databases give back UTC (SQLite would drop the offset)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Encrypted(TypeDecorator[str]):
    """Text at rest under the keyring of the engine; `place` names the column and is authenticated."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).seal(self.place, value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).open(self.place, bytes(value))


class BlindIndex(TypeDecorator[str]):
    """A keyed hash of the text that is bound: it can be looked up, never read."""

    impl = LargeBinary(32)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).index(value)


def keyring_of(dialect: Dialect) -> Keyring:
    """The keyring that `store.engine` put on this engine's dialect."""
    ring: Keyring = dialect.keyring  # type: ignore[attr-defined]
    return ring
