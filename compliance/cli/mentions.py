"""`compliance mentions`: whom a text or page names, and what registers say of them on a day."""

from __future__ import annotations

import os
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance import answer
from compliance.assemble import mentions_of
from compliance.check import today
from compliance.cli.command import (
    cache_directory,
    config_option,
    json_option,
    print_json,
    progress,
    reports_errors,
    rules_path,
    settings,
)
from compliance.cli.marked import report
from compliance.content.facts import Content
from compliance.content.mentioned import Looked, look
from compliance.content.publisher import Directory
from compliance.dictionary import scanner_of
from compliance.errors import ConfigError, Problem, RequestError
from compliance.forms_cache import FormsCache
from compliance.mentions.aware import AwareScanner
from compliance.mentions.table import Table
from compliance.model.period import parse_day
from compliance.model.ruleset import Ruleset
from compliance.store import read_with_forms

STANDARD_INPUT: Final = "-"
LINES: Final = (".jsonl", ".ndjson")
PAGES: Final = (".html", ".htm", ".xhtml")
READ: Final = frozenset({".txt", ".text", ".md", *LINES, *PAGES})
"""The files of a directory that are read; one that is named is read whatever its name."""
_PARTS: Final = ("headline", "text", "html")
_IN_PARALLEL: Final = 8
"""Fewer files than these are not worth another process."""


NO_CONTENT: Final = Content()


@dataclass(frozen=True, slots=True)
class Document:
    """Something to look through, or what is wrong with it."""

    name: str
    content: Content = NO_CONTENT
    problem: str = ""


@click.command()
@click.argument("sources", metavar="[FILE|DIR|-]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files whose entities are looked for, or a bundle.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day for which registers are asked; left out, today.")
@click.option("--suppressed", "shows_suppressed", is_flag=True, help="Also list what was found and is no mention.")
@click.option("--html", "page", metavar="FILE", help="Also write a page that shows the texts with what was found.")
@click.option("--jobs", type=click.IntRange(1), help="How many processes; left out, one for each core.")
@config_option
@json_option
@reports_errors
def mentions(sources: tuple[Path, ...], rules_dir: str | None, *, as_json: bool, **flags: Any) -> None:
    """Find the names of entities in texts and pages, in every case form, with what registers say of them.

    Reads text files, pages (`.html`), `-` for standard input, lines of JSON (`.jsonl`, each with `text` or `html`, and
    perhaps `headline`), and directories of such files.
    """
    if not sources:
        raise ConfigError("name a file or a directory, or give `-` and write the text to standard input")
    day = today() if flags["as_of"] is None else parse_day(flags["as_of"])
    if day is None:
        raise ConfigError(f"`{flags['as_of']}` is not a calendar day: write it as YYYY-MM-DD")
    rules = rules_path(Path(rules_dir) if rules_dir else None, flags["config"])
    where = rules, cache_directory(settings(flags["config"], {}))
    ruleset, forms = read_with_forms(rules)
    files, skipped = _files(sources)
    looked = list(_looked(files, where, (ruleset, forms), flags["jobs"] or os.cpu_count() or 1))
    if problems := [Problem(each.problem, where=each.name) for each, _ in looked if each.problem]:
        raise RequestError(problems)
    found = [(each, mentions_of(ruleset, seen, day, most=None)) for each, seen in looked]
    if flags["page"] is not None:
        _write(Path(flags["page"]), report([(each.name, each.content, seen) for each, seen in looked], ruleset, day))
    if as_json:
        shown = [
            {"document": each.name, "mentions": told.mentions, "suppressed": told.suppressed} for each, told in found
        ]
        print_json({"as_of": day, "documents": shown, "skipped": list(map(str, skipped))})
        return
    for each, told in found:
        _print(each, told, shows_suppressed=flags["shows_suppressed"])
    if len(found) != 1 or skipped:
        _sum_up(found, skipped)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None


# -- reading --------------------------------------------------------------------------------------------


