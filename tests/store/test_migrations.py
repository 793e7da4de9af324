"""The steps lead to the tables that the models describe, and back; rows go with them."""

from datetime import date, timedelta
from secrets import token_hex

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from bot.domain.messages import Address, Channel
from bot.domain.policy import Source
from bot.domain.programmes import Day
from bot.services.claims import claim
from bot.store import migrate
from bot.store.models import followups, metadata
from bot.store.queries import answers, enrolments, handoffs, people
from bot.store.queries import followups as promised
from bot.store.queries.answers import Given
from bot.store.queries.enrolments import EnrolmentState
from bot.store.queries.followups import Plan


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


def fill(line, now):
    """A row in every table but the slots, with every id that points at another."""
    with line.store.begin() as work:
        ana = people.add(work, Address(Channel.SMS, "+15550100120"), now)
        enrolment = enrolments.add(work, ana.id, "chemo", EnrolmentState.ACTIVE, now)
        enrolments.set_days(work, enrolment, [Day(1, date(2026, 12, 1), None)])
        answers.keep(work, Given(ana.id, "check-in", "1", None, now))
        promised.plan(work, Plan(ana.id, "how", now, Source.PATIENT), now)
        promised.plan(work, Plan(ana.id, None, now + timedelta(days=1), Source.PATIENT), now)
    (claimed,) = claim(line, now, 1)
    with line.store.begin() as work:
        handoffs.add(work, ana.id, claimed.outbound.id, "nurse", now)


def everything(store):
    with store.read() as work:
        return {
            table.name: sorted(map(tuple, work.execute(select(table))), key=str) for table in metadata.sorted_tables
        }


def test_rows_keep_their_ids_and_pointers_through_narrow_rows_and_back(build, now):
    line = build().line
    fill(line, now)
    before = everything(line.store)
    migrate.downgrade(line.store, "0002")
    with line.store.begin() as work:
        ids = set(work.execute(text("SELECT id FROM followups")).scalars())
        assert ids == {row[0] for row in before["followups"]}
        indexes = {index["name"] for index in inspect(work).get_indexes("followups")}
        assert {"ix_followups_address_due", "ix_followups_due", "uq_followups_in_flight"} <= indexes
    migrate.upgrade(line.store)
    assert everything(line.store) == before
    with line.store.begin() as work:
        assert compare_metadata(MigrationContext.configure(work), metadata) == []
        pointers = {key["name"] for table in metadata.tables for key in inspect(work).get_foreign_keys(table)}
    assert {"fk_followups_address_id", "fk_handoffs_message_id", "fk_cycles_enrolment_id"} <= pointers


def test_a_promise_of_before_narrow_rows_is_still_the_same_promise(build, now):
    """Its id was drawn by lot then."""
    store = build().line.store
    with store.begin() as work:
        ana = people.add(work, Address(Channel.SMS, "+15550100120"), now)
        row = {"id": token_hex(16), "address_id": ana.id, "source": "patient", "topic": "how", "due_at": now}
        work.execute(insert(followups), row | {"next_at": now, "state": "canceled", "attempt": 0, "created_at": now})
        assert promised.plan(work, Plan(ana.id, "how", now, Source.PATIENT), now) == row["id"]
        assert promised.count_by_state(work) == {"due": 1}
