"""A Twilio to send to: a real HTTP server with the Messages resource, a ledger, and faults on request.

In a test: `with FakeTwilio() as twilio: ... twilio.url`. For other processes:
`python -m tests.fakes.twilio_server --port N`, GET /ledger, POST /script {"faults": [...], "rates": {...}}.
"""

import argparse
import json
import re
import struct
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET, socket
from threading import Event, Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fakes.twilio_ledger import Entry, Ledger, Refused
from tests.fakes.twilio_reports import Reporter

_MESSAGES = re.compile(r"/2010-04-01/Accounts/(\w+)/Messages(?:/(\w+))?\.json")
_REFUSALS = {
    20003: "Authenticate",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    21211: "Invalid 'To' Phone Number",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21610: "Attempt to send to unsubscribed recipient",
    21617: "The concatenated message body exceeds the 1600 character limit",
}

# A success that is none: cut off, of another kind, without an id, with an id that no column takes, too deep to read.
_GARBLED = {
    "cut": b'{"sid": "SM',
    "page": b"<html>Welcome</html>",
    "list": b"[]",
    "nameless": b'{"sid": null, "status": "queued"}',
    "nonsense": b'{"sid": "\\u0000' + b"x" * 500 + b'", "status": "queued"}',
    "deep": b"[" * 100_000,
}
_TRICKLES = 20


@dataclass(frozen=True, slots=True)
class Manner:
    """How this Twilio behaves. Seconds; `reports` is none, orderly, shuffled (doubled and out of order) or stormy
    (also lost, hours late, or about texts that nobody sent: see twilio_reports).

    `report_base` is where status callbacks really go; they are signed for the address they were ordered for.
    """

    auth_token: str = "token"
    latency: float = 0.0
    listing_lag: float = 0.0
    hang: float = 30.0
    reports: str = "none"
    report_base: str = ""
    retry_after: str = "0"
    seed: int = 0


