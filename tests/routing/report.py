"""`make route-report`: write docs/routing.md from the texts in this folder. Every figure there is made here."""

import resource
import sys
import time
from pathlib import Path

from bot import runtime
from bot.domain.fold import fold
from bot.domain.lexicon import Lexicon
from bot.domain.reading import Asked
from bot.domain.routing import route
from bot.settings import Settings
from bot.texts.examples import everything
from tests.routing import scoring
from tests.routing.scoring import SETS, Result

PAGE = Path(__file__).parents[2] / "docs" / "routing.md"
_MOST_CONFUSIONS = 15
_ROUNDS = 3

_HEAD = """# How well it understands

Made by `make route-report`; nothing here is typed by hand. The texts are in `tests/routing/`, and
`tests/routing/scoring.py` counts.

**What these figures are.** All texts were written for this purpose by language models that acted as independent
writers: one for `first`, another for `second` in each language, three for `third` and three for `fourth`, each of
several languages. None saw the product's words or examples; the second and third were told to avoid the usual words for
danger, the third those of the topics too, the fourth to write half of its texts plainly. They measure how much of
people's wording is covered. **They are no clinical sensitivity**: no patient's text is among them, and no native
speaker has checked them. Intervals are 95 % Wilson; texts of one writer are not independent, so the true ones are
wider. `first` and `second` are not blind any more: thresholds were set on them, and single texts were looked at between
the rounds in which examples were written. Of `third` the totals were looked at between rounds, and some fifty texts
were seen once. `fourth` was written last and counted when all else was done, and nobody has read it: it is the one to
believe.

Each text is routed as a stranger's first one, language unknown. A clarifier ("1, 2 or 3?") is not right at once, but
counts under "within the three choices". Danger is right only with an alarm (RED) of the right kind.
"""
_COLUMNS = {
    "accuracy": "accuracy",
    "within three": "right or within the three choices",
    "RED of danger": "danger: RED",
    "RED or AMBER": "danger: RED or AMBER",
    "false RED on traps": "false RED on traps",
    "language right": "language right, where we say one",
}


def main() -> None:
    """Load, count, write; prints the page's first table."""
    started, before = time.process_time(), _memory()
    settings = Settings.from_env({})
    library = runtime.speaker(settings).library
    words = runtime.words(settings)
    loaded, grown = time.process_time() - started, _memory() - before
    results = {name: scoring.run(scoring.cases(name), words) for name in SETS}
    lines = [_HEAD, *_summary(results), *_languages(results), *_confusions(results)]
    lines += _cost(words, results, loaded, grown)
    lines += _overlap(results, tuple(library.topics))
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(_summary(results)) + "\n")


def _summary(results: dict[str, list[Result]]) -> list[str]:
    found = {name: scoring.figures(results[name]) for name in SETS}
    rows = [_row([figure, *(str(found[name][figure]) for name in SETS)]) for figure in found[SETS[0]]]
    sizes = ", ".join(f"{name}: {len(results[name])} texts" for name in SETS)
    return [
        f"## All languages ({sizes})\n",
        "| figure | first writer | second writer (adversarial) | third (totals seen) | fourth (blind) |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]


def _languages(results: dict[str, list[Result]]) -> list[str]:
    head = ["language", "set", "texts", *_COLUMNS]
    lines = ["## By language\n", _row(head), _row(["---"] * len(head))]
    for name in SETS:
        for tag, mine in sorted(scoring.by_language(results[name]).items()):
            found = scoring.figures(mine)
            shown = [f"{found[figure].value:.3f}" for figure in _COLUMNS.values()]
            lines.append(_row([tag, name, str(len(mine)), *shown]))
    return [*lines, ""]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _confusions(results: dict[str, list[Result]]) -> list[str]:
    everyone = [result for name in SETS for result in results[name]]
    rows = scoring.confusions(everyone, _MOST_CONFUSIONS)
    table = [f"| {expected} | {name} | {count} |" for expected, name, count in rows]
    return ["## What was taken for what\n", "| meant | understood | times |", "|---|---|---|", *table, ""]


def _cost(words: Lexicon, results: dict[str, list[Result]], loaded: float, grown: float) -> list[str]:
    texts = [result.case.text for name in SETS for result in results[name]]
    started = time.process_time()
    for _ in range(_ROUNDS):
        for text in texts:
            route(text, Asked(), words)
    each = (time.process_time() - started) / (_ROUNDS * len(texts) or 1)
    return [
        "## What it costs\n",
        (
            f"{each * 1e6:.0f} us CPU a text, {loaded:.2f} s CPU and {grown:.0f} MB to load texts, words and ranker, "
            "on the machine that made this page.\n"
        ),
    ]


def _overlap(results: dict[str, list[Result]], topics: tuple[str, ...]) -> list[str]:
    known = {fold(example.text) for example in everything(runtime.CONTENT, topics)}
    texts = [fold(result.case.text) for name in SETS for result in results[name]]
    same = sum(text in known for text in texts)
    where = "stand word for word among the examples or words, mostly single words such as a topic's name"
    return [f"{same} of {len(texts)} texts {where}.\n"]


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
