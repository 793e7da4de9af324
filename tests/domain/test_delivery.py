"""How a sending ends."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.delivery import (
    ACCOUNT_PAUSE,
    AFTER_FAULT,
    MAX_ATTEMPTS,
    RANK,
    Fault,
    FollowUpState,
    GatewayError,
    MessageStatus,
    Timing,
    after,
    rises,
)

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fault", "state", "wait"),
    [
        (Fault.PERMANENT, FollowUpState.FAILED, timedelta(0)),
        (Fault.OPTED_OUT, FollowUpState.FAILED, timedelta(0)),
        (Fault.MAYBE_SENT, FollowUpState.UNKNOWN, timedelta(0)),
        (Fault.TEMPORARY, FollowUpState.DUE, timedelta(seconds=1)),
        (Fault.ACCOUNT, FollowUpState.DUE, ACCOUNT_PAUSE),
    ],
)
def test_each_fault_leads_to_its_state(fault, state, wait):
    outcome = after(GatewayError(fault, "x"), 1, NOW)
    assert (outcome.state, outcome.at) == (state, NOW + wait)


@pytest.mark.parametrize(("asked", "waits"), [(0, 1), (30, 30), (86_400, 3600)])
def test_who_is_asked_to_stay_away_does(asked, waits):
    error = GatewayError(Fault.TEMPORARY, "20429", timedelta(seconds=asked))
    assert after(error, 1, NOW).at == NOW + timedelta(seconds=waits)


def test_every_fault_has_a_row():
    assert set(AFTER_FAULT) == set(Fault)


def test_waiting_doubles_and_ends_in_failure():
    error = GatewayError(Fault.TEMPORARY, "20429")
    waits = [(after(error, attempt, NOW).at - NOW).total_seconds() for attempt in range(1, MAX_ATTEMPTS)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600]
    assert after(error, MAX_ATTEMPTS, NOW).state is FollowUpState.FAILED


def test_statuses_in_any_order_end_at_the_furthest():
    news = [MessageStatus.QUEUED, MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.SENT]
    for order in set(itertools.permutations(news)):
        held = MessageStatus.ACCEPTED
        for status in order:
            held = status if rises(status, RANK[held]) else held
        assert held is MessageStatus.DELIVERED


def test_every_status_has_a_rank():
    assert set(RANK) == set(MessageStatus)


@pytest.mark.parametrize("wrong", [{"read": 12}, {"sending": 10}, {"lease": 14}])
def test_a_sending_that_could_outlive_its_lease_is_no_timing(wrong):
    with pytest.raises(ValueError, match="must end before its lease"):
        Timing(**{name: timedelta(seconds=seconds) for name, seconds in wrong.items()})
