"""People and their addresses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.messages import Address, Channel
from bot.store.engine import Work
from bot.store.models import addresses, consent_events, patients
from bot.store.models.base import new_id


@dataclass(frozen=True, slots=True)
class Person:
    """One address and whose it is. `id` is the address's: it is what may stand in logs and jobs."""

    id: str
    patient_id: str
    channel: Channel
    language: str | None
    language_chosen: bool
    timezone: str | None
    consent: Consent
    consent_at: datetime | None
    paused_until: datetime | None = None
    discreet: bool = False
    failures: int = 0


PERSON_COLUMNS = (
    addresses.c.id,
    addresses.c.patient_id,
    addresses.c.channel,
    addresses.c.language,
    addresses.c.language_chosen,
    addresses.c.timezone,
    addresses.c.consent,
    addresses.c.consent_at,
    addresses.c.paused_until,
    addresses.c.discreet,
    addresses.c.failures,
)
_BY_ADDRESS = select(*PERSON_COLUMNS).where(addresses.c.look_up == bindparam("key"))
_BY_ID = select(*PERSON_COLUMNS, addresses.c.address).where(addresses.c.id == bindparam("address_id"))
_SET_LANGUAGE = update(addresses).where(addresses.c.id == bindparam("address_id"))
_WITH_NAMES = select(*PERSON_COLUMNS, addresses.c.address, patients.c.name).join(
    patients, patients.c.id == addresses.c.patient_id
)


def person_of(values: "RowMapping | Mapping[str, Any]") -> Person:
    """The person a row of PERSON_COLUMNS stands for."""
    return Person(
        id=values["id"],
        patient_id=values["patient_id"],
        channel=Channel(values["channel"]),
        language=values["language"],
        language_chosen=values["language_chosen"],
        timezone=values["timezone"],
        consent=Consent(values["consent"]),
        consent_at=values["consent_at"],
        paused_until=values["paused_until"],
        discreet=bool(values["discreet"]),
        failures=values["failures"],
    )


def by_address(work: Work, address: Address) -> Person | None:
    """The person who has this address, through the blind index."""
    row = work.execute(_BY_ADDRESS, {"key": address.key}).one_or_none()
    return None if row is None else person_of(row._mapping)


def by_id(work: Work, address_id: str) -> tuple[Person, Address]:
    """A person and the address in clear, for sending."""
    row = work.execute(_BY_ID, {"address_id": address_id}).one()
    person = person_of(row._mapping)
    return person, Address(person.channel, row.address)


def has_id(work: Work, address_id: str) -> bool:
    """Tell whether this is somebody's id."""
    return bool(work.execute(select(_BY_ID.exists()), {"address_id": address_id}).scalar_one())


def everyone(work: Work) -> Iterator[tuple[Person, Address, str | None]]:
    """All people with address and name, oldest first."""
    for row in work.execute(_WITH_NAMES.order_by(addresses.c.created_at, addresses.c.id)):
        person = person_of(row._mapping)
        yield person, Address(person.channel, row.address), row.name


def add(work: Work, address: Address, now: datetime, *, name: str | None = None) -> Person:
    """A new person with one address. Raises IntegrityError when the address is known."""
    person = newcomer(address, now)
    put(work, person, address, now, name=name)
    return person


def newcomer(address: Address, now: datetime) -> Person:
    """Somebody of whom we know nothing but the address; not yet in the record."""
    return Person(new_id(now), new_id(now), address.channel, None, False, None, Consent.UNKNOWN, None)  # noqa: FBT003


def put(work: Work, person: Person, address: Address, now: datetime, *, name: str | None = None) -> None:
    """Write a newcomer down. Raises IntegrityError when the address is known."""
    work.execute(insert(patients), {"id": person.patient_id, "name": name, "created_at": now})
    row = {
        "id": person.id,
        "patient_id": person.patient_id,
        "channel": address.channel,
        "address": address.value,
        "look_up": address.key,
        "language_chosen": False,
        "consent": person.consent,
        "created_at": now,
    }
    work.execute(insert(addresses), row)


def set_language(work: Work, person: Person, tag: str, *, chosen: bool) -> None:
    """Speak this language to this address from now on."""
    work.execute(_SET_LANGUAGE.values(language=tag, language_chosen=chosen), {"address_id": person.id})


def set_timezone(work: Work, person: Person, timezone: str) -> None:
    """The IANA name of the wall clock this person lives by."""
    work.execute(_SET_LANGUAGE.values(timezone=timezone), {"address_id": person.id})


def count_failure(work: Work, address_id: str) -> int:
    """One more permanent failure; gives how many in a row."""
    more = _SET_LANGUAGE.values(failures=addresses.c.failures + 1).returning(addresses.c.failures)
    return int(work.execute(more, {"address_id": address_id}).scalar_one())


def forget_failures(work: Work, address_id: str) -> None:
    """The last text arrived, or the person wrote."""
    some = _SET_LANGUAGE.where(addresses.c.failures > 0)
    work.execute(some.values(failures=0), {"address_id": address_id})


def keep_address(work: Work, person: Person, address: Address) -> None:
    """The address in clear, which FORGET ME had erased: the person has written from it and said START."""
    work.execute(_SET_LANGUAGE.values(address=address.value), {"address_id": person.id})


def set_pause(work: Work, person: Person, until: datetime | None) -> None:
    """Nothing of our own accord until then; None ends a pause."""
    work.execute(_SET_LANGUAGE.values(paused_until=until), {"address_id": person.id})


def set_discreet(work: Work, person: Person, *, discreet: bool) -> None:
    """Whether texts of our own accord only say that there is one."""
    work.execute(_SET_LANGUAGE.values(discreet=discreet), {"address_id": person.id})


def set_name(work: Work, person: Person, name: str) -> None:
    """What the care team calls this person."""
    work.execute(update(patients).where(patients.c.id == person.patient_id).values(name=name))


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One line of the consent log: what happened, what holds since, who says so and in which words."""

    event: ConsentEvent
    consent: Consent
    source: str
    words: str | None
    at: datetime


def set_consent(work: Work, person: Person, record: ConsentRecord) -> None:
    """Write the consent that holds, and the log line that proves it."""
    held = update(addresses).where(addresses.c.id == bindparam("address_id"))
    work.execute(held.values(consent=record.consent, consent_at=record.at), {"address_id": person.id})
    line = {
        "id": new_id(record.at),
        "address_id": person.id,
        "event": record.event,
        "consent": record.consent,
        "source": record.source,
        "words": record.words,
        "at": record.at,
    }
    work.execute(insert(consent_events), line)


def upsert(work: Work) -> "type[sqlite.Insert] | type[postgresql.Insert]":
    """The dialect's INSERT that knows ON CONFLICT."""
    return sqlite.Insert if work.dialect.name == "sqlite" else postgresql.Insert
