"""The web side of a storm: a real gunicorn, and people who write to it, as Twilio passes texts on."""

import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator

from tests.storm.workers import ROOT

_MESSAGE = re.compile(r"<Message[ >].*?<Body>(.*?)</Body></Message>", re.S)
# As long as Twilio waits; then it comes again with the same id.
_PATIENCE, _PAUSE = 15, 0.3


@contextmanager
def serving(environ: dict[str, str], port: int, log: Path) -> Iterator[str]:
    """The base address of a gunicorn that runs inside the block."""
    url = f"http://127.0.0.1:{port}"
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "bot/web/gunicorn_conf.py", "bot.app:main()"],
            cwd=ROOT,
            env=environ | {"PORT": str(port), "WEB_CONCURRENCY": "2"},
            stdout=file,
            stderr=file,
        )
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(url + "/health", timeout=2).close()
            return
        except URLError as error:
            if getattr(error, "code", 0):
                error.close()
                return
            time.sleep(0.1)
    raise RuntimeError(log.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Texted:
    """One text: who, when it was posted and answered (seconds since the epoch), what was said, at which attempt."""

    number: str
    posted_at: float
    answered_at: float
    said: tuple[str, ...]
    attempts: int


class Texts:
    """The same text from many, STOP or START, at random moments within `seconds`: each until it is answered."""

    def __init__(self, base: str, token: str, numbers: Sequence[str], seconds: float, body: str = "STOP") -> None:
        self._url = base + "/webhooks/twilio/inbound"
        self._validator = RequestValidator(token)
        self._body = body
        self._never = Event()
        chance = random.Random(2)
        self._begin = time.time()
        # Two cores carry the whole storm: more posters would only wait for each other.
        self._pool = ThreadPoolExecutor(8)
        moments = sorted((chance.uniform(0.1 * seconds, seconds), number) for number in numbers)
        self._answers = [self._pool.submit(self._text, number, moment) for moment, number in moments]

    def all(self) -> list[Texted]:
        """Every text, once all are answered."""
        with self._pool:
            return [answer.result() for answer in self._answers]

    def _text(self, number: str, moment: float) -> Texted:
        self._never.wait(max(0.0, self._begin + moment - time.time()))
        sid = f"SM{number.rpartition('+')[2]:0>32}"
        form = {"MessageSid": sid, "From": number, "To": "+15550100100", "Body": self._body, "NumMedia": "0"}
        posted_at = time.time()
        for attempt in range(1, 200):
            try:
                body = self._post(form)
            except OSError:
                self._never.wait(_PAUSE)
            else:
                return Texted(number, posted_at, time.time(), tuple(_MESSAGE.findall(body)), attempt)
        raise AssertionError("a text was never answered")

    def _post(self, form: dict[str, str]) -> str:
        headers = {"X-Twilio-Signature": self._validator.compute_signature(self._url, form)}
        request = Request(self._url, urlencode(form).encode(), headers)
        with urlopen(request, timeout=_PATIENCE) as answer:
            return answer.read().decode()
