"""What people want from the line itself: words that are the whole text, and phrases inside a longer one."""

from collections.abc import Collection
from dataclasses import replace

import regex

from bot.domain import pending
from bot.domain.messages import Intent
from bot.domain.phrases import Kind
from bot.domain.reading import Route, Text

# Among phrases, the one that matters most to get right comes first.
_PHRASE_ORDER = (
    Intent.STOP_TREATMENT,
    Intent.BEREAVED,
    Intent.WRONG_NUMBER,
    Intent.STOP,
    Intent.REMIND,
    Intent.NURSE,
    Intent.LANGUAGE,
    Intent.PERSONAL_ADVICE,
    Intent.PROGNOSIS,
)
_SMALL_TALK = (Intent.HELP, Intent.MENU, Intent.GREETING, Intent.THANKS)
# A phrase inside a long story does not decide alone what the story is about.
_LONGEST_FOR_THANKS = 6
# "Don't remind me" holds the words of its opposite: the likelier of the two is meant. Not so for STOP, which a guess
# must never undo: only a listed "don't stop" does.
_OPPOSITES = {Intent.REMIND: "no-remind"}
# Any phrase yields when the whole text is this surely something else.
_OVERRULED = 0.6
_LEAST = 0.05
_LAST_NUMBER = regex.compile(r" ?(?P<number>\d{1,3})\P{N}*$")
# The longest name of a language, in words: "tiếng Tây Ban Nha".
_LONGEST_NAME = 4


def command(text: Text) -> Route | None:
    """STOP, START, HELP: the whole text, every language at once."""
    if (found := text.lexicon.commands.get(text.folded)) is None:
        return None
    intent, tag = found
    return Route(intent, language=tag, because=(f"{tag}: the whole text is the command '{text.folded}'",))


def also_stops(text: Text) -> bool:
    """Read "STOP I have fever 39": both are meant."""
    first, _, _ = text.folded.partition(" ")
    intent, _ = text.lexicon.commands.get(first, (None, ""))
    if intent is Intent.STOP:
        return True
    return _phrase(text, {Intent.STOP}) is not None and not _overruled(Intent.STOP, text)


def word(text: Text) -> Route | None:
    """The whole text is a service word or the name of a language."""
    if (tag := text.lexicon.language_names.get(text.folded)) is not None:
        return Route(Intent.LANGUAGE, language=tag, choice=tag, because=(f"the name of a language: '{text.folded}'",))
    for words in text.knowing:
        if (intent := words.service.get(text.folded)) is not None:
            because = (f"{words.tag}: the whole text is '{text.folded}'",)
            return finish(Route(intent, language=words.tag, because=because), text)
    return _pause(text)


def _pause(text: Text) -> Route | None:
    """Read "PAUSE 7", "pause 3 days": the word, then how long."""
    if (found := _LAST_NUMBER.search(text.folded)) is None:
        return None
    for words in text.languages:
        word = text.folded[: found.start()].strip()
        if words.service.get(word) is Intent.SNOOZE:
            number = int(found["number"])
            # "2 weeks" alone is how long; beside other words it could be anything.
            when = pending.when(replace(text, original=text.folded[found.start() :]), language=words.tag)
            days = when.days if when is not None and when.days else number
            because = (f"{words.tag}: '{word}' and {number}",)
            return Route(Intent.SNOOZE, language=words.tag, choice=f"pause:{days}", because=because)
    return None


def phrase(text: Text) -> Route | None:
    """A wish inside a sentence, opt-out in other words and its opposite among them."""
    for intent in _PHRASE_ORDER:
        found = _phrase(text, {intent})
        if found is not None and not _overruled(intent, text):
            return finish(found, text)
    if keeps := text.of_kind(Kind.KEEP):
        because = (f"{keeps[0].phrase.tag}: the words '{keeps[0].phrase.term}'",)
        return Route(Intent.THANKS, language=keeps[0].phrase.tag, confidence=0.9, because=because)
    return None


def _overruled(intent: Intent, text: Text) -> bool:
    if intent is Intent.STOP:
        return bool(text.of_kind(Kind.KEEP))
    if text.like(_OPPOSITES.get(intent, "")) > text.like(intent):
        return True
    best, share = text.ranking.best()
    return best != intent and share >= _OVERRULED and text.like(intent) < _LEAST


def small_talk(text: Text) -> Route | None:
    """Hello and thank you, in a short text."""
    if len(text.folded.split()) > _LONGEST_FOR_THANKS:
        return None
    return _phrase(text, set(_SMALL_TALK))


def finish(found: Route, text: Text) -> Route:
    """Add what the wish is about: the day of a reminder, the language that is named."""
    if found.intent is Intent.REMIND:
        return replace(found, when=pending.when(text, language=found.language))
    if found.intent is Intent.LANGUAGE:
        return replace(found, choice=_named_language(text))
    return found


def _phrase(text: Text, intents: Collection[Intent]) -> Route | None:
    for hit in text.of_kind(Kind.WISH):
        intent = Intent(hit.phrase.value)
        if intent in intents:
            because = (f"{hit.phrase.tag}: the words '{hit.phrase.term}'",)
            return Route(intent, language=hit.phrase.tag, confidence=0.9, because=because)
    return None


def _named_language(text: Text) -> str | None:
    words = text.folded.split()
    for size in range(_LONGEST_NAME, 0, -1):
        for start in range(len(words) - size + 1):
            if (tag := text.lexicon.language_names.get(" ".join(words[start : start + size]))) is not None:
                return tag
    # Chinese, Japanese and Korean do not part the name from what stands beside it.
    inside = (tag for name, tag in text.lexicon.language_names.items() if not name.isascii() and name in text.folded)
    return next(inside, None)
