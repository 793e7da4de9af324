"""Answers to what we asked last: the number of a list, a day, yes or no."""

from math import inf

import regex

from bot.domain import dates
from bot.domain.dates import Unclear, When
from bot.domain.datewords import spell
from bot.domain.messages import Intent
from bot.domain.phrases import Kind
from bot.domain.reading import Route, Text

_NUMBER = regex.compile(r"(?:number |no |num |option |opcion |numero |# ?)?(\d{1,2})")
# "-1" is no number of a list: folding would make a 1 of it.
_BELOW_NOTHING = regex.compile(r"\s*[-−–\uff0d]\s*\d")

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
# Questions that are answered with yes or no as well.
_YES_OR_NO = ("consent", "forget")
# The option that is no number: whatever she writes in her own words.
WORDS = "words"
# Words beside a date in an answer, beside one that is unclear, and in a language that is not the patient's.
_BESIDE_AN_ANSWER, _BESIDE_UNCLEAR, _BESIDE_FOREIGN = 4, 1, 2
# Less sure than this, the likeness of a few words says nothing against their being an answer.
_SURELY = 0.6
# What may stand in an answer beside the answer.
_COURTESIES = {Intent.REMIND, Intent.SNOOZE, Intent.GREETING, Intent.THANKS, Intent.YES}


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


def when(text: Text, *, language: str | None = None) -> When | None:
    """The day or time that a text names, whatever else it says."""
    found = _date(text, inf, language)
    return found if isinstance(found, When) else None


def _date(text: Text, most: float, language: str | None = None) -> When | Unclear | None:
    """The day or time that a text names, with at most so many words beside it.

    In its own language first; in any other only if that explains nearly all of it, for short words are alike.
    """
    spelled = spell(text.original)
    own = {text.asked.language or "en", language}
    for words in sorted(text.languages, key=lambda words: words.tag not in own):
        found = dates.parse(spelled, words.dates, most=most if words.tag in own else min(most, _BESIDE_FOREIGN))
        if found is not None:
            return found
    return None


def _word(text: Text) -> Route | None:
    """Answer in words to what was asked: a day after "When should I text you?", yes or no where that was asked."""
    options = text.asked.options.values()
    intents = [intent for words in text.knowing if (intent := words.service.get(text.folded)) is not None]
    if "remind:1" in options and not intents and (moment := _day_asked_for(text)) is not None:
        if isinstance(moment, When):
            return Route(Intent.REMIND, when=moment, because=(f"a day: '{text.folded}'",))
        return _chosen("remind:unclear", f"a day, but which: '{text.folded}'")
    for intent in intents:
        asked = (f"{question}:{intent}" for question in _YES_OR_NO)
        if intent in {Intent.YES, Intent.NO} and (choice := next((one for one in asked if one in options), None)):
            return _chosen(choice, f"'{text.folded}'")
    return None


def _day_asked_for(text: Text) -> When | Unclear | None:
    found = _date(text, 0)
    if isinstance(found, When):
        return found
    # A sign or a smiley folds to nothing, and is like nothing.
    if not text.folded or not _is_only_an_answer(text):
        return None
    found = _date(text, _BESIDE_AN_ANSWER)
    return None if isinstance(found, Unclear) and found.beside > _BESIDE_UNCLEAR else found


def _is_only_an_answer(text: Text) -> bool:
    """False for a text with a wish of its own: "she passed away on sunday" is no answer to "when?"."""
    if not any(letter.isalpha() for letter in text.folded):
        # Figures are like whatever else holds figures.
        return True
    likeliest, share = text.ranking.best()
    if share >= _SURELY and likeliest not in _COURTESIES:
        return False
    return all(hit.phrase.value in _COURTESIES for hit in text.of_kind(Kind.WISH))


def _chosen(choice: str, evidence: str) -> Route:
    kind, _, value = choice.partition(":")
    intent = _INTENTS[kind]
    if kind == "topic":
        return Route(intent, topic=value, because=(evidence,))
    return Route(intent, choice=choice if kind in _WHOLE else value or None, because=(evidence,))


def _as_number(text: Text) -> int | None:
    if found := _NUMBER.fullmatch(text.folded):
        return None if _BELOW_NOTHING.match(text.original) else int(found[1])
    numbers = (words.numbers.get(text.folded) for words in text.knowing)
    return next((number for number in numbers if number is not None), None)
