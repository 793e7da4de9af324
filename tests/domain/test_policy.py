"""The one door of every text of our own accord."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.consent import TRANSITIONS, Consent, ConsentEvent, after
from bot.domain.policy import Hold, Push, Reason, Refuse, Send, Source, may_send
from bot.domain.schedule import QuietHours

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 24, 12, tzinfo=ZONE).astimezone(UTC)
NIGHT = datetime(2026, 11, 24, 23, tzinfo=ZONE).astimezone(UTC)


def push(source=Source.TEAM, consent=Consent.ACTIVE, due_at=NOON) -> Push:
    return Push(source, consent, due_at, ZONE, QuietHours(time(20), time(9)))


@pytest.mark.parametrize(
    ("asked", "now", "verdict"),
    [
        (push(), NOON, Send()),
        (push(consent=Consent.STOPPED), NOON, Refuse(Reason.STOPPED)),
        (push(Source.PATIENT, Consent.STOPPED), NOON, Refuse(Reason.STOPPED)),
        (push(consent=Consent.UNKNOWN), NOON, Refuse(Reason.NO_CONSENT)),
        (push(Source.PATIENT, Consent.UNKNOWN), NOON, Send()),
        (push(due_at=NIGHT), NIGHT, Hold(NIGHT + timedelta(hours=10))),
        (push(), NOON + timedelta(hours=13), Refuse(Reason.TOO_LATE)),
        # A text due at night is not late in the morning.
        (push(due_at=NIGHT), NIGHT + timedelta(hours=13), Send()),
        (push(Source.PATIENT), NOON + timedelta(hours=24), Send()),
        (push(Source.PATIENT), NOON + timedelta(hours=37), Refuse(Reason.TOO_LATE)),
    ],
)
def test_who_may_be_texted_and_when(asked, now, verdict):
    assert may_send(asked, now) == verdict


@pytest.mark.parametrize("event", [event for event in ConsentEvent if event is not ConsentEvent.START])
def test_only_start_ends_a_stop(event):
    assert after(Consent.STOPPED, event) is Consent.STOPPED


def test_stop_stops_from_everywhere():
    assert all(after(held, ConsentEvent.STOP) is Consent.STOPPED for held in Consent)
    assert (Consent.STOPPED, ConsentEvent.START) in TRANSITIONS
