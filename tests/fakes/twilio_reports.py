"""The fake Twilio's status callbacks: signed posts, in order or as they really come."""

import logging
import random
from queue import Queue
from threading import Thread
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

from tests.fakes.twilio_ledger import Entry

log = logging.getLogger(__name__)

_STATUSES = ("queued", "sent", "delivered")


class Reporter:
    """Posts what became of each message. `manner` is none, orderly or shuffled (out of order, some twice)."""

    def __init__(self, manner: str, token: str, base: str) -> None:
        self._manner = manner
        self._validator = RequestValidator(token)
        self._base = urlsplit(base)
        self._random = random.Random(0)
        self._waiting: Queue[tuple[Entry, str]] = Queue()
        self.answers: list[int] = []
        if manner != "none":
            Thread(target=self._post_forever, daemon=True).start()

    def report(self, entry: Entry) -> None:
        """Have the callbacks of one message posted soon."""
        if self._manner == "none" or not entry.callback:
            return
        statuses = list(_STATUSES)
        if self._manner == "shuffled":
            statuses += self._random.choices(_STATUSES, k=self._random.randint(0, 2))
            self._random.shuffle(statuses)
        for status in statuses:
            self._waiting.put((entry, status))

    def wait_until_quiet(self) -> None:
        """Return when every callback so far was posted."""
        self._waiting.join()

    def _post_forever(self) -> None:
        while True:
            entry, status = self._waiting.get()
            try:
                self.answers.append(self._post(entry, status))
            except URLError as error:
                # Twilio does not come again either, unless the address asks for it.
                log.warning("status callback failed: %s", error)
            finally:
                self._waiting.task_done()

    def _post(self, entry: Entry, status: str) -> int:
        form = {
            "AccountSid": entry.account,
            "ApiVersion": "2010-04-01",
            "From": entry.sender,
            "MessageSid": entry.sid,
            "MessageStatus": status,
            "SmsSid": entry.sid,
            "SmsStatus": status,
            "To": entry.to,
        }
        headers = {"X-Twilio-Signature": self._validator.compute_signature(entry.callback, form)}
        url = urlsplit(entry.callback)
        if self._base.netloc:
            url = url._replace(scheme=self._base.scheme, netloc=self._base.netloc)
        request = Request(url.geturl(), urlencode(form).encode(), headers)
        with urlopen(request, timeout=10) as answer:
            return int(answer.status)
