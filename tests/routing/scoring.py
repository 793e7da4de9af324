"""Score the router against texts that other people wrote: tests/routing/<language>.<set>.tsv.

`first` is by one independent writer a language, `second` by another who avoids the usual words, `third` and `fourth` by
writers of several languages each, later. None saw the examples. Nobody looks at single texts of `fourth`, only at its
totals.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from bot.domain.messages import RED_FLAGS, Intent, Tier
from bot.domain.reading import Asked, Route
from bot.domain.routing import route

FOLDER = Path(__file__).parent
SETS = ("first", "second", "third", "fourth")
DANGER = frozenset({"emergency", "crisis", "adv_red", "adv_crisis"})
TRAPS = frozenset({"benign_trap", "adv_trap"})
QUESTIONS = frozenset({"question", "adv_question"})
SERVICES = frozenset({"service", "adv_service"})
OFF_TOPIC = frozenset({"offtopic", "adv_offtopic"})


@dataclass(frozen=True)
class Case:
    """One text and what it should lead to; `*` among the alternatives is anything but an alarm."""

    tag: str
    expected: str
    others: frozenset[str]
    kind: str
    text: str


@dataclass(frozen=True)
class Result:
    """A case and where it led."""

    case: Case
    found: Route

    @property
    def name(self) -> str:
        return self.found.topic if self.found.intent is Intent.TOPIC else self.found.intent

    @property
    def alarm(self) -> bool:
        return self.found.safety is Tier.RED

    @property
    def right(self) -> bool:
        accepted = {self.case.expected, *self.case.others}
        if self.case.kind in DANGER:
            # The study's sets call fever an emergency; ours name both.
            alike = {"emergency", "fever"}
            return self.alarm and (self.name in accepted or (self.name in alike and bool(accepted & alike)))
        # Whatever else `*` allows, nobody may be taken off the list by a misreading.
        return self.name in accepted or ("*" in accepted and not self.alarm and self.name != "stop")

    @property
    def within_three(self) -> bool:
        choices = {self.case.expected, *self.case.others} & set(self.found.choices)
        return self.right or bool(choices)

    @property
    def confidently_wrong(self) -> bool:
        return not self.within_three and self.found.intent not in {Intent.UNKNOWN, Intent.CLARIFY}


@dataclass(frozen=True)
class Share:
    """So many of so many, with the 95 % Wilson interval."""

    hits: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "-"
        low, high = self.interval()
        return f"{self.value:.3f} ({low:.3f}-{high:.3f}; {self.hits}/{self.of})"

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        n, p, z = self.of, self.value, 1.96
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def read(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            others = frozenset((row["alt_intents"] or "").split())
            yield Case(row["lang"], row["expected_intent"], others, row["kind"], row["text"])


def cases(name: str) -> list[Case]:
    """All languages of one set."""
    return [case for path in sorted(FOLDER.glob(f"*.{name}.tsv")) for case in read(path)]


def run(wanted: Iterable[Case], lexicon) -> list[Result]:
    """Route each text as a stranger's first one."""
    return [Result(case, route(case.text, Asked(), lexicon)) for case in wanted]


def share(results: Iterable[Result], hit: Callable[[Result], bool]) -> Share:
    counted = [hit(result) for result in results]
    return Share(sum(counted), len(counted))


def figures(results: list[Result]) -> dict[str, Share]:
    """The figures that issues and gates speak of, by name."""
    of = {kind: [r for r in results if r.case.kind in kinds] for kind, kinds in _GROUPS.items()}
    stops = [r for r in of["services"] if r.case.expected == "stop"]
    others = [r for r in results if r.case.expected != "stop"]
    ordinary = [r for r in results if r.case.kind not in DANGER | TRAPS]
    said = [r for r in results if r.found.language]
    return {
        "accuracy": share(results, lambda r: r.right),
        "questions": share(of["questions"], lambda r: r.right),
        "services": share(of["services"], lambda r: r.right),
        "keywords": share(of["keywords"], lambda r: r.right),
        "right or within the three choices": share(results, lambda r: r.within_three),
        "confidently wrong": share(results, lambda r: r.confidently_wrong),
        "off-topic given a medical answer": share(of["off-topic"], lambda r: r.found.intent is Intent.TOPIC),
        "opt-outs found": share(stops, lambda r: r.name == "stop" or r.found.also is Intent.STOP),
        "opt-outs read as START": share(stops, lambda r: r.name == "start"),
        "read as STOP without wishing it": share(others, _stopped),
        "danger: RED": share(of["danger"], lambda r: r.alarm),
        "danger: RED or AMBER": share(of["danger"], lambda r: r.found.safety in {Tier.RED, Tier.AMBER}),
        "danger: silent": share(of["danger"], lambda r: r.found.safety is None and r.found.intent not in RED_FLAGS),
        "false RED on traps": share(of["traps"], lambda r: r.alarm),
        "false RED on ordinary texts": share(ordinary, lambda r: r.alarm),
        "AMBER on ordinary texts": share(ordinary, lambda r: r.found.safety is Tier.AMBER),
        "language right, where we say one": share(said, _language_right),
        "language said": share(results, lambda r: bool(r.found.language)),
    }


_GROUPS = {
    "questions": QUESTIONS, "services": SERVICES, "keywords": {"keyword"}, "off-topic": OFF_TOPIC,
    "danger": DANGER, "traps": TRAPS,
}  # fmt: skip


def _stopped(result: Result) -> bool:
    return result.name == "stop" and "stop" not in result.case.others


def _language_right(result: Result) -> bool:
    return result.found.language == result.case.tag


def by_language(results: list[Result]) -> dict[str, list[Result]]:
    grouped: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results:
        grouped[result.case.tag].append(result)
    return dict(grouped)


def confusions(results: list[Result], most: int) -> list[tuple[str, str, int]]:
    """What was taken for what, the commonest first."""
    wrong = Counter((r.case.expected, r.name) for r in results if not r.right)
    return [(expected, name, count) for (expected, name), count in wrong.most_common(most)]