def _files(sources: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The files to read: what was named, and what is read in the directories among it; and what is not."""
    found: list[Path] = []
    skipped: list[Path] = []
    problems = [Problem(f"`{each}` is neither a file nor a directory") for each in sources if not _is_there(each)]
    if problems:
        raise RequestError(problems)
    for each in sources:
        inside = sorted(file for file in each.rglob("*") if file.is_file()) if each.is_dir() else []
        found += [file for file in inside if file.suffix.lower() in READ] if each.is_dir() else [each]
        skipped += [file for file in inside if file.suffix.lower() not in READ]
    return found, skipped


def _is_there(source: Path) -> bool:
    return str(source) == STANDARD_INPUT or source.exists()


def _documents(file: Path) -> Iterator[Document]:
    """The documents of a file: itself, or one for each line of JSON."""
    is_input = str(file) == STANDARD_INPUT
    name = "standard input" if is_input else str(file)
    try:
        data = sys.stdin.buffer.read() if is_input else file.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        yield Document(name, problem=f"it cannot be read: {(error.strerror or 'no reason given').lower()}")
        return
    except UnicodeDecodeError as error:
        how = "save it as UTF-8, or convert it: `iconv -f CP1251 -t UTF-8`"
        yield Document(name, problem=f"byte {error.start} is not UTF-8: {how}")
        return
    if file.suffix.lower() in LINES:
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield _of_line(f"{name}:{number}", line)
    else:
        yield Document(name, Content(html=text) if file.suffix.lower() in PAGES else Content(text=text))


def _of_line(name: str, line: str) -> Document:
    try:
        item = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return Document(name, problem="this is not JSON: write one object on each line")
    item = item.get("content", item) if isinstance(item, dict) else item
    parts = {part: item[part] for part in _PARTS if isinstance(item.get(part), str)} if isinstance(item, dict) else {}
    if isinstance(item, dict) and (wrong := [part for part in _PARTS if item.get(part) not in (None, parts.get(part))]):
        return Document(name, problem=f"`{wrong[0]}` is no text")
    if not any(each.strip() for each in parts.values()):
        return Document(name, problem=f"it has no text: give one of {', '.join(f'`{part}`' for part in _PARTS)}")
    return Document(name, replace(NO_CONTENT, **parts))


# -- looking --------------------------------------------------------------------------------------------


_Where = tuple[Path, Path | None]
"""Where the rules are, and where word forms are kept, if they are."""
_Read = tuple[Ruleset, Table | None]
"""The rules, and the forms that came with them."""


def _looked(files: Sequence[Path], where: _Where, read: _Read, jobs: int) -> Iterator[tuple[Document, Looked]]:
    """Each document with what is in it, in the order of the files; a bar on a terminal meanwhile."""
    with progress("looking for names", len(files)) as step:
        if jobs == 1 or len(files) < _IN_PARALLEL:
            finder = _Finder(read, where[1])
            yield from _stepping((finder.look(file) for file in files), step)
            return
        with ProcessPoolExecutor(jobs) as pool:
            share = max(len(files) // jobs // 8, 1)
            work = pool.map(_look_elsewhere, files, [where] * len(files), chunksize=share)
            yield from _stepping(work, step)


def _stepping(
    every: Iterable[list[tuple[Document, Looked]]], step: Callable[[int], None]
) -> Iterator[tuple[Document, Looked]]:
    for found in every:
        step(1)
        yield from found


class _Finder:
    """Looks through files for the names of one rule set."""

    def __init__(self, read: _Read, kept: Path | None) -> None:
        ruleset, forms = read
        self._scanner: AwareScanner = scanner_of(ruleset, forms, None if kept is None else FormsCache(kept))
        self._directory = Directory.of(ruleset.entities.values(), ruleset.registers, ruleset.words)

    def look(self, file: Path) -> list[tuple[Document, Looked]]:
        """The documents of a file, each with what is in it."""
        return [(each, look(each.content, self._directory, self._scanner.scan_fields)) for each in _documents(file)]


def _look_elsewhere(file: Path, where: _Where) -> list[tuple[Document, Looked]]:
    return _own_finder(where).look(file)


@lru_cache(maxsize=1)
def _own_finder(where: _Where) -> _Finder:
    """The finder of this process."""
    return _Finder(read_with_forms(where[0]), where[1])


# -- telling --------------------------------------------------------------------------------------------


def _sum_up(found: Sequence[tuple[Document, answer.Mentions]], skipped: Sequence[Path]) -> None:
    """What was looked at and what was not, beside the output: nothing is passed over without a word."""
    for each in skipped:
        click.echo(f"skipped: `{each}`, whose name ends in none of {', '.join(sorted(READ))}", err=True)
    mentioned = sum(len(told.mentions) for _, told in found)
    click.echo(f"{len(found)} document(s), {mentioned} mention(s), {len(skipped)} file(s) skipped", err=True)


class _Places:
    """Where things stand in a document, as editors read it: file, line and column; the field, if it has several."""

    def __init__(self, document: Document) -> None:
        content = document.content
        fields = {"headline": content.headline, "text": content.text, "html": content.html}
        self._name = document.name
        self._given = {name: text for name, text in fields.items() if text is not None}
        self._begins: dict[str, list[int]] = {}

    def of(self, found: answer.Mention | answer.Suppressed) -> str:
        """Where a mention stands, or what was passed over."""
        field = "" if len(self._given) == 1 and found.field == "text" else f":{found.field}"
        source = found.field if found.field in {"headline", "text"} else "html"
        if found.start is None or source not in self._given:
            return f"{self._name}{field}"
        begins = self._lines(source)
        line = bisect_right(begins, found.start)
        return f"{self._name}{field}:{line}:{found.start - begins[line - 1] + 1}"

    def _lines(self, source: str) -> list[int]:
        """Where each line begins; gone through once, as a text may have a million names."""
        if source not in self._begins:
            ends = (each.end() for each in re.finditer("\n", self._given[source]))
            self._begins[source] = [0, *ends]
        return self._begins[source]


def _print(document: Document, told: answer.Mentions, *, shows_suppressed: bool) -> None:
    places = _Places(document)
    for each in told.mentions:
        marks = (f"marked: {_line(mark)}" for mark in each.marked)
        why = "; ".join((*each.evidence, *([each.lacks] if each.lacks else []), *marks))
        click.echo(f"{places.of(each)}: {each.entity}: `{_line(each.surface)}` {each.verdict} ({why})")
        for status in each.statuses:
            may, since = "" if status.certain else "may be ", f", from {status.first_day}" if status.first_day else ""
            click.echo(f"    {may}declared in `{status.register}` by: {status.authority}{since}")
    for gone in told.suppressed if shows_suppressed else ():
        click.echo(f"{places.of(gone)}: {gone.entity}: `{_line(gone.surface)}` suppressed: {gone.because}")


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
