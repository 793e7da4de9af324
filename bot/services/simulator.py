"""The phone page's deeds: the same services as a real phone, at a time that the page chooses.

An address of the page can never reach a provider: see gateways/simulator.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.consent import Consent
from bot.domain.delivery import FollowUpState
from bot.domain.messages import Address, Channel, Inbound
from bot.gateways.simulator import PREFIX
from bot.services import inbound
from bot.services.delivery import deliver
from bot.services.line import Line
from bot.store.models.base import new_id
from bot.store.queries import followups, messages, people
from bot.store.queries.followups import FollowUp
from bot.store.queries.messages import Entry
from bot.store.queries.people import Person

_MOST_JUMPED = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Screen:
    """What the phone shows: the talk, what is planned, and who it is."""

    person: Person | None
    entries: list[Entry]
    planned: list[FollowUp]


def address_of(phone: str, channel: Channel) -> Address:
    """The address that the page's own id stands for."""
    return Address(channel, PREFIX + phone)


def say(line: Line, sender: Address, body: str, language: str | None, now: datetime) -> None:
    """A text from the phone; `language` is what the page's choice says, as if the care team had set it."""
    if language in line.speaker.library.offered:
        _choose(line, sender, language or "", now)
    inbound.handle(line, Inbound(sid=f"SIM{new_id(now)}", sender=sender, body=body, received_at=now))


def _choose(line: Line, sender: Address, language: str, now: datetime) -> None:
    with line.store.begin() as work:
        person = people.by_address(work, sender)
        if person is not None and person.language != language:
            people.set_language(work, person, language, chosen=True)
        elif person is None:
            people.set_language(work, people.add(work, sender, now), language, chosen=True)


def jump(line: Line, sender: Address, start: datetime, by: timedelta) -> None:
    """Live through the time from `start`: everything that falls due arrives at its own moment."""
    end = start + min(by, _MOST_JUMPED)
    while (upcoming := _next_due(line, sender, end)) is not None:
        followup_id, at = upcoming
        if deliver(line, followup_id, max(at, start)) is None and not _moved(line, followup_id, at):
            return


def _next_due(line: Line, sender: Address, end: datetime) -> tuple[str, datetime] | None:
    with line.store.begin() as work:
        person = people.by_address(work, sender)
        if person is None:
            return None
        waiting = followups.listed(work, [FollowUpState.DUE], address_id=person.id)
    soonest = min(waiting, key=lambda followup: followup.next_at, default=None)
    return None if soonest is None or soonest.next_at > end else (soonest.id, soonest.next_at)


def _moved(line: Line, followup_id: str, at: datetime) -> bool:
    """True when the row is no longer waiting for that moment: refused, or held until later."""
    with line.store.begin() as work:
        followup = followups.by_id(work, followup_id)
    return followup is None or followup.state is not FollowUpState.DUE or followup.next_at > at


def screen(line: Line, sender: Address) -> Screen:
    """Everything on the phone."""
    with line.store.begin() as work:
        person = people.by_address(work, sender)
        if person is None:
            return Screen(None, [], [])
        planned = followups.listed(work, [FollowUpState.DUE], address_id=person.id)
        return Screen(person, messages.of_person(work, person), planned)


def consent_of(shown: Screen) -> Consent:
    """Consent of the phone's owner; unknown before the first text."""
    return shown.person.consent if shown.person else Consent.UNKNOWN
