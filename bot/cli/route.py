"""`chemoline route`: where a text leads, and why."""

import json
import sys
from typing import Any

import click
import regex

from bot import runtime
from bot.cli.opened import settings_or_exit
from bot.domain.fold import fold
from bot.domain.language import canonical
from bot.domain.lexicon import Lexicon
from bot.domain.reading import Asked, Route
from bot.domain.routing import route as lead
from bot.texts import examples

_TERM = regex.compile(r"(?P<tag>[a-zA-Z-]+): .*'(?P<term>[^']+)'(?: of [a-z-]+)?")
_LIKE = regex.compile(r"reads like (?P<name>[a-z-]+) ")


class _BadLine(Exception):
    """A line of --jsonl that cannot be used; the message names the field."""


def _tag(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    if (tag := canonical(value)) is None:
        raise click.BadParameter(f"'{value}' is no language we know; write en or es")
    return tag


@click.command()
@click.argument("text", required=False)
@click.option("--language", callback=_tag, help="The language we speak to this person, for example es.")
@click.option("--jsonl", is_flag=True, help='Read {"text": ..., "language": ...} a line, write one route a line.')
@click.option("--json", "as_json", is_flag=True, help="One route as JSON.")
def route(text: str | None, language: str | None, *, jsonl: bool, as_json: bool) -> None:
    """Show where TEXT leads: intent, topic, language, safety and the evidence. Nothing is stored."""
    with settings_or_exit() as settings:
        known = runtime.words(settings)
    if jsonl:
        _lines(known)
    elif text is None:
        raise click.UsageError('give a text, or --jsonl and lines such as {"text": "fever"} on stdin')
    elif as_json:
        click.echo(_json(text, _lead(text, language, known)))
    else:
        _print(text, _lead(text, language, known))


def _lead(text: str, language: str | None, known: Lexicon) -> Route:
    return lead(text, Asked(language), known)


def _lines(known: Lexicon) -> None:
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            text, language = _asked(line)
        except _BadLine as fault:
            raise click.ClickException(f"line {number}: {fault}") from None
        click.echo(_json(text, _lead(text, language, known)))
        sys.stdout.flush()


def _asked(line: bytes) -> tuple[str, str | None]:
    """The text and language of one line; a byte-order mark, as Windows writes it, is no part of it."""
    try:
        fields = json.loads(line.decode("utf-8-sig", "replace"))
        text, name = fields["text"], fields.get("language")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _BadLine('is no JSON object with a "text"') from None
    if not isinstance(text, str):
        raise _BadLine("text: must be a string")
    if name is None or name == "":
        return text, None
    if not isinstance(name, str) or (tag := canonical(name)) is None:
        raise _BadLine("language: must be one we know, for example es")
    return text, tag


def _json(text: str, found: Route) -> str:
    described: dict[str, Any] = {
        "text": text,
        "language": found.language,
        "intent": found.intent,
        "topic": found.topic,
        "confidence": round(found.confidence, 3),
        "choices": list(found.choices),
        "safety": found.safety,
        "because": list(found.because),
    }
    # ASCII, since a text may hold half a surrogate pair that no other encoding can print.
    return json.dumps(described)


def _print(text: str, found: Route) -> None:
    click.echo(f"intent      {found.intent}")
    for name, value in (
        ("topic", found.topic),
        ("language", found.language),
        ("choices", ", ".join(found.choices)),
        ("safety", found.safety),
        ("confidence", f"{found.confidence:.2f}"),
    ):
        if value:
            click.echo(f"{name:<11} {value}")
    for evidence in found.because:
        click.echo(f"because     {evidence}{_source(evidence, text, found.language)}")


def _source(evidence: str, text: str, language: str | None) -> str:
    """Where the evidence stands in the files: a term's line, or the example that the text is nearest to."""
    if term := _TERM.fullmatch(evidence):
        place = examples.line_of(runtime.CONTENT, term["tag"], term["term"])
        return f" ({place})" if place else ""
    if language and (like := _LIKE.search(evidence)):
        example = examples.nearest(runtime.CONTENT, language, like["name"], fold(text)) or ""
        return f"; nearest: '{example}' ({examples.line_of(runtime.CONTENT, language, example)})" if example else ""
    return ""
