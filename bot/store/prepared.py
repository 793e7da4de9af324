"""Statements that every text asks for: written out once a database and not once a text.

SQLAlchemy would look each of them up, and go through its types, again and again. The types are the columns' own: what
is encrypted, blind or in UTC stays so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Insert, Select
from sqlalchemy.types import TypeEngine

from bot.store.engine import Work, on_driver

_Change = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Form:
    """The statement in one database's words, and how its values and columns go in and out, in their order."""

    sql: str
    values: Sequence[tuple[str, _Change]]
    literals: Mapping[str, Any]
    by_place: bool
    columns: Sequence[tuple[str, _Change]]

    def bound(self, given: Mapping[str, Any]) -> Any:
        """The values as the driver takes them: by place or by name."""
        given = {**self.literals, **given}
        said = [given[name] if change is None else change(given[name]) for name, change in self.values]
        return said if self.by_place else dict(zip((name for name, _ in self.values), said, strict=True))


class Prepared:
    """A statement, each of whose values is a `bindparam` or a literal."""

    def __init__(self, statement: "Select[Any] | Insert") -> None:
        self._statement = statement

    def run(self, work: Work, given: Mapping[str, Any]) -> None:
        """Write."""
        form = self._form(work.dialect)
        on_driver(work, form.sql, form.bound(given))

    def one(self, work: Work, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row by the names of its columns, or None."""
        form = self._form(work.dialect)
        for row in on_driver(work, form.sql, form.bound(given)):
            return {
                name: value if change is None else change(value)
                for (name, change), value in zip(form.columns, row, strict=True)
            }
        return None

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
            values=[(name, _in(binds[name].type, dialect)) for name in compiled.positiontup or binds],
            literals={name: bind.value for name, bind in binds.items() if not bind.required},
            by_place=compiled.positional,
            columns=[(str(column.key), _out(column.type, dialect)) for column in columns],
        )


def _in(kind: TypeEngine[Any], dialect: Dialect) -> _Change:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _out(kind: TypeEngine[Any], dialect: Dialect) -> _Change:
    return kind.dialect_impl(dialect).result_processor(dialect, None)
