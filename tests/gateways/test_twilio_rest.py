"""Sending over real HTTP to the fake Twilio: what is asked for, and what every way to fail means."""

import json
import logging
import time
from datetime import UTC, datetime, timedelta
from socket import AF_INET, SOCK_STREAM, create_server, socket
from threading import Thread

import pytest

from bot.domain.delivery import Fault, GatewayError
from bot.domain.messages import Address, Channel, Outbound, Receipt, Template
from bot.gateways.twilio_rest import TwilioConfig, open_gateway
from tests.fakes.twilio_server import FakeTwilio, Manner

ALICE = Address(Channel.SMS, "+15550100123")
BORIS = Address(Channel.WHATSAPP, "+15550100124")
CLARA = Address(Channel.WHATSAPP, "US.ABC123XYZ")
AGES_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def config(api_url, **changes):
    return TwilioConfig(
        **{
            "account_sid": "AC1",
            "auth_token": "token",
            "api_url": api_url,
            "public_url": "https://line.example.org",
            "messaging_service_sid": "",
            "sms_from": "+15550100100",
            "whatsapp_from": "+15550100101",
            "timeout": (3, 8),
        }
        | changes
    )


@pytest.fixture
def twilio():
    with FakeTwilio(Manner(hang=0.1)) as running:
        yield running


@pytest.mark.parametrize(
    ("to", "changes", "asked"),
    [
        (ALICE, {}, {"To": "+15550100123", "From": "+15550100100"}),
        (ALICE, {"messaging_service_sid": "MG1"}, {"To": "+15550100123", "MessagingServiceSid": "MG1"}),
        (
            BORIS,
            {"messaging_service_sid": "MG1"},
            {"To": "whatsapp:+15550100124", "From": "whatsapp:+15550100101"},
        ),
        (
            CLARA,
            {"whatsapp_from": "whatsapp:+1555"},
            {"To": "whatsapp:US.ABC123XYZ", "From": "whatsapp:+1555"},
        ),
    ],
)
def test_a_text_leaves_by_the_sender_of_its_channel(twilio, to, changes, asked):
    receipt = open_gateway(config(twilio.url, **changes)).send(Outbound("a1", to, "Hi ¿qué? 化疗 & <b>"))
    (entry,) = twilio.ledger.all()
    assert receipt == Receipt(entry.sid, entry.as_json()["status"])
    assert entry.form == asked | {
        "Body": "Hi ¿qué? 化疗 & <b>",
        "SmartEncoded": "false",
        "StatusCallback": "https://line.example.org/webhooks/twilio/status/a1",
    }


def test_without_a_public_url_no_callback_is_ordered(twilio):
    open_gateway(config(twilio.url, public_url="")).send(Outbound("a1", ALICE, "Hi"))
    assert "StatusCallback" not in twilio.ledger.all()[0].form


@pytest.mark.parametrize(
    ("valid_for", "seconds"),
    [(timedelta(hours=10), "14400"), (timedelta(minutes=90), "5400"), (timedelta(seconds=5), "60"), (None, None)],
)
def test_twilio_gives_up_before_the_quiet_hours(twilio, valid_for, seconds):
    gateway = open_gateway(config(twilio.url))
    gateway.send(Outbound("a1", ALICE, "Hi", valid_for))
    assert twilio.ledger.all()[0].form.get("ValidityPeriod") == seconds


def test_whatsapp_knows_no_such_thing_but_templates(twilio):
    gateway = open_gateway(config(twilio.url, whatsapp_from="+15550100100"))
    anna = Address(Channel.WHATSAPP, "+15550100123")
    template = Template("HX" + "1" * 32, {"1": "Clínica", "2": 'a "b"'})
    gateway.send(Outbound("a1", anna, "Hi", timedelta(hours=1), template))
    form = twilio.ledger.all()[0].form
    assert "ValidityPeriod" not in form and "Body" not in form
    assert (form["ContentSid"], json.loads(form["ContentVariables"])) == (template.content_sid, template.variables)


