"""The fake provider keeps its own promises, or the tests that stand on it prove nothing."""

import json
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.parse import parse_qsl, urlencode
from urllib.request import Request, urlopen

import pytest

from bot.gateways.twilio import is_genuine, parse_status
from tests.fakes.twilio_server import FakeTwilio, Manner

ROOT = Path(__file__).parents[2]
FORM = {"To": "+15550100123", "From": "+15550100100", "Body": "Hi"}
MESSAGES = "/2010-04-01/Accounts/AC1/Messages.json"


def call(url, form=None, token="token"):
    allowed = {"Authorization": "Basic " + b64encode(f"AC1:{token}".encode()).decode()}
    data = None if form is None else urlencode(form).encode()
    with urlopen(Request(url, data, allowed), timeout=5) as answer:
        return json.load(answer)


def test_a_listing_comes_in_pages_newest_first():
    with FakeTwilio() as twilio:
        sids = [call(twilio.url + MESSAGES, FORM | {"Body": str(n)})["sid"] for n in range(5)]
        call(twilio.url + MESSAGES, FORM | {"To": "+15550100999"})
        seen, uri = [], MESSAGES + "?To=%2B15550100123&PageSize=2"
        while uri:
            page = call(twilio.url + uri)
            seen += [message["sid"] for message in page["messages"]]
            uri = page["next_page_uri"]
        one = call(f"{twilio.url}{MESSAGES.removesuffix('.json')}/{sids[3]}.json")
    assert seen == sids[::-1]
    assert (one["sid"], one["body"]) == (sids[3], "3")


def test_a_listing_lags_behind_when_told_to():
    with FakeTwilio(Manner(listing_lag=60)) as twilio:
        call(twilio.url + MESSAGES, FORM)
        assert call(twilio.url + MESSAGES)["messages"] == []
        assert len(call(twilio.url + "/ledger")) == 1


@pytest.mark.parametrize(("path", "token"), [(MESSAGES, "wrong"), ("/nowhere", "token")])
def test_strangers_and_unknown_paths_are_refused(path, token):
    with FakeTwilio() as twilio, pytest.raises(URLError):
        call(twilio.url + path, FORM, token)


class _Line(BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, str], str]]

    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True))
        self.heard.append((self.path, form, self.headers["X-Twilio-Signature"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_line):
        """Silent."""


@pytest.fixture
def line():
    handler = type("Line", (_Line,), {"heard": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server, handler.heard
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("manner", ["orderly", "shuffled"])
def test_reports_are_signed_for_the_address_they_were_given(line, manner):
    server, heard = line
    public = "https://line.example.org/webhooks/twilio/status/a1"
    base = f"http://127.0.0.1:{server.server_port}"
    with FakeTwilio(Manner(reports=manner, report_base=base)) as twilio:
        sid = call(twilio.url + MESSAGES, FORM | {"StatusCallback": public})["sid"]
        twilio.reporter.wait_until_quiet()
    statuses = [form["MessageStatus"] for _, form, _ in heard]
    assert set(statuses) == {"queued", "sent", "delivered"}
    assert manner == "shuffled" or statuses == ["queued", "sent", "delivered"]
    for path, form, signature in heard:
        assert path == "/webhooks/twilio/status/a1"
        assert is_genuine(["token"], public, form, signature)
        assert parse_status(form).sid == sid


def test_it_runs_as_a_process_and_fails_at_the_rates_it_is_given():
    program = [sys.executable, "-m", "tests.fakes.twilio_server", "--port", "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            url = process.stdout.readline().strip()
            script = json.dumps({"faults": ["429"], "rates": {"500-before": 0.5}}).encode()
            urlopen(url + "/script", script, timeout=5).close()
            outcomes = Counter(_outcome(url) for _ in range(40))
            accepted = len(call(url + "/ledger"))
        finally:
            process.terminate()
    assert outcomes[429] == 1
    assert 5 < outcomes[500] < 35
    assert outcomes[201] == accepted == 39 - outcomes[500]


def _outcome(url):
    try:
        call(url + MESSAGES, FORM)
    except URLError as error:
        error.close()
        return error.code
    return 201
