"""The table of codes: each fault has its rows, and in doubt a message may have been sent."""

import pytest

from bot.domain.delivery import Fault
from bot.gateways.twilio_codes import FAULTS, STOPS, as_code, fault_of, reason_of


@pytest.mark.parametrize(
    ("code", "http_status", "fault"),
    [
        (21211, 400, Fault.PERMANENT),
        (21610, 400, Fault.OPTED_OUT),
        (20003, 401, Fault.ACCOUNT),
        (30034, 400, Fault.ACCOUNT),
        (20429, 429, Fault.TEMPORARY),
        (None, 429, Fault.TEMPORARY),
        (429, 429, Fault.TEMPORARY),
        (99999, 400, Fault.PERMANENT),
        (None, 404, Fault.PERMANENT),
        (None, 401, Fault.ACCOUNT),
        (None, 403, Fault.ACCOUNT),
        (None, 408, Fault.MAYBE_SENT),
        (None, 500, Fault.MAYBE_SENT),
        (20500, 500, Fault.MAYBE_SENT),
        (21211, 503, Fault.MAYBE_SENT),
        (None, 302, Fault.MAYBE_SENT),
        (None, None, Fault.MAYBE_SENT),
        (30003, None, Fault.TEMPORARY),
    ],
)
def test_an_answer_means_a_fault(code, http_status, fault):
    assert fault_of(code, http_status) is fault


def test_the_codes_that_mean_stop_are_these():
    assert sorted(STOPS) == [21610, 63014]


def test_every_code_has_a_reason_that_fits_a_table():
    assert all(0 < len(meaning.reason) <= 60 for meaning in FAULTS.values())


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("30007", 30007, "filtered by the carrier"),
        ("99999", 99999, ""),
        ("", None, ""),
        ("http-400", None, ""),
        ("-1", None, ""),
    ],
)
def test_a_code_is_read_from_text(text, code, reason):
    assert (as_code(text), reason_of(text)) == (code, reason)


def test_no_code_has_no_reason():
    assert reason_of(None) == ""
