"""A text came in: understand it, answer it, keep both. The same text again gets the same answer.

No Redis and no provider on this path. Two statements for an ordinary text from someone we know.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.domain.answers import Answer, ChangeConsent, Facts, Forget, Say, State
from bot.domain.consent import Consent, ConsentEvent
from bot.domain.conversation import LIST_LASTS, answer, wordless
from bot.domain.delivery import MessageStatus
from bot.domain.messages import RED_FLAGS, Direction, Inbound, Intent, OptOut
from bot.domain.reading import Asked, Route
from bot.domain.routing import route
from bot.services import deeds, delivery, reach
from bot.services.line import Line
from bot.store.engine import Work
from bot.store.models.base import new_id
from bot.store.queries import forgetting, messages, people
from bot.store.queries.messages import Entry, Known
from bot.store.queries.people import Person
from bot.texts.render import Reader

log = logging.getLogger(__name__)

_ENDS_ALL = (ChangeConsent(ConsentEvent.STOP), ChangeConsent(ConsentEvent.DECLINED), Forget())

# Two copies of a stranger's first text can collide twice: on the address, then on the text itself.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: our message id, which its status callback carries, and the text."""

    id: str
    body: str


class Unrecorded(Exception):
    """The record is out of reach and the text is no red flag: the provider should try again."""


def handle(line: Line, inbound: Inbound) -> list[Reply]:
    """Answer one inbound text, at `inbound.received_at`.

    Raises Unrecorded when the database is away, unless the text is a red flag: that is answered regardless.
    """
    try:
        return _recorded(line, inbound)
    except SQLAlchemyError as error:
        log.error("inbound text not recorded", extra={"error": type(error).__name__})
        return _safety_only(line, inbound)


def _recorded(line: Line, inbound: Inbound) -> list[Reply]:
    for attempt in range(_TRIES):
        try:
            return _once(line, inbound)
        except IntegrityError:
            # Another copy of this text, or of this stranger's first one, was faster: read what it wrote.
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _once(line: Line, inbound: Inbound) -> list[Reply]:
    with line.store.turn() as work:
        known = messages.look_up(work, inbound.sender, inbound.sid, inbound.received_at - LIST_LASTS)
        if known is not None and known.answered:
            person, forgotten = known.person, None
            replies = [Reply(*found) for found in messages.replies_to(work, inbound.sid)]
            ended = person.consent is Consent.STOPPED
            # Asked for again, it is also done again: the process that answered first may have died over it.
            forgotten = forgetting.asked_in(work, inbound.sid) if ended else None
        else:
            person = known.person if known is not None else people.newcomer(inbound.sender, inbound.received_at)
            done = _answered(line, inbound, known or Known(person, State(), greeted=False, answered=False))
            _keep(line, work, inbound, done, is_new=known is None)
            replies = [Reply(entry.id, entry.body) for entry in done.entries[1:]]
            ended = any(deed in done.answer.deeds for deed in _ENDS_ALL)
            forgotten = done.entries[0].id if Forget() in done.answer.deeds else None
            log.info("inbound text answered", extra={"text": done.entries[0].id})
        # Consent belongs to one address; what is forgotten is the whole person.
        addresses = [person.id] if forgotten is None else forgetting.addresses_of(work, person)
    if ended:
        # Its answer says "no more texts": one that is in the air lands first, also when the answer is asked for again.
        delivery.await_landing(line, addresses, inbound.received_at)
    if forgotten is not None:
        with line.store.begin() as work:
            forgetting.forget_landed(work, person, forgotten)
    return replies


@dataclass(frozen=True, slots=True)
class _Done:
    person: Person
    entries: Sequence[Entry]
    answer: Answer


def _keep(line: Line, work: Work, inbound: Inbound, done: _Done, *, is_new: bool) -> None:
    """The text, its answers and all that they cause, as a whole or not at all."""
    person, wanted = done.person, done.answer.deeds
    if not (is_new or person.failures or wanted):
        # One statement needs no transaction around it.
        messages.record(work, done.entries)
        return
    with line.store.together(work):
        if is_new:
            people.put(work, person, inbound.sender, inbound.received_at)
        messages.record(work, done.entries)
        if person.failures:
            reach.arrived(work, person.id)
        if ChangeConsent(ConsentEvent.START) in wanted:
            people.keep_address(work, person, inbound.sender)
        occasion = deeds.Occasion(line, person, done.entries[0].id, inbound.body, inbound.received_at)
        deeds.carry_out(work, occasion, wanted)


