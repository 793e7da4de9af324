"""A storm small enough for every run: nothing is lost, nothing leaves twice, nothing is said that is not so."""

import pytest

from tests.storm import storm
from tests.storm.storm import Scale


def test_in_a_storm_every_text_leaves_once(record, tmp_path):
    built, postgres = record
    found = storm.run(built, Scale(texts=160, people=50, seconds=5), tmp_path, postgres)
    assert found.verdict.clean, found
    assert found.counts["workers killed"] >= 3
    assert found.counts["Valkey killed"] >= 1
    assert postgres is None or found.counts["PostgreSQL restarted in immediate mode"] >= 1


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_a_settle_time_below_the_listing_lag_does_send_twice(record, tmp_path):
    """The control: this storm can fail."""
    found = storm.run(record[0], storm.CONTROL, tmp_path)
    assert found.verdict.sent_twice > 0
    assert not found.verdict.clean
