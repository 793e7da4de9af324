"""HTTP as the door speaks it: a request is one packet, and an answer of the usual form is taken apart by hand.

urllib3 keeps its part: connections and their pool, certificates, proxies, time-outs, and what each fault is called. An
answer of any other form is read by Python's own HTTP. The general case of both was half of what a text cost.

The read time-out is for the whole answer: urllib3 times each read, and one that trickles would hold its thread for
ever.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPResponse, IncompleteRead
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any, cast

import regex
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_READ_BYTES = 65536
# No answer to a form is so long: nobody waits for the end of it.
_MOST_BYTES = 100_000
_HEAD_ENDS = b"\r\n\r\n"
_USUAL = regex.compile(rb"HTTP/1\.1 [2-5][0-9][0-9][ \r]")
_STATUS = slice(9, 12)
_LENGTH = regex.compile(rb"\r\ncontent-length: *([0-9]{1,5}) *(?=\r\n)", regex.IGNORECASE)
_RETRY_AFTER = "Retry-After"
_WAIT = regex.compile(rb"\r\nretry-after: *([!-~ ]*?) *(?=\r\n)", regex.IGNORECASE)
# A body in pieces, a packed one, a connection that ends with it; and lines that go on in the next.
_UNUSUAL = regex.compile(rb"\r\n(?:transfer-encoding|content-encoding|connection: *close|[ \t])", regex.IGNORECASE)


def speak_plainly(pool: HTTPConnectionPool) -> None:
    """From now on this pool's connections are ours. It must serve nothing but posts of small forms."""
    is_tls = issubclass(cast(type, pool.ConnectionCls), HTTPSConnection)
    pool.ConnectionCls = _PlainTls if is_tls else _Plain


@dataclass(slots=True)
class _Answer:
    """As much of urllib3's response as its pool asks for; the body is whole."""

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    version_string: str = "HTTP/1.1"
    length_remaining: int = 0
    # Written by the pool.
    retries: object = None
    _connection: object = None
    _pool: object = None


class _Plain(HTTPConnection):
    """`request` and `getresponse` for one kind of request."""

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **_options: Any) -> None:
        """Send it; connects first where need be."""
        if self.sock is None:
            self.connect()
        else:
            self.sock.settimeout(self.timeout)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {url} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        self.sock.sendall(head.encode("latin-1") + body)

    def getresponse(self) -> Any:
        """The answer; raises what http.client raises."""
        coming = _Coming(self.sock, cast(float, self.timeout))
        read = coming.read(_READ_BYTES)
        begin = read.find(_HEAD_ENDS) + len(_HEAD_ENDS)
        head = read[:begin]
        length = _length(head)
        if length is None or len(read) > begin + length:
            return self._any(_Begun(read, coming))
        while (lacking := begin + length - len(read)) > 0:
            more = coming.read(lacking)
            if not more:
                raise IncompleteRead(read[begin:], lacking)
            read += more
        wait = _WAIT.search(head)
        return _Answer(int(read[_STATUS]), read[begin:], {_RETRY_AFTER: wait[1].decode()} if wait else {})

    def _any(self, begun: "_Begun") -> _Answer:
        response = HTTPResponse(cast(socket, begun), method="POST")
        try:
            response.begin()
            body = response.read(_MOST_BYTES)
            if not response.isclosed() and response.read(1):
                raise IncompleteRead(body)
            answer = _Answer(response.status, body, dict(response.headers.items()))
            if response.will_close:
                self.close()
        finally:
            response.close()
        return answer


class _PlainTls(_Plain, HTTPSConnection):
    """The same behind a certificate."""


def _length(head: bytes) -> int | None:
    """The length of the body, if the head is of the usual form and says it once."""
    if not _USUAL.match(head) or _UNUSUAL.search(head):
        return None
    found = _LENGTH.findall(head)
    return int(found[0]) if len(found) == 1 else None


class _Coming:
    """An answer on its way, which has so many seconds to be here."""

    def __init__(self, sock: socket, seconds: float) -> None:
        self._sock = sock
        self._end = time.monotonic() + seconds

    def read(self, most: int) -> bytes:
        """Some bytes, none at the end. Raises TimeoutError."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv(most)


class _Begun(RawIOBase):
    """What has been read of an answer, then what comes: as http.client wants to be given it."""

    def __init__(self, read: bytes, coming: _Coming) -> None:
        self._read = read
        self._coming = coming

    def makefile(self, _mode: str) -> BufferedReader:
        """As a socket's."""
        return BufferedReader(self)

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some bytes; 0 at the end."""
        if not self._read:
            self._read = self._coming.read(len(buffer))
        count = min(len(buffer), len(self._read))
        buffer[:count], self._read = self._read[:count], self._read[count:]
        return count
