"""Answers in every form that HTTP knows, over plain connections and TLS: the door reads them all, and keeps its way."""

import ssl
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from socket import create_server
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.delivery import Fault, GatewayError
from bot.domain.messages import Address, Channel, Outbound
from bot.gateways.twilio_rest import TwilioConfig, open_gateway

TEXT = Outbound("a1", Address(Channel.SMS, "+15550100123"), "Hi")
BODY = b'{"sid": "SM1", "status": "queued"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
USUAL = b"HTTP/1.1 201 Created\r\n" + LENGTH + b"\r\n" + BODY
PIECES = b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (10, BODY[:10], len(BODY) - 10, BODY[10:])


@contextmanager
def provider(*answers, tls=None):
    """Gives its port and a list with the requests of each connection; each answer is a list of packets."""
    waiting, seen = [*answers], []

    def serve():
        while waiting:
            try:
                client, _ = server.accept()
                client = tls.wrap_socket(client, server_side=True) if tls else client
            except OSError:
                return
            # Some clients do not wait for the end of an answer.
            with client, suppress(OSError):
                seen.append([])
                while waiting and (request := client.recv(65536)):
                    seen[-1].append(request)
                    for packet in waiting.pop(0):
                        client.sendall(packet)

    with create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], seen
        # Whoever waits for another connection is let go.
        server.shutdown(2)
        thread.join()


def gateway(port, scheme="http", patience=3.0):
    url = f"{scheme}://127.0.0.1:{port}"
    return open_gateway(TwilioConfig("AC1", "token", url, "", "", "+15550100100", "", timeout=(3, patience)))


def trickle(answer):
    for place in range(len(answer)):
        time.sleep(0.1)
        yield answer[place : place + 1]


@pytest.mark.parametrize(
    "packets",
    [
        [USUAL],
        [USUAL[:-5], USUAL[-5:]],
        [USUAL[:30], USUAL[30:]],
        [USUAL[: -len(BODY)], BODY],
        [b"HTTP/1.1 201 Created\r\ncontent-length:%d\r\n\r\n" % len(BODY), BODY],
        [b"HTTP/1.1 201\r\n" + LENGTH + b"\r\n" + BODY],
        [b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + PIECES],
        [b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n" + PIECES[:20], PIECES[20:]],
        [b"HTTP/1.1 201 Created\r\nX-Folded: one\r\n two\r\n" + LENGTH + b"\r\n" + BODY],
        [b"HTTP/1.1 100 Continue\r\n\r\n", USUAL],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + USUAL],
    ],
)
def test_an_answer_of_any_form_is_read_and_its_connection_kept(packets):
    with provider(packets, [USUAL]) as (port, seen):
        opened = gateway(port)
        assert [opened.send(TEXT).sid for _ in range(2)] == ["SM1", "SM1"]
    assert [len(requests) for requests in seen] == [2]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 201 Created\r\nConnection: close\r\n" + LENGTH + b"\r\n" + BODY,
        b"HTTP/1.0 201 Created\r\n" + LENGTH + b"\r\n" + BODY,
    ],
)
def test_a_connection_that_the_provider_ends_is_not_used_again(answer):
    with provider([answer], [USUAL]) as (port, seen):
        opened = gateway(port)
        assert [opened.send(TEXT).sid for _ in range(2)] == ["SM1", "SM1"]
    assert [len(requests) for requests in seen] == [1, 1]


def test_what_comes_after_an_answer_is_not_taken_for_the_next_one():
    with provider([USUAL + b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n"], [USUAL]) as (port, _seen):
        opened = gateway(port)
        assert [opened.send(TEXT).sid for _ in range(2)] == ["SM1", "SM1"]


def test_a_request_is_one_packet_with_all_that_http_asks_for():
    with provider([USUAL]) as (port, seen):
        gateway(port).send(TEXT)
    head, _, body = seen[0][0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1"
    assert {f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}", "Accept-Encoding: identity"} <= {*lines[1:]}
    assert b"Body=Hi" in body


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A server's certificate for 127.0.0.1 that vouches for itself, and its file."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provider")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, secret))
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, folder / "cert.pem"


def test_through_tls_it_is_the_same(certificate, monkeypatch):
    context, file = certificate
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    with provider([USUAL[:30], USUAL[30:-5], USUAL[-5:]], [USUAL], tls=context) as (port, seen):
        opened = gateway(port, "https")
        assert [opened.send(TEXT).sid for _ in range(2)] == ["SM1", "SM1"]
    assert [len(requests) for requests in seen] == [2]


def test_a_server_that_nobody_vouches_for_is_sent_nothing(certificate):
    with provider([USUAL], tls=certificate[0]) as (port, seen), pytest.raises(GatewayError) as raised:
        gateway(port, "https").send(TEXT)
    assert raised.value.fault is Fault.TEMPORARY
    assert seen == []


@pytest.mark.parametrize("whole", [b"", USUAL[:-20], b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"])
def test_an_answer_that_trickles_is_waited_for_no_longer_than_one_that_hangs(whole):
    def answer():
        if whole:
            yield whole
        yield from trickle(USUAL[-20:] if whole.startswith(USUAL[:30]) else USUAL)

    with provider(answer(), [USUAL]) as (port, _):
        opened = gateway(port, patience=0.5)
        began = time.monotonic()
        with pytest.raises(GatewayError) as raised:
            opened.send(TEXT)
        assert raised.value.fault is Fault.MAYBE_SENT
        assert time.monotonic() - began < 1.5
        assert opened.send(TEXT).sid == "SM1"


def test_an_answer_without_end_is_not_waited_for():
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 900000\r\n\r\n"
    with provider([head, b" " * 200_000], [USUAL]) as (port, _):
        opened = gateway(port)
        with pytest.raises(GatewayError) as raised:
            opened.send(TEXT)
        assert raised.value.fault is Fault.MAYBE_SENT
        assert opened.send(TEXT).sid == "SM1"
