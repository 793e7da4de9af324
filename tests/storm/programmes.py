"""A storm of programmes: who is promised what, what must have left of it, and what must not."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from bot.domain.delivery import SHORTEST_VALID, FollowUpState
from bot.domain.messages import Channel
from bot.domain.policy import MAX_PER_DAY, Reason, Source
from bot.services.line import Line
from bot.store.models import addresses, followups
from bot.store.queries import enrolments
from bot.store.queries import followups as queries
from tests.fakes.twilio_ledger import Entry
from tests.storm import cast
from tests.storm.cast import TEMPLATES, Person
from tests.storm.scale import Scale
from tests.storm.team import Team
from tests.storm.verdict import OPEN, Verdict
from tests.storm.web import Texted

# Whose texts all leave, whatever happens around them: how many each.
_OWED = {"plain": 2, "inside": 2, "discreet": 2, "card": 1, "resumed": 1, "held": 1, "invited": 1, "agreeing": 1}
_DISCREET = "you have a new message"


class Programmes:
    """The plot of a storm: so many people of every kind, in programmes."""

    def __init__(self, scale: Scale) -> None:
        self._seed, self._seconds = scale.seed, scale.seconds
        self._lease = scale.timing.lease.total_seconds()
        begin = datetime.now(UTC)
        # A whole minute. So long before it nothing begins any more: that moment lies within a long storm.
        before = scale.timing.lease + SHORTEST_VALID
        middle = begin + before + timedelta(seconds=scale.seconds / 2 + 30)
        self._closing = middle.replace(second=0, microsecond=0)
        self._cast = {person.at: person for person in cast.assemble(scale.people, self._closing)}
        self.environ = cast.environ(self._closing)
        self.stopping = self._of("stopping", "inside-stopping")
        self.starting = self._of("agreeing")
        self.counts: Counter[str] = Counter()

    def _of(self, *kinds: str) -> list[str]:
        return [at for at, person in self._cast.items() if person.kind in kinds]

    def plan(self, line: Line, begin: datetime) -> Team:
        """Enrol everyone; what is due already is spread over the storm. Gives the team that will meddle."""
        chance, self._begin = random.Random(self._seed), begin
        cast.enrol(line, self._cast.values(), begin)
        enrolled: defaultdict[str, list[enrolments.Enrolment]] = defaultdict(list)
        with line.store.begin() as work:
            at = {row.id: _at(row) for row in work.execute(select(addresses))}
            for enrolment in enrolments.listed(work):
                enrolled[self._cast[at[enrolment.address_id]].kind].append(enrolment)
            for followup in queries.listed(work, [FollowUpState.DUE]):
                if followup.due_at <= begin:
                    moment = begin + timedelta(seconds=chance.uniform(0, self._seconds))
                    queries.hold(work, followup.id, moment)
        self._team = Team(line, enrolled, self._seconds)
        return self._team

    def is_open(self, line: Line) -> bool:
        """Whether anything is due, in the air or in doubt."""
        return any(_is_open(row) for row in _rows(line))

    def states(self, line: Line) -> dict[str, int]:
        """How many texts stand where at the end."""
        now = datetime.now(UTC)
        later = "due later"
        return dict(Counter(later if row.state == "due" and row.next_at > now else row.state for row in _rows(line)))

    def verdict(self, line: Line, ledger: Sequence[Entry], stops: Sequence[Texted]) -> Verdict:
        """Compare. `line` is only read."""
        rows = {row.id: row for row in _rows(line)}
        taken = Counter(entry.callback.rpartition("/")[2] for entry in ledger)
        assert taken.keys() <= rows.keys()
        answered = {stopped.number: stopped.answered_at for stopped in stops}
        of_person = Counter(entry.to for entry in ledger)
        said = {one for one, row in rows.items() if row.state == FollowUpState.SENT}
        lost = {at for at, person in self._cast.items() if of_person[at] < _OWED.get(person.kind, 0)}
        astray = [one for one, row in rows.items() if self._is_astray(row)]
        bad = {one for one in rows if taken[one] > 1 or (one in said) != (taken[one] > 0)} | {*astray}
        bad |= {one for one, row in rows.items() if _at(row) in lost and row.state != FollowUpState.SENT}
        self.counts |= self._seen(ledger, rows)
        found = Verdict(
            lost=len(lost) + len(astray),
            sent_twice=sum(count > 1 for count in taken.values()),
            say_sent_but_were_not=sum(not taken[one] for one in said),
            not_sent_but_were=sum(taken[one] > 0 for one in rows.keys() - said),
            left_open=sum(_is_open(row) for row in rows.values()),
            after_the_answer_to_stop=sum(entry.at > answered.get(entry.to, float("inf")) for entry in ledger),
            stops_without_exactly_one_confirmation=sum(len(stopped.said) != 1 for stopped in stops),
            poisoned_and_sent=0,
        )
        return replace(found, **self._of_programmes(ledger, rows), rows=tuple(_told(rows[one]) for one in sorted(bad)))

    def _of_programmes(self, ledger: Sequence[Entry], rows: dict[str, Row]) -> dict[str, int]:
        whose = [(entry, self._cast[entry.to], rows[entry.callback.rpartition("/")[2]]) for entry in ledger]
        days = Counter((one.at, self._day(entry, one)) for entry, one, row in whose if row.source == Source.PROGRAMME)
        ended = self._team.done_at
        return {
            "over_the_cap": sum(count > MAX_PER_DAY for count in days.values()),
            "in_quiet_hours": sum(self._is_quiet(entry, one) for entry, one, _ in whose),
            "outside_whatsapps_window": sum(self._is_outside(entry, one) for entry, one, _ in whose),
            "discreet_but_told": sum(one.kind == "discreet" and _DISCREET not in entry.body for entry, one, _ in whose),
            "after_an_end_or_pause": sum(
                entry.at > ended.get(row.enrolment_id, float("inf")) + self._lease for entry, _, row in whose
            ),
        }

    def _is_astray(self, row: Row) -> bool:
        """Tell of a text that nobody took back whether it failed, or was refused without one of the known reasons."""
        stopped = row.consent == "stopped" and row.reason == Reason.STOPPED
        ended = self._cast[_at(row)].kind == "ended" and row.reason == Reason.ENDED
        return row.state == FollowUpState.FAILED or (row.state == FollowUpState.REFUSED and not stopped and not ended)

    def _is_quiet(self, entry: Entry, person: Person) -> bool:
        return person.kind == "night" or (person.kind == "evening" and entry.at >= self._closing.timestamp())

    def _is_outside(self, entry: Entry, person: Person) -> bool:
        """Free words to somebody who wrote long ago, or a template that is none of ours or lacks a word."""
        if person.channel is not Channel.WHATSAPP or "inside" in person.kind:
            return False
        known = {sid for by_language in TEMPLATES.values() for sid in by_language.values()}
        return bool(entry.body) or entry.form.get("ContentSid") not in known or '""' in entry.form["ContentVariables"]

    def _day(self, entry: Entry, person: Person) -> object:
        return datetime.fromtimestamp(entry.at, ZoneInfo(person.zone)).date()

    def _seen(self, ledger: Sequence[Entry], rows: dict[str, Row]) -> Counter[str]:
        """What proves that there was something to prove."""
        held = [row for row in rows.values() if row.state == FollowUpState.DUE and row.due_at <= self._begin]
        kinds = Counter(self._cast[_at(row)].kind for row in held)
        return Counter(
            {f"the team: {deed}": count for deed, count in sorted(self._team.done.items())}
            | {"sent as a template": sum("ContentSid" in entry.form for entry in ledger)}
            | {"sent discreetly": sum(self._cast[entry.to].kind == "discreet" for entry in ledger)}
            | {f"held for {kind}": kinds[kind] for kind in ("held", "evening", "night")}
        )


def _rows(line: Line) -> list[Row]:
    found = select(followups, addresses.c.address, addresses.c.channel, addresses.c.consent)
    with line.store.read() as work:
        return list(work.execute(found.join(addresses, addresses.c.id == followups.c.address_id)))


def _at(row: Row) -> str:
    return f"whatsapp:{row.address}" if row.channel == Channel.WHATSAPP else row.address


def _is_open(row: Row) -> bool:
    return row.state in OPEN and (row.state != FollowUpState.DUE or row.next_at <= datetime.now(UTC))


def _told(row: Row) -> str:
    return str(dict(row._mapping))
