"""What every deed works with: the record, the words, the phones and the alarm clock, opened once by runtime.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Lock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.delivery import PRODUCTION, Timing
from bot.domain.lexicon import Lexicon
from bot.domain.messages import Address
from bot.domain.programmes import Programme
from bot.domain.schedule import QuietHours
from bot.gateways import Gateway
from bot.queue import AlarmClock
from bot.services.templates import Templates
from bot.store.engine import Store
from bot.store.queries.people import Person
from bot.texts.render import Reader, Speaker


@dataclass(frozen=True, slots=True)
class Line:
    """The whole line. `gateway_for` gives the phone that an address is reached by.

    `words` are read when first asked for: whoever only sends does not need them.
    """

    store: Store
    speaker: Speaker
    words: Callable[[], Lexicon]
    clock: AlarmClock
    gateway_for: Callable[[Address], Gateway]
    zone: ZoneInfo
    quiet: QuietHours
    programmes: Mapping[str, Programme]
    templates: Templates = field(default_factory=Templates)
    timing: Timing = PRODUCTION
    # Texts a second and channel that the provider takes from our sender; 0: no limit of ours.
    rate: float = 0.0
    # How a deed waits for another process, in seconds.
    pause: Callable[[float], object] = field(default_factory=lambda: Event().wait)
    # One drain at a time in a process: two would use more threads than the provider was promised.
    draining: Lock = field(default_factory=Lock)

    def zone_of(self, person: Person) -> ZoneInfo:
        """The person's wall clock; the clinic's where we do not know it."""
        try:
            return ZoneInfo(person.timezone) if person.timezone else self.zone
        except (ZoneInfoNotFoundError, ValueError):
            return self.zone

    def language_of(self, person: Person) -> str:
        """The language we speak to this person in."""
        library = self.speaker.library
        return person.language if person.language in library.offered else library.default

    def reader(self, person: Person) -> Reader:
        """For whom texts to this person are rendered."""
        return Reader(self.language_of(person), person.channel, self.zone_of(person))
