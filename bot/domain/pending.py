"""Answers to what we asked last: the number of a list, a day, yes or no."""

import regex

from bot.domain import dates
from bot.domain.dates import When
from bot.domain.messages import Intent
from bot.domain.reading import Route, Text

_NUMBER = regex.compile(r"(?:number |no |num |option |opcion |numero |# ?)?(\d{1,2})")

# What the first word of an option means; the rest of it is the value.
_INTENTS = {
    "topic": Intent.TOPIC,
    "language": Intent.LANGUAGE,
    "remind": Intent.REMIND,
    "consent": Intent.START,
    "pause": Intent.SNOOZE,
    "forget": Intent.FORGET,
    "answer": Intent.ANSWER,
    "question": Intent.ANSWER,
    "read": Intent.MORE,
    **{
        intent.value: intent
        for intent in (
            Intent.NURSE, Intent.MENU, Intent.HELP, Intent.MORE, Intent.STOP, Intent.STOP_TREATMENT, Intent.PROGNOSIS,
            Intent.PERSONAL_ADVICE, Intent.WRONG_NUMBER, Intent.BEREAVED, Intent.NO_REMINDERS, Intent.SNOOZE,
            Intent.FORGET,
        )
    },
}  # fmt: skip
_WHOLE = {"remind", "consent", "pause", "forget", "answer", "question", "read"}
# The option that is no number: whatever she writes in her own words.
WORDS = "words"


def find(text: Text) -> Route | None:
    """The option that a text takes, or None. A bare number without a list means the menu: its numbers are printed."""
    number = _as_number(text)
    if number is None:
        return _word(text)
    if (choice := text.asked.options.get(str(number))) is not None:
        return _chosen(choice, f"the number {number} of the last list")
    if 1 <= number <= len(text.lexicon.topics):
        topic = text.lexicon.topics[number - 1]
        return Route(Intent.TOPIC, topic=topic, because=(f"the number {number} of the menu",))
    return None


def own_words(text: Text) -> Route | None:
    """The answer to "what do you most want to ask?": anything that is no wish of the line itself."""
    choice = text.asked.options.get(WORDS)
    if choice is None or not text.folded:
        return None
    return _chosen(choice, "her own question, which we had asked for")


def when(text: Text) -> When | None:
    """The day or time that a text names, in any language."""
    found = (dates.parse(text.folded, text.original, words.dates) for words in text.languages)
    return next((moment for moment in found if moment is not None), None)


def _word(text: Text) -> Route | None:
    """Answer in words to what was asked: a day after "When should I text you?", yes or no after an invitation."""
    options = text.asked.options.values()
    if "remind:1" in options and (moment := when(text)) is not None:
        return Route(Intent.REMIND, when=moment, because=(f"a day: '{text.folded}'",))
    for words in text.languages:
        intent = words.service.get(text.folded)
        if intent in {Intent.YES, Intent.NO} and f"consent:{intent}" in options:
            return _chosen(f"consent:{intent}", f"{words.tag}: '{text.folded}'")
    return None


def _chosen(choice: str, evidence: str) -> Route:
    kind, _, value = choice.partition(":")
    intent = _INTENTS[kind]
    if kind == "topic":
        return Route(intent, topic=value, because=(evidence,))
    return Route(intent, choice=choice if kind in _WHOLE else value or None, because=(evidence,))


def _as_number(text: Text) -> int | None:
    if found := _NUMBER.fullmatch(text.folded):
        return int(found[1])
    numbers = (words.numbers.get(text.folded) for words in text.languages)
    return next((number for number in numbers if number is not None), None)
