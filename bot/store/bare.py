"""A question that is asked once for every text. SQLAlchemy writes it, once a dialect, and the driver itself is asked:
what it does around each execution is twice the cost of this.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.exc import DBAPIError

from bot.store.engine import Work

_Values = Mapping[str, str]
_Binding = Callable[[_Values], Mapping[str, str] | Sequence[str]]


class BareSelect:
    """One value of one row, by bound strings alone: no type of ours is applied on the way in or out."""

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._written: dict[str, tuple[str, _Binding]] = {}

    def scalar(self, work: Work, values: _Values) -> Any | None:
        """The value, or None without a row. Raises DBAPIError like any other statement, without what was bound."""
        sql, bound = self._written.get(work.dialect.name) or self._write(work.dialect)
        try:
            cursor = work.connection.cursor()
            try:
                cursor.execute(sql, bound(values))
                row = cursor.fetchone()
            finally:
                cursor.close()
        except work.dialect.loaded_dbapi.Error as error:
            # Whatever it was: the next question has a connection that works.
            work.invalidate()
            raise DBAPIError(sql, None, error) from None
        return None if row is None else row[0]

    def _write(self, dialect: Dialect) -> tuple[str, _Binding]:
        compiled = self._statement.compile(dialect=dialect)
        # SQLite's driver wants them in order.
        names = compiled.positiontup
        binding: _Binding = dict if names is None else lambda values: [values[name] for name in names]
        self._written[dialect.name] = str(compiled), binding
        return self._written[dialect.name]
