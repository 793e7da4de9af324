"""A promise is one row, whoever makes it twice; and what is no id names no row."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.messages import Address, Channel
from bot.domain.policy import Source
from bot.services import status
from bot.services.status import Report
from bot.store.queries import followups, messages, people
from bot.store.queries.followups import Plan


@pytest.fixture
def store(build):
    return build().line.store


@pytest.fixture
def wanted(store, now):
    with store.begin() as work:
        ana = people.add(work, Address(Channel.SMS, "+15550100120"), now)
    return Plan(ana.id, "how", now + timedelta(days=1), Source.PATIENT)


def test_two_that_make_a_promise_at_the_same_moment_make_one(store, wanted, now):
    def _plan():
        with store.begin() as work:
            return followups.plan(work, wanted, now)

    with ThreadPoolExecutor(2) as pool:
        with store.begin() as work:
            first = followups.plan(work, wanted, now)
            # It sees no row yet: it waits for us, or for its turn.
            second = pool.submit(_plan)
            with pytest.raises(TimeoutError):
                second.result(0.3)
        assert second.result() == first
    with store.begin() as work:
        assert followups.count_by_state(work) == {"due": 1}


def test_another_time_topic_or_person_is_another_promise(store, wanted, now):
    with store.begin() as work:
        boris = people.add(work, Address(Channel.SMS, "+15550100121"), now)
        others = [
            replace(wanted, due_at=wanted.due_at + timedelta(microseconds=1)),
            replace(wanted, topic="fever"),
            replace(wanted, address_id=boris.id),
            replace(wanted, topic=None),
            replace(wanted, topic=None),
        ]
        assert len({followups.plan(work, each, now) for each in [wanted, *others, wanted]}) == 6


def test_a_promise_taken_back_is_made_anew_under_its_id(store, wanted, now):
    with store.begin() as work:
        first = followups.plan(work, wanted, now)
        followups.cancel(work, wanted.address_id, "asked")
        assert followups.plan(work, wanted, now) == first
        assert followups.count_by_state(work) == {"due": 1}


@pytest.mark.parametrize("other", ["nonsense", "", "{upper}", "{dashed}", "{{{id}}}", " {id}"])
def test_only_an_id_in_its_own_form_names_a_row(build, wanted, now, other):
    line = build().line
    with line.store.begin() as work:
        mine = followups.plan(work, wanted, now)
        forms = {
            "id": mine,
            "upper": mine.upper(),
            "dashed": f"{mine[:8]}-{mine[8:12]}-{mine[12:16]}-{mine[16:20]}-{mine[20:]}",
        }
        asked = other.format(**forms)
        assert asked != mine
        assert (followups.by_id(work, asked), messages.one(work, asked)) == (None, None)
    assert status.merge(line, Report(asked, "delivered", "SM1"), now) is False
