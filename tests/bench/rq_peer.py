"""The peer: RQ's own worker, which forks for each job, with one job a message that runs our own delivery.

`python -m tests.bench.rq_peer` is the worker.
"""

import os
from datetime import UTC, datetime
from functools import cache

from redis import Redis
from rq import Queue, Worker

# Loaded before the forks, or each would load it anew.
import bot.gateways.twilio_rest  # noqa: F401
from bot import runtime
from bot.runtime import Runtime
from bot.services.delivery import deliver
from bot.settings import Settings

QUEUE = "peer"


@cache
def _runtime() -> Runtime:
    return runtime.build(Settings.from_env())


def send(followup_id: str) -> None:
    """One job: one message."""
    deliver(_runtime().line, followup_id, datetime.now(UTC))


if __name__ == "__main__":
    _runtime()
    redis = Redis.from_url(os.environ["PEER_BROKER"])
    Worker([Queue(QUEUE, redis)], connection=redis).work(burst=True, logging_level="WARNING")
