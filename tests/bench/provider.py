"""A provider that is never the bottleneck: raw HTTP in its own process, each text accepted after a fixed time.

It speaks as much of Twilio's "create a message" as a sender sees. `python -m tests.bench.provider PORT SECONDS`;
GET /count says how many texts were accepted and how many are being accepted now.
"""

import asyncio
import json
import re
import sys
from contextlib import suppress
from email.utils import formatdate

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_ENDS = b"\r\n\r\n"


class Counts:
    """What all connections share."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.accepted = 0
        self.busy = 0


class Connection(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._read = b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._read += data
        while (end := self._read.find(_HEAD_ENDS)) >= 0:
            found = _LENGTH.search(self._read, 0, end)
            whole = end + len(_HEAD_ENDS) + (int(found[1]) if found else 0)
            if len(self._read) < whole:
                return
            is_text = self._read.startswith(b"POST")
            self._read = self._read[whole:]
            if is_text:
                self._counts.busy += 1
                asyncio.get_running_loop().call_later(self._counts.latency, self._accept)
            else:
                self._answer(b"200 OK", {"accepted": self._counts.accepted, "busy": self._counts.busy})

    def _accept(self):
        self._counts.busy -= 1
        self._counts.accepted += 1
        self._answer(b"201 Created", _message(self._counts.accepted))

    def _answer(self, status: bytes, content: dict):
        body = json.dumps(content).encode()
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
        if not self._transport.is_closing():
            self._transport.write(head + body)


def _message(number: int) -> dict:
    """As large as Twilio's own answer."""
    sid, now = f"SM{number:032x}", formatdate()
    uri = f"/2010-04-01/Accounts/AC1/Messages/{sid}"
    return {
        "sid": sid,
        "account_sid": "AC1",
        "messaging_service_sid": None,
        "to": "+15550100123",
        "from": "+15550100100",
        "body": "ChemoLine: you asked me to text you about: How chemo works. Reply MORE to read.",
        "direction": "outbound-api",
        "status": "queued",
        "date_created": now,
        "date_updated": now,
        "date_sent": None,
        "error_code": None,
        "error_message": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "api_version": "2010-04-01",
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


async def _serve(port: int, latency: float) -> None:
    counts = Counts(latency)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(counts), "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
