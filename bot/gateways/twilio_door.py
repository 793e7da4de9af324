"""The one request that is made a million times: create a message, at a quarter of the cost of twilio-python's create.

Imported by `twilio_rest` only: requests and urllib3 come with twilio.rest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode, urlsplit

from requests import Request, Session
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioRestException
from urllib3 import HTTPConnectionPool, Timeout

from bot.domain.messages import Receipt
from bot.gateways.twilio_wire import speak_plainly

_SUCCESS, _REDIRECTION = 200, 300


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
        """Post one form; raises what the library raises, and ValueError for a success that names no message."""
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
            raise TwilioRestException(answer.status, "Messages", code=_code(answer.data))
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


def receipt(sid: object, status: object) -> Receipt:
    """Raises ValueError for an answer without a sid: a success that says nothing is no success."""
    if not sid:
        raise ValueError("no sid")
    return Receipt(str(sid), str(status))
