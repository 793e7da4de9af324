"""What a planned text says: a reminder, a lesson, a step of a programme; and the state that it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.answers import Say, State
from bot.domain.policy import Source
from bot.domain.programme_answers import HER_WORDS, THEN
from bot.domain.programmes import Day, Programme, Step
from bot.domain.schedule import on_clock
from bot.services.line import Line
from bot.services.templates import INVITATION, name_of
from bot.store.engine import Work
from bot.store.queries import answers, enrolments, messages
from bot.store.queries.claims import Candidate
from bot.store.queries.enrolments import Enrolment, EnrolmentState
from bot.store.queries.followups import FollowUp
from bot.texts.content import ContentError

_INVITE = "invite"
# What is asked of a patient in her own words, and the text that brings it back.
OWN_QUESTION, QUESTION_BACK, NO_QUESTION = "visit-own-question", "visit-list", "visit-list-open"
_TOPIC = "topic:"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a step's words depend on besides the step: the day it counts from, the person's clock and own question."""

    day: Day
    zone: ZoneInfo
    question: str | None = None

    @property
    def moment(self) -> datetime:
        """The visit or the treatment, in UTC; its morning where only the day is known."""
        return on_clock(datetime.combine(self.day.on, self.day.at or datetime.min.time()), self.zone)


@dataclass(frozen=True, slots=True)
class Saying:
    """A planned text as it would leave: inside WhatsApp's window, or outside it as a template."""

    say: Say
    state: State
    enrolment_id: str | None = None
    enrolled: EnrolmentState | None = None
    # None: its channel has no window.
    window_until: datetime | None = None
    template_name: str = INVITATION
    has_template: bool = False

    def is_outside(self, now: datetime) -> bool:
        """Tell whether only a template may leave now."""
        return self.window_until is not None and now >= self.window_until

    def leaving(self, now: datetime) -> tuple[Say, State]:
        """What leaves now, and the state it leaves behind."""
        if self.is_outside(now) and self.template_name == INVITATION:
            return discreet(self.say, self.state)
        return self.say, self.state


def sayings(line: Line, work: Work, candidates: Sequence[Candidate]) -> dict[str, Saying]:
    """What each of these rows says, by its id. One look-up for all the enrolments together."""
    ids = {found.followup.enrolment_id for found in candidates if found.followup.enrolment_id}
    enrolled = enrolments.by_ids(work, ids) if ids else {}
    return {
        found.followup.id: _saying(line, work, found, enrolled.get(found.followup.enrolment_id or ""))
        for found in candidates
    }


def _saying(line: Line, work: Work, found: Candidate, enrolment: Enrolment | None) -> Saying:
    followup, person, tag = found.followup, found.person, line.language_of(found.person)
    say, state = _said(line, work, found, enrolment)
    if enrolment is not None and not enrolment.labelled and tag in line.speaker.drafts:
        say = labelled(say)
    name = name_of(say)
    if person.discreet and followup.source is not Source.INVITE:
        say, state, name = *discreet(say, state), INVITATION
    return Saying(
        say,
        state,
        followup.enrolment_id,
        enrolled=enrolment.state if enrolment is not None else None,
        window_until=_window(line, work, found),
        template_name=name if line.templates.has_own(name, tag) else INVITATION,
        has_template=line.templates.stand_for(name, tag),
    )


def _window(line: Line, work: Work, found: Candidate) -> datetime | None:
    """Until when free words may be sent; a person who never wrote has no window open."""
    window = line.gateway_for(found.address).window(found.person.channel)
    if window is None:
        return None
    heard = messages.last_heard(work, found.person.id)
    return heard + window if heard is not None else found.followup.created_at


def _said(line: Line, work: Work, found: Candidate, enrolment: Enrolment | None) -> tuple[Say, State]:
    followup, person = found.followup, found.person
    if followup.source is Source.INVITE:
        return of_invitation()
    if enrolment is None:
        return of_followup(followup)
    name = followup.step or ""
    step = step_of(line.programmes[enrolment.programme], followup.text or "", name)
    if step is None:
        raise ContentError(f"programme {enrolment.programme} has no step {name} any more")
    question = answers.latest_words(work, person.id, OWN_QUESTION, enrolment.created_at)
    return of_step(step, Setting(day_of(enrolment.days, name), line.zone_of(person), question))


def labelled(say: Say) -> Say:
    """The first text of a programme in a language of machine drafts ends by saying so."""
    return replace(say, labelled=True)


def of_followup(followup: FollowUp) -> tuple[Say, State]:
    """A text that belongs to no programme. MORE goes on from there."""
    topic = followup.topic
    if topic is None:
        return Say("reminder-any"), State()
    if followup.source is Source.PATIENT:
        return Say("reminder", topic=topic), State(topic, 0)
    return Say("lesson", topic=topic, part=1), State(topic, 1)


def of_invitation() -> tuple[Say, State]:
    """The one question before the first push."""
    return Say(_INVITE), State(options={"1": "consent:yes", "2": "consent:no"})


def of_step(step: Step, setting: Setting) -> tuple[Say, State]:
    """One text of a programme."""
    if step.text.startswith(_TOPIC):
        topic = step.text.removeprefix(_TOPIC)
        return Say("lesson", topic=topic, part=1), State(topic, 1)
    text = NO_QUESTION if step.text == QUESTION_BACK and not setting.question else step.text
    say = Say(text, at=setting.moment, words=setting.question, pushed=True)
    return say, State(options=_options(step, setting))


def _options(step: Step, setting: Setting) -> Mapping[str, str]:
    listed = {number: f"answer:{step.text}:{number}:{then}" for number, then in step.menu.items()}
    if step.capture:
        back = setting.moment - timedelta(days=1)
        return {**listed, "words": f"question:{step.text}:{back.isoformat()}"}
    return listed


def step_of(programme: Programme, text: str, name: str) -> Step | None:
    """The step that a planned text was made from; None when the file no longer has it."""
    return next(
        (step for step in programme.steps if step.text == text and f"D{step.day:+d}-" in name),
        None,
    )


def day_of(days: Sequence[Day], name: str) -> Day:
    """The day that a planned text counts from: its name begins with the number of its cycle."""
    number = int(name.partition("D")[0].removeprefix("C"))
    return next(day for day in days if day.number == number)


def discreet(say: Say, state: State) -> tuple[Say, State]:
    """In place of a text: only that there is one. Its words are rendered when it is read."""
    what = f"topic={say.topic}" if say.topic else f"text={say.text}"
    at = say.at.isoformat() if say.at else ""
    # What its numbers mean counts from when it is read: till then "1" reads it.
    later = {f"{THEN}{number}": meaning for number, meaning in state.options.items()}
    words = {HER_WORDS: say.words} if say.words else {}
    return Say("discreet"), State(state.topic, 0, {"1": f"read:{what}:{at}", **later, **words})
