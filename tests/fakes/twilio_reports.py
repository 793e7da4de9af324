"""The fake Twilio's status callbacks: signed posts, in order or as they really come."""

import logging
import random
from collections import Counter
from dataclasses import replace
from queue import Queue
from secrets import token_hex
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

from tests.fakes.twilio_ledger import Entry

log = logging.getLogger(__name__)

_STATUSES = ("queued", "sent", "delivered")


# In a storm: what happens to the callbacks of one message, and how often of 100.
_FATES = {"soon": 40, "lost": 25, "late": 15, "one": 15, "foreign": 5}
_POSTING = 2


class Reporter:
    """Posts what became of each message. `manner` is none, orderly, shuffled (out of order, some twice) or stormy.

    Stormy is shuffled, and some are lost, some wait for `release` (as if for hours), of some only `queued` comes
    soon, and some are followed by one about a text that nobody sent.
    """

    def __init__(self, manner: str, token: str, base: str, seed: int = 0) -> None:
        self._manner = manner
        self._validator = RequestValidator(token)
        self._base = urlsplit(base)
        self._random = random.Random(seed)
        self._waiting: Queue[tuple[Entry, str]] = Queue()
        self._late: list[tuple[Entry, str]] = []
        self.answers: list[int] = []
        self.fates: Counter[str] = Counter()
        for _ in range(0 if manner == "none" else _POSTING if manner == "stormy" else 1):
            Thread(target=self._post_forever, daemon=True).start()

    def report(self, entry: Entry) -> None:
        """Have the callbacks of one message posted soon."""
        if self._manner == "none" or not entry.callback:
            return
        statuses = list(_STATUSES)
        if self._manner in {"shuffled", "stormy"}:
            statuses += self._random.choices(_STATUSES, k=self._random.randint(0, 2))
            self._random.shuffle(statuses)
        fate = self._random.choices([*_FATES], _FATES.values())[0] if self._manner == "stormy" else "soon"
        self.fates[fate] += 1
        self._send_on(fate, entry, statuses)

    def release(self) -> int:
        """Post the late ones now; gives how many there were."""
        late, self._late = self._late, []
        for waiting in late:
            self._waiting.put(waiting)
        return len(late)

    def wait_until_quiet(self) -> None:
        """Return when every callback so far was posted."""
        self._waiting.join()

    def _send_on(self, fate: str, entry: Entry, statuses: list[str]) -> None:
        reports = [(entry, status) for status in statuses]
        soon = {"lost": [], "late": [], "one": [(entry, "queued")]}.get(fate, reports)
        if fate in {"late", "one"}:
            self._late += reports
        if fate == "foreign":
            nobody = entry.callback.rpartition("/")[0] + "/" + token_hex(16)
            soon.append((replace(entry, callback=nobody, sid=f"SM{token_hex(16)}"), "delivered"))
        for report in soon:
            self._waiting.put(report)

    def _post_forever(self) -> None:
        while True:
            entry, status = self._waiting.get()
            try:
                self.answers.append(self._post(entry, status))
            except HTTPError as error:
                # Twilio does not come again either, unless the address asks for it.
                error.close()
                self.answers.append(error.code)
            except OSError as error:
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
