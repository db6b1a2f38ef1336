"""`compliance table`: what readers in every place are shown on a page, and that it is recorded."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance.check import Checker
from compliance.cli.command import (
    FINDINGS,
    GOOD,
    config_option,
    json_option,
    opened,
    print_json,
    progress,
    recorder_of,
    reports_errors,
    settings,
)
from compliance.errors import ConfigError, Problem, RequestError
from compliance.recording import NOT_RECORDED, Tabled
from compliance.web.wire import NotJsonError, Request, read_check

_LINES: Final = ".jsonl"
_MOST_SHOWN: Final = 12
"""So many places of a row are printed; JSON has them all."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files, or a bundle.")
@click.option("--record", is_flag=True, help="Record each table as evidence, once, before a reader comes.")
@config_option
@json_option
@reports_errors
def table(file: Path, rules_dir: str | None, config: Path | None, *, record: bool, as_json: bool) -> None:
    """Say which notices a page has in every place.

    FILE is JSON as for `POST /v1/table` (`-` reads it from standard input), or has one such question on each line, if
    its name ends in .jsonl. With --record a table is durable in the log before it is printed. The exit status is 1 if
    one could not be recorded.
    """
    configured = settings(config, {"rules_dir": rules_dir})
    asked = _asked(file)
    if record and (given := [str(each.as_of) for each in asked if each.as_of is not None]):
        raise ConfigError(f"a table for a given day is a preview, and no evidence: leave `as_of` {given[0]} out")
    recorder = recorder_of(configured) if record else None
    if record and recorder is None:
        raise ConfigError("nothing is recorded: `evidence` is `off` in the settings")
    checker = opened(configured, recorder)
    try:
        found = list(_tabled(checker, asked))
    finally:
        if recorder is not None:
            recorder.close()
    for each in found:
        _show(each, as_json=as_json)
    sys.exit(FINDINGS if record and any(each.evidence == NOT_RECORDED for each in found) else GOOD)


def _tabled(checker: Checker, asked: Sequence[Request]) -> Iterator[Tabled]:
    with progress("tables", len(asked) if len(asked) > 1 else None) as move:
        for each in asked:
            yield checker.table(each.content, as_of=each.as_of)
            move(1)


def _asked(file: Path) -> list[Request]:
    """The questions of a file; the problems of all lines at once."""
    try:
        with closing(sys.stdin.buffer if str(file) == "-" else file.open("rb")) as source:
            data = source.read()
    except OSError as error:
        raise ConfigError(f"`{file}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
    if file.suffix != _LINES:
        return [read_check(data, None)]
    found: list[Request] = []
    problems: list[Problem] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(read_check(line, None))
        except RequestError as error:
            problems += [_on_line(each, file, number) for each in error.problems]
        except NotJsonError as error:
            problems.append(Problem(str(error), where=f"{file}:{number}"))
    if problems:
        raise RequestError(problems)
    return found


def _on_line(problem: Problem, file: Path, number: int) -> Problem:
    where = f"{file}:{number}" + (f" {problem.where}" if problem.where else "")
    return Problem(problem.message, problem.span, problem.help, where)


def _show(found: Tabled, *, as_json: bool) -> None:
    told: dict[str, Any] = msgspec.json.decode(found.to_json())
    if as_json:
        print_json(told)
        return
    click.echo(f"{told['content'] or 'a page without a name'}: table {told['table']} ({found.evidence.state})")
    for number, row in enumerate(told["rows"]):
        click.echo(f"  {_where(row['places'], is_rest=number == told['elsewhere'])}{_unknown(told, number)}")
        for notice in row["notices"]:
            entity = f" ({notice['entity']})" if notice["entity"] else ""
            click.echo(f"    {notice['id']}{entity}: {notice['status']}, {notice['display']}")
        if not row["notices"]:
            click.echo("    no notice")


def _where(places: Sequence[str], *, is_rest: bool) -> str:
    shown = [*places[:_MOST_SHOWN], *([f"and {len(places) - _MOST_SHOWN} more"] if len(places) > _MOST_SHOWN else [])]
    return ", ".join([*shown, *(["everywhere else"] if is_rest else [])]) or "nowhere for certain"


def _unknown(told: dict[str, Any], number: int) -> str:
    return "; readers whose place nobody knows" if number == told["unknown"] else ""
