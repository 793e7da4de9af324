"""Which language a person is answered in: by script, by words, by choice; and what drafts say of themselves."""

import re
from datetime import date

import pytest

from bot.domain import language as languages
from bot.domain.messages import Address, Channel, Inbound
from bot.services import inbound
from bot.texts.states import State
from tests.journeys.test_conversations import Phone

ALL = tuple(row.tag for row in languages.LANGUAGES)
ASKS = {
    "en": "can chemo make my cancer worse?",
    "es": "¿la quimio puede empeorar mi cáncer?",
    "zh-Hans": "化疗会让癌症恶化吗？",
    "zh-Hant": "化療會讓癌症惡化嗎？",
    "vi": "hóa trị có làm ung thư nặng hơn không?",
    "ko": "항암치료 때문에 암이 더 나빠질 수 있나요?",
    "tl": "pwede bang lumala ang kanser ko dahil sa chemo?",
    "ru": "может ли химия сделать рак хуже?",
    "ar": "هل يمكن أن يجعل الكيماوي السرطان أسوأ؟",
    "ht": "èske chimyo a ka fè kansè mwen vin pi mal?",
    "fr": "la chimio peut-elle aggraver mon cancer ?",
    "pl": "czy chemia może pogorszyć mojego raka?",
    "pt": "a quimio pode piorar o meu câncer?",
    "it": "la chemio può peggiorare il mio tumore?",
    "de": "Kann die Chemo meinen Krebs schlimmer machen?",
    "ja": "抗がん剤でがんが悪化することはありますか？",
    "fa": "آیا شیمی درمانی سرطان را بدتر می‌کند؟",
}


@pytest.fixture
def phone(build, now):
    return Phone(build().line, now)


def text_of(phone, tag, name, part):
    return phone.line.speaker.library.documents[tag, name].parts[part]


@pytest.mark.parametrize("tag", ALL)
def test_a_first_question_is_answered_in_its_own_language(phone, tag):
    answer, introduction, *label = phone.says(ASKS[tag])
    assert answer.startswith(text_of(phone, tag, "worse", "1")[:20])
    assert introduction.startswith(phone.line.speaker.library.documents[tag, "_service"].parts["first-contact"][:4])
    assert (phone.person().language, phone.person().language_chosen) == (tag, False)
    # A draft says that it is one; English is no translation.
    assert len(label) == (tag != "en")


@pytest.mark.parametrize("tag", [tag for tag in ALL if tag != "en"])
def test_a_chosen_language_and_its_help_say_that_they_are_drafts(phone, tag):
    phone.says("hello")
    kept, label = phone.says(languages.BY_TAG[tag].endonym)
    assert languages.BY_TAG[tag].endonym in kept
    assert label == phone.says("HELP")[1]
    assert phone.person().language == tag and phone.person().language_chosen


@pytest.mark.parametrize(
    ("said", "tag"),
    [("Español?", "es"), ("ESPANOL", "es"), ("spanish", "es"), ("tieng viet", "vi"), ("中文", "zh-Hans"),
     ("繁體中文", "zh-Hant"), ("русский", "ru"),
     ("kreyol", "ht"), ("عربي", "ar"), ("فارسی", "fa"), ("한국어", "ko"), ("deutsch", "de")],
)  # fmt: skip
def test_a_language_is_chosen_by_its_name_however_it_is_typed(phone, said, tag):
    phone.says("hello")
    phone.says(said)
    assert phone.person().language == tag


def test_the_menu_lists_every_language_by_its_own_name_and_number(phone):
    phone.says("hello")
    menu = phone.says("LANG")[0]
    assert all(f"{row.number} {row.endonym}" in menu for row in languages.LANGUAGES)
    assert phone.says("8")[0].startswith(text_of(phone, "ar", "_service", "language-set")[:5])


def test_a_known_language_is_never_changed_by_a_guess(phone):
    phone.says("hello, does chemo hurt?")
    answer, offer = phone.says(ASKS["es"])
    assert answer.startswith("Chemo is given") and offer == text_of(phone, "es", "_service", "language-offer")
    assert phone.person().language == "en"


def test_a_command_in_latin_letters_offers_no_english(phone):
    phone.says(ASKS["ar"])
    assert [len(phone.says(command)) for command in ("START", "STOP", "START")] == [1, 1, 1]


def test_of_two_likely_languages_one_answers_and_the_other_is_offered(phone):
    said = phone.says("quimioterapia funciona?")
    assert said[0].startswith(text_of(phone, "pt", "how", "1")[:20])
    assert said[-1] == text_of(phone, "es", "_service", "language-offer")


