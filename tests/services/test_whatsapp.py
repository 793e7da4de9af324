"""WhatsApp's 24 hours: free words inside, approved templates outside, and never a try that Twilio refuses (63016)."""

import json
from datetime import timedelta

import pytest

from bot.domain.consent import Consent, ConsentEvent
from bot.domain.delivery import FollowUpState
from bot.domain.messages import Address, Channel, Inbound
from bot.domain.policy import Source
from bot.services import inbound
from bot.services.delivery import deliver
from bot.store.queries import followups, people
from bot.store.queries.followups import Plan
from bot.store.queries.people import ConsentRecord
from bot.texts.content import ContentError

ANA = Address(Channel.WHATSAPP, "+15550100123")
KEYS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_WHATSAPP_FROM": "+15550100100"}
INVITATION, LESSON = "HX" + "1" * 32, "HX" + "2" * 32


@pytest.fixture
def make(build, twilio, now):
    """A line with these templates, and a lesson due now for somebody who has agreed."""

    def _make(templates=None, *, wrote_ago=None):
        more = {"WHATSAPP_TEMPLATES": json.dumps(templates)} if templates else {}
        line = build(**KEYS, TWILIO_API_URL=twilio.url, **more).line
        if wrote_ago is not None:
            inbound.handle(line, Inbound("SM1", ANA, "hello", now - wrote_ago))
        with line.store.begin() as work:
            person = people.by_address(work, ANA) or people.add(work, ANA, now)
            record = ConsentRecord(ConsentEvent.IMPORTED, Consent.ACTIVE, "import", "yes", now)
            people.set_consent(work, person, record)
            return line, followups.plan(work, Plan(person.id, "how", now, Source.TEAM), now)

    return _make


def template_of(entry):
    return entry.form["ContentSid"], json.loads(entry.form["ContentVariables"])


def row(line, followup_id):
    with line.store.begin() as work:
        return followups.by_id(work, followup_id)


def test_inside_the_window_the_words_go_as_they_are(make, twilio, now):
    line, followup = make(wrote_ago=timedelta(hours=23))
    assert deliver(line, followup, now) is FollowUpState.SENT
    (entry,) = twilio.ledger.all()
    assert entry.body.startswith("ChemoLine Demo: Chemo is strong medicine") and "ContentSid" not in entry.form


@pytest.mark.parametrize("wrote_ago", [None, timedelta(hours=25)])
def test_outside_it_without_a_template_the_text_waits_and_is_then_refused_with_the_reason(make, twilio, now, wrote_ago):
    line, followup = make(wrote_ago=wrote_ago)
    assert deliver(line, followup, now) is None
    held = row(line, followup)
    assert (held.state, held.next_at) == (FollowUpState.DUE, now + timedelta(hours=1))
    # She writes: the window is open, and the text goes.
    later = now + timedelta(hours=2)
    inbound.handle(line, Inbound("SM2", ANA, "thanks", later))
    assert deliver(line, followup, later) is FollowUpState.SENT


def test_a_day_later_it_is_refused_with_the_reason(make, twilio, now):
    line, followup = make()
    assert deliver(line, followup, now + timedelta(hours=22)) is None
    held = row(line, followup)
    assert (held.state, held.reason) == (
        FollowUpState.REFUSED,
        "outside WhatsApp's 24 hours, and no approved template for this text",
    )
    assert twilio.ledger.all() == []


def test_outside_it_the_texts_own_template_goes_with_its_values(make, twilio, now):
    line, followup = make({"topic:how": {"en": LESSON}, "discreet": {"en": INVITATION}})
    assert deliver(line, followup, now) is FollowUpState.SENT
    (entry,) = twilio.ledger.all()
    assert template_of(entry) == (LESSON, {"1": "ChemoLine Demo"})


def test_else_the_invitation_goes_and_the_words_are_read_on_request(make, twilio, now):
    line, followup = make({"discreet": {"en": INVITATION}})
    assert deliver(line, followup, now) is FollowUpState.SENT
    (entry,) = twilio.ledger.all()
    assert (entry.form["ContentSid"], json.loads(entry.form["ContentVariables"])) == (
        INVITATION,
        {"1": "ChemoLine Demo"},
    )
    (reply, *_) = inbound.handle(line, Inbound("SM9", ANA, "1", now + timedelta(minutes=5)))
    assert "Chemo drugs cannot always tell" in reply.body or "Chemo is strong medicine" in reply.body


def test_a_template_of_another_language_is_none(make, twilio, now):
    line, followup = make({"discreet": {"es": INVITATION}})
    assert deliver(line, followup, now) is None
    assert twilio.ledger.all() == []


def test_a_template_of_a_text_that_we_do_not_have_stops_the_start(build):
    with pytest.raises(ContentError, match="'lesson1' is no text of ours"):
        build(WHATSAPP_TEMPLATES=json.dumps({"lesson1": {"en": LESSON}}))
