"""Programme files: `content/programmes/*.toml`. A wrong one is refused with its file, line and reason.

anchor: treatment | visit | enrolment. cycles: "every 21 days x 6". A step: at = "C1D-3 10:00", "C*D+1" or "D+2 16:00";
then topic, text or quiz; and menu, capture, must, weekdays as needed.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import regex

from bot.domain.programmes import Anchor, Programme, Step, WrongStep, cycles, place
from bot.texts.content import ContentError
from bot.texts.library import PROGRAMMES, SERVICE, Library

FOLDER = "programmes"
_STEP = regex.compile(r"^[ \t]*\[\[step\]\]", regex.MULTILINE)
_TOP = frozenset({"id", "title", "anchor", "cycles", "step"})
_FIELDS = frozenset({"at", "topic", "text", "quiz", "right", "menu", "capture", "must", "weekdays"})
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A question comes so much later than the lesson it is about.
_QUIZ_LATER = timedelta(hours=1)
_NUMBERED = regex.compile(r"^(\d) ", regex.MULTILINE)
_TOPIC = "topic:"
# What a number of a list may lead to besides a topic and a programme text.
_DEEDS = frozenset({"nurse", "menu"})


class _Wrong(Exception):
    """What is wrong with one entry."""


def load(folder: Path, library: Library) -> dict[str, Programme]:
    """All programmes by id. Raises ContentError that names file, line and reason."""
    found: dict[str, Programme] = {}
    for path in sorted((folder / FOLDER).glob("*.toml")):
        programme = read(path, library)
        if programme.id in found:
            raise ContentError(f"{path}:1: id: '{programme.id}' is the id of another file")
        found[programme.id] = programme
    return found


def read(path: Path, library: Library) -> Programme:
    """One programme. Raises ContentError that names file, line and reason."""
    text = path.read_text(encoding="utf-8")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path}: no TOML: {error}") from error
    starts = [text.count("\n", 0, found.start()) + 1 for found in _STEP.finditer(text)]
    steps: list[Step] = []
    line = 1
    try:
        head = _head(table, path.stem)
        for line, entry in zip(starts, table["step"], strict=True):  # noqa: B007 -- the line is told when one is wrong
            steps += _steps(entry, library)
        line = 1
        return _whole(head, steps)
    except (_Wrong, WrongStep) as wrong:
        raise ContentError(f"{path}:{line}: {wrong}") from None


def option(library: Library, question: str, number: str) -> str | None:
    """What a number of a question's list stands for, in English; None when the list no longer has it."""
    lines = library.documents["en", PROGRAMMES].parts.get(question, "").splitlines()
    return next((line.removeprefix(f"{number} ") for line in lines if line.startswith(f"{number} ")), None)


def _head(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if unknown := sorted(set(table) - _TOP):
        raise _Wrong(f"{unknown[0]}: unknown; use {', '.join(sorted(_TOP))}")
    if table.get("id") != name:
        raise _Wrong(f"id: must be '{name}', as the file is named")
    if table.get("anchor") not in set(Anchor):
        raise _Wrong(f"anchor: use one of {', '.join(Anchor)}")
    if not isinstance(table.get("step"), list) or not table["step"]:
        raise _Wrong("[[step]]: there is none")
    return table


def _whole(head: Mapping[str, Any], steps: list[Step]) -> Programme:
    rhythm = cycles(head["cycles"]) if "cycles" in head else cycles("every 1 day x 1")
    names = [(step.cycle, step.day, step.text) for step in steps]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _Wrong(f"[[step]]: '{twice[2]}' stands twice on the same day")
    for step in steps:
        if step.cycle is not None and step.cycle > rhythm.count:
            raise _Wrong(f"cycles: a step names cycle {step.cycle}, there are {rhythm.count}")
    return Programme(head["id"], str(head.get("title", head["id"])), Anchor(head["anchor"]), tuple(steps), rhythm)


def _steps(entry: Mapping[str, Any], library: Library) -> list[Step]:
    """The step, and the question that follows its lesson."""
    if unknown := sorted(set(entry) - _FIELDS):
        raise _Wrong(f"{unknown[0]}: unknown; use {', '.join(sorted(_FIELDS))}")
    cycle, day, at = place(str(entry.get("at", "")))
    menu = {str(number): str(choice) for number, choice in entry.get("menu", {}).items()}
    _check_menu(menu, library)
    step = Step(
        day,
        at,
        _text(entry, library),
        cycle,
        must=bool(entry.get("must", False)),
        menu=menu,
        capture=bool(entry.get("capture", False)),
        weekdays=_weekdays(entry.get("weekdays")),
    )
    if "quiz" not in entry:
        return [step]
    quiz, choices = str(entry["quiz"]), _choices(entry, library)
    return [step, replace(step, text=quiz, menu=choices, must=False, capture=False, after=_QUIZ_LATER)]


def _choices(entry: Mapping[str, Any], library: Library) -> dict[str, str]:
    """What each answer of a question leads to. Both answers teach, and nobody is given a score."""
    quiz, right = str(entry["quiz"]), str(entry.get("right", ""))
    parts = library.documents["en", PROGRAMMES].parts
    if any(name not in parts for name in (quiz, f"{quiz}-right", f"{quiz}-wrong")):
        raise _Wrong(f"quiz: '{quiz}' needs the parts {quiz}, {quiz}-right and {quiz}-wrong in {PROGRAMMES}.md")
    numbers = _NUMBERED.findall(parts[quiz])
    if right not in numbers:
        raise _Wrong(f"right: name the right answer of {quiz}, one of {', '.join(numbers)}")
    return {number: f"{quiz}-{'right' if number == right else 'wrong'}" for number in numbers}


def _text(entry: Mapping[str, Any], library: Library) -> str:
    named = [name for name in ("topic", "text") if name in entry]
    if len(named) != 1:
        raise _Wrong("topic, text: give one of the two")
    value = str(entry[named[0]])
    if named[0] == "topic":
        if value not in library.topics:
            raise _Wrong(f"topic: '{value}' is unknown; use one of {', '.join(library.topics)}")
        return _TOPIC + value
    if value not in library.documents["en", PROGRAMMES].parts:
        raise _Wrong(f"text: '{value}' is no part of content/en/{PROGRAMMES}.md")
    return value


def _check_menu(menu: Mapping[str, str], library: Library) -> None:
    known: Collection[str] = {
        *_DEEDS,
        *(_TOPIC + topic for topic in library.topics),
        *library.documents["en", PROGRAMMES].parts,
        *library.documents["en", SERVICE].parts,
    }
    for number, choice in menu.items():
        if not number.isdigit() or choice not in known:
            raise _Wrong(
                f'menu: {number} = "{choice}": write a number and a topic:..., a programme text, nurse or menu'
            )


def _weekdays(text: str | None) -> frozenset[int]:
    """Read "mon-fri", "tue", "sat-mon"."""
    if text is None:
        return frozenset(range(7))
    first, _, last = str(text).partition("-")
    if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
        raise _Wrong(f"weekdays: '{text}': write mon-fri or tue")
    start, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))
