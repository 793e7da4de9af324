"""A storm small enough for every run: nothing is lost, nothing leaves twice, nothing is said that is not so."""

import pytest

from tests.storm import storm
from tests.storm.scale import CONTROL, Scale


def test_in_a_storm_every_text_leaves_once(record, tmp_path):
    built, postgres = record
    found = storm.run(built, Scale(texts=160, people=50, seconds=5), tmp_path, postgres)
    assert found.verdict.clean, found
    assert found.counts["workers killed"] >= 3
    assert found.counts["Valkey killed"] >= 1
    assert postgres is None or found.counts["PostgreSQL restarted in immediate mode"] >= 1


def test_in_a_storm_programmes_keep_their_promise(record, tmp_path):
    """On PostgreSQL two processes under a supervisor send them, and now one of these is killed, now that."""
    built, postgres = record
    processes = 1 if postgres is None else 2
    scale = Scale(texts=0, people=48, seconds=5, workers=3 - processes, programmes=True, processes=processes)
    found = storm.run(built, scale, tmp_path, postgres)
    assert found.verdict.clean, found
    for seen in ("sent as a template", "sent discreetly", "held for held", "held for night", "STOPs answered"):
        assert found.counts[seen] >= 4, found
    assert found.counts["the team: resume"] == 2
    assert sum(found.counts.get(name, 0) for name in ("workers killed", "processes of a supervisor killed")) >= 1
    assert found.counts["Valkey killed"] >= 1 and found.counts["Valkey emptied"] >= 1


@pytest.mark.parametrize("record", ["sqlite"], indirect=True)
def test_a_settle_time_below_the_listing_lag_does_send_twice(record, tmp_path):
    """The control: this storm can fail."""
    found = storm.run(record[0], CONTROL, tmp_path)
    assert found.verdict.sent_twice > 0
    assert not found.verdict.clean
