"""`chemoline content`: is every text fit to be sent, who has read it, and where does it come from?"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click

from bot import runtime
from bot.cli.opened import settings_or_exit
from bot.domain.language import LANGUAGES, canonical
from bot.texts import checks, manifest, model, provenance, review, sheet, states
from bot.texts.checks.desk import Desk
from bot.texts.content import ContentError
from bot.texts.library import Library

_MARKS = {
    states.State.STALE: "!", states.State.DRAFT: "m", states.State.UNREVIEWED: "u", states.State.EDITED: "e",
    states.State.POLISHED: "p", states.State.DUE: "d", states.State.REVIEWED: "R",
}  # fmt: skip


@click.group()
def content() -> None:
    """The texts and words of all languages."""


@content.command()
@click.option("--warnings", is_flag=True, help="also what asks for a look: length, glossary, long sentences")
def check(*, warnings: bool) -> None:
    """Check all texts and words; exit 1 if one must not be sent as it is. docs/translators.md explains each check."""
    desk = _desk()
    found = checks.check(desk)
    faults = [str(fault) for fault in found if not fault.warning]
    if model.is_stale(runtime.CONTENT):
        faults.append("content/_model.npz: made from other examples than these; run `make model`")
    for line in faults:
        click.echo(line)
    for line in (str(fault) for fault in found if fault.warning and warnings):
        click.echo(f"look: {line}")
    texts = sum(len(document.parts) for document in desk.library.documents.values())
    offered = ", ".join(desk.library.offered)
    click.echo(f"{texts} texts checked; offered languages: {offered}; {len(faults)} fault(s)")
    if faults:
        raise SystemExit(1)


@content.command()
def matrix() -> None:
    """Show the state of every text: a row a language, a column a file."""
    library, today = _desk().library, _today()
    names = sorted({name for _, name in library.documents})
    with _told():
        rows = {language.tag: _row(library, language.tag, names, today) for language in LANGUAGES}
    width = max(len(tag) for tag in rows)
    for number, name in enumerate(names):
        click.echo(f"{'':{width}} {'| ' * number}{name}")
    for tag, marks in rows.items():
        click.echo(f"{tag:{width}} {' '.join(marks)}")
    counted = Counter(mark for marks in rows.values() for mark in marks)
    for state, mark in _MARKS.items():
        click.echo(f"{mark} {counted[mark]:4} {state}: {states.MEANINGS[state]}")
    click.echo(f". {counted['.']:4} missing")


def _row(library: Library, tag: str, names: list[str], today: date) -> list[str]:
    found = library.states(tag, today)
    return [_MARKS[found[name]] if name in found else "." for name in names]


@content.command("sheet")
@click.argument("language")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="where to write; default: sheet-LANG.html")
def sheet_(language: str, out: Path | None) -> None:
    """Write a page for a reviewer of LANGUAGE: English, translation, back-translation and cost side by side."""
    tag = _known(language)
    path = out or Path(f"sheet-{tag}.html")
    with _told():
        path.write_text(sheet.page(_desk(), tag, _today()), encoding="utf-8")
    click.echo(f"{path}: open it in a browser; it prints")


@content.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="who has read the text")
@click.option("--role", required=True, help=" | ".join(review.ROLES))
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="the day of reading; default: today")
def accept(files: tuple[Path, ...], by: str, role: str, on: datetime | None) -> None:
    """Stamp FILES as read by a person: name, role, day and the hash of exactly what was read."""
    library, today = _desk().library, _today()
    if on is not None and on.date() > today:
        raise click.ClickException(f"--date {on.date()}: that day is still to come")
    for path in files:
        with _told():
            english = library.documents.get(("en", path.stem))
            text = library.documents.get((path.resolve().parent.name, path.stem))
            if text is not None and english is not None and states.is_stale(text, english):
                raise ContentError(f"{path}: the English says something else now; bring the text up to date first")
            document = review.accept(path, by, role, on.date() if on else today)
        click.echo(f"{document.tag}/{document.name}: accepted, hash {document.source_hash}")


@content.command()
@click.argument("language")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def back(language: str, file: Path) -> None:
    """Keep a back-translation of LANGUAGE: FILE is TOML with a table a document and `part = "English"` lines."""
    tag = _known(language)
    with _told():
        kept = review.keep_back(runtime.CONTENT, _desk().library, tag, file)
    click.echo(f"content/{tag}/{review.BACK}: {kept} back-translations kept")


@content.command("provenance")
@click.option("--article", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="the source article")
@click.option("--write", is_flag=True, help="keep the hashes of this article's six-word runs")
def provenance_(article: Path | None, *, write: bool) -> None:
    """Show what each text draws on; check the article's paragraphs, and that no run of six words is its own."""
    desk = _desk()
    if article and write:
        runs = provenance.write(article.read_text(encoding="utf-8"), runtime.CONTENT)
        click.echo(f"content/{provenance.NAME}: {runs} hashes")
    for name, part, basis in desk.library.manifest.bases():
        click.echo(f"{name} ## {part}: {', '.join((*basis.paragraphs, *basis.authorities))}")
    faults = [
        str(fault) for text in desk.library.documents.values() for fault in checks.provenance.own_words(text, desk)
    ]
    if article:
        faults += provenance.faults(article.read_text(encoding="utf-8"), desk.library.manifest, runtime.CONTENT)
    for fault in faults:
        click.echo(fault)
    against = "the article" if article else f"content/{provenance.NAME} (give --article to check paragraphs too)"
    click.echo(f"checked against {against}; {len(faults)} fault(s)")
    if faults:
        raise SystemExit(1)


@content.command()
def train() -> None:
    """Make the ranker anew from the examples; needs the dev extra. Takes a few minutes."""
    with _told():
        # Of the content only the topics' names are asked: a ranker that is missing or of an older form is no hindrance.
        learnt = model.train(runtime.CONTENT, tuple(manifest.read(runtime.CONTENT).topics))
    click.echo(f"learnt from {learnt} texts")


def _desk() -> Desk:
    with settings_or_exit() as settings:
        return checks.desk(runtime.CONTENT, runtime.speaker(settings), runtime.words(settings))


def _known(language: str) -> str:
    if (tag := canonical(language)) is None:
        raise click.ClickException(f"LANGUAGE '{language}': use one of {', '.join(row.tag for row in LANGUAGES)}")
    return tag


def _today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (ContentError, OSError) as error:
        raise click.ClickException(str(error)) from None
