"""Conversations as scripts, through the same service that every door calls."""

from datetime import timedelta

import pytest

from bot.domain.consent import Consent
from bot.domain.delivery import FollowUpState
from bot.domain.messages import Address, Channel, Inbound, OptOut
from bot.services import inbound
from bot.store.queries import followups, handoffs, messages, people

ME = Address(Channel.SMS, "+15550100123")


class Phone:
    """A phone in a test: says something and hears the answers."""

    def __init__(self, line, now, address=ME):
        self.line, self.now, self.address, self.sids = line, now, address, 0

    def says(self, body, **more):
        self.sids += 1
        sid = f"SM{self.address.value[-4:]}{self.sids}"
        text = Inbound(sid=sid, sender=self.address, body=body, received_at=self.now, **more)
        return [reply.body for reply in inbound.handle(self.line, text)]

    def person(self):
        with self.line.store.begin() as work:
            return people.by_address(work, self.address)

    def planned(self, state=FollowUpState.DUE):
        with self.line.store.begin() as work:
            return followups.listed(work, [state])


@pytest.fixture
def phone(build, now):
    return Phone(build().line, now)


def test_the_first_text_is_answered_at_once_then_who_we_are(phone):
    answer, introduction = phone.says("can chemo make my cancer worse?")
    assert answer.startswith("Chemo is given to fight cancer")
    assert "STOP" in introduction and "911" in introduction
    assert len(phone.says("MORE")) == 1


def test_more_walks_a_topic_and_offers_what_is_next(phone):
    phone.says("MENU")
    first, second, third, end = (phone.says(text)[0] for text in ("1", "more", "MORE", "Next"))
    assert len({first, second, third}) == 3
    assert "1 What is resistance?" in end
    assert phone.says("1")[0].startswith("Chemo resistance means")


def test_menu_numbers_are_stable_even_without_a_menu(phone):
    assert "you may feel very tired" in phone.says("8")[0]


@pytest.mark.parametrize(
    ("body", "begins", "reason"),
    [
        ("I cant breathe", "This may be an emergency", "emergency"),
        ("fever 39", "A fever of", "fever"),
        ("i want to die", "I am sorry you feel this much pain", "crisis"),
    ],
)
def test_a_red_flag_is_answered_alone_and_handed_on(phone, body, begins, reason):
    (answer,) = phone.says(body)
    assert answer.startswith(begins)
    with phone.line.store.begin() as work:
        assert handoffs.count_by_reason(work) == {reason: 1}


def test_a_question_about_fever_has_its_text_and_calls_nobody(phone):
    assert phone.says("what if I get a fever?")[0].startswith("A fever of")
    with phone.line.store.begin() as work:
        assert handoffs.count_by_reason(work) == {}


def test_what_leans_to_danger_is_answered_with_the_line(phone):
    phone.says("hello")
    *_, line = phone.says("I had a seizure in 2010, does chemo change the brain?")
    assert "Feeling very ill?" in line


def test_near_despair_the_number_comes_along_whatever_the_answer(phone):
    phone.says("hello")
    for text in ("i feel like quitting it all", "what is the point of it all"):
        said = phone.says(text)
        assert "988" in said[-1] and "unsubscribed" not in said[0]


def test_an_answer_about_symptoms_or_beside_a_hint_of_danger_says_whom_to_call(phone):
    phone.says("hello")
    assert phone.says("will chemo hurt my heart")[-1].startswith("Feeling very ill? Call +1 555")
    # It holds the number itself: one text.
    assert len(phone.says("side effects")) == 1


def test_of_two_questions_the_second_is_offered(phone):
    phone.says("hello")
    first, also = phone.says("Will I lose my hair? And how does immunotherapy work?")
    assert "hair" in first and "1 Immunotherapy" in also
    assert "Immunotherapy" in phone.says("1")[0]


def test_a_wish_to_join_in_other_words_is_asked_for_a_yes(phone):
    assert "Reply 1 or YES to agree" in phone.says("please put me down for the messages")[0]
    assert phone.person().consent is Consent.UNKNOWN
    phone.says("1")
    assert phone.person().consent is Consent.ACTIVE


def test_dont_stop_leaves_a_person_on_the_list(phone):
    phone.says("START")
    phone.says("please don't stop texting me")
    assert phone.person().consent is Consent.ACTIVE


def test_every_temperature_gets_the_same_text(phone):
    said = {
        phone.says(f"my temperature is {reading}")[0] for reading in ("36.0", "37.4", "38.0", "41", "99", "104.5 F")
    }
    assert len(said) == 1


def test_stop_is_confirmed_once_and_cancels_what_was_planned(phone):
    phone.says("REMIND")
    phone.says("1")
    confirmations = [text for _ in range(10) for text in phone.says("STOP")]
    assert len(confirmations) == 1 and "START" in confirmations[0]
    assert phone.person().consent is Consent.STOPPED
    assert phone.planned() == []
    assert "Immunotherapy" in phone.says("immunotherapy")[0]
    assert "START first" in phone.says("REMIND")[0]
    phone.says("START")
    assert phone.person().consent is Consent.ACTIVE


@pytest.mark.parametrize("text", ["yes", "hello", "MENU", "chemo", "Unstoppable"])
def test_nothing_but_start_ends_a_stop(phone, text):
    phone.says("STOP")
    phone.says(text)
    assert phone.person().consent is Consent.STOPPED


def test_a_stop_inside_a_sentence_about_chemo_is_no_opt_out(phone):
    assert "before you stop or skip chemo" in phone.says("I want to stop chemo")[0]
    assert phone.person().consent is Consent.UNKNOWN


