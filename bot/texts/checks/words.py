"""The words of all languages together: one meaning each, and what the texts tell people to type is understood."""

from collections import defaultdict
from collections.abc import Iterator

from bot.domain.fold import fold
from bot.domain.messages import Intent
from bot.texts.checks.desk import Desk, Fault, place
from bot.texts.examples import KEYWORDS, LEXICON, by_class, table
from bot.texts.terms import NAME

# What each word that the English texts tell people to type must be understood as.
_TOLD = {
    "MENU": Intent.MENU, "MORE": Intent.MORE, "NURSE": Intent.NURSE, "HELP": Intent.HELP, "LANG": Intent.LANGUAGE,
    "REMIND": Intent.REMIND, "YES": Intent.YES, "NO": Intent.NO, "STOP": Intent.STOP, "START": Intent.START,
}  # fmt: skip
_QUESTIONS, _ASK_TEAM = "QUESTIONS", "ask-team"
_OWN_NAME = "ENGLISH"
# Shorter words are close to everything.
_LONG_ENOUGH = 4


def one_meaning(desk: Desk) -> Iterator[Fault]:
    """Within a language no word has two meanings: two topics, two wishes, or a topic and a wish."""
    for tag in desk.lexicon.by_tag:
        seen: defaultdict[str, set[str]] = defaultdict(set)
        for word, meaning in _meanings(desk, tag):
            seen[fold(word)].add(meaning)
        for word, meanings in seen.items():
            if len(meanings) > 1:
                yield Fault(f"lexicon {tag}", f"'{word}' is both {' and '.join(sorted(meanings))}; keep one")


def _meanings(desk: Desk, tag: str) -> Iterator[tuple[str, str]]:
    """Each word that can be a whole text, and what it then means."""
    lexicon = table(desk.folder, tag, LEXICON)
    for section in ("commands", "service"):
        yield from ((word, name) for name, listed in lexicon.get(section, {}).items() for word in listed)
    for topic, lists in by_class(desk.folder, tag, KEYWORDS, tuple(desk.library.topics)).items():
        yield from ((word, topic) for listed in lists.values() for word in listed)


def no_command_elsewhere(desk: Desk) -> Iterator[Fault]:
    """STOP, START and HELP hold in every language at once, so no other word may be spelt like them."""
    seen: defaultdict[str, set[Intent]] = defaultdict(set)
    for words in desk.lexicon.by_tag.values():
        for text, intent in words.commands.items():
            seen[text].add(intent)
    for text, intents in seen.items():
        if len(intents) > 1:
            yield Fault("lexicon", f"'{text}' is {' and '.join(sorted(intents))}; a command may mean one thing only")
    for words in desk.lexicon.by_tag.values():
        for text in {*words.service, *words.exact} & set(seen):
            if words.service.get(text) not in seen[text]:
                yield Fault(f"lexicon {words.tag}", f"'{text}' is the command {next(iter(seen[text]))} elsewhere")


def understood(desk: Desk) -> Iterator[Fault]:
    """Each word of [words] leads to what the text promises."""
    for tag, terms in desk.terms.items():
        words = desk.lexicon.by_tag[tag]
        for english, word in terms.words.items():
            folded = fold(word)
            command, _ = desk.lexicon.commands.get(folded, (None, ""))
            if english == _QUESTIONS:
                sound = words.exact.get(folded) == _ASK_TEAM
            elif english == _OWN_NAME:
                sound = desk.lexicon.language_names.get(folded) == tag
            else:
                sound = _TOLD.get(english) in {command, words.service.get(folded)}
            if not sound:
                yield Fault(f"{tag}/{NAME}", f"[words] {english} = '{word}' is not understood so; see {LEXICON}")


def told_in_texts(desk: Desk) -> Iterator[Fault]:
    """Where the English tells people to type a word, the translation tells them its own word for it."""
    for (tag, name), document in desk.library.documents.items():
        terms, english = desk.terms.get(tag), desk.english(document)
        if terms is None or english is None:
            continue
        for part, text in document.parts.items():
            said = english.parts.get(part, "").replace("{", " ").replace(".", " ").replace(",", " ").split()
            for word in {*_TOLD, _QUESTIONS, _OWN_NAME} & set(said):
                own = terms.words.get(word)
                if own is None:
                    yield Fault(f"{tag}/{NAME}", f"[words] lacks {word}, which {name} tells people to type")
                elif own not in text:
                    yield Fault(place(document, part), f"the English says {word}, so this says {own}")


def not_near_stop(desk: Desk) -> Iterator[Fault]:
    """A word that people are told to type is not one slip away from a word that ends all texts."""
    stops = {text for text, (intent, _) in desk.lexicon.commands.items() if intent is Intent.STOP}
    for tag, terms in desk.terms.items():
        for english, word in terms.words.items():
            folded = fold(word)
            if english == "STOP" or word in terms.near_stop or len(folded) < _LONG_ENOUGH:
                continue
            if near := next((stop for stop in stops if one_slip(folded, stop)), None):
                yield Fault(f"{tag}/{NAME}", f"[words] {english} = '{word}' is one slip from '{near}'; choose another")


def one_slip(one: str, other: str) -> bool:
    """True when a letter more, less or changed makes one word the other; and when they are the same."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    rest = short[start + 1 :] if len(short) == len(long) else short[start:]
    return long[start + 1 :] == rest
