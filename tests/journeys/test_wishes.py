"""A pause, no more reminders and to be forgotten, wished for in whole sentences."""

import pytest

from bot.domain.consent import Consent
from tests.journeys.test_programmes import FIRST_CYCLE, Life


@pytest.fixture
def life(build, now):
    return Life(build().line, now)


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("can you pause the messages for two weeks, im going in hospital", 14),
        ("пожалуйста не пишите мне две недели, я в больнице", 14),
        ("我要住院了，一周内不要发短信给我", 7),
    ],
)
def test_a_pause_in_a_sentence_lasts_as_long_as_it_says(life, words, days):
    life.knows().joins(FIRST_CYCLE)
    assert f"{days} days" in life.says(words)[0]
    assert life.person().consent is Consent.PAUSED
    assert life.lives(days=days - 1, hours=22) == []


def test_a_pause_of_no_clear_length_is_asked_about(life):
    life.knows().joins(FIRST_CYCLE)
    assert "1. 3 days" in life.says("hold off texting me until my surgery is over")[0]
    assert life.person().consent is Consent.ACTIVE


@pytest.mark.parametrize("words", ["please delete my data", "пожалуйста удалите мои данные", "请删除我的数据"])
def test_in_a_sentence_too_she_is_asked_and_a_yes_erases(life, words):
    life.knows(language="en").joins(FIRST_CYCLE)
    assert "We cannot undo this" in life.says(words)[0]
    assert life.person().consent is Consent.ACTIVE
    assert "we deleted what we had about you" in life.says("YES")[0]
    assert life.person().consent is Consent.STOPPED


@pytest.mark.parametrize("words", ["NO", "2", "thank you", "what is chemo?"])
def test_nothing_but_a_yes_erases(life, words):
    life.knows(language="en").joins(FIRST_CYCLE)
    life.says("please delete my data")
    life.says(words)
    assert life.person().consent is Consent.ACTIVE and life.rows()


def test_to_be_forgotten_and_left_alone_stops_at_once_and_asks(life):
    life.knows(language="en").joins(FIRST_CYCLE)
    asked, stopped, *_ = life.says("delete my data and never text me again")
    assert "We cannot undo this" in asked and "unsubscribed" in stopped
    assert life.person().consent is Consent.STOPPED
    assert "we deleted what we had about you" in life.says("1")[0]


@pytest.mark.parametrize("words", ["i dont want the reminders any more but keep answering me", "不要再给我发提醒"])
def test_no_more_reminders_in_a_sentence_leaves_the_programme(life, words):
    life.knows(language="en").joins(FIRST_CYCLE)
    life.says("remind me in 2 days")
    assert "took back all your reminders" in life.says(words)[0]
    assert life.person().consent is Consent.ACTIVE
    assert life.lives(days=8)
