"""Programmes lived through from the first day to the last, through the services that every door calls."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import FollowUpState
from bot.domain.messages import Channel, Direction
from bot.services import assigning, enrolling, planning
from bot.services.drain import drain
from bot.services.enrolling import CannotEnrol, Start
from bot.store.queries import answers, enrolments, followups, handoffs, messages, people
from bot.store.queries.people import ConsentRecord
from bot.texts.render import Reader
from tests.journeys.test_conversations import ME, Phone

TREATMENT = date(2026, 11, 24)
VISIT = Start("before-my-visit", date(2026, 11, 27), time(14, 30))
FIRST_CYCLE = Start("first-cycle", TREATMENT)
LESSONS = Start("understanding-resistance")


class Life(Phone):
    """A phone that lives through time: what falls due arrives at its own moment."""

    def knows(self, **fields):
        """A person whom the team has enrolled; agreed unless said otherwise."""
        with self.line.store.begin() as work:
            person = people.by_address(work, self.address) or people.add(work, self.address, self.now)
            people.set_language(work, person, fields.get("language", "en"), chosen=True)
            people.set_discreet(work, person, discreet=fields.get("discreet", False))
            if fields.get("agreed", True):
                record = ConsentRecord(ConsentEvent.IMPORTED, Consent.ACTIVE, "import", "yes", self.now)
                people.set_consent(work, person, record)
        return self

    def joins(self, start):
        with self.line.store.begin() as work:
            return enrolling.enrol(self.line, work, people.by_address(work, self.address), start, self.now).id

    def lives(self, **span):
        """Gives (local time, body) of what arrives meanwhile."""
        end, before = self.now + timedelta(**span), len(self._pushed())
        while True:
            with self.line.store.read() as work:
                due = followups.next_due(work, end)
            if due is None:
                break
            self.now = max(due, self.now)
            drain(self.line, lambda: self.now)
        self.now = end
        return self._pushed()[before:]

    def _pushed(self):
        with self.line.store.begin() as work:
            person = people.by_address(work, self.address)
            entries = messages.of_person(work, person)
        zone = self.line.zone_of(person)
        return [
            (f"{entry.at.astimezone(zone):%m-%d %H:%M}", entry.body)
            for entry in entries
            if entry.direction is Direction.OUT and entry.answers_sid is None
        ]

    def rows(self):
        with self.line.store.begin() as work:
            return followups.listed(work, [*FollowUpState])

    def handed(self):
        with self.line.store.begin() as work:
            return handoffs.count_by_reason(work)


@pytest.fixture
def life(build, now):
    return Life(build().line, now)


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("language", ["en", "es", "ar", "ja"])
@pytest.mark.parametrize("start", [FIRST_CYCLE, VISIT, LESSONS], ids=lambda start: start.programme)
def test_the_real_run_is_the_preview(build, now, start, language, channel):
    line = build().line
    life = Life(line, now, replace(ME, channel=channel)).knows(language=language)
    reader = Reader(language, channel, line.zone)
    shown = [text for text in assigning.preview(line, start, reader, now) if text.due_at is not None]
    life.joins(start)
    lived = life.lives(days=200)
    assert lived == [(f"{text.due_at.astimezone(line.zone):%m-%d %H:%M}", text.body) for text in shown]
    assert len(lived) >= 4


def test_nothing_is_pushed_before_a_yes(life):
    life.knows(agreed=False).joins(FIRST_CYCLE)
    (invitation,) = life.lives(days=1)
    assert "Reply 1 or YES to agree" in invitation[1]
    assert "you are signed up" in life.says("1")[0]
    assert life.person().consent is Consent.ACTIVE
    assert [at for at, _ in life.lives(days=7)] == ["11-21 10:00", "11-23 16:00", "11-25 10:00"]


def test_a_number_long_after_the_invitation_is_the_menus(life):
    life.knows(agreed=False).joins(FIRST_CYCLE)
    life.lives(days=5)
    assert life.says("1")[0].startswith("Chemo is given")
    assert life.person().consent is Consent.UNKNOWN
    life.says("START")
    assert life.person().consent is Consent.ACTIVE


def test_a_late_yes_is_a_yes(life):
    life.knows(agreed=False).joins(FIRST_CYCLE)
    life.lives(days=5)
    assert "you are signed up" in life.says("yes")[0]
    assert life.person().consent is Consent.ACTIVE


def test_a_no_ends_it_and_no_answer_sends_nothing(life):
    life.knows(agreed=False).joins(FIRST_CYCLE)
    life.lives(hours=1)
    assert "we will not send lessons" in life.says("NO")[0]
    assert life.lives(days=60) == []
    assert life.person().consent is Consent.STOPPED


def test_who_says_yes_is_asked_once_for_two_programmes(life):
    life.knows(agreed=False)
    life.joins(FIRST_CYCLE)
    life.joins(LESSONS)
    assert len(life.lives(days=2)) == 1
    life.says("YES")
    with life.line.store.begin() as work:
        assert {found.state for found in enrolments.listed(work)} == {"active"}


def test_two_programmes_together_keep_the_promised_rate(life):
    life.knows()
    life.joins(FIRST_CYCLE)
    life.joins(LESSONS)
    days = [at.split()[0] for at, _ in life.lives(days=40)]
    assert max(days.count(day) for day in days) <= 2
    parsed = [datetime.strptime(f"2026-{day}" if day[:2] in "1112" else f"2027-{day}", "%Y-%m-%d") for day in days]
    for start in parsed:
        assert sum(start <= day < start + timedelta(days=7) for day in parsed) <= 7


def test_stop_holds_a_programme_and_start_goes_on_with_what_is_left(life):
    life.knows().joins(FIRST_CYCLE)
    life.lives(days=8)
    life.says("STOP")
    assert life.lives(days=10) == []
    life.says("START")
    bodies = life.lives(days=14)
    assert bodies and all("11-2" not in at for at, _ in bodies)
    sent = [row.step for row in life.rows() if row.state is FollowUpState.SENT]
    assert len(sent) == len(set(sent))


def test_a_delayed_cycle_moves_what_is_unsent(life):
    enrolment = life.knows().joins(FIRST_CYCLE)
    life.lives(days=9)
    enrolling.delay(life.line, enrolment, 1, date(2026, 12, 1), life.now)
    cards = [at for at, body in life.lives(days=40) if "Please save this" in body]
    # The card of the first cycle was sent before it moved; the second cycle follows the first.
    assert cards == ["12-23 10:00"]


def test_the_team_holds_resumes_and_ends(life):
    enrolment = life.knows().joins(FIRST_CYCLE)
    enrolling.pause(life.line, enrolment)
    assert life.lives(days=9) == []
    enrolling.resume(life.line, enrolment, life.now)
    assert [at for at, _ in life.lives(days=3)] == ["11-26 10:00", "11-27 10:00", "11-29 10:00"]
    enrolling.end(life.line, enrolment)
    assert life.lives(days=100) == []
    reasons = {row.reason for row in life.rows() if row.state is FollowUpState.CANCELED}
    assert "the programme was ended" in reasons


def test_a_text_taken_back_by_the_team_stays_out_of_a_new_plan(life):
    enrolment = life.knows().joins(FIRST_CYCLE)
    (card,) = [row for row in life.rows() if row.step == "C1D+1-fever-card"]
    assert planning.cancel(life.line, card.id) and not planning.cancel(life.line, card.id)
    enrolling.delay(life.line, enrolment, 1, date(2026, 11, 25), life.now)
    assert not any("Please save this" in body for _, body in life.lives(days=15))


@pytest.mark.parametrize(
    ("start", "consent", "said"),
    [
        (Start("nonsense"), Consent.ACTIVE, "programme: 'nonsense' is unknown; use one of before-my-visit"),
        (Start("first-cycle"), Consent.ACTIVE, "on: give the day of the treatment"),
        (Start("before-my-visit", TREATMENT), Consent.ACTIVE, "at: give the time of the visit"),
        (FIRST_CYCLE, Consent.STOPPED, "address: this person has sent STOP"),
    ],
)
def test_who_cannot_be_enrolled_is_told_why(life, start, consent, said):
    life.knows()
    if consent is Consent.STOPPED:
        life.says("STOP")
    with pytest.raises(CannotEnrol, match=said):
        life.joins(start)


def test_nobody_is_in_a_programme_twice_or_in_three(life):
    life.knows().joins(FIRST_CYCLE)
    with pytest.raises(CannotEnrol, match="in it already"):
        life.joins(FIRST_CYCLE)
    life.joins(LESSONS)
    with pytest.raises(CannotEnrol, match="in 2 programmes already"):
        life.joins(VISIT)


# --- two ways -----------------------------------------------------------------------------------------------


def test_a_check_in_is_answered_by_number_and_kept_for_the_team(life):
    life.knows().joins(FIRST_CYCLE)
    life.lives(days=10)
    assert "you may feel very tired" in life.says("2")[0]
    assert "We kept your message for the care team" in life.says("3")[0] or life.handed() == {}
    with life.line.store.begin() as work:
        kept = answers.listed(work, datetime(2026, 1, 1, tzinfo=UTC))
    assert [(given.question, given.choice) for given in kept] == [("check-in", "2")]


def test_a_check_in_can_call_a_nurse(life):
    life.knows().joins(FIRST_CYCLE)
    life.lives(days=10)
    assert "kept your message for the care team" in life.says("3")[0]
    assert life.handed() == {"nurse": 1}


def test_both_answers_of_a_question_teach_and_are_kept(life):
    life.knows().joins(LESSONS)
    life.lives(days=2, hours=2)
    assert "It is not your fault" in life.says("2")[0]
    with life.line.store.begin() as work:
        (given,) = answers.listed(work, datetime(2026, 1, 1, tzinfo=UTC))
    assert (given.question, given.choice, given.words) == ("q1", "2", None)


def test_a_number_after_two_days_is_the_menu_again(life):
    life.knows().joins(FIRST_CYCLE)
    life.lives(days=10)
    life.now += timedelta(hours=49)
    assert life.says("2")[0].startswith("Chemo is strong medicine")


def test_her_own_question_comes_back_the_day_before(life):
    life.knows().joins(VISIT)
    life.lives(days=8, hours=7)
    kept = life.says("will i be able to go to my daughters wedding in May?")[0]
    assert kept.startswith("Thank you. We will send your question back to you on Thu, Nov 26")
    ((_, body),) = life.lives(days=1)
    assert "Your question: will i be able to go to my daughters wedding in May?" in body


@pytest.mark.parametrize(
    ("said", "answer", "handed"),
    [
        ("I cant breathe", "This may be an emergency", {"emergency": 1}),
        ("MENU", "Topics.", {}),
        ("STOP", "you are unsubscribed", {}),
        ("no more messages please", "you are unsubscribed", {}),
    ],
)
def test_what_is_no_question_is_not_kept_as_one(life, said, answer, handed):
    life.knows().joins(VISIT)
    life.lives(days=8, hours=7)
    assert answer in life.says(said)[0]
    assert life.handed() == handed
    with life.line.store.begin() as work:
        assert answers.listed(work, datetime(2026, 1, 1, tzinfo=UTC)) == []


def test_without_a_question_the_list_asks_for_one(life):
    life.knows().joins(VISIT)
    bodies = [body for _, body in life.lives(days=10)]
    assert any("Write down what you want to ask" in body for body in bodies)


# --- pauses, discretion, drafts -----------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["PAUSE 10", "pause 10 days", "pausa 10 dias", "暂停10天", "PAUSE|10"])
def test_a_pause_holds_everything_and_ends_by_itself(life, words):
    life.knows().joins(FIRST_CYCLE)
    for word in words.split("|")[:1]:
        said = life.says(word)[0]
    if "|" in words:
        assert "1. 3 days" in said
        said = life.says("2")[0]
    days = 7 if "|" in words else 10
    assert f"for {days} days" in said
    assert life.person().consent is Consent.PAUSED
    assert life.lives(days=days - 1, hours=22) == []
    # A card that must be sent comes late rather than never.
    assert any("Please save this" in body for _, body in life.lives(days=3))


def test_zero_is_no_pause_and_start_ends_one(life):
    life.knows().joins(FIRST_CYCLE)
    life.says("PAUSE")
    assert "nothing has changed" in life.says("0")[0]
    life.says("PAUSE 30")
    life.says("START")
    assert life.person().consent is Consent.ACTIVE
    assert life.lives(days=8)


def test_no_more_reminders_leaves_the_programme(life):
    life.knows().joins(FIRST_CYCLE)
    life.says("remind me in 2 days")
    life.says("remind me in 3 days")
    assert "took back all your reminders" in life.says("STOP REMINDERS")[0]
    assert life.person().consent is Consent.ACTIVE
    assert all("you asked" not in body for _, body in life.lives(days=8))
    assert life.rows()


@pytest.mark.parametrize("start", [FIRST_CYCLE, VISIT], ids=lambda start: start.programme)
def test_a_discreet_text_says_nothing_until_it_is_read(life, start):
    life.knows(discreet=True).joins(start)
    (_, body), *_ = life.lives(days=7 if start is FIRST_CYCLE else 8)
    assert body == "ChemoLine Demo: you have a new message. Reply 1 to read it, STOP to end."
    read = life.says("1")[0]
    assert "chemo" in read.lower() or "visit" in read


def test_a_discreet_check_in_is_answered_once_it_has_been_read(life):
    life.knows(discreet=True).joins(FIRST_CYCLE)
    life.lives(days=10)
    assert "3 I want a nurse" in life.says("1")[0]
    assert life.handed() == {}
    assert "kept your message for the care team" in life.says("3")[0]
    assert life.handed() == {"nurse": 1}
    with life.line.store.begin() as work:
        kept = answers.listed(work, datetime(2026, 1, 1, tzinfo=UTC))
    assert [(given.question, given.choice) for given in kept] == [("check-in", "3")]


def test_a_discreet_question_is_answered_in_her_own_words_once_it_has_been_read(life):
    life.knows(discreet=True).joins(VISIT)
    life.lives(days=8, hours=7)
    assert "What is the one thing you most want to ask" in life.says("1")[0]
    assert "send your question back to you" in life.says("will i be able to dance in May?")[0]
    ((_, body),) = life.lives(days=1)
    assert "dance" not in body
    assert "Your question: will i be able to dance in May?" in life.says("1")[0]


def test_the_first_text_of_a_programme_says_that_it_is_a_draft(life):
    life.knows(language="es").joins(FIRST_CYCLE)
    bodies = [body for _, body in life.lives(days=12)]
    label = life.line.speaker.library.documents["es", "_service"].parts["machine-label"].partition("{")[0]
    assert [label in body for body in bodies] == [True] + [False] * (len(bodies) - 1)


# --- forgetting ---------------------------------------------------------------------------------------------


def test_forget_me_is_asked_once_more_and_then_leaves_a_mark_only(life, database_url):
    life.knows(language="en").joins(FIRST_CYCLE)
    life.lives(days=9)
    life.says("my secret worry is about my job")
    assert "We cannot undo this" in life.says("FORGET ME")[0]
    assert "we deleted nothing" in life.says("2")[0]
    life.says("delete my data")
    assert "we deleted what we had about you" in life.says("1")[0]
    with life.line.store.begin() as work:
        person = people.by_address(work, ME)
        left = messages.of_person(work, person)
        assert enrolments.listed(work) == [] and followups.listed(work, [*FollowUpState]) == []
        assert people.by_id(work, person.id)[1].value == ""
        # The row that a copy of the webhook must find, and its answer.
        assert [entry.body for entry in left if entry.direction is Direction.IN] == [""]
    assert person.consent is Consent.STOPPED
    assert life.lives(days=100) == []


def test_a_copy_of_the_text_that_asked_to_be_forgotten_gets_the_same_answer(life):
    life.knows()
    life.says("forget me")
    first = life.says("1")
    life.sids -= 1
    assert life.says("1") == first


def test_who_was_forgotten_can_come_back_by_her_own_start(life):
    life.knows()
    life.says("forget me")
    life.says("1")
    with pytest.raises(CannotEnrol, match="has sent STOP"):
        life.joins(FIRST_CYCLE)
    life.says("START")
    life.joins(FIRST_CYCLE)
    assert life.lives(days=5)


@pytest.mark.parametrize("words", ["wrong number", "my mother passed away last week"])
def test_a_wrong_number_and_a_death_end_every_programme(life, words):
    life.knows().joins(FIRST_CYCLE)
    life.says(words)
    life.says("START")
    assert life.lives(days=60) == []
    with life.line.store.begin() as work:
        assert enrolments.listed(work) == []
