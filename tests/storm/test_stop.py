"""STOP while texts are being sent: once its answer is there, the provider takes nothing more for that person."""

from tests.storm import storm
from tests.storm.scale import Scale


def test_after_the_answer_to_a_stop_nothing_more_is_taken(record, tmp_path):
    scale = Scale(texts=400, people=200, seconds=6, workers=2, stops=1, latency=0.2, faults={}, calm=True)
    found = storm.run(record[0], scale, tmp_path)
    assert found.verdict.clean, found
    # The race was one: texts were in the air when their people wrote STOP, and others had to stay.
    assert found.counts["texts that landed while a STOP was being answered"] > 0
    assert found.states["canceled"] > 60
    assert found.counts["STOPs answered"] == 200
