"""Danger in three tiers: what raises the alarm, what only adds the line, and what must stay quiet."""

import pytest

from bot.domain.messages import RED_FLAGS, Intent, Tier

RED = {
    "I can't breathe": "emergency",
    "my mother can't breathe": "emergency",
    "cant get up the stairs any more, have to sit after three steps": "emergency",
    "no puedo respirar": "emergency",
    "呼吸困难": "emergency",
    "숨을 못 쉬겠어요": "emergency",
    "трудно дышать": "emergency",
    "i want to die": "crisis",
    "quiero morirme": "crisis",
    "自殺したい": "crisis",
    "fever": "fever",
    "39.2": "fever",
    "thermometer says 38.4": "fever",
    "температура 39": "fever",
    "حرارتي ٣٩": "fever",
    "체온 39도": "fever",
    "no fever yesterday but 39.1 now": "fever",
    # Nothing is graded, and nothing said beside it makes a body's temperature harmless.
    "39.4 but he is in a good mood": "fever",
    "38,7 ma sto bene": "fever",
    "tengo 39 pero me siento bien": "fever",
    "it is hot outside and my temperature is 39": "fever",
    "38.9 and i am at the beach, should be fine right": "fever",
}
# No word says what the number is: the ordinary answer, and the number to call.
PERHAPS = ["38.4 and she is playing", "41.0 in the second room", "36,9?! et c'est quoi une thérapie ciblée"]
QUIET = [
    "no fever today, feeling ok",
    "I am 38 years old",
    "this heat is killing me",
    "had chest pain in 2015, all fine since",
    "sin fiebre hoy, todo bien",
    "不烧了 挺好的",
    "kein fieber, alles gut",
    "yellow fever vaccine",
    "39 degrees in the shade in Phoenix, the weather is crazy",
    "Heute 38 Grad draußen, Hitzewelle, wir gehen ins Freibad",
    "今天气温39度，天气太热了",
    "preheat the oven to 105 degrees",
]


@pytest.mark.parametrize(("text", "intent"), RED.items())
def test_danger_raises_the_alarm(lead, text, intent):
    found = lead(text)
    assert (found.intent, found.safety) == (intent, Tier.RED)
    assert found.because


@pytest.mark.parametrize("text", PERHAPS)
def test_a_number_of_a_thermometer_is_never_passed_over(lead, text):
    assert lead(text).safety in {Tier.RED, Tier.AMBER}


@pytest.mark.parametrize("text", QUIET)
def test_what_is_denied_past_or_a_figure_of_speech_raises_none(lead, text):
    assert lead(text).safety is not Tier.RED


@pytest.mark.parametrize("text", ["what if I get a fever", "how high is a fever", "cuándo se considera fiebre"])
def test_a_question_about_fever_gets_the_text_without_an_alarm(lead, text):
    found = lead(text)
    assert found.intent in {Intent.FEVER, Intent.TOPIC} and found.safety is not Tier.RED


def test_every_reading_leads_to_the_same_place(lead):
    readings = [
        f"my temperature is {number}" for number in ("36.0", "37.4", "38.0", "41", "99", "104.5 F", "٣٩", "３９")
    ]
    assert {(lead(text).intent, lead(text).safety) for text in readings} == {(Intent.FEVER, Tier.RED)}


def test_nothing_that_is_not_understood_is_without_the_line(lead):
    for text in ("xyzzy", "", "🙂", "qwrt plmk"):
        assert lead(text).safety is not None
        assert lead(text).intent not in RED_FLAGS
