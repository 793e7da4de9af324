"""Twilio's doors, through Flask, with signatures as Twilio makes them."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import NoneType

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from twilio.request_validator import RequestValidator

from bot.app import create_app
from bot.domain.consent import Consent
from bot.domain.delivery import MessageStatus
from bot.domain.messages import Address, Channel
from bot.store.models import addresses, messages
from bot.store.queries import messages as texts
from bot.store.queries import people

TOKEN, PUBLIC = "12345678901234567890123456789012", "https://line.example.org"
PATH = "/webhooks/twilio/inbound"


@pytest.fixture
def built(build):
    return build(TWILIO_ACCOUNT_SID="AC" + "0" * 32, TWILIO_AUTH_TOKEN=TOKEN, PUBLIC_URL=PUBLIC)


@pytest.fixture
def post(built):
    app = create_app(built)

    def _post(form, path=PATH, signature=None, token=TOKEN):
        signed = RequestValidator(token).compute_signature(PUBLIC + path, form) if signature is None else signature
        headers = {"X-Twilio-Signature": signed} if signed else {}
        return app.test_client().post(path, data=form, headers=headers, environ_overrides={"RAW_URI": path})

    return _post


def sms(body="chemo", sid="SM1", **more):
    return {"MessageSid": sid, "From": "+15550100123", "To": "+15550100999", "Body": body, "NumMedia": "0", **more}


def rows(built, table):
    with built.line.store.begin() as work:
        return work.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_signed_text_is_answered_in_twiml(post, built):
    answer = post(sms("can chemo make my cancer worse?"))
    assert answer.status_code == 200
    assert answer.mimetype == "text/xml"
    assert b"Chemo is given to fight cancer" in answer.data
    assert f'statusCallback="{PUBLIC}/webhooks/twilio/status/'.encode() in answer.data


@pytest.mark.parametrize("signature", ["", "wrong", "é"])
def test_a_wrong_or_missing_signature_stores_nothing(post, built, signature):
    signature = signature.encode().decode("latin-1")
    assert post(sms(), signature=signature).status_code == 403
    assert rows(built, addresses) == 0


def test_another_token_is_refused(post):
    assert post(sms(), token="another").status_code == 403


def test_a_line_without_a_token_refuses_everything(build):
    client = create_app(build()).test_client()
    assert client.post(PATH, data=sms(), headers={"X-Twilio-Signature": "x"}).status_code == 403


@pytest.mark.parametrize("query", ["?a=%7Eb", "?x=a%2Fb", "?bodySHA256=abc"])
def test_the_raw_target_is_what_was_signed(post, query):
    assert post(sms(), path=PATH + query).status_code == 200


def test_the_same_text_again_gets_the_same_bytes(post, built):
    first = post(sms("fever"))
    assert post(sms("fever")).data == first.data
    assert post(sms("a different body, the same id")).data == first.data
    assert rows(built, messages) == 2


def test_fifty_copies_at_once_are_one_text(post, built):
    gate = threading.Barrier(10)

    def copy(number):
        gate.wait(20)
        return post(sms("what is immunotherapy", sid="SMsame"))

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(copy, range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    # The text, its answer, and the introduction of a first contact.
    assert (rows(built, addresses), rows(built, messages)) == (1, 3)


def test_ten_texts_of_a_stranger_at_once_make_one_person(post, built):
    gate = threading.Barrier(10)

    def send(number):
        gate.wait(20)
        return post(sms("MENU", sid=f"SM{number}")).status_code

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, range(10))) == {200}
    assert rows(built, addresses) == 1


ODD_FORMS = [
    sms(""),
    sms("", NumMedia="1", MediaUrl0="https://example.org/x", MediaContentType0="image/jpeg"),
    sms("x" * 1601),
    sms("a\x00b"),
    sms("\U0001f600\U00020000\ue000\U000e0001\U000f0000"),
    sms("", Latitude="1.0", Longitude="2.0"),
    sms("", ButtonText="MENU", ButtonPayload="p1"),
    sms("", ListId="l", ListTitle="Side effects"),
    sms("hi", NumMedia="many", Unknown="parameter"),
    sms("hi", From="whatsapp:US.ABC123", ProfileName="Ana", WaId="1", ExternalUserId="whatsapp:ID.1"),
    sms("hi", From="whatsapp:+5215512345678"),
    sms("STOP", OptOutType="NONSENSE"),
]


@pytest.mark.parametrize("form", ODD_FORMS, ids=range(len(ODD_FORMS)))
def test_odd_texts_are_answered(post, form):
    answer = post(form)
    assert answer.status_code == 200
    assert b"<Message" in answer.data


@pytest.mark.parametrize(
    ("body", "read_as"),
    [
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"%ff%fe", "\ufffd\ufffd"),
        (b"%ED%A0%80", "\ufffd\ufffd\ufffd"),
        (b"%00", "\x00"),
        (b"%F0%9F%98%80", "\U0001f600"),
    ],
)
def test_bytes_that_are_no_utf8_are_answered(built, body, read_as):
    data = b"MessageSid=SM1&From=%2B15550100123&Body=" + body
    form = {"MessageSid": "SM1", "From": "+15550100123", "Body": read_as}
    answer = (
        create_app(built)
        .test_client()
        .post(
            PATH,
            data=data,
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(PUBLIC + PATH, form)},
            environ_overrides={"RAW_URI": PATH},
        )
    )
    assert answer.status_code == 200
    assert b"<Message" in answer.data


@pytest.mark.parametrize("form", [{"Body": "hi"}, {"MessageSid": "SM1"}, {}])
def test_what_is_no_text_is_refused_by_name(post, form):
    assert post(form).status_code == 400


def test_a_body_too_large_is_refused(post):
    assert post(sms("x" * 70_000)).status_code == 413


def test_statuses_merge_in_any_order_and_never_fall_back(post, built, now):
    post(sms())
    with built.line.store.begin() as work:
        person = people.by_address(work, Address(Channel.SMS, "+15550100123"))
        reply = texts.of_person(work, person)[1]
    path = f"/webhooks/twilio/status/{reply.id}"
    for word in ("sent", "delivered", "sent", "queued", "no-such-word"):
        assert post({"MessageSid": "SMout", "MessageStatus": word}, path=path).status_code == 204
    with built.line.store.begin() as work:
        assert texts.one(work, reply.id).status is MessageStatus.DELIVERED
    assert (
        post({"MessageSid": "SMq", "MessageStatus": "sent"}, path="/webhooks/twilio/status/nobody").status_code == 204
    )
    assert post({"MessageSid": "SMq", "MessageStatus": "sent"}, path=path, signature="bad").status_code == 403


def test_a_red_flag_is_answered_with_the_database_away(post, built):
    built.line.store.engine.dispose()
    with built.line.store.begin() as work:
        work.exec_driver_sql("ALTER TABLE messages RENAME TO gone")
    answer = post(sms("I cant breathe"))
    assert answer.status_code == 200
    assert b"This may be an emergency" in answer.data
    assert post(sms("MENU", sid="SM2")).status_code == 503


def test_a_status_with_the_database_away_is_one_line_without_its_row(post, built, caplog):
    built.line.store.engine.dispose()
    with built.line.store.begin() as work:
        work.exec_driver_sql("ALTER TABLE messages RENAME TO gone")
    answer = post({"MessageSid": "SMq", "MessageStatus": "sent"}, path="/webhooks/twilio/status/a1")
    assert answer.status_code == 503
    (record,) = [record for record in caplog.records if record.name.startswith("bot.")]
    assert (record.getMessage(), record.exc_info) == ("status callback not recorded", None)


def test_health_says_what_is_away(built):
    client = create_app(built).test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"database": "ok", "redis": "away"})


def test_the_inbound_path_is_few_statements(post, built, tmp_path):
    post(sms("MENU", sid="SMwarm"))
    watched = tmp_path / "watched"
    with watched.open("w+") as out:

        def watch(connection, *_):
            if built.line.store.is_sqlite:
                connection.set_trace_callback(lambda said: print(said.split()[0], file=out))
            else:
                connection.pgconn.trace(out.fileno())

        def unwatch(connection, *_):
            if not built.line.store.is_sqlite:
                connection.pgconn.untrace()

        event.listen(built.line.store.engine, "checkout", watch)
        event.listen(built.line.store.engine, "checkin", unwatch)
        post(sms("immunotherapy", sid="SMcount"))
    said = watched.read_text().split()
    if built.line.store.is_sqlite:
        assert said == ["BEGIN", "SELECT", "INSERT", "COMMIT"]
    else:
        # How often the database was waited for: no BEGIN and no COMMIT beside the two.
        assert said.count("ReadyForQuery") == 2


def test_a_text_that_causes_more_is_kept_as_a_whole(post, built):
    post(sms("MENU", sid="SMwarm"))

    def fault(_connection, _cursor, statement, *_):
        if "consent_events" in statement:
            raise OperationalError(statement, None, Exception("the database went away"))

    event.listen(built.line.store.engine, "before_cursor_execute", fault)
    assert post(sms("STOP", sid="SMstop")).status_code == 503
    event.remove(built.line.store.engine, "before_cursor_execute", fault)
    with built.line.store.begin() as work:
        assert texts.sids(work, ["SMwarm", "SMstop"]) == {"SMwarm"}
        assert people.by_address(work, Address(Channel.SMS, "+15550100123")).consent is not Consent.STOPPED
    assert post(sms("STOP", sid="SMstop")).status_code == 200


def test_what_is_kept_of_a_text_is_sealed(post, built):
    post(sms("is chemo harder than radiotherapy", sid="SMsealed"))
    with built.line.store.begin() as work:
        kept = work.exec_driver_sql("SELECT body, because, state FROM messages").all()
    assert len(kept) == 3
    assert {type(value) for row in kept for value in row} <= {bytes, NoneType}
    assert not any(b"chemo" in (value or b"").lower() for row in kept for value in row)


def test_nothing_that_only_answers_loads_the_slow_client(built):
    code = "import bot.app, sys; sys.exit('twilio.rest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
