"""The peer: Celery, a task a message, in GOV.UK Notify's order: read, render, send with twilio-python, update.

It reads, renders and writes with our own statements, and keeps a connection for each thread, so that the design is
what differs. No claim, no second look at consent: it does less than we do.
"""

import os
from datetime import UTC, datetime
from functools import cache
from threading import Lock

from celery import Celery
from requests.adapters import HTTPAdapter
from sqlalchemy import insert, update
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot import runtime
from bot.runtime import Runtime
from bot.services.saying import of_followup
from bot.settings import Settings
from bot.store import models
from bot.store.queries import followups, people

_ONE_AT_A_TIME = Lock()
app = Celery("peer", broker=os.environ.get("PEER_BROKER"))
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)


class _Http(TwilioHttpClient):
    """Twilio's client at the base URL that is measured against, with a pool as large as the threads."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self._base = base
        self.session.mount("http://", HTTPAdapter(pool_maxsize=128))

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self._base), *args, **kwargs)


@cache
def _built() -> tuple[Runtime, Client]:
    built = runtime.build(Settings.from_env())
    return built, Client("AC1", "token", http_client=_Http(built.settings.twilio_api_url))


def _opened() -> tuple[Runtime, Client]:
    # Threads that come first together would each build their own, with their own connections.
    with _ONE_AT_A_TIME:
        return _built()


@app.task(name="deliver")
def deliver(followup_id: str) -> None:
    """Send one follow-up and write that it was sent."""
    built, client = _opened()
    line = built.line
    with line.store.begin() as work:
        followup = followups.by_id(work, followup_id)
        person, address = people.by_id(work, followup.address_id)
    say, _ = of_followup(followup)
    rendered = line.speaker.render(say, line.reader(person))
    created = client.messages.create(
        to=address.value,
        from_="+15550100100",
        body=rendered.body,
        status_callback=f"http://127.0.0.1:9/{followup_id}",
    )
    now = datetime.now(UTC)
    row = {
        "id": followup_id,
        "address_id": person.id,
        "direction": "out",
        "at": now,
        "sid": created.sid,
        "place": 0,
        "body": rendered.body,
        "language": rendered.language,
        "status": created.status,
        "status_at": now,
    }
    with line.store.begin() as work:
        work.execute(insert(models.messages), row)
        held = update(models.followups).where(models.followups.c.id == followup_id)
        work.execute(held.values(state="sent", message_id=followup_id))
