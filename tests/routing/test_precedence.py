"""Who wins when a text could mean several things. The order itself is PRECEDENCE in domain/routing."""

import pytest

from bot import runtime
from bot.domain import topics
from bot.domain.messages import Intent, Tier
from bot.settings import Settings

COMMANDS = {
    "STOP": "stop", "stop!": "stop", "Unsubscribe": "stop", "ALTO": "stop", "ARRÊT": "stop", "СТОП": "stop",
    "إلغاء": "stop", "停止": "stop", "STOPP": "stop", "SISPANN": "stop", "수신거부": "stop", "لغو": "stop",
    "START": "start", "INICIAR": "start", "СТАРТ": "start", "HELP": "help", "AYUDA": "help",
}  # fmt: skip


@pytest.mark.parametrize(("text", "intent"), COMMANDS.items())
def test_a_command_counts_in_every_language_for_everyone(lead, text, intent):
    for language in ("en", "es", None):
        assert lead(text, language).intent == intent


@pytest.mark.parametrize(
    "text",
    [
        "stop chemo?", "can I quit chemo?", "no para de sangrar", "I can't stop vomiting", "it never stops",
        "when does chemo stop?", "don't stop texting me", "please dont stop the messages", "I never asked to leave",
        "no dejen de mandarme mensajes", "не прекращайте присылать", "ne me désabonnez pas", "nicht abmelden bitte",
        "止めないでください", "끊지 마세요", "别停 继续发", "wag nyo po itigil ang text", "pa sispann voye mesaj yo",
    ],
)  # fmt: skip
def test_these_take_nobody_off_the_list(lead, text):
    found = lead(text)
    assert Intent.STOP not in {found.intent, found.also}


@pytest.mark.parametrize(
    "text", ["stop texting me", "take me off this list", "no more messages please", "déjame en paz", "不要再发信息给我"]
)
def test_opt_out_in_other_words_is_opt_out(lead, text):
    assert lead(text).intent is Intent.STOP


def test_a_red_flag_comes_before_what_numbers_mean(lead):
    assert lead("1", **{"1": "topic:how"}).topic == "how"
    assert lead("39.5", **{"1": "topic:how"}).intent is Intent.FEVER


@pytest.mark.parametrize("text", ["1", "١", "一", "１", "one", "uno", "number 1"])
def test_the_number_of_a_list_in_any_script(lead, text):
    assert lead(text, "en", **{"1": "topic:resistance"}).topic == "resistance"


def test_stop_together_with_danger_does_both(lead):
    found = lead("STOP I have fever 39")
    assert (found.intent, found.also, found.safety) == (Intent.FEVER, Intent.STOP, Tier.RED)


def test_two_questions_are_answered_in_their_order(lead):
    found = lead("Will I lose my hair? And how does immunotherapy work?")
    assert (found.topic, found.choices) == ("side-effects", ("immunotherapy",))


def test_a_wish_to_come_back_is_no_consent_by_guess(lead):
    found = lead("please put me down for the messages")
    assert found.intent is Intent.START and found.confidence < 1


def test_whatever_a_clarifier_offers_can_be_named_and_taken(lead, words):
    """A class that is taught anew must not become a choice that has no label or no meaning."""
    library = runtime.speaker(Settings.from_env({"LANGUAGES": "en,es"})).library
    services = {name for name in words.ranker.classes if name not in words.topics} - topics.NO_CHOICE
    assert len(services) > 5
    for name in services:
        assert all(library.service(tag, f"label-{name}") for tag in library.offered)
        assert lead("1", **{"1": name}).intent == name


@pytest.mark.parametrize(
    "text",
    ["my wife passed away last night, please no more messages", "Mi esposo falleció el lunes, no manden más mensajes"],
)
def test_a_death_is_heard_before_the_stop_beside_it(lead, text):
    # Both end the texts; only one of the answers says that we are sorry.
    assert lead(text).intent is Intent.BEREAVED


@pytest.mark.parametrize(("text", "intent"), [("and then? keep going", "more"), ("keep the texts coming", "thanks")])
def test_go_on_asks_for_the_rest_or_for_all_texts(lead, text, intent):
    assert lead(text).intent == intent


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("herceptin", None), ("STOP", None), ("menu", None), ("alto", "es"), ("не пишите мне больше", "ru"),
        # Characters that both ways of writing Chinese share, then one of either chart.
        ("好的可以", None), ("我想知道副作用有哪些种类", "zh-Hans"), ("我想知道副作用有哪些種類", "zh-Hant"),
    ],
)  # fmt: skip
def test_a_word_that_several_languages_share_names_none(lead, text, language):
    assert lead(text).language == language
