"""The steps lead to the tables that the models describe, and back."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from bot.store import migrate
from bot.store.models import metadata


def test_the_newest_step_is_what_the_models_say(build):
    with build().line.store.begin() as work:
        assert compare_metadata(MigrationContext.configure(work), metadata) == []


def test_every_step_can_be_taken_back_and_again(build):
    store = build().line.store
    migrate.downgrade(store, "0001")
    with store.begin() as work:
        assert "enrolments" not in inspect(work).get_table_names()
    migrate.upgrade(store)
    assert migrate.is_current(store)
