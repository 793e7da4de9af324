"""What a connection must not carry from one user to the next, and what a server may have done to it meanwhile."""

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import OperationalError

from bot.domain.messages import Address, Channel
from bot.store.models import addresses
from bot.store.prepared import Prepared
from bot.store.queries import messages, people

SENDER = Address(Channel.SMS, "+15550100120")
NOW = datetime(2026, 11, 17, 15, tzinfo=UTC)
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> :mine")


class Unreadable(Exception):
    """As when the key of a row is lost."""


def break_off(way, held):
    with way() as work:
        # The cursor stays open for as long as anybody holds it: the frames of an error do, while it is handled.
        held.append(iter(work.execute(select(addresses.c.id))))
        next(held[0])
        raise Unreadable


def give_up(store):
    with store.turn() as work, store.together(work):
        people.add(work, SENDER, NOW)
        raise Unreadable


def how_many(work):
    return len(work.execute(select(addresses.c.id)).all())


@pytest.mark.parametrize("way", ["begin", "read"])
def test_a_row_that_cannot_be_read_leaves_no_old_view_to_the_next_reader(build, way):
    """SQLite goes on showing the moment of an open cursor to all who get the same connection."""
    mine, others = build().line.store, build().line.store
    with mine.begin() as work:
        for number in range(3):
            people.add(work, Address(Channel.SMS, f"+1555010012{number}"), NOW)
    held = []
    with pytest.raises(Unreadable):
        break_off(getattr(mine, way), held)
    with others.begin() as work:
        people.add(work, Address(Channel.SMS, "+15550100129"), NOW)
    with mine.read() as work:
        assert how_many(work) == 4
    with mine.begin() as work:
        assert how_many(work) == 4


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_rested_is_asked_whether_it_lives(build):
    store, other = build().line.store, build().line.store
    for opened in (store.begin, store.read):
        with opened() as work:
            work.execute(text("SELECT 1"))
    with other.read() as work:
        mine = work.execute(text("SELECT pg_backend_pid()")).scalar_one()
        work.execute(CUT, {"mine": mine})
    time.sleep(1.1)
    for opened in (store.begin, store.read):
        with opened() as work:
            assert work.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_question_that_a_dead_connection_cannot_answer_leaves_a_live_one(build):
    store, other = build().line.store, build().line.store
    asked = Prepared(select(addresses.c.channel).where(addresses.c.timezone == bindparam("zone")))
    with store.read() as work:
        assert asked.one(work, {"zone": "secret"}) is None
    with other.read() as work:
        work.execute(CUT, {"mine": work.execute(text("SELECT pg_backend_pid()")).scalar_one()})
    with pytest.raises(OperationalError) as raised, store.read() as work:
        asked.one(work, {"zone": "secret"})
    assert "secret" not in str(raised.value)
    with store.read() as work:
        assert asked.one(work, {"zone": "secret"}) is None


def test_a_question_binds_by_name(build):
    store = build().line.store
    asked = Prepared(
        select(addresses.c.channel).where(
            addresses.c.timezone == bindparam("zone"), addresses.c.channel == bindparam("way")
        )
    )
    with store.begin() as work:
        person = people.add(work, Address(Channel.SMS, "+15550100120"), NOW)
        people.set_timezone(work, person, "America/New_York")
    with store.read() as work:
        assert asked.one(work, {"way": "sms", "zone": "America/New_York"}) == {"channel": "sms"}
        assert asked.one(work, {"way": "America/New_York", "zone": "sms"}) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_lost_connection_gives_up_all_that_are_as_old(build):
    store, other = build().line.store, build().line.store
    with store.turn() as first, store.turn() as second:
        for work in (first, second):
            assert messages.look_up(work, SENDER, "SM1", NOW) is None
    with other.read() as work:
        mine = work.execute(text("SELECT pg_backend_pid()")).scalar_one()
        work.execute(CUT, {"mine": mine})
    with pytest.raises(OperationalError), store.turn() as work:
        messages.look_up(work, SENDER, "SM1", NOW)
    for _ in range(2):
        with store.turn() as work:
            assert messages.look_up(work, SENDER, "SM1", NOW) is None


def test_a_turn_keeps_all_of_a_block_or_nothing(build):
    store = build().line.store
    with pytest.raises(Unreadable):
        give_up(store)
    with store.turn() as work:
        assert how_many(work) == 0
        with store.together(work):
            people.add(work, SENDER, NOW)
    with store.read() as work:
        assert how_many(work) == 1