def test_a_text_goes_through_the_proxy_of_the_environment(twilio, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", twilio.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    open_gateway(config("http://api.example")).send(Outbound("a1", ALICE, "Hi"))
    assert [entry.body for entry in twilio.ledger.all()] == ["Hi"]


@pytest.mark.parametrize(
    ("fault", "meaning", "code", "accepted"),
    [
        ("429", Fault.TEMPORARY, "20429", 0),
        ("500-before", Fault.MAYBE_SENT, "20500", 0),
        ("500-after", Fault.MAYBE_SENT, "20500", 1),
        ("reset-before", Fault.MAYBE_SENT, "ConnectionError", 0),
        ("reset-after", Fault.MAYBE_SENT, "ConnectionError", 1),
        ("hang-after", Fault.MAYBE_SENT, "ConnectionError", 1),
    ],
)
def test_each_way_to_fail_has_its_meaning(twilio, fault, meaning, code, accepted):
    gateway = open_gateway(config(twilio.url))
    twilio.script(fault)
    with pytest.raises(GatewayError) as raised:
        gateway.send(Outbound("a1", ALICE, "Hi"))
    assert (raised.value.fault, raised.value.code) == (meaning, code)
    assert len(twilio.ledger.all()) == accepted
    assert gateway.send(Outbound("a2", ALICE, "Hi again")).sid


def test_a_body_that_trickles_holds_nobody_longer_than_an_answer_may_take():
    with FakeTwilio(Manner(hang=20)) as twilio:
        gateway = open_gateway(config(twilio.url, timeout=(0.5, 1.5)))
        twilio.script("slow-after")
        began = time.monotonic()
        with pytest.raises(GatewayError) as raised:
            gateway.send(Outbound("a1", ALICE, "Hi"))
        assert raised.value.fault is Fault.MAYBE_SENT
        assert time.monotonic() - began < 5
        assert gateway.send(Outbound("a2", ALICE, "Hi again")).sid


@pytest.mark.parametrize(("asked", "waits"), [("30", 30), ("", 0), ("-5", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0)])
def test_a_refusal_says_how_long_to_stay_away(asked, waits):
    with FakeTwilio(Manner(retry_after=asked)) as twilio:
        twilio.script("429")
        with pytest.raises(GatewayError) as raised:
            open_gateway(config(twilio.url)).send(Outbound("a1", ALICE, "Hi"))
    assert raised.value.wait == timedelta(seconds=waits)


@pytest.mark.parametrize(
    ("to", "body", "changes", "meaning", "code"),
    [
        (ALICE, "", {}, Fault.PERMANENT, "21602"),
        (ALICE, "x" * 1601, {}, Fault.PERMANENT, "21617"),
        (Address(Channel.SMS, "+0"), "Hi", {}, Fault.PERMANENT, "21211"),
        (BORIS, "Hi", {}, Fault.OPTED_OUT, "21610"),
        (ALICE, "Hi", {"auth_token": "wrong"}, Fault.ACCOUNT, "20003"),
        (ALICE, "Hi", {"sms_from": ""}, Fault.ACCOUNT, "no sms sender"),
        (BORIS, "Hi", {"whatsapp_from": ""}, Fault.ACCOUNT, "no whatsapp sender"),
    ],
)
def test_a_refusal_is_told_by_its_code(twilio, to, body, changes, meaning, code):
    twilio.ledger.opted_out.add("whatsapp:+15550100124")
    with pytest.raises(GatewayError) as raised:
        open_gateway(config(twilio.url, **changes)).send(Outbound("a1", to, body))
    assert (raised.value.fault, raised.value.code) == (meaning, code)
    assert twilio.ledger.all() == []


def unused_port():
    with socket(AF_INET, SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("url", "meaning"),
    [
        ("http://127.0.0.1:{port}", Fault.TEMPORARY),
        ("http://no-such-host.invalid", Fault.TEMPORARY),
        ("ftp://127.0.0.1:{port}", Fault.ACCOUNT),
    ],
)
def test_what_never_connected_was_not_sent(url, meaning):
    with pytest.raises(GatewayError) as raised:
        open_gateway(config(url.format(port=unused_port()))).send(Outbound("a1", ALICE, "Hi"))
    assert raised.value.fault is meaning


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n<html/>..",
        b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops",
        b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n{",
        b"nonsense\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_says_nothing_leaves_it_open(answer):
    with create_server(("127.0.0.1", 0)) as door:

        def once():
            client, _ = door.accept()
            with client:
                client.recv(65536)
                client.sendall(answer)

        server = Thread(target=once)
        server.start()
        with pytest.raises(GatewayError) as raised:
            open_gateway(config(f"http://127.0.0.1:{door.getsockname()[1]}")).send(Outbound("a1", ALICE, "Hi"))
        server.join()
    assert raised.value.fault is Fault.MAYBE_SENT


def test_what_was_accepted_can_be_found_again(twilio):
    gateway = open_gateway(config(twilio.url))
    first = gateway.send(Outbound("a1", ALICE, "Hi"))
    gateway.send(Outbound("a2", ALICE, "Something else"))
    gateway.send(Outbound("a3", BORIS, "Hi"))
    twilio.script("500-after")
    with pytest.raises(GatewayError):
        gateway.send(Outbound("a4", ALICE, "Hi"))
    second = twilio.ledger.all()[3].sid
    assert [receipt.sid for receipt in gateway.find(ALICE, "Hi", AGES_AGO)] == [first.sid, second]
    assert len(gateway.find(BORIS, "Hi", AGES_AGO)) == 1
    assert gateway.find(ALICE, "Hello", AGES_AGO) == []


@pytest.mark.parametrize(("later", "found"), [(0, 1), (55, 1), (65, 0)])
def test_the_clocks_may_differ_by_a_minute(twilio, later, found):
    gateway = open_gateway(config(twilio.url))
    gateway.send(Outbound("a1", ALICE, "Hi"))
    since = datetime.now(UTC) + timedelta(seconds=later)
    assert len(gateway.find(ALICE, "Hi", since)) == found


@pytest.mark.parametrize(
    ("direction", "body", "found"),
    [
        ("outbound-api", "Hi", 1),
        ("outbound-api", "Hi\n", 1),
        ("outbound-api", "Sent from your Twilio trial account - Hi", 1),
        ("outbound-api", "Oh Hi", 0),
        ("outbound-reply", "Hi", 0),
        ("inbound", "Hi", 0),
    ],
)
def test_only_our_own_sendings_are_evidence(twilio, direction, body, found):
    form = {"To": ALICE.value, "From": "+15550100100", "Body": body, "Direction": direction}
    twilio.ledger.accept("AC1", form)
    assert len(open_gateway(config(twilio.url)).find(ALICE, "Hi", AGES_AGO)) == found


@pytest.mark.parametrize("token", ["token", "wrong"])
def test_a_listing_that_fails_is_an_error_not_an_empty_list(token):
    with FakeTwilio() as gone:
        url = gone.url
    with pytest.raises(GatewayError):
        open_gateway(config(url, auth_token=token)).find(ALICE, "Hi", AGES_AGO)


def test_no_number_and_no_text_is_logged(twilio, caplog):
    caplog.set_level(logging.INFO)
    gateway = open_gateway(config(twilio.url))
    gateway.send(Outbound("a1", ALICE, "secret words"))
    gateway.find(ALICE, "secret words", AGES_AGO)
    twilio.script("500-after")
    with pytest.raises(GatewayError) as raised:
        gateway.send(Outbound("a2", ALICE, "secret words"))
    told = caplog.text + str(raised.value) + repr(gateway) + repr(config("http://x.example"))
    for private in ("5550100123", "secret", "'token'"):
        assert private not in told
