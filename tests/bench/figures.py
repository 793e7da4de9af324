"""A figure: what was measured, its goal, and whether it is met. Tables of them, for the terminal and for the page."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table; `is_met` is None for what is only shown."""

    name: str
    measured: str
    goal: str = ""
    is_met: bool | None = None


def at_least(name: str, value: float, goal: float) -> Figure:
    """The more the better."""
    return Figure(name, _short(value), f">= {_short(goal)}", value >= goal)


def at_most(name: str, value: float, goal: float, unit: str = "") -> Figure:
    """The less the better."""
    return Figure(name, f"{_short(value)}{unit}", f"<= {_short(goal)}{unit}", value <= goal)


def shown(name: str, value: float, unit: str = "") -> Figure:
    """Without a goal: it explains another figure."""
    return Figure(name, f"{_short(value)}{unit}")


def table(figures: Sequence[Figure]) -> list[str]:
    """A Markdown table."""
    rows = [("figure", "measured", "goal", ""), ("---",) * 4]
    rows += [(figure.name, figure.measured, figure.goal, _VERDICT[figure.is_met]) for figure in figures]
    return [f"| {' | '.join(row)} |" for row in rows]


_VERDICT = {True: "met", False: "**missed**", None: ""}


def _short(value: float) -> str:
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    # A ratio just below its goal must not look like it.
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