class _Reset(Exception):
    """End the connection the hard way."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/ledger":
            self._answer(200, [entry.as_json() for entry in self.server.ledger.all()])
        elif (found := _MESSAGES.fullmatch(address.path)) and self._is_known(found[1]):
            self._show(found, query)
        elif not found:
            self._refuse(404, 20404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        path = urlsplit(self.path).path
        if path == "/script":
            self.server.ledger.script(**json.loads(body))
            self._answer(200, {})
        elif (found := _MESSAGES.fullmatch(path)) and self._is_known(found[1]):
            form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            self._create(found[1], form)
        elif not found:
            self._refuse(404, 20404)

    def _is_known(self, account: str) -> bool:
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        wanted = f"{account}:{self.server.manner.auth_token}"
        if scheme == "Basic" and b64decode(given).decode() == wanted:
            return True
        self._refuse(401, 20003)
        return False

    def _create(self, account: str, form: Mapping[str, str]) -> None:
        # Drawn at the arrival: what the ledger has dealt, has come in.
        fault, _, moment = self.server.ledger.next_fault().partition("-")
        self._pause(self.server.manner.latency)
        if fault == "429":
            self._refuse(429, 20429)
        elif moment == "before":
            self._fail(fault)
        else:
            self._accept(account, form, fault)

    def _accept(self, account: str, form: Mapping[str, str], fault: str) -> None:
        try:
            entry = self.server.ledger.accept(account, form)
        except Refused as refused:
            self._refuse(400, refused.code)
            return
        self.server.reporter.report(entry)
        if fault:
            self._fail(fault)
        else:
            self._answer(201, entry.as_json())

    def _fail(self, fault: str) -> None:
        if fault == "500":
            self._refuse(500, 20500)
            return
        if fault in _GARBLED:
            self._answer_raw(201, _GARBLED[fault])
            return
        if fault == "slow":
            self._trickle()
        if fault == "hang":
            self._pause(self.server.manner.hang)
        raise _Reset

    def _pause(self, seconds: float) -> None:
        if seconds:
            self.server.ending.wait(seconds)

    def _trickle(self) -> None:
        """An answer that never pauses long enough for a time-out, and never ends."""
        self.send_response(201)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        for _ in range(_TRICKLES):
            self.wfile.write(b" ")
            self._pause(self.server.manner.hang / _TRICKLES)

    def _show(self, found: re.Match[str], query: Mapping[str, str]) -> None:
        account, sid = found.groups()
        entries = self.server.ledger.visible(account, self.server.manner.listing_lag)
        if sid is None:
            self._answer(200, _page(self.path, _filtered(entries, query), query))
            return
        one = next((entry for entry in entries if entry.sid == sid), None)
        if one is None:
            self._refuse(404, 20404)
        else:
            self._answer(200, one.as_json())

    def _refuse(self, status: int, code: int) -> None:
        more = f"https://www.twilio.com/docs/errors/{code}"
        self._answer(status, {"code": code, "message": _REFUSALS[code], "more_info": more, "status": status})

    def _answer(self, status: int, content: object) -> None:
        self._answer_raw(status, json.dumps(content).encode())

    def _answer_raw(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self.send_header("Retry-After", self.server.manner.retry_after)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_line: object) -> None:
        """Silent: a test that fails shows the ledger."""

    def handle(self) -> None:
        try:
            super().handle()
        except _Reset:
            # With no time to linger, closing sends RST and not an orderly end.
            self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        except ConnectionError:
            pass  # The client gave up first, which is what some of the faults are for.


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, manner: Manner) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.manner = manner
        self.ending = Event()
        self.ledger = Ledger(manner.seed)
        self.reporter = Reporter(manner.reports, manner.auth_token, manner.report_base, manner.seed)

    def shutdown_request(self, request: socket | tuple[bytes, socket]) -> None:
        """Only close: a shutdown before it would soften the reset."""
        self.close_request(request)


class FakeTwilio:
    """The server in a thread of this process."""

    def __init__(self, manner: Manner | None = None, port: int = 0) -> None:
        self._server = _Server(port, manner or Manner())
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.ledger = self._server.ledger
        self.reporter = self._server.reporter

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, *faults: str) -> None:
        """Fail the next sendings: "" (well), "429", "500-before", "500-after", "reset-before", "reset-after",
        "hang-after", "slow-after", and each of _GARBLED as "cut-after". `before`: not accepted; `after`: in the ledger
        """
        self.ledger.script(faults)


def _filtered(entries: list[Entry], query: Mapping[str, str]) -> list[Entry]:
    return [
        entry
        for entry in entries
        if query.get("To", entry.to) == entry.to and query.get("From", entry.sender) == entry.sender
    ]


def _page(path: str, entries: list[Entry], query: Mapping[str, str]) -> dict[str, Any]:
    """Twilio's envelope, newest first."""
    size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
    start = size * page
    shown = entries[::-1][start : start + size]
    base = urlsplit(path).path

    def uri(number: int) -> str:
        return f"{base}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    return {
        "messages": [entry.as_json() for entry in shown],
        "page": page,
        "page_size": size,
        "start": start,
        "end": start + max(len(shown) - 1, 0),
        "uri": uri(page),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(page - 1) if page else None,
        "next_page_uri": uri(page + 1) if start + size < len(entries) else None,
    }


def main() -> None:
    """Serve until the process is stopped; prints the address first, as port 0 means any."""
    parser = argparse.ArgumentParser(description="A Twilio to send to.")
    parser.add_argument("--port", type=int, required=True)
    for name, default in (("auth-token", "token"), ("reports", "none"), ("report-base", "")):
        parser.add_argument(f"--{name}", default=default)
    for name, default in (("latency", 0.0), ("listing-lag", 0.0), ("hang", 30.0)):
        parser.add_argument(f"--{name}", type=float, default=default)
    options = vars(parser.parse_args())
    server = _Server(options.pop("port"), Manner(**options))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
