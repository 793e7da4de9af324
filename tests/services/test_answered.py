"""Answers as the care team reads them: in words, under the step that asked, by the person's own clock."""

from datetime import timedelta

import pytest

from bot.services import answered
from bot.services.answered import Wanted
from bot.store.queries import answers
from bot.store.queries.answers import Given
from tests.journeys.test_programmes import FIRST_CYCLE, LESSONS, Life


@pytest.fixture
def life(build, now):
    return Life(build().line, now).knows()


def told(life, **wanted):
    return answered.listed(life.line, Wanted(**wanted), life.now)


def keep(life, question, choice):
    person = life.person()
    with life.line.store.begin() as work:
        answers.keep(work, Given(person.id, question, choice, None, life.now))


def test_each_cycle_of_a_check_in_has_its_own_step(life):
    life.joins(FIRST_CYCLE)
    life.lives(days=10)
    life.says("1")
    life.lives(days=21)
    life.says("2")
    assert [(each.step, each.answer) for each in told(life)] == [
        ("C2D+3-check-in", "I have side effects and want tips"),
        ("C1D+3-check-in", "OK"),
    ]


def test_a_nurse_is_called_by_what_the_file_marks_and_no_quiz_is_graded(life):
    life.joins(LESSONS)
    life.lives(days=2, hours=2)
    life.says("3")
    (given,) = told(life)
    assert (given.answer, given.called_nurse) == ("The body gets used to feeling sick", False)


def test_a_nurse_asked_for_at_another_time_is_not_the_answers(life):
    life.joins(FIRST_CYCLE)
    life.lives(days=10)
    life.says("1")
    life.now += timedelta(minutes=1)
    life.says("NURSE")
    assert [each.called_nurse for each in told(life)] == [False]


def test_an_answer_outlives_the_text_that_asked(life):
    """A question that a new content no longer has is still an answer somebody gave."""
    keep(life, "check-in", "1")
    life.now += timedelta(minutes=1)
    keep(life, "old-question", "4")
    assert [(each.programme, each.step, each.question, each.answer) for each in told(life)] == [
        (None, None, "old-question", "4 (the question no longer has this number)"),
        (None, None, "check-in", "OK"),
    ]


def test_a_day_begins_at_midnight_of_the_clinic(life):
    keep(life, "check-in", "1")
    life.now += timedelta(hours=14)
    assert f"{life.now.astimezone(life.line.zone):%d %H:%M}" == "18 00:00"
    keep(life, "check-in", "2")
    assert [each.choice for each in told(life, since="2026-11-18")] == ["2"]
    assert [each.choice for each in told(life, since="2026-11-17")] == ["2", "1"]
    assert [each.choice for each in told(life, since="1d")] == ["2", "1"]