def test_a_language_that_is_not_offered_is_told_so_in_its_own_words(build, now):
    phone = Phone(build(LANGUAGES="en,es").line, now)
    notice, answer, _ = phone.says(ASKS["vi"])
    assert "Tiếng Việt" in notice and answer.startswith("Chemo is given")
    assert len(phone.says("hóa trị hoạt động thế nào?")) == 1


def test_a_red_flag_is_answered_in_the_language_it_is_written_in_and_in_the_known_one(build, now):
    phone = Phone(build(LANGUAGES="en,es").line, now)
    phone.says("hello, does chemo hurt?")
    written, known = phone.says("tôi bị sốt 39 độ")
    assert written.startswith(text_of(phone, "vi", "_service", "fever").partition("{")[0])
    assert known.startswith("A fever of")


@pytest.mark.parametrize("tag", ALL)
def test_no_message_mixes_two_languages(build, now, tag):
    """Each message is the text of one language: what the record says it is."""
    phone = Phone(build().line, now)
    for body in ("hello", languages.BY_TAG[tag].endonym, "MENU", "1", "MORE", "NURSE", "REMIND", "1", "xyzzy", "HELP"):
        phone.says(body)
    drafts = phone.line.speaker.drafts
    assert (tag in drafts) is (tag != "en")


def test_every_text_of_this_release_is_there_and_says_its_state(phone):
    library = phone.line.speaker.library
    english = library.states("en", date(2026, 11, 28))
    for tag in ALL:
        found = library.states(tag, date(2026, 11, 28))
        assert found.keys() == english.keys()
        if tag != "en":
            assert set(found.values()) <= {State.DRAFT, State.REVIEWED, State.DUE}


# --- pseudo-locales -----------------------------------------------------------------------------------------

# Values of the clinic and of the calendar; whatever else is in plain letters did not come through the texts.
_PLAIN = re.compile(
    r"ChemoLine Demo|\+1 555 010 0199|100\.4 F \(38\.0 C\)|\b[A-Z]{2,}\b|[A-Z][a-z]{2}, [A-Z][a-z]{2} \d+|OK"
)
RED_IN_ENGLISH = ("A fever of", "This may be an emergency", "I am sorry you feel")
WALK = (
    "hello", "can chemo make my cancer worse?", "MENU", "1", "MORE", "MORE", "MORE", "1", "NURSE", "REMIND", "2", "0",
    "REMIND", "0", "remind me on 2020-01-01", "REMIND", "friday", "HELP", "START", "STOP", "STOP", "REMIND", "START",
    "wrong number", "i want to stop chemo", "how long do i have to live", "can i take ibuprofen", "fever 39",
    "i cant breathe", "i want to die", "xyzzy", "plugh", "1", "thanks", "she passed away",
    "Will I lose my hair? And how does immunotherapy work?", "please put me down for the messages", "2", "LANG",
    "i want to quit", "I had a seizure in 2010, does chemo change the brain?",
)  # fmt: skip


def walked(phone):
    """Every reply on the way; a red flag in English is answered in English too, which is left out here."""
    found = [reply for body in WALK for reply in phone.says(body)]
    return [reply for reply in found if not reply.startswith(RED_IN_ENGLISH)]


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_accents_show_that_no_text_is_hard_coded_and_none_is_cut(build, now, channel):
    line = build(LANGUAGES="en-XA").line
    phone = Phone(line, now, Address(channel, "+15550100144"))
    replies = walked(phone)
    replies += [reply.body for reply in inbound.handle(line, Inbound("SMx", phone.address, "", now, media=1))]
    assert len(replies) > len(WALK) * 0.9
    for reply in replies:
        rest = _PLAIN.sub("", reply.replace(languages.BY_TAG["en-XA"].endonym, ""))
        assert not re.search("[A-Za-z]", rest), reply
        assert rest.lstrip("0123456789 ").startswith("[") and reply.endswith("]"), reply
        assert reply.count("[") == reply.count("]")


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
def test_arabic_letters_show_that_every_text_runs_from_right_to_left(build, now, channel):
    line = build(LANGUAGES="ar-XB").line
    phone = Phone(line, now, Address(channel, "+15550100145"))
    for reply in walked(phone):
        assert re.match(r"\W*[\u0600-\u06ff]", reply), reply
        for number in ("+1 555 010 0199", "100.4 F (38.0 C)"):
            bare = reply.replace("*", "")
            assert bare.count(number) == bare.count(f"\u200e{number}\u200e")


def test_a_pseudo_locale_is_not_for_patients(build):
    assert "en-XA" not in build().line.speaker.library.offered
