"""One write of many rows, each with values of its own. PostgreSQL gets them as one JSON value of one statement: a
statement apiece, or an array a column, costs the driver half as much again. SQLite has no way to a server.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, bindparam, cast, column, func
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from bot.store.engine import Work

# What stands for a row's values, by name: what is bound, or the columns of the rows that PostgreSQL is given.
Given = Mapping[str, ColumnElement[Any]]
Rows = Sequence[Mapping[str, object]]
_ROWS = "rows"


class Many:
    """A statement in its two forms: `each` binds one row's values, `together` reads `given_rows`."""

    def __init__(self, types: Mapping[str, TypeEngine[Any]], each: UpdateBase, together: UpdateBase) -> None:
        self._types = types
        self._each = each
        self._together = together

    @classmethod
    def update(cls, write: Callable[[Given], UpdateBase], **types: TypeEngine[Any]) -> "Many":
        """The UPDATE that `write` makes of what stands for a row's values."""
        bound: Given = {name: bindparam(name, type_=kind) for name, kind in types.items()}
        return cls(types, write(bound), write(dict(given_rows(types).c.items())))

    def execute(self, work: Work, rows: Rows) -> int:
        """Write them; gives how many were there to be written."""
        if not rows:
            return 0
        if work.dialect.name == "sqlite":
            return work.execute(self._each, [*rows]).rowcount
        return work.execute(self._together, {_ROWS: self._as_json(work, rows)}).rowcount

    def _as_json(self, work: Work, rows: Rows) -> str:
        dialect = work.dialect
        to_driver = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in self._types.items()}
        values = [{name: to(row[name]) if to else row[name] for name, to in to_driver.items()} for row in rows]
        return json.dumps(values, default=_as_text)


def given_rows(types: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """The rows that are bound as JSON, as a table."""
    columns = (column(name, kind) for name, kind in types.items())
    rows = func.json_to_recordset(cast(bindparam(_ROWS, type_=Text), JSON)).table_valued(*columns)
    return rows.render_derived(name="given", with_types=True)


def _as_text(value: Any) -> str:
    """What PostgreSQL reads a moment and bytes from."""
    return value.isoformat() if isinstance(value, datetime) else f"\\x{bytes(value.obj).hex()}"
