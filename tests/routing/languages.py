"""`python -m tests.routing.languages [FILE]`: write docs/languages.md, which language a first text is taken for.

FILE is a further set, with the columns lang, expected_intent, alt_intents, kind and text.
"""

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from bot import runtime
from bot.domain.language import LANGUAGES, canonical
from bot.domain.lexicon import Lexicon
from bot.domain.reading import Asked
from bot.domain.routing import route
from bot.settings import Settings
from tests.routing import scoring

PAGE = Path(__file__).parents[2] / "docs" / "languages.md"
_SHORT = 2
_HEAD = """# Which language a first text is taken for

Made by `python -m tests.routing.languages`, with the study's development set (240 texts, another hand's) as its
argument; nothing here is typed by hand. Each text is routed as a stranger's, without a known language: by its script,
then by the likeness of its letters to the examples, then by the word that decided, if one language alone has it. "None"
is answered in the line's first language, with LANG to change it. A row is the language that the text is in, a column
the one it was taken for.
"""


def main(paths: Iterable[str]) -> None:
    """Read all sets, write the page."""
    words = runtime.words(Settings.from_env({}))
    sets = {name: [(case.tag, case.text) for case in scoring.cases(name)] for name in scoring.SETS}
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        sets["development set"] = [(canonical(row["lang"]) or "", row["text"]) for row in rows]
    lines = [_HEAD]
    for name, texts in sets.items():
        lines += _section(name, texts, words)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _section(name: str, texts: list[tuple[str, str]], words: Lexicon) -> list[str]:
    taken: defaultdict[str, Counter[str]] = defaultdict(Counter)
    short: Counter[bool] = Counter()
    for tag, text in texts:
        said = route(text, Asked(None, {}), words).language or "none"
        taken[tag][said] += 1
        if len(text.split()) < _SHORT:
            short[said in {tag, "none"}] += 1
    tags = [row.tag for row in LANGUAGES if row.tag in taken]
    said = [row.tag for row in LANGUAGES if any(row.tag in counts for counts in taken.values())] + ["none"]
    right = sum(taken[tag][tag] for tag in tags)
    words_alone = f"Single words right or not named: {short[True]} of {sum(short.values())}."
    named = sum(count for counts in taken.values() for found, count in counts.items() if found != "none")
    return [
        f"## {name}: {len(texts)} texts",
        "",
        f"Right where we name one: {right} of {named} ({right / named:.3f}). {words_alone}",
        "",
        f"|  | {' | '.join(said)} |",
        f"|---|{'---:|' * len(said)}",
        *(f"| {tag} | {' | '.join(str(taken[tag][found] or '') for found in said)} |" for tag in tags),
        "",
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
