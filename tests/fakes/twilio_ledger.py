"""What the fake Twilio has accepted, and how it was told to fail."""

import random
import re
import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from secrets import token_hex
from threading import Lock
from typing import Any

_ADDRESS = re.compile(r"\+[1-9][0-9]{6,14}|whatsapp:(\+[1-9][0-9]{6,14}|[A-Z]{2}\.[A-Za-z0-9]+)")
_LONGEST = 1600


class Refused(Exception):
    """The message cannot be taken, with Twilio's code for why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted message; `at` in seconds since the epoch."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    at: float
    callback: str
    form: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """The Message resource."""
        created = formatdate(self.at)
        uri = f"/2010-04-01/Accounts/{self.account}/Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "messaging_service_sid": self.form.get("MessagingServiceSid"),
            "to": self.to,
            "from": self.form.get("From"),
            "body": self.body,
            # A listing also holds what webhooks answered and what people wrote: a test may put it there.
            "direction": self.form.get("Direction", "outbound-api"),
            "status": "accepted" if "MessagingServiceSid" in self.form else "queued",
            "date_created": created,
            "date_updated": created,
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


class Ledger:
    """Accepted messages in order. Safe between threads; `opted_out` addresses are refused as Twilio does."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = Lock()
        self._entries: list[Entry] = []
        self._faults: deque[str] = deque()
        self._rates: dict[str, float] = {}
        self._random = random.Random(seed)
        self.opted_out: set[str] = set()
        self.dealt: Counter[str] = Counter()

    def all(self) -> list[Entry]:
        """Every accepted message, oldest first."""
        with self._lock:
            return list(self._entries)

    def visible(self, account: str, lag: float) -> list[Entry]:
        """What a listing shows: it lags behind acceptance."""
        before = time.time() - lag
        return [entry for entry in self.all() if entry.account == account and entry.at <= before]

    def accept(self, account: str, form: Mapping[str, str]) -> Entry:
        """Take one message, or raise Refused."""
        self._check(form)
        with self._lock:
            entry = Entry(
                sid=f"SM{token_hex(16)}",
                account=account,
                to=form["To"],
                sender=form.get("From", ""),
                body=form.get("Body", ""),
                at=time.time(),
                callback=form.get("StatusCallback", ""),
                form=form,
            )
            self._entries.append(entry)
        return entry

    def script(self, faults: Iterable[str] = (), rates: Mapping[str, float] | None = None) -> None:
        """Fail the next sendings one by one; afterwards at random, each fault with its share of 1."""
        with self._lock:
            self._faults.extend(faults)
            if rates is not None:
                self._rates = dict(rates)

    def next_fault(self) -> str:
        """How the sending at hand has to fail; empty for well. `dealt` counts them."""
        with self._lock:
            fault = self._faults.popleft() if self._faults else self._drawn()
            self.dealt[fault] += 1
        return fault

    def _drawn(self) -> str:
        drawn = self._random.random()
        for fault, share in self._rates.items():
            drawn -= share
            if drawn < 0:
                return fault
        return ""

    def _check(self, form: Mapping[str, str]) -> None:
        faults = {
            21604: not form.get("To"),
            21211: not _ADDRESS.fullmatch(form.get("To", "")),
            21603: not (form.get("From") or form.get("MessagingServiceSid")),
            21602: not form.get("Body") and not form.get("ContentSid"),
            21617: len(form.get("Body", "")) > _LONGEST,
            21610: form.get("To") in self.opted_out,
        }
        for code, found in faults.items():
            if found:
                raise Refused(code)
