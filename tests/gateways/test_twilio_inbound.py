"""What Twilio's parameters become; tables of one change to a real-shaped webhook."""

from datetime import UTC, datetime

import pytest

from bot.domain.messages import Address, Channel, OptOut
from bot.gateways.twilio import NotAText, parse_inbound
from tests.payloads import twilio

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SMS, WHATSAPP = Channel.SMS, Channel.WHATSAPP


@pytest.mark.parametrize(
    ("name", "channel", "value", "body", "media", "place", "opt_out"),
    [
        ("sms", SMS, "+15550100123", "Can chemo make my cancer worse?", 0, False, None),
        ("sms_media", SMS, "+15550100123", "", 2, False, None),
        ("sms_opt_out", SMS, "+15550100123", "STOP", 0, False, OptOut.STOP),
        ("whatsapp", WHATSAPP, "+15550100124", "¿Qué es la inmunoterapia?", 0, False, None),
        ("whatsapp_button", WHATSAPP, "+15550100124", "Yes, please", 0, False, None),
        ("whatsapp_list", WHATSAPP, "+15550100124", "Side effects", 0, False, None),
        ("whatsapp_location", WHATSAPP, "+15550100124", "", 0, True, None),
        ("whatsapp_user_id", WHATSAPP, "US.ABC123XYZ", "¿Qué es la inmunoterapia?", 0, False, None),
        ("whatsapp_mexico", WHATSAPP, "+525550100125", "¿Qué es la inmunoterapia?", 0, False, None),
    ],
)
def test_each_kind_of_webhook_becomes_one_inbound(name, channel, value, body, media, place, opt_out):
    form = twilio(name)
    inbound = parse_inbound(form, NOW)
    assert inbound.sender == Address(channel, value)
    assert (inbound.sid, inbound.received_at) == (form["MessageSid"], NOW)
    assert (inbound.body, inbound.media, inbound.place, inbound.opt_out) == (body, media, place, opt_out)


@pytest.mark.parametrize(
    ("sender", "user_id", "expected"),
    [
        ("whatsapp:+15550100123", "whatsapp:US.1", Address(WHATSAPP, "+15550100123")),
        (None, "whatsapp:US.1", Address(WHATSAPP, "US.1")),
        ("", "whatsapp:US.1", Address(WHATSAPP, "US.1")),
        ("whatsapp:", "whatsapp:US.1", Address(WHATSAPP, "US.1")),
        ("WhatsApp:+15550100123", None, Address(WHATSAPP, "+15550100123")),
        (" +15550100123\x00 ", None, Address(SMS, "+15550100123")),
        ("rcs:+15550100123", None, Address(SMS, "+15550100123")),
        ("12345", None, Address(SMS, "12345")),
        # The 1 after +52 is WhatsApp's; in a text message the number is taken as it comes.
        ("whatsapp:+5215550100125", None, Address(WHATSAPP, "+525550100125")),
        ("+5215550100125", None, Address(SMS, "+5215550100125")),
        ("whatsapp:+52155501001259", None, Address(WHATSAPP, "+52155501001259")),
    ],
)
def test_a_sender_is_a_channel_and_an_address(sender, user_id, expected):
    assert parse_inbound(twilio("whatsapp", From=sender, ExternalUserId=user_id), NOW).sender == expected


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({"Body": "a\x00b\ud800c"}, "abc"),
        ({"Body": "line one\r\nline two\rthree\tend\x1b\x7f\x85"}, "line one\nline two\nthree\tend"),
        ({"Body": "خبر 👩‍⚕️ \u200f"}, "خبر 👩‍⚕️ \u200f"),
        ({"Body": "x" * 64_000}, "x" * 4000),
        ({"Body": None}, ""),
        ({"Body": "Menu", "ButtonText": "Help", "ButtonPayload": "help-1"}, "Menu"),
        ({"Body": " \n", "ButtonText": "Help", "ButtonPayload": "help-1"}, "Help"),
        ({"Body": "", "ButtonText": " ", "ButtonPayload": "help-1"}, "help-1"),
        ({"Body": "", "ListTitle": "Side effects", "ListId": "side"}, "Side effects"),
        ({"Body": "", "ListId": "side"}, "side"),
    ],
)
def test_the_body_is_what_the_person_said_or_chose(changes, body):
    assert parse_inbound(twilio("sms", **changes), NOW).body == body


@pytest.mark.parametrize(
    ("changes", "media"),
    [
        ({"NumMedia": "3"}, 3),
        ({"NumMedia": None}, 2),
        ({"NumMedia": "many"}, 2),
        ({"NumMedia": "-1"}, 2),
        ({"NumMedia": "9" * 5000}, 2),
    ],
)
def test_media_are_counted_even_without_a_number(changes, media):
    assert parse_inbound(twilio("sms_media", **changes), NOW).media == media


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("STOP", OptOut.STOP),
        ("start", OptOut.START),
        ("HELP", OptOut.HELP),
        ("PAUSE", None),
        ("", None),
        (None, None),
    ],
)
def test_an_unknown_opt_out_type_is_none(word, expected):
    assert parse_inbound(twilio("sms_opt_out", OptOutType=word), NOW).opt_out is expected


@pytest.mark.parametrize(
    ("changes", "sid"),
    [
        ({"MessageSid": "SM 12-3;é"}, "SM123"),
        ({"MessageSid": "S" * 500}, "S" * 64),
        ({"MessageSid": None, "SmsMessageSid": "SM7"}, "SM7"),
        ({"MessageSid": "--", "SmsMessageSid": None, "SmsSid": "SM8"}, "SM8"),
    ],
)
def test_a_sid_is_cleaned_and_may_stand_elsewhere(changes, sid):
    assert parse_inbound(twilio("sms", **changes), NOW).sid == sid


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"MessageSid": None, "SmsSid": "", "SmsMessageSid": "--"}, "MessageSid"),
        ({"From": None}, "From"),
        ({"From": "whatsapp:"}, "From"),
        ({"From": "messenger:1234567890"}, "From"),
    ],
)
def test_without_id_or_sender_it_is_not_a_text(changes, missing):
    with pytest.raises(NotAText, match=f"^{missing}$"):
        parse_inbound(twilio("sms", **changes), NOW)