def _answered(line: Line, inbound: Inbound, known: Known) -> _Done:
    """Decide and render, without touching the record."""
    person = known.person
    found = _route(line, inbound, person, known.state)
    facts = _facts(line, person, known.state, found, first=not known.greeted)
    decided = _decide(inbound, found, facts)
    reader = replace(line.reader(person), language=facts.language)
    return _Done(
        person,
        [_inbound_entry(inbound, person, found), *_reply_entries(line, inbound, person, decided, reader)],
        decided,
    )


def _route(line: Line, inbound: Inbound, person: Person | None, state: State) -> Route:
    if inbound.opt_out is not None:
        return Route(_OPT_OUT[inbound.opt_out], because=("the carrier has answered this command",))
    asked = Asked(person.language if person else None, state.options)
    return route(inbound.body, asked, line.words())


_OPT_OUT = {OptOut.STOP: Intent.STOP, OptOut.START: Intent.START, OptOut.HELP: Intent.HELP}


def _facts(line: Line, person: Person, state: State, found: Route, *, first: bool) -> Facts:
    library = line.speaker.library
    language = line.language_of(person)
    if person.language is None:
        likely = (found.language, *found.perhaps)
        language = next((tag for tag in likely if tag in library.offered), language)
    return Facts(
        language=language,
        language_known=person.language is not None,
        offered=library.offered,
        written=library.complete,
        drafts=line.speaker.drafts,
        consent=person.consent,
        consent_at=person.consent_at,
        first=first,
        state=state,
        zone=line.zone_of(person),
        quiet=line.quiet,
        parts=library.parts(language, person.channel),
        following=library.following,
    )


def _decide(inbound: Inbound, found: Route, facts: Facts) -> Answer:
    now = inbound.received_at
    silent = not inbound.body.strip() and inbound.opt_out is None
    if silent and (inbound.media or inbound.place):
        return wordless(facts)
    decided = answer(found, facts, now)
    # The carrier has confirmed already; a second confirmation is one too many.
    return replace(decided, says=()) if inbound.opt_out is not None else decided


def _inbound_entry(inbound: Inbound, person: Person, found: Route) -> Entry:
    return Entry(
        id=new_id(inbound.received_at),
        address_id=person.id,
        direction=Direction.IN,
        at=inbound.received_at,
        body=inbound.body,
        status=MessageStatus.RECEIVED,
        place=0,
        sid=inbound.sid,
        language=found.language,
        intent=found.intent,
        topic=found.topic,
        safety=found.safety,
        because="\n".join(found.because),
    )


def _reply_entries(line: Line, inbound: Inbound, person: Person, decided: Answer, reader: Reader) -> list[Entry]:
    entries = []
    for place, say in enumerate(decided.says, start=1):
        rendered = line.speaker.render(say, reader)
        entries.append(
            Entry(
                id=new_id(inbound.received_at),
                address_id=person.id,
                direction=Direction.OUT,
                at=inbound.received_at,
                body=rendered.body,
                status=MessageStatus.ACCEPTED,
                place=place,
                answers_sid=inbound.sid,
                language=rendered.language,
                intent=say.text,
                topic=say.topic,
                state=decided.state if place == 1 else None,
            )
        )
    return entries


# --- without a record ---------------------------------------------------------------------------------------


def _safety_only(line: Line, inbound: Inbound) -> list[Reply]:
    """A red flag is answered with everything broken; the text is the same, only nobody is told of it."""
    found = _route(line, inbound, None, State())
    if found.intent not in RED_FLAGS:
        raise Unrecorded
    library = line.speaker.library
    language = found.language if found.language in library.complete else library.default
    reader = Reader(language or library.default, inbound.sender.channel, line.zone)
    body = line.speaker.render(Say(found.intent), reader).body
    return [Reply(new_id(inbound.received_at), body)]
