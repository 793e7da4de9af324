"""From a text's id to what the phone shows: numbers, dates, plurals and directions of each language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import runtime
from bot.domain import language as languages
from bot.domain.answers import Say
from bot.domain.language import LANGUAGES
from bot.domain.messages import Channel
from bot.texts import moments, pseudo
from bot.texts.render import Reader
from tests.conftest import settings_for

NEW_YORK = ZoneInfo("America/New_York")
AFTERNOON = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
PHONE = "+1 555 010 0199"
TAGS = [language.tag for language in LANGUAGES]


@pytest.fixture(scope="module")
def speaker():
    return runtime.speaker(settings_for("sqlite:////nowhere/line.db"))


def said(speaker, say, tag, channel=Channel.SMS):
    return speaker.render(say, Reader(tag, channel, NEW_YORK)).body


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("text", ["emergency", "fever", "nurse", "safety-line"])
def test_the_number_to_call_stands_whole_in_every_safety_text(speaker, tag, text):
    body = said(speaker, Say(text), tag)
    assert PHONE in body
    if tag in {"ar", "fa"}:
        assert body.count(f"\u200e{PHONE}\u200e") == body.count(PHONE)
    else:
        assert "\u200e" not in body


@pytest.mark.parametrize("tag", TAGS)
def test_on_whatsapp_the_number_to_call_is_bold_where_it_is_urgent(speaker, tag):
    body = said(speaker, Say("fever"), tag, Channel.WHATSAPP).replace("\u200e", "")
    assert (f"*{PHONE}*" in body) is not languages.BY_TAG[tag].unspaced
    assert f"*{PHONE}*" not in said(speaker, Say("nurse"), tag, Channel.WHATSAPP).replace("\u200e", "")


@pytest.mark.parametrize("tag", TAGS)
def test_no_text_holds_a_space_that_costs(speaker, tag):
    body = said(speaker, Say("remind-set", at=AFTERNOON), tag)
    assert not set(body) & set("\u202f\u00a0\u2009") and "{" not in body


@pytest.mark.parametrize(
    ("tag", "day", "clock"),
    [
        ("en", "Tue, Nov 24", "3:30 PM"),
        ("es", "mar, 24 nov", "15:30"),
        ("ht", "madi 24 novanm", "15:30"),
        ("ko", "11월 24일 (화)", "오후 3:30"),
        ("zh-Hant", "11月24日 週二", "下午3:30"),
        ("ar", "الثلاثاء، 24 نوفمبر", "3:30 م"),
        ("fa", "سه‌شنبه 24 نوامبر", "15:30"),
    ],
)
def test_dates_and_times_are_written_as_the_language_writes_them(tag, day, clock):
    assert (moments.day(AFTERNOON, NEW_YORK, tag), moments.clock(AFTERNOON, NEW_YORK, tag)) == (day, clock)


def test_days_and_messages_take_the_form_of_their_number(speaker):
    assert "for 1 day." in said(speaker, Say("paused", days=1), "en")
    assert "for 3 days." in said(speaker, Say("paused", days=3), "en")
    assert "Up to 7 messages a week." in said(speaker, Say("joined"), "en")
    assert "3 дня" in said(speaker, Say("paused", days=3), "ru")
    assert "14 дней" in said(speaker, Say("paused", days=14), "ru")


def test_the_pseudo_locales_keep_placeholders_and_words_to_type():
    english = "{org}: Reply MENU for topics.\n1 Tomorrow"
    assert pseudo.text(english, "en-XA").startswith("[{org}: Ŕéþļý MENU ƒôŕ ţôþîçš.\n1 Ţôɱôŕŕôŵ ~")
    assert pseudo.text(english, "ar-XB").startswith("نص: {org}: رهپلى MENU")
    assert "Reply" not in pseudo.text(english, "ar-XB")