def test_stop_together_with_a_red_flag_does_both(phone):
    safety, stopped = phone.says("STOP I have fever 39")
    assert safety.startswith("A fever") and "unsubscribed" in stopped
    assert phone.person().consent is Consent.STOPPED


def test_what_the_carrier_answered_is_recorded_in_silence(phone):
    assert phone.says("STOP", opt_out=OptOut.STOP) == []
    assert phone.person().consent is Consent.STOPPED
    assert phone.says("HELP", opt_out=OptOut.HELP) == []
    assert phone.says("START", opt_out=OptOut.START) == []
    assert phone.person().consent is Consent.ACTIVE


def test_a_reminder_is_asked_for_set_and_undone(phone):
    phone.says("immunotherapy")
    assert "1 Tomorrow" in phone.says("REMIND")[0]
    assert "Nov 20" in phone.says("2")[0]
    (planned,) = phone.planned()
    assert (planned.topic, planned.due_at) == ("immunotherapy", phone.now + timedelta(days=3))
    assert "took that reminder back" in phone.says("0")[0]
    assert phone.planned() == []


@pytest.mark.parametrize(
    "words", ["remind me tomorrow at 9am", "REMIND|friday", "remind me in 2 days", "REMIND|in a week"]
)
def test_a_plain_day_sets_a_reminder(phone, words):
    for text in words.split("|"):
        said = phone.says(text)[0]
    assert "I will text you on" in said
    assert len(phone.planned()) == 1


@pytest.mark.parametrize(
    ("words", "days", "hour"),
    [
        ("recuérdame mañana a las 9", 1, 9),
        ("REMIND|下周一", 6, 10),
        ("REMIND|3일 뒤", 3, 10),
        ("REMIND|в среду", 1, 10),
        ("REMIND|через 3 дня", 3, 10),
        ("REMIND|завтра в 3 часа дня", 1, 15),
        ("REMIND|w piątek o 14", 3, 14),
        ("REMIND|بعد ٣ أيام", 3, 10),
        ("REMIND|سه روز دیگر", 3, 10),
        ("REMIND|明日の朝", 1, 10),
        ("REMIND|am Freitag um 9", 3, 9),
        # Not in the night: the first hour that is allowed.
        ("REMIND|tomorrow at 11pm", 2, 9),
    ],
)
def test_a_day_in_any_language_is_confirmed_with_its_date(phone, words, days, hour):
    for text in words.split("|"):
        said = phone.says(text)[0]
    (planned,) = phone.planned()
    expected = (phone.now + timedelta(days=days)).replace(hour=hour + 5)
    assert planned.due_at == expected
    assert str(expected.day) in said and f"{(hour - 1) % 12 + 1}:00" in said


@pytest.mark.parametrize("words", ["in a few days", "monday or tuesday", "in 2-3 days", "3 days ago", "-1", "5/6"])
def test_an_unclear_day_gets_the_list(phone, words):
    phone.says("REMIND")
    assert "1 Tomorrow" in phone.says(words)[0]
    assert phone.planned() == []
    phone.says("2")
    assert len(phone.planned()) == 1


def test_news_of_a_death_is_no_answer_to_when(phone):
    phone.says("REMIND")
    phone.says("my wife passed away on sunday")
    assert phone.planned() == []
    with phone.line.store.begin() as work:
        assert handoffs.count_by_reason(work) == {"bereaved": 1}


def test_nobody_is_reminded_of_yesterday(phone):
    assert "did not get that day" in phone.says("remind me on 2020-01-01")[0]
    assert phone.planned() == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "a" * 4000,
        "🙂" * 900,
        "\u0000",
        "\ufffe",
        "𒀀𝔘😀",
        "١",
        "'; DROP TABLE messages;--",
        "{org} {0} %s",
        "\n\n",
    ],
)
def test_any_text_gets_an_answer(phone, body):
    assert phone.says(body)


def test_a_photo_alone_is_told_that_we_read_words(phone):
    answer, introduction = phone.says("", media=1)
    assert "not photos or voice" in answer
    assert "STOP" in introduction and "911" in introduction
    assert len(phone.says("", media=1)) == 1


def test_two_misses_offer_a_person(phone):
    phone.says("xyzzy")
    assert "Reply 1 to send your message to a nurse" in phone.says("qwrt plmk")[0]
    phone.says("1")
    with phone.line.store.begin() as work:
        assert handoffs.count_by_reason(work) == {"nurse": 1}


def test_a_list_is_forgotten_after_two_days(phone):
    phone.says("REMIND")
    phone.now += timedelta(hours=49)
    assert phone.says("2")[0].startswith("Chemo is strong medicine")


def test_whatsapp_gets_the_whole_topic_in_one_text(build, now):
    phone = Phone(build().line, now, Address(Channel.WHATSAPP, "US.ABC123XYZ"))
    answer = phone.says("side effects")[0]
    assert answer.startswith("*Side effects of chemo*") and "germs" not in answer[:40]


def test_nothing_of_a_person_is_stored_in_clear(phone, database_url, tmp_path):
    phone.says("my secret worry about chemo")
    with phone.line.store.begin() as work:
        raw = repr(work.exec_driver_sql("SELECT * FROM addresses").all())
        raw += repr(work.exec_driver_sql("SELECT * FROM messages").all())
        entries = messages.of_person(work, phone_person(work))
    assert "secret" not in raw and "5550100123" not in raw
    assert entries[0].body == "my secret worry about chemo"


def phone_person(work):
    return people.by_address(work, ME)
