"""What the provider's ledger says about our record, row by row: our id is in every callback address."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import func, select

from bot.domain.delivery import FollowUpState
from bot.services.line import Line
from bot.store.models import addresses, followups, messages
from tests.fakes.twilio_ledger import Entry
from tests.storm.plan import Planned
from tests.storm.web import Texted

OPEN = {FollowUpState.DUE, FollowUpState.SENDING, FollowUpState.UNKNOWN}
_NOT_SENT = {FollowUpState.CANCELED, FollowUpState.REFUSED}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many of each fault; all must be 0."""

    lost: int
    sent_twice: int
    say_sent_but_were_not: int
    not_sent_but_were: int
    left_open: int
    after_the_answer_to_stop: int
    stops_without_exactly_one_confirmation: int
    poisoned_and_sent: int
    # Of storms with programmes.
    over_the_cap: int = 0
    in_quiet_hours: int = 0
    outside_whatsapps_window: int = 0
    discreet_but_told: int = 0
    after_an_end_or_pause: int = 0
    # One line for each row that is at fault, to look into.
    rows: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing doubled, nothing untrue."""
        return not any(getattr(self, name) for name in COUNTS)


COUNTS = tuple(field.name for field in fields(Verdict) if field.name != "rows")


def of(line: Line, planned: Planned, ledger: Sequence[Entry], stops: Sequence[Texted]) -> Verdict:
    """Compare. `line` is only read."""
    taken = Counter(entry.callback.rpartition("/")[2] for entry in ledger)
    answered = {stopped.number: stopped.answered_at for stopped in stops}
    with line.store.read() as work:
        found = select(followups, addresses.c.consent).join(addresses, addresses.c.id == followups.c.address_id)
        rows = {row.id: row for row in work.execute(found.where(followups.c.id.in_(planned.texts)))}
        answers = select(func.count()).select_from(messages).where(messages.c.answers_sid.is_not(None))
        confirmed = work.execute(answers).scalar_one()
    assert rows.keys() == planned.texts
    # Whoever sent STOP is not owed what was not sent by then.
    owed = {row.id for row in rows.values() if not (row.state in _NOT_SENT and row.consent == "stopped")}
    said = {row.id for row in rows.values() if row.state == FollowUpState.SENT}
    bad = (owed ^ {one for one in rows if taken[one]}) | {
        one for one in rows if taken[one] > 1 or (one in said) != (taken[one] > 0)
    }
    wrongly_confirmed = sum(len(stopped.said) != 1 for stopped in stops) or abs(confirmed - len(stops))
    return Verdict(
        lost=sum(not taken[one] for one in owed),
        sent_twice=sum(count > 1 for count in taken.values()),
        say_sent_but_were_not=sum(not taken[one] for one in said),
        not_sent_but_were=sum(taken[one] > 0 for one in rows.keys() - said),
        left_open=sum(row.state in OPEN for row in rows.values()),
        after_the_answer_to_stop=sum(entry.at > answered.get(entry.to, float("inf")) for entry in ledger),
        stops_without_exactly_one_confirmation=wrongly_confirmed,
        poisoned_and_sent=sum(taken[one] for one in planned.poisoned),
        rows=tuple(f"{taken[one]} taken: {dict(rows[one]._mapping)}" for one in sorted(bad)),
    )
