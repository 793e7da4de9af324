"""Statements that every text asks for: written out once a database and not once a text.

SQLAlchemy would look each of them up, and go through its types, again and again. The types are the columns' own: what
is encrypted, blind or in UTC stays so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Insert, Select
from sqlalchemy.types import TypeEngine

from bot.store.engine import Work

_Change = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Form:
    """The statement in one database's words, and how its values and columns go in and out."""

    sql: str
    values: Mapping[str, _Change]
    fixed: Mapping[str, Any]
    # In this order where the driver knows places and no names.
    places: Sequence[str] | None
    columns: Sequence[tuple[str, _Change]]

    def bound(self, given: Mapping[str, Any]) -> Any:
        said = dict(self.fixed)
        for name, change in self.values.items():
            said[name] = given[name] if change is None else change(given[name])
        return said if self.places is None else tuple(said[name] for name in self.places)


class Prepared:
    """A statement with `bindparam`s."""

    def __init__(self, statement: "Select[Any] | Insert") -> None:
        self._statement = statement

    def run(self, work: Work, given: Mapping[str, Any]) -> None:
        """Write."""
        form = self._form(work.dialect)
        work.exec_driver_sql(form.sql, form.bound(given))

    def one(self, work: Work, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The one row by the names of its columns, or None."""
        form = self._form(work.dialect)
        row = work.exec_driver_sql(form.sql, form.bound(given)).one_or_none()
        if row is None:
            return None
        return {
            name: value if change is None else change(value)
            for (name, change), value in zip(form.columns, row, strict=True)
        }

    def _form(self, dialect: Dialect) -> _Form:
        # Kept with the engine, whose keys the changes hold.
        known: dict[Prepared, _Form] = dialect.prepared  # type: ignore[attr-defined]
        if (form := known.get(self)) is None:
            form = known[self] = self._written(dialect)
        return form

    def _written(self, dialect: Dialect) -> _Form:
        compiled = self._statement.compile(dialect=dialect)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        columns = self._statement.selected_columns if isinstance(self._statement, Select) else ()
        return _Form(
            sql=str(compiled),
            values={name: _in(bind.type, dialect) for name, bind in binds.items() if bind.required},
            fixed={name: bind.value for name, bind in binds.items() if not bind.required},
            places=compiled.positiontup if compiled.positional else None,
            columns=[(str(column.key), _out(column.type, dialect)) for column in columns],
        )


def _in(kind: TypeEngine[Any], dialect: Dialect) -> _Change:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> _Change:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
