"""The one request that is made a million times: create a message, at a quarter of the cost of twilio-python's create.

Imported by `twilio_rest` only: requests and urllib3 come with twilio.rest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlencode, urlsplit

from requests import Request, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Timeout

from bot.domain.messages import Receipt
from bot.gateways.twilio_wire import speak_plainly

_SUCCESS, _REDIRECTION = 200, 300
_LONGEST_SID = 34
_MOST_DIGITS = 6


class Refused(Exception):
    """An answer that is no success: its HTTP status, Twilio's code if it has one, how long we are to stay away."""

    def __init__(self, status: int, code: int | None, wait: timedelta) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.wait = wait


@dataclass(frozen=True, slots=True)
class _Way:
    """How every text gets there: open connections, and what is the same in all requests."""

    pool: HTTPConnectionPool
    target: str
    headers: Mapping[str, str]


class Door:
    """Creates messages. requests says once where the way goes (proxy, certificates); urllib3 then goes it each time.

    `adapter` is the door's own: its connections speak no more HTTP than this one request needs.
    """

    def __init__(
        self, session: Session, adapter: HTTPAdapter, url: str, auth: tuple[str, str], timeout: tuple[float, float]
    ) -> None:
        self._session = session
        self._adapter = adapter
        self._url = url
        self._auth = auth
        self._timeout = Timeout(connect=timeout[0], read=timeout[1])

    def create(self, form: Mapping[str, str]) -> Receipt:
        """Post one form; raises Refused, what urllib3 raises, and ValueError for a success that names no message."""
        way = self._way
        answer = way.pool.urlopen(
            "POST",
            way.target,
            body=urlencode(form).encode(),
            headers=way.headers,
            retries=False,
            redirect=False,
            # Through a proxy the target is a whole address.
            assert_same_host=False,
            timeout=self._timeout,
        )
        if not _SUCCESS <= answer.status < _REDIRECTION:
            raise Refused(answer.status, _code(answer.data), _wait(answer.headers.get("Retry-After", "")))
        created = json.loads(answer.data)
        return receipt(created["sid"], created["status"])

    @cached_property
    def _way(self) -> _Way:
        url = self._url
        request = Request(
            "POST",
            url,
            headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
            auth=self._auth,
        )
        prepared = self._session.prepare_request(request)
        settings = self._session.merge_environment_settings(url, {}, None, None, None)
        verify, proxies, cert = settings["verify"], settings["proxies"], settings["cert"]
        # An address of no kind that we speak is refused here, in the words of requests.
        self._session.get_adapter(url)
        pool = self._adapter.get_connection_with_tls_context(prepared, verify, proxies=proxies, cert=cert)
        self._adapter.cert_verify(pool, url, verify, cert)
        speak_plainly(pool)
        # The length is each body's own, and a few hundred bytes are not worth compressing.
        headers = {name: str(value) for name, value in prepared.headers.items() if name != "Content-Length"}
        headers |= {"Host": urlsplit(prepared.url or "").netloc.rpartition("@")[2], "Accept-Encoding": "identity"}
        return _Way(pool, self._adapter.request_url(prepared, proxies), headers)


def _code(body: bytes) -> int | None:
    """Twilio's code in a refusal; None in one that is not Twilio's."""
    try:
        code = json.loads(body).get("code")
    except (ValueError, AttributeError):
        return None
    return code if isinstance(code, int) else None


def _wait(retry_after: str) -> timedelta:
    """Retry-After in its form of seconds; its form as a date is not Twilio's."""
    asked = retry_after.strip()
    known = asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS
    return timedelta(seconds=int(asked)) if known else timedelta(0)


def receipt(sid: object, status: object) -> Receipt:
    """Raises ValueError for an answer without a sid: a success that says nothing, or nonsense, is no success."""
    if not (isinstance(sid, str) and sid.isascii() and sid.isalnum() and len(sid) <= _LONGEST_SID):
        raise ValueError("no sid")
    return Receipt(sid, str(status))
