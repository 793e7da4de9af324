"""What to answer to a number of a check-in or a question, to the patient's own question, and to "1" for a message."""

from dataclasses import replace
from datetime import datetime

from bot.domain.answers import Answer, Answered, Facts, HandOff, Say, State
from bot.domain.messages import Intent
from bot.domain.reading import Route

_TOPIC = "topic:"
# Before a number: what it means once a discreet text has been read.
THEN = "then:"
# Beside it: her own question, which the text gives back to her.
HER_WORDS = "her-words"


def answered(route: Route, facts: Facts, now: datetime) -> Answer:
    """The reply to what was chosen; the choice is kept for the team, without a score."""
    kind, question, rest = (route.choice or "").split(":", 2)
    if kind == "question":
        said = Say("visit-question-kept", at=datetime.fromisoformat(rest))
        return Answer((said,), replace(facts.state, options={}, misses=0), (Answered(question, None),))
    number, _, then = rest.partition(":")
    given = _then(then, facts)
    return replace(given, deeds=(*given.deeds, Answered(question, number)))


def _then(then: str, facts: Facts) -> Answer:
    if then.startswith(_TOPIC):
        topic = then.removeprefix(_TOPIC)
        return Answer((Say("topic", topic, 1),), State(topic, 1))
    if then == Intent.NURSE:
        return Answer((Say("nurse"),), replace(facts.state, options={}, misses=0), (HandOff(Intent.NURSE),))
    if then == Intent.MENU:
        options = {str(number): _TOPIC + topic for number, topic in enumerate(facts.parts, start=1)}
        return Answer((Say("menu", options=options),), replace(facts.state, options=options, misses=0))
    return Answer((Say(then),), replace(facts.state, options={}, misses=0))


def read(choice: str, held: State) -> Answer:
    """The message behind a discreet text, in the words and the language of now, and what may be answered to it."""
    _, what, at = choice.split(":", 2)
    kind, _, name = what.partition("=")
    if kind == "topic":
        return Answer((Say("topic", name, 1),), State(name, 1))
    moment = datetime.fromisoformat(at) if at else None
    options = {number.removeprefix(THEN): then for number, then in held.options.items() if number.startswith(THEN)}
    words = held.options.get(HER_WORDS)
    return Answer((Say(name, at=moment, words=words, pushed=True),), State(options=options))
