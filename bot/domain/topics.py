"""Which topic a text asks about: its own words, then what it is most like, then "1, 2 or 3?"."""

from collections import defaultdict

from bot.domain import wishes
from bot.domain.messages import RED_FLAGS, Intent, Tier
from bot.domain.phrases import Kind
from bot.domain.reading import Route, Text

# Set on the first two sets of tests/routing; docs/routing.md shows what comes of it.
SURE = 0.5
MARGIN = 0.1
# START by likeness alone would be consent by guess: it only leads to the invitation, and needs more. A wish to be left
# alone needs less: its answer says how to come back. Reminders are taken back without a question, and
# one about erasing must not come out of the blue.
SURE_OF = {"start": 0.65, "stop": 0.3, "no-reminders": 0.5, "forget": 0.5}
# Below this the best three together are no help.
WORTH_ASKING = 0.35
NOT_OURS = 0.5
_MOST_CHOICES = 3
_FEWEST_WORDS = 2
_FEW_WORDS = 3

# Classes that are no intent of their own, and what a text of theirs wants.
_BECOMES = {"keep": Intent.THANKS, "fever-info": Intent.FEVER, "benign": Intent.UNKNOWN, "off-topic": Intent.UNKNOWN}
# What cannot be offered as one of three answers.
NO_CHOICE = {
    "keep", "no-remind", "benign", "off-topic", "start", "greeting", "thanks", "yes", "no", "language",
    "emergency", "crisis", "fever", "fever-info",
}  # fmt: skip
_NOT_IF_MAYBE_STOP = {"keep": 0.05, "start": 0.03, "snooze": 0.15, "no-reminders": 0.15}
_SYMPTOMS = {"side-effects", "organs"}


def known(text: Text) -> Route | None:
    """The whole text is a topic's word or one of its known questions."""
    for words in text.knowing:
        if (topic := words.exact.get(text.folded)) is not None:
            because = (f"{words.tag}: the whole text is known for {topic}",)
            return Route(Intent.TOPIC, language=words.tag, topic=topic, safety=_line(topic), because=because)
    return None


def ranked(text: Text) -> Route | None:
    """What the text is surely like; of two questions the first is answered and the second offered."""
    if not text.ranking.classes:
        return None
    if (both := _two_questions(text)) is not None:
        return both
    name, share = text.ranking.best()
    if name in RED_FLAGS:
        # Not sure enough for an alarm, or the red flags would have spoken: no safety text without one.
        return None
    if name in wishes.CAN_BE_DENIED and text.of_kind(Kind.DENY):
        name = "keep"
    second = sorted(text.ranking.classes.values())[-2]
    if share < SURE_OF.get(name, SURE) or share - second < MARGIN:
        return None
    # Whoever may want to be left alone is asked, not thanked, signed up or left alone for a week only.
    if text.like("stop") >= _NOT_IF_MAYBE_STOP.get(name, 1.0):
        return None
    return _as_route(text, name, share)


def keywords(text: Text) -> Route | None:
    """The text holds the words of one topic only."""
    if text.like("off-topic") + text.like("benign") >= NOT_OURS:
        return None
    evidence: defaultdict[str, list[str]] = defaultdict(list)
    for hit in text.of_kind(Kind.KEYWORD):
        found = hit.phrase
        evidence[found.value].append(f"{found.tag}: keyword '{found.term}' of {found.value}")
    if len(evidence) != 1:
        return None
    # A keyword inside a long story is a hint; alone it decides only where the rest does not speak against it.
    likely = sorted(text.ranking.classes, key=lambda name: -text.like(name))[:_MOST_CHOICES]
    if len(text.folded.split()) > _FEW_WORDS and not evidence.keys() & set(likely):
        return None
    ((topic, notes),) = evidence.items()
    return Route(Intent.TOPIC, topic=topic, confidence=text.like(topic), safety=_line(topic), because=tuple(notes))


def clarify(text: Text) -> Route | None:
    """The three likeliest answers, when the right one is probably among them."""
    if not text.ranking.classes or text.like("off-topic") + text.like("benign") >= NOT_OURS:
        return None
    likely = sorted(text.ranking.classes, key=lambda name: -text.like(name))
    choices = tuple(name for name in likely if name not in NO_CHOICE)[:_MOST_CHOICES]
    share = sum(text.like(name) for name in choices)
    if share < WORTH_ASKING:
        return None
    because = tuple(text.why(name) for name in choices)
    return Route(Intent.CLARIFY, choices=choices, confidence=text.like(choices[0]), safety=Tier.LINE, because=because)


def unknown(text: Text) -> Route | None:
    """Nothing we know: the menu and the nurse."""
    return Route(Intent.UNKNOWN, confidence=0.0, safety=Tier.LINE, because=("no rule knows these words",))


def _two_questions(text: Text) -> Route | None:
    asked: dict[str, float] = {}
    for part, ranking in text.thoughts:
        name, share = ranking.best()
        if name in text.lexicon.topics and share >= SURE and len(part.split()) >= _FEWEST_WORDS:
            asked.setdefault(name, share)
    if len(asked) < 2 or text.ranking.best()[0] not in asked:
        return None
    first, second, *_ = asked
    because = (f"two questions: {first} ({asked[first]:.2f}), then {second} ({asked[second]:.2f})",)
    return Route(
        Intent.TOPIC, topic=first, choices=(second,), confidence=asked[first], safety=_line(first), because=because
    )


def _as_route(text: Text, name: str, share: float) -> Route:
    because = (text.why(name),)
    if name in text.lexicon.topics:
        return Route(Intent.TOPIC, topic=name, confidence=share, safety=_line(name), because=because)
    if name == "no-remind":
        return Route(Intent.NO, choice="remind:undo", confidence=share, because=because)
    intent = _BECOMES.get(name) or Intent(name)
    safety = Tier.LINE if intent is Intent.UNKNOWN else None
    return wishes.finish(Route(intent, confidence=share, safety=safety, because=because), text)


def _line(topic: str) -> Tier | None:
    return Tier.LINE if topic in _SYMPTOMS else None
