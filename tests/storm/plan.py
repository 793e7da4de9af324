"""Who is promised what: several texts for each person, among them pairs with equal words."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, literal, update

from bot.domain.messages import Address, Channel
from bot.domain.policy import Source
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.models import addresses
from bot.store.queries import followups, people
from bot.store.queries.followups import Plan

# Each person's texts, over and over: without a topic, and on one topic, two of each are equal to the letter.
_TOPICS = (None, None, "how", "how")


@dataclass(frozen=True, slots=True)
class Planned:
    """`texts`: the ids that must leave; `poisoned`: ids that cannot."""

    texts: frozenset[str]
    poisoned: frozenset[str]


def numbers(people: int) -> tuple[str, ...]:
    """So many numbers, reserved for fiction."""
    return tuple(f"+1555010{1000 + index}" for index in range(people))


def make(line: Line, texts: int, people_count: int, begin: datetime, seconds: float) -> Planned:
    """Promise `texts` follow-ups, due at random within `seconds` from `begin`; two poisoned ones come first."""
    chance = random.Random(1)
    ids: set[str] = set()
    with line.store.begin() as work:
        poisoned = frozenset(_poisoned(work, begin))
        held = [people.add(work, Address(Channel.SMS, number), begin).id for number in numbers(people_count)]
        for index in range(texts):
            topic = _TOPICS[index // people_count % len(_TOPICS)]
            due = begin + timedelta(seconds=chance.uniform(0, seconds))
            ids.add(followups.plan(work, Plan(held[index % people_count], topic, due, Source.PATIENT), begin))
    assert len(ids) == texts
    return Planned(frozenset(ids), poisoned)


def _poisoned(work: Work, now: datetime) -> list[str]:
    """Two rows that nobody can send: about a topic that is gone, and to a number whose key is lost."""
    persons = [people.add(work, Address(Channel.SMS, f"+1555010090{digit}"), now) for digit in (1, 2)]
    ids = [
        followups.plan(work, Plan(person.id, topic, now, Source.PATIENT), now)
        for person, topic in zip(persons, ("no-such-topic", "how"), strict=True)
    ]
    sealed_otherwise = literal(b"no such key", LargeBinary)
    work.execute(update(addresses).where(addresses.c.id == persons[1].id).values(address=sealed_otherwise))
    return ids
