"""What goes with an answer to someone new: who we are, in which language we speak, and who has checked the texts."""

from dataclasses import replace

from bot.domain.answers import Answer, Facts, Say, SetLanguage
from bot.domain.messages import RED_FLAGS, Intent
from bot.domain.reading import Route

# After these a stranger is not told who we are: the text is urgent, says it itself, or ends the matter.
_SAYS_IT_ITSELF = RED_FLAGS | {
    Intent.STOP, Intent.START, Intent.HELP, Intent.GREETING, Intent.WRONG_NUMBER, Intent.BEREAVED, Intent.LANGUAGE,
}  # fmt: skip
# Our texts tell everyone to type these as they are: they show no language.
_TOLD_IN_LATIN = frozenset({Intent.STOP, Intent.START, Intent.HELP})
# "Here it is in English", says the notice that we lack a language.
_IN_NOTICE = "en"


def label(tag: str, facts: Facts) -> tuple[Say, ...]:
    """What says that a computer translated these texts, where no person has checked them."""
    return (Say("machine-label", language=tag),) if tag in facts.drafts else ()


def with_introduction(given: Answer, route: Route, facts: Facts) -> Answer:
    """The first text is answered at once; who we are and how to stop follows it, once."""
    if not facts.first or route.intent in _SAYS_IT_ITSELF:
        return given
    return replace(given, says=(*given.says, Say("first-contact"), *label(facts.language, facts)))


def with_language(given: Answer, route: Route, facts: Facts) -> Answer:
    """Keep the language that the first texts show; offer another later, but never switch on a guess."""
    heard = route.language
    if route.intent is Intent.LANGUAGE:
        return given
    if not facts.language_known:
        return _first_language(given, route, facts)
    if heard is None or heard == facts.language or heard not in facts.offered:
        return given
    if route.intent in RED_FLAGS | _TOLD_IN_LATIN or len(given.says) != 1:
        return given
    return replace(given, says=(*given.says, Say("language-offer", language=heard)))


def _first_language(given: Answer, route: Route, facts: Facts) -> Answer:
    heard = route.language
    if heard in facts.offered:
        given = replace(given, deeds=(*given.deeds, SetLanguage(str(heard), chosen=False)))
    if route.intent in RED_FLAGS or not facts.first or not given.says:
        return given
    if heard in facts.written and heard not in facts.offered and facts.language == _IN_NOTICE:
        return replace(given, says=(Say("fallback-notice", language=heard), *given.says))
    if facts.language == facts.offered[0]:
        # The introduction that follows says how to change the language, in the one that most people here read.
        return given
    # Two languages are likely: the answer is in the first of them, and the other is offered.
    other = next((tag for tag in route.perhaps if tag in facts.offered and tag != facts.language), None)
    return replace(given, says=(*given.says, Say("language-offer", language=other))) if other else given
