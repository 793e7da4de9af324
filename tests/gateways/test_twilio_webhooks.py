"""Signatures, status callbacks, TwiML, and that the web process never loads the sending half."""

import subprocess
import sys
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import pytest
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import ImmutableMultiDict

from bot.domain.delivery import MessageStatus
from bot.gateways.twilio import StatusReport, is_genuine, parse_status, twiml
from tests.payloads import twilio

ROOT = Path(__file__).parents[2]
URL = "https://line.example.org/webhooks/twilio/inbound?a=%7E1"
TOKEN = "12345"
SHA256 = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"


def signed(form, url=URL, token=TOKEN, algorithm=None):
    return RequestValidator(token).compute_signature(url, form, algorithm)


def test_the_example_of_twilios_documentation_is_genuine():
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert is_genuine([TOKEN], url, form, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


@pytest.mark.parametrize(
    ("tokens", "header", "genuine"),
    [
        ([TOKEN], None, True),
        (["new", TOKEN], None, True),
        (["new"], None, False),
        ([], None, False),
        ([TOKEN], SHA256, False),
        ([TOKEN], "algorithm=ROT13", False),
    ],
)
def test_any_of_the_tokens_may_have_signed(tokens, header, genuine):
    form = twilio("whatsapp")
    assert is_genuine(tokens, URL, form, signed(form), header) is genuine


def test_the_newer_algorithm_is_told_by_its_header():
    form = twilio("sms")
    assert is_genuine([TOKEN], URL, form, signed(form, algorithm="HMAC_SHA256"), SHA256)


@pytest.mark.parametrize("signature", [None, "", "é", "=" * 9000, b64encode(b"0" * 20).decode()])
def test_a_missing_or_odd_signature_is_refused(signature):
    assert not is_genuine([TOKEN], URL, twilio("sms"), signature)


def test_an_empty_token_signs_nothing():
    form = twilio("sms")
    assert not is_genuine([""], URL, form, signed(form, token=""))


@pytest.mark.parametrize(
    ("url", "changes"),
    [
        (URL, {"Body": "STOP"}),
        (URL, {"Body": None}),
        (URL, {"Extra": "1"}),
        (URL, {"Body": "\ud800"}),
        (URL.replace("https", "http"), {}),
        (URL.replace("%7E", "~"), {}),
        (URL.replace(".org", ".org:99999"), {}),
        ("", {}),
    ],
)
def test_whatever_was_changed_is_no_longer_genuine(url, changes):
    assert not is_genuine([TOKEN], url, twilio("sms", **changes), signed(twilio("sms")))


def test_a_single_flipped_character_of_a_signature_counts():
    form = twilio("sms")
    good = signed(form)
    for place, letter in enumerate(good):
        bad = good[:place] + ("A" if letter != "A" else "B") + good[place + 1 :]
        assert not is_genuine([TOKEN], URL, form, bad)


def test_a_repeated_parameter_gets_the_validators_verdict():
    form = twilio("sms")
    twice = ImmutableMultiDict([*form.items(), ("Body", form["Body"])])
    other = ImmutableMultiDict([*form.items(), ("Body", "another")])
    assert is_genuine([TOKEN], URL, twice, signed(form))
    assert not is_genuine([TOKEN], URL, other, signed(form))


@pytest.mark.parametrize(
    ("name", "status", "code", "opted_out"),
    [
        ("status_delivered", MessageStatus.DELIVERED, None, False),
        ("status_undelivered", MessageStatus.UNDELIVERED, "30003", False),
        ("status_opted_out", MessageStatus.FAILED, "21610", True),
        ("status_blocked", MessageStatus.UNDELIVERED, "63014", True),
        ("status_read", MessageStatus.READ, None, False),
    ],
)
def test_each_kind_of_status_callback_is_understood(name, status, code, opted_out):
    form = twilio(name)
    report = parse_status(form)
    assert report == StatusReport(form["MessageSid"], status, code)
    assert report.opted_out is opted_out


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"MessageStatus": "teleported"}, StatusReport("SM1", None, None)),
        ({"MessageStatus": None, "SmsStatus": "sent"}, StatusReport("SM1", MessageStatus.SENT, None)),
        ({"MessageStatus": "DELIVERED "}, StatusReport("SM1", MessageStatus.DELIVERED, None)),
        ({"EventType": "READ"}, StatusReport("SM1", MessageStatus.READ, None)),
        ({"MessageStatus": "", "SmsStatus": None}, StatusReport("SM1", None, None)),
        ({"ErrorCode": "0"}, StatusReport("SM1", MessageStatus.DELIVERED, None)),
        ({"ErrorCode": "30 03"}, StatusReport("SM1", MessageStatus.DELIVERED, None)),
        ({"ErrorCode": "٣٠٠٠٣"}, StatusReport("SM1", MessageStatus.DELIVERED, None)),
        ({"ErrorCode": "9" * 5000}, StatusReport("SM1", MessageStatus.DELIVERED, None)),
    ],
)
def test_an_odd_status_callback_does_no_harm(changes, expected):
    assert parse_status(twilio("status_delivered", **{"MessageSid": "SM1", **changes})) == expected


def test_a_status_callback_without_any_sid_has_an_empty_one():
    assert parse_status({"MessageStatus": "sent"}) == StatusReport("", MessageStatus.SENT, None)


@pytest.mark.parametrize(
    ("replies", "public_url", "expected"),
    [
        ([], "https://x.example", "<Response/>"),
        ([("a1", "Hi")], "", "<Response><Message><Body>Hi</Body></Message></Response>"),
        (
            [("a1", "1 < 2 & \"so\" 'on'"), ("b/2", "¿Qué?")],
            "https://x.example/",
            (
                '<Response><Message statusCallback="https://x.example/webhooks/twilio/status/a1">'
                "<Body>1 &lt; 2 &amp; \"so\" 'on'</Body></Message>"
                '<Message statusCallback="https://x.example/webhooks/twilio/status/b%2F2">'
                "<Body>¿Qué?</Body></Message></Response>"
            ),
        ),
    ],
)
def test_replies_become_one_message_each(replies, public_url, expected):
    assert twiml(replies, public_url) == expected.encode()


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (
            "]]></Body><Redirect>http://x.example</Redirect>",
            "]]></Body><Redirect>http://x.example</Redirect>",
        ),
        ("a\nb\tc\r\nd", "a\nb\tc\nd"),
        ("x\x00\x0b\ufffe\ud800y", "xy"),
        ("تنبيه 👩🏽‍⚕️ 化疗", "تنبيه 👩🏽‍⚕️ 化疗"),
        ("&amp;", "&amp;"),
    ],
)
def test_an_xml_reader_reads_back_what_was_said(body, read):
    root = ElementTree.fromstring(twiml([('"&<', body)], 'https://x.example/"&<'))
    assert [message.findtext("Body") for message in root] == [read]


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        ("bot.gateways, bot.gateways.twilio, bot.gateways.simulator", {"twilio.rest", "requests", "rq"}),
        ("bot.app", {"twilio.rest", "requests"}),
    ],
)
def test_the_web_half_never_loads_the_sending_half(modules, heavy):
    program = f"import sys, {modules}; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.strip() == "set()"
