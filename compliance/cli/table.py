"""`compliance table`: what readers in every place are shown on pages, recorded, and as files for the edge."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance.check import Asked as AskedPage
from compliance.check import Checker
from compliance.cli import pages, table_files
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
from compliance.cli.pages import Asked
from compliance.edge.formats import LONGEST_NAME, files_of, stamp, to_json
from compliance.edge.table import EdgeTable
from compliance.errors import ConfigError, Problem, RequestError
from compliance.exporting import Item, checked, exported
from compliance.recording import NOT_RECORDED, Tabled

_JSON: Final = "json"
_NGINX: Final = "nginx"
_MOST_SHOWN: Final = 12
"""So many places of a row are printed; JSON has them all."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--rules", "rules_dir", help="Directory of the rule files, or a bundle.")
@click.option("--record", is_flag=True, help="Record each table as evidence, once, before a reader comes.")
@click.option("--format", "kind", type=click.Choice([_JSON, _NGINX]), help="Make one table for the edge of all pages.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Directory for its files.")
@config_option
@json_option
@reports_errors
def table(config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Say which notices pages have in every place.

    FILE is JSON as for `POST /v1/table` (`-` reads it from standard input), an array of such questions, or has one on
    each line. With --record a table is durable in the log before it is printed. With --format all pages become one
    table, which a CDN or a web server answers from. The exit status is 1 if one could not be recorded.
    """
    file, kind, output, record = given["file"], given["kind"], given["output"], given["record"]
    configured = settings(config, {"rules_dir": given["rules_dir"]})
    _fits(kind, output)
    asked, problems = pages.asked(file)
    if record and (days := [str(each.request.as_of) for each in asked if each.request.as_of is not None]):
        raise ConfigError(f"a table for a given day is a preview, and no evidence: leave `as_of` {days[0]} out")
    recorder = recorder_of(configured) if record else None
    if record and recorder is None:
        raise ConfigError("nothing is recorded: `evidence` is `off` in the settings")
    try:
        checker = opened(configured, recorder)
        _understood(checker, asked, problems)
        if kind is not None:
            recorded = _export(checker, asked, kind, output, as_json=as_json)
        else:
            recorded = list(_tabled(checker, asked))
    finally:
        if recorder is not None:
            recorder.close()
    for each in recorded if kind is None else ():
        _show(each, as_json=as_json)
    sys.exit(FINDINGS if record and any(each.evidence == NOT_RECORDED for each in recorded) else GOOD)


def _fits(kind: str | None, output: Path | None) -> None:
    """Refuse a format without a place for its files, and a place without a format."""
    if kind == _NGINX and output is None:
        raise ConfigError("nginx reads files: say with `--output` in which directory")
    if kind is None and output is not None:
        raise ConfigError("there are no files without a format: say `--format json` or `--format nginx`")


def _understood(checker: Checker, asked: Sequence[Asked], problems: Sequence[Problem]) -> None:
    """Refuse everything at once if anything cannot be understood; a page that stands alone is only read once."""
    if not problems and len(asked) == 1:
        return
    more: Sequence[Problem] = ()
    try:
        checked(checker, _items(asked))
    except RequestError as error:
        more = error.problems
    if problems or more:
        raise RequestError([*problems, *more])


def _tabled(checker: Checker, asked: Sequence[Asked]) -> Iterator[Tabled]:
    with progress("tables", len(asked) if len(asked) > 1 else None) as move:
        for each in asked:
            yield checker.table(each.request.content, as_of=each.request.as_of)
            move(1)


def _items(asked: Iterable[Asked]) -> list[Item]:
    return [
        Item(AskedPage(each.request.content, each.request.languages, each.request.as_of), each.where) for each in asked
    ]


def _export(
    checker: Checker, asked: Sequence[Asked], kind: str, output: Path | None, *, as_json: bool
) -> Sequence[Tabled]:
    """Make one table of all pages, and write or print it; what was recorded of them comes out."""
    with progress("tables", len(asked)) as move:
        longest = LONGEST_NAME if kind == _NGINX else None
        is_recorded = checker.recorder is not None
        made = exported(checker, _items(asked), longest=longest, is_recorded=is_recorded, moved=move)
    if output is None:
        print_json(msgspec.json.decode(to_json(made.table)))
    else:
        table_files.write(output, files_of(kind, made.table))
        _told(made.table, output, made.recorded, as_json=as_json)
    return made.recorded


def _told(made: EdgeTable, output: Path, recorded: Sequence[Tabled], *, as_json: bool) -> None:
    """What was written, and until when it holds."""
    until = stamp(made.basis.valid_until)
    states = [each.evidence.state for each in recorded]
    counts = {"pages": len(made.row_of), "zones": made.zone_count, "fragments": len(made.fragments)}
    if as_json:
        ruleset = {"meaning": made.basis.meaning, "source": made.basis.source}
        head = {"table": made.digest, "ruleset": ruleset, "valid_until": until}
        print_json({**head, **counts, "output": str(output), "recorded": states.count("recorded")})
        return
    end = f"valid until {until}" if until else "no change is foreseen"
    click.echo(
        f"{output}: table {made.digest}, {', '.join(f'{count} {name}' for name, count in counts.items())}; {end}"
    )
    for state in sorted(set(states)):
        click.echo(f"  {states.count(state)} {state}")


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
