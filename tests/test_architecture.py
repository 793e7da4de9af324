"""The walls of the house: a room may import from lower levels and from itself, never sideways or up."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEVELS = {
    "domain": 0,
    "texts": 1, "store": 1, "gateways": 1, "queue": 1,
    "services": 2,
    "settings": 3, "logs": 3,
    "runtime": 4,
    "web": 5, "jobs": 5, "cli": 5,
    "app": 6, "__main__": 6, "worker": 6,
}  # fmt: skip
# The rules may use pure libraries of text and arithmetic, nothing that touches the world.
PURE = {"numpy", "regex", "bot", *sys.stdlib_module_names}
LONGEST_MODULE, LONGEST_FUNCTION = 300, 50


def faults(path: Path, room: str) -> Iterator[str]:
    """What one file does that the house forbids, as file:line and the rule."""
    source = path.read_text(encoding="utf-8")
    if room not in LEVELS:
        yield f"{path.name}: unknown room '{room}'; find its place in CONTRIBUTING.md first"
        return
    if (length := len(source.splitlines())) > LONGEST_MODULE:
        yield f"{path.name}: {length} lines; split it by noun"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # A migration is a list of columns, not a thought to hold in mind.
            if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION and "migrations" not in path.parts:
                yield f"{path.name}:{node.lineno}: function longer than {LONGEST_FUNCTION} lines"
            inner = (child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom))
            yield from (f"{path.name}:{child.lineno}: import inside a function" for child in inner)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            if room == "domain" and (foreign := packages_of(node) - PURE):
                yield f"{path.name}:{node.lineno}: domain may not import {foreign.pop()}"
            for other in rooms_of(node):
                if other != room and LEVELS.get(other, 99) >= LEVELS[room]:
                    yield f"{path.name}:{node.lineno}: {room} may not import {other}"


def rooms_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The rooms of ours that an import statement names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.module == "bot":
        names = [f"bot.{alias.name}" for alias in node.names]
    else:
        names = [node.module or ""]
    return {name.split(".")[1] for name in names if name.startswith("bot.")}


def packages_of(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The top-level packages that an import statement names."""
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return {name.split(".")[0] for name in names}


def room_of(path: Path) -> str:
    """bot/store/keys.py is in the room store; bot/queue.py is a room of its own."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if parts[0] != "bot" else parts[1]


def test_the_walls_stand():
    files = [path for path in sorted((ROOT / "bot").rglob("*.py")) if path != ROOT / "bot" / "__init__.py"]
    found = [fault for path in [*files, ROOT / "worker.py"] for fault in faults(path, room_of(path))]
    assert found == []


def test_the_house_is_small_enough_to_hold_in_mind():
    assert len([path for path in (ROOT / "bot").iterdir() if path.name != "__pycache__"]) <= 15


@pytest.mark.parametrize(
    ("room", "source", "rule"),
    [
        ("domain", "from bot.store import engine", "domain may not import store"),
        ("domain", "import sqlalchemy", "domain may not import sqlalchemy"),
        ("store", "import bot.texts.render", "store may not import texts"),
        ("services", "from bot import runtime", "services may not import runtime"),
        ("services", "from bot.settings import Settings", "services may not import settings"),
        ("web", "from bot.cli import main", "web may not import cli"),
        ("utils", "", "unknown room"),
        ("domain", "def f():\n    import os", "import inside a function"),
        ("domain", "\n" * 301, "split it by noun"),
        ("domain", "def f():\n" + "    x = 1\n" * 51, "longer than 50 lines"),
    ],
)
def test_each_rule_fires(tmp_path, room, source, rule):
    path = tmp_path / "sample.py"
    path.write_text(source)
    assert any(rule in fault for fault in faults(path, room))
