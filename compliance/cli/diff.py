"""`compliance diff`: what a change of rule files changes in decisions and in words."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from compliance.check import today
from compliance.cli.command import FINDINGS, GOOD, json_option, print_json, reports_errors
from compliance.cli.revisions import read_side
from compliance.content.facts import Content
from compliance.content.mentioned import NOTHING, Look, Looked, digest_of
from compliance.content.publisher import Directory
from compliance.dictionary import Names
from compliance.errors import ConfigError, Problem, RequestError, RulesError, Span
from compliance.model.period import parse_day
from compliance.review.impact.archive import Archive, Counted
from compliance.review.impact.report import Impact, NoticeChange, Task
from compliance.review.impact.tell import Told
from compliance.web.wire import NotJsonError, read_check

Each = TypeVar("Each")
LONG = 20
"""From so many notices on, a terminal shows how far the comparison is."""
LONG_CONTENT = 100_000
"""From so many bytes of content on, too."""


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--content", type=click.Path(path_type=Path), metavar="FILE", help="Count the affected items of this file."
)
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day to count content for and to show examples near; today.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a pull request.")
@json_option
@reports_errors
def diff(old: str, new: str, content: Path | None, as_of: str | None, *, as_json: bool, as_markdown: bool) -> None:
    """Say what a change of rule files changes in decisions and words, and not in text.

    OLD and NEW are directories, bundles, or revisions in git, such as `main` or `HEAD~1:rules`.
    """
    day = today() if as_of is None else parse_day(as_of)
    if day is None:
        raise ConfigError(f"`{as_of}` is not a calendar day: write it as YYYY-MM-DD")
    if as_json and as_markdown:
        raise ConfigError("`--json` and `--markdown` are two formats: choose one")
    impact, looks = _read(old, new, day)
    tasks = impact.tasks()
    changes = _compare(impact, tasks)
    counted = None if content is None else _count(impact, looks, content, day)
    told = Told(changes, (impact.new.ruleset, impact.old.ruleset), counted, impact.redrawn)
    if as_json:
        print_json(told.data())
    else:
        for line in told.markdown() if as_markdown else told.text():
            click.echo(line)
    sys.exit(FINDINGS if told.differs or told.is_open else GOOD)


def _read(old: str, new: str, day: date) -> tuple[Impact, tuple[Look, Look]]:
    """Both sides, and what looks for the names of each; the problems of both at once."""
    read, problems = [], list[Problem]()
    for given, other in ((old, new), (new, old)):
        try:
            read.append(read_side(given, other))
        except RulesError as error:
            problems += error.problems
    if problems:
        raise RulesError(problems)
    (before, _), (after, _) = read
    looks = [_looking(Names(*side)) for side in read]
    return Impact(before, after, day), (looks[0], looks[before.entities != after.entities])


def _looking(names: Names) -> Look:
    """What looks for names in texts, or says that it cannot: what nobody saw on either side is not the same on both."""

    def look(content: Content, directory: Directory) -> Looked:
        found = names.look(content, directory)
        if found is NOTHING and digest_of(content) is not None:
            raise RequestError([Problem("its texts could not be looked through for names")])
        return found

    return look


def _compare(impact: Impact, tasks: list[Task]) -> list[NoticeChange]:
    with _shown(tasks, "comparing", is_long=len(tasks) >= LONG) as shown:
        return [change for task in shown if (change := impact.run(task)) is not None]


def _shown(each: Sequence[Each], label: str, *, is_long: bool) -> AbstractContextManager[Iterable[Each]]:
    """The same, with a bar on a terminal that shows how far it is, where that takes long."""
    if not is_long or not sys.stderr.isatty():
        return nullcontext(each)
    return click.progressbar(each, label=label, file=sys.stderr)


def _count(impact: Impact, looks: tuple[Look, Look], path: Path, day: date) -> Counted:
    """What changes in an archive of items, one on each line."""
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).split(b"\n")
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    tasks = [task for task in impact.tasks() if not task.draft] + impact.in_texts()
    archive = Archive([impact.comparison(task) for task in tasks], day)
    sides = (impact.old, looks[0]), (impact.new, looks[1])
    problems: list[Problem] = []
    is_long = sum(map(len, lines)) >= LONG_CONTENT
    with _shown(list(enumerate(lines, start=1)), "counting", is_long=is_long) as shown:
        for number, line in shown:
            if not line.strip():
                continue
            try:
                archive.note(number, _item(line), sides)
            except (RequestError, NotJsonError) as error:
                problems += _placed(error, f"{path}", number)
    if problems:
        raise RequestError(problems)
    return archive.counted


def _item(line: bytes) -> Content:
    """An item of an archive: what stands under `content` in a request."""
    try:
        line.decode()
        body = b'{"content": ' + msgspec.json.encode(msgspec.Raw(line)) + b"}"
        msgspec.json.decode(line, type=dict)
    except UnicodeDecodeError:  # the decoder of JSON says it in other words from version to version
        raise NotJsonError("this is not an item as JSON: it is not UTF-8") from None
    except msgspec.DecodeError as error:
        raise NotJsonError(f"this is not an item as JSON: {str(error).lower()}") from None
    return read_check(body, None).content


def _placed(error: RequestError | NotJsonError, path: str, number: int) -> list[Problem]:
    """The problems of an item, at its line."""
    span = Span(path, number, 1)
    if isinstance(error, NotJsonError):
        return [Problem(str(error), span)]
    said = [(f"{each.message} (`{each.where}`)" if each.where else each.message, each.help) for each in error.problems]
    return [Problem(message, span, help_) for message, help_ in said]
