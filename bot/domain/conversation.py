"""What to answer. A route and the facts of the person go in; texts to say, the new state and deeds come out.

Pure: it names texts by id (content/<language>/_service.md) and never holds a sentence itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import consenting, introductions, programme_answers
from bot.domain.answers import (
    Answer,
    Facts,
    HandOff,
    PlanReminder,
    Say,
    SetLanguage,
    State,
    UndoReminders,
)
from bot.domain.consent import Consent
from bot.domain.dates import When
from bot.domain.language import menu
from bot.domain.messages import Intent, Tier
from bot.domain.reading import Route
from bot.domain.schedule import CHOICES, due_at

# The numbers of our last list count this long; afterwards a number means the menu again.
LIST_LASTS = timedelta(hours=48)


def answer(route: Route, facts: Facts, now: datetime) -> Answer:
    """Decide the whole answer to one routed text."""
    given = _ANSWERS[route.intent](route, facts, now)
    if route.also is Intent.STOP:
        given = _and_stop(given, facts, now)
    if route.safety in {Tier.AMBER, Tier.LINE}:
        given = _with_the_line(given, route)
    return introductions.with_language(introductions.with_introduction(given, route, facts), route, facts)


def wordless(facts: Facts) -> Answer:
    """The answer to a photo, a voice note or a place; a stranger is told who we are as after any first text."""
    given = Answer((Say("media"),), facts.state)
    return replace(given, says=(*given.says, Say("first-contact"))) if facts.first else given


def _say(text: str, facts: Facts, **options: str) -> Answer:
    return Answer((Say(text, options=options),), replace(facts.state, options=options, misses=0))


# --- safety -------------------------------------------------------------------------------------------------


def _red_flag(route: Route, facts: Facts, now: datetime) -> Answer:
    given = _say(route.intent, facts)
    heard = route.language
    if heard in facts.written and heard != facts.language:
        # The language she writes in now comes first, the one we know of her after it: one of them is hers.
        given = replace(given, says=(Say(route.intent, language=heard), *given.says))
    # "What if I get a fever?" has the fever text, and nobody is called to it.
    return replace(given, deeds=(HandOff(route.intent),)) if route.safety is Tier.RED else given


def _with_the_line(given: Answer, route: Route) -> Answer:
    """Whom to call, after the ordinary answer; one that says it already needs it only where despair is near."""
    if not given.says:
        return given
    said = given.says[0]
    holds = said.text in _HOLDS_THE_LINE or (route.safety is Tier.LINE and said.topic in _TOPICS_WITH_THE_LINE)
    if holds and route.leans is not Intent.CRISIS:
        return given
    line = Say("crisis-line" if route.leans is Intent.CRISIS else "safety-line")
    return replace(given, says=(*given.says, line))


# These say themselves whom to call.
_HOLDS_THE_LINE = frozenset({
    "unknown", "unknown-again", "clarify", "nurse", "help", "first-contact", "personal-advice", "stop-treatment",
    "stopped", "paused", "emergency", "fever", "crisis",
})  # fmt: skip
_TOPICS_WITH_THE_LINE = frozenset({"side-effects"})


def _and_stop(given: Answer, facts: Facts, now: datetime) -> Answer:
    stopped = consenting.stop(Route(Intent.STOP), facts, now)
    return replace(given, says=given.says + stopped.says, deeds=given.deeds + stopped.deeds)


# --- topics -------------------------------------------------------------------------------------------------


def _topic(route: Route, facts: Facts, now: datetime) -> Answer:
    given = _part(route.topic or "", 1, facts)
    if not route.choices:
        return given
    options = _numbered(_option(name, facts) for name in route.choices)
    also = Say("also-asked", options=options)
    return replace(given, says=(*given.says, also), state=replace(given.state, options=options))


def _more(route: Route, facts: Facts, now: datetime) -> Answer:
    if route.choice is not None:
        return programme_answers.read(route.choice, facts.state)
    state = facts.state
    if state.topic is None:
        return replace(_menu(route, facts, now), says=(Say("nothing-more"),))
    if state.part < facts.parts.get(state.topic, 0):
        return _part(state.topic, state.part + 1, facts)
    options = _numbered(f"topic:{topic}" for topic in facts.following[state.topic])
    return Answer((Say("topic-end", options=options),), replace(state, options=options, misses=0))


def _part(topic: str, part: int, facts: Facts) -> Answer:
    return Answer((Say("topic", topic, part),), State(topic, part))


def _menu(route: Route, facts: Facts, now: datetime) -> Answer:
    options = _numbered(f"topic:{topic}" for topic in facts.parts)
    return Answer((Say("menu", options=options),), replace(facts.state, options=options, misses=0))


def _clarify(route: Route, facts: Facts, now: datetime) -> Answer:
    options = _numbered(_option(name, facts) for name in route.choices)
    return Answer((Say("clarify", options=options),), replace(facts.state, options=options, misses=0))


def _option(name: str, facts: Facts) -> str:
    return f"topic:{name}" if name in facts.parts else name


def _numbered(choices: Iterable[str]) -> dict[str, str]:
    return {str(number): choice for number, choice in enumerate(choices, start=1)}


# --- language -----------------------------------------------------------------------------------------------


def _language(route: Route, facts: Facts, now: datetime) -> Answer:
    if route.choice in facts.offered:
        tag = str(route.choice)
        says = (Say("language-set", language=tag), *introductions.label(tag, facts))
        return Answer(says, replace(facts.state, options={}, misses=0), (SetLanguage(tag, chosen=True),))
    options = {str(number): f"language:{tag}" for number, tag in _language_numbers(facts.offered)}
    return Answer((Say("language-menu", options=options),), replace(facts.state, options=options, misses=0))


def _help(route: Route, facts: Facts, now: datetime) -> Answer:
    given = _say("help", facts)
    return replace(given, says=(*given.says, *introductions.label(facts.language, facts)))


def _language_numbers(offered: tuple[str, ...]) -> list[tuple[int, str]]:
    return [(language.number, language.tag) for language in menu(offered)]


# --- reminders ----------------------------------------------------------------------------------------------

_REMIND_OPTIONS = {"1": "remind:1", "2": "remind:2", "3": "remind:3", "0": "remind:no"}


def _remind(route: Route, facts: Facts, now: datetime) -> Answer:
    if route.choice == "remind:no":
        return _say("remind-none", facts)
    if route.choice == "remind:undo":
        return replace(_say("remind-undone", facts), deeds=(UndoReminders(),))
    if facts.consent is Consent.STOPPED:
        return _say("remind-stopped", facts)
    when = route.when or _chosen_day(route.choice)
    if when is None:
        asked = "remind-unclear" if route.choice == "remind:unclear" else "remind-ask"
        return Answer((Say(asked),), replace(facts.state, options=_REMIND_OPTIONS, misses=0))
    return _set_reminder(when, facts, now)


def _chosen_day(choice: str | None) -> When | None:
    return CHOICES.get((choice or "").removeprefix("remind:"))


def _set_reminder(when: When, facts: Facts, now: datetime) -> Answer:
    at = due_at(when, now, facts.zone, facts.quiet)
    if at is None:
        return Answer((Say("remind-unclear"),), replace(facts.state, options=_REMIND_OPTIONS, misses=0))
    undo = {"0": "remind:undo"}
    said = Say("remind-set", topic=facts.state.topic, at=at)
    return Answer((said,), replace(facts.state, options=undo, misses=0), (PlanReminder(facts.state.topic, at),))


# --- people, and what we do not understand ------------------------------------------------------------------


def _no(route: Route, facts: Facts, now: datetime) -> Answer:
    if route.choice == "remind:undo":
        return _remind(route, facts, now)
    return _say("thanks", facts)


def _to_a_person(route: Route, facts: Facts, now: datetime) -> Answer:
    return replace(_say("nurse", facts), deeds=(HandOff(Intent.NURSE),))


def _unknown(route: Route, facts: Facts, now: datetime) -> Answer:
    misses = facts.state.misses + 1
    if misses == 1:
        return Answer((Say("unknown"),), replace(facts.state, misses=misses))
    options = {"1": "nurse", "2": "menu"}
    return Answer((Say("unknown-again", options=options),), replace(facts.state, options=options, misses=misses))


def _text(name: str) -> Callable[[Route, Facts, datetime], Answer]:
    def say_it(route: Route, facts: Facts, now: datetime) -> Answer:
        return _say(name, facts)

    return say_it


def _greeting(route: Route, facts: Facts, now: datetime) -> Answer:
    return _say("first-contact" if facts.first else "greeting", facts)


_ANSWERS: Mapping[Intent, Callable[[Route, Facts, datetime], Answer]] = {
    Intent.EMERGENCY: _red_flag,
    Intent.FEVER: _red_flag,
    Intent.CRISIS: _red_flag,
    Intent.STOP: consenting.stop,
    Intent.START: consenting.start,
    Intent.WRONG_NUMBER: consenting.goodbye("wrong-number", Intent.WRONG_NUMBER),
    Intent.BEREAVED: consenting.goodbye("bereaved", Intent.BEREAVED),
    Intent.NO_REMINDERS: consenting.no_reminders,
    Intent.FORGET: consenting.forget,
    Intent.ANSWER: programme_answers.answered,
    Intent.HELP: _help,
    Intent.TOPIC: _topic,
    Intent.MORE: _more,
    Intent.MENU: _menu,
    Intent.CLARIFY: _clarify,
    Intent.LANGUAGE: _language,
    Intent.REMIND: _remind,
    Intent.NURSE: _to_a_person,
    Intent.STOP_TREATMENT: _text("stop-treatment"),
    Intent.PROGNOSIS: _text("prognosis"),
    Intent.PERSONAL_ADVICE: _text("personal-advice"),
    Intent.GREETING: _greeting,
    Intent.THANKS: _text("thanks"),
    Intent.YES: _text("greeting"),
    Intent.NO: _no,
    Intent.SNOOZE: consenting.snooze,
    Intent.UNKNOWN: _unknown,
}
