"""What to answer to STOP, START, PAUSE, "no more reminders" and FORGET ME, and what each causes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.answers import (
    Answer,
    ChangeConsent,
    EndProgrammes,
    Facts,
    Forget,
    HandOff,
    Pause,
    Say,
    UndoReminders,
)
from bot.domain.consent import Consent, ConsentEvent
from bot.domain.messages import Intent
from bot.domain.reading import Route

# One confirmation a STOP (47 CFR 64.1200(a)(12)); asked again much later, a person deserves an answer.
STOP_IS_FRESH = timedelta(hours=24)
_PAUSES = {"1": "pause:3", "2": "pause:7", "3": "pause:14"}
_NO_PAUSE = "pause:no"
LONGEST_PAUSE = 90


def stop(route: Route, facts: Facts, now: datetime) -> Answer:
    """The one confirmation, and nothing more of our own accord."""
    if facts.consent is not Consent.STOPPED:
        return replace(_say("stopped", facts), deeds=(ChangeConsent(ConsentEvent.STOP),))
    if facts.consent_at is not None and now - facts.consent_at < STOP_IS_FRESH:
        return Answer((), facts.state)
    return _say("already-stopped", facts)


def start(route: Route, facts: Facts, now: datetime) -> Answer:
    """Signed up by her own word; a wish that was only understood is asked for a yes."""
    if route.choice == "consent:no":
        return replace(_say("declined", facts), deeds=(ChangeConsent(ConsentEvent.DECLINED),))
    if route.confidence < 1 and route.choice is None:
        return _say("invite", facts, **{"1": "consent:yes", "2": "consent:no"})
    return replace(_say("joined", facts), deeds=(ChangeConsent(ConsentEvent.START),))


def goodbye(text: str, reason: Intent) -> Callable[[Route, Facts, datetime], Answer]:
    """The answer to a wrong number and to a death: everything ends, and a person hears of it."""

    def say_goodbye(route: Route, facts: Facts, now: datetime) -> Answer:
        deeds = (ChangeConsent(ConsentEvent.STOP), EndProgrammes(reason), HandOff(reason))
        return replace(_say(text, facts), deeds=deeds)

    return say_goodbye


def snooze(route: Route, facts: Facts, now: datetime) -> Answer:
    """PAUSE, PAUSE 7: nothing for so many days, or the question for how many."""
    if route.choice == _NO_PAUSE:
        return _say("not-paused", facts)
    days = (route.choice or "").removeprefix("pause:")
    if not days.isdigit() or not 0 < int(days) <= LONGEST_PAUSE:
        options = {**_PAUSES, "0": _NO_PAUSE}
        asked = Say("pause-ask", options=_PAUSES)
        return Answer((asked,), replace(facts.state, options=options, misses=0))
    said = Say("paused", days=int(days))
    return Answer((said,), replace(facts.state, options={}, misses=0), (Pause(int(days)),))


def no_reminders(route: Route, facts: Facts, now: datetime) -> Answer:
    """What she had asked to be reminded of is taken back; programmes go on."""
    return replace(_say("reminders-off", facts), deeds=(UndoReminders(every=True),))


def forget(route: Route, facts: Facts, now: datetime) -> Answer:
    """FORGET ME is asked once more, for it cannot be undone."""
    if route.choice == "forget:yes":
        return Answer((Say("forgotten"),), replace(facts.state, topic=None, part=0, options={}), (Forget(),))
    if route.choice == "forget:no":
        return _say("forget-not", facts)
    return _say("forget-ask", facts, **{"1": "forget:yes", "2": "forget:no"})


def _say(text: str, facts: Facts, **options: str) -> Answer:
    return Answer((Say(text, options=options),), replace(facts.state, options=options, misses=0))
