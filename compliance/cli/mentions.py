"""`compliance mentions`: whom a text names, and what registers say of them on a day."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance.check import today
from compliance.cli.command import json_option, print_json, progress, reports_errors, rules_path
from compliance.dictionary import scanner_of
from compliance.errors import ConfigError, Problem, RequestError
from compliance.mentions.scan import Mention, Scanned, Scanner, Suppressed
from compliance.mentions.statuses import listings
from compliance.model.period import parse_day
from compliance.model.ruleset import Ruleset
from compliance.store import read_rules

STANDARD_INPUT: Final = "-"
LINES: Final = (".jsonl", ".ndjson")
READ: Final = frozenset({".txt", ".text", ".md", *LINES})
"""The files of a directory that are read; one that is named is read whatever its name."""
_PARTS: Final = ("title", "headline", "lead", "text")
_IN_PARALLEL: Final = 8
"""Fewer files than these are not worth another process."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text to look through, or what is wrong with it."""

    name: str
    parts: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@click.command()
@click.argument("sources", metavar="[FILE|DIR|-]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files whose entities are looked for, or a bundle.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day for which registers are asked; left out, today.")
@click.option("--suppressed", "shows_suppressed", is_flag=True, help="Also list what was found and is no mention.")
@click.option("--jobs", type=click.IntRange(1), help="How many processes; left out, one for each core.")
@json_option
@reports_errors
def mentions(sources: tuple[Path, ...], rules_dir: str | None, *, as_json: bool, **flags: Any) -> None:
    """Find the names of entities in texts, in every case form, with what registers say of them.

    Reads text files, `-` for standard input, lines of JSON (`.jsonl`, each with `text` and perhaps `headline`), and
    directories of such files.
    """
    if not sources:
        raise ConfigError("name a file or a directory, or give `-` and write the text to standard input")
    day = today() if flags["as_of"] is None else parse_day(flags["as_of"])
    if day is None:
        raise ConfigError(f"`{flags['as_of']}` is not a calendar day: write it as YYYY-MM-DD")
    rules = rules_path(Path(rules_dir) if rules_dir else None)
    ruleset = read_rules(rules)
    found = list(_scanned(_files(sources), rules, ruleset, flags["jobs"] or os.cpu_count() or 1))
    if problems := [Problem(each.problem, where=each.name) for each, _ in found if each.problem]:
        raise RequestError(problems)
    if as_json:
        print_json({"as_of": day, "documents": [_as_data(each, scanned, ruleset, day) for each, scanned in found]})
        return
    for each, scanned in found:
        _print(each, scanned, ruleset, day, shows_suppressed=flags["shows_suppressed"])


# -- reading --------------------------------------------------------------------------------------------


def _files(sources: Sequence[Path]) -> list[Path]:
    """The files to read: what was named, and what is read in the directories among it."""
    found: list[Path] = []
    problems = [Problem(f"`{each}` is neither a file nor a directory") for each in sources if not _is_there(each)]
    if problems:
        raise RequestError(problems)
    for each in sources:
        found += sorted(file for file in each.rglob("*") if file.suffix in READ) if each.is_dir() else [each]
    return found


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
        yield Document(name, problem=f"byte {error.start} is not UTF-8: save it as UTF-8")
        return
    if file.suffix not in LINES:
        yield Document(name, (("", text),))
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _of_line(f"{name}:{number}", line)


def _of_line(name: str, line: str) -> Document:
    try:
        item = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return Document(name, problem="this is not JSON: write one object on each line")
    item = item.get("content", item) if isinstance(item, dict) else item
    if not isinstance(item, dict) or not any(isinstance(item.get(part), str) for part in _PARTS):
        return Document(name, problem=f"it has no text: give one of {', '.join(f'`{part}`' for part in _PARTS)}")
    return Document(name, tuple((part, item[part]) for part in _PARTS if isinstance(item.get(part), str)))


# -- looking --------------------------------------------------------------------------------------------


def _scanned(files: Sequence[Path], rules: Path, ruleset: Ruleset, jobs: int) -> Iterator[tuple[Document, Scanned]]:
    """Each document with what is in it, in the order of the files; a bar on a terminal meanwhile."""
    with progress("looking for names", len(files)) as step:
        if jobs == 1 or len(files) < _IN_PARALLEL:
            scanner = scanner_of(ruleset)
            every: Iterator[list[tuple[Document, Scanned]]] = (_look(file, scanner) for file in files)
            yield from _stepping(every, step)
            return
        with ProcessPoolExecutor(jobs) as pool:
            work = pool.map(
                _look_elsewhere, files, [str(rules)] * len(files), chunksize=max(len(files) // jobs // 8, 1)
            )
            yield from _stepping(work, step)


def _stepping(every: Any, step: Any) -> Iterator[tuple[Document, Scanned]]:
    for found in every:
        step(1)
        yield from found


def _look(file: Path, scanner: Scanner) -> list[tuple[Document, Scanned]]:
    return [(each, scanner.scan_fields(dict(each.parts))) for each in _documents(file)]


def _look_elsewhere(file: Path, rules: str) -> list[tuple[Document, Scanned]]:
    return _look(file, _own_scanner(rules))


@lru_cache(maxsize=1)
def _own_scanner(rules: str) -> Scanner:
    """The scanner of this process."""
    return scanner_of(read_rules(Path(rules)))


# -- telling --------------------------------------------------------------------------------------------


def _as_data(document: Document, scanned: Scanned, ruleset: Ruleset, day: date) -> dict[str, object]:
    return {
        "document": document.name,
        "mentions": [
            {**asdict(each), "statuses": [asdict(listing) for listing in listings(ruleset, each.entity, day)]}
            for each in scanned.mentions
        ],
        "suppressed": [asdict(each) for each in scanned.suppressed],
    }


def _print(document: Document, scanned: Scanned, ruleset: Ruleset, day: date, *, shows_suppressed: bool) -> None:
    texts = dict(document.parts)
    for each in scanned.mentions:
        why = "; ".join((*each.evidence, *([each.lacks] if each.lacks else [])))
        click.echo(f"{_place(document, texts, each)}: {each.entity}: `{_line(each.surface)}` {each.verdict} ({why})")
        for listing in listings(ruleset, each.entity, day):
            may, since = "" if listing.is_certain else "may be ", f", from {listing.since}" if listing.since else ""
            click.echo(f"    {may}declared in `{listing.register}` by: {listing.authority}{since}")
    for gone in scanned.suppressed if shows_suppressed else ():
        surface = texts[gone.field][gone.start : gone.end]
        click.echo(f"{_place(document, texts, gone)}: {gone.entity}: `{_line(surface)}` suppressed: {gone.because}")


def _place(document: Document, texts: dict[str, str], found: Mention | Suppressed) -> str:
    """Where it stands, as editors read it: file, line and column."""
    before = texts[found.field][: found.start]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return ":".join(chain((document.name,), (found.field,) if found.field else (), (str(line), str(column))))


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
