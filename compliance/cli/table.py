"""`compliance table`: what readers in every place are shown on pages, recorded, and as files for the edge."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance import programs
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
from compliance.cli.table_warnings import Warnings
from compliance.cli.table_watch import Keeper, keep, look
from compliance.edge.formats import LONGEST_NAME, files_of, stamp, to_json
from compliance.edge.table import EdgeTable
from compliance.errors import ConfigError, Problem, RequestError
from compliance.exporting import Exported, Item, checked, exported
from compliance.recording import NOT_RECORDED, Tabled
from compliance.setting_values import WrongItemError, command
from compliance.web.opening import log_to_stderr

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
@click.option("--watch", "is_kept", is_flag=True, help="Go on, and make it anew when rules or pages change.")
@click.option("--then", help="Command to run after its files were written, such as 'nginx -s reload'; without a shell.")
@config_option
@json_option
@reports_errors
def table(config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Say which notices pages have in every place.

    FILE is JSON as for `POST /v1/table` (`-` reads it from standard input), an array of such questions, or has one on
    each line. With --record a table is durable in the log before it is printed. With --format all pages become one
    table, which a CDN or a web server answers from; with --watch it is made anew whenever rules or pages change, and
    when its time is over. The exit status is 1 if one could not be recorded.
    """
    file, kind, output, record = given["file"], given["kind"], given["output"], given["record"]
    configured = settings(config, {"rules_dir": given["rules_dir"]})
    _fits(kind, output)
    then = _then(given["then"], output, configured.reload_seconds, is_kept=given["is_kept"])
    seen, (asked, problems) = look(file), pages.asked(file)
    if record and (days := [str(each.request.as_of) for each in asked if each.request.as_of is not None]):
        raise ConfigError(f"a table for a given day is a preview, and no evidence: leave `as_of` {days[0]} out")
    recorder = recorder_of(configured) if record else None
    if record and recorder is None:
        raise ConfigError("nothing is recorded: `evidence` is `off` in the settings")
    try:
        checker = opened(configured, recorder)
        names = _understood(checker, asked, problems)
        if given["is_kept"] and output is not None:
            making = _Making(checker, kind, output, as_json=as_json)
            _keep(making, file, asked, seen, then, configured.reload_seconds)
            recorded = making.recorded
        elif kind is not None:
            recorded = _export(checker, asked, kind, output, as_json=as_json)
            _run(then)
        else:
            recorded = list(_tabled(checker, asked))
    finally:
        if recorder is not None:
            recorder.close()
    if kind is None:
        _show(recorded, names, Warnings(checker), as_json=as_json)
    sys.exit(FINDINGS if record and any(each.evidence == NOT_RECORDED for each in recorded) else GOOD)


def _fits(kind: str | None, output: Path | None) -> None:
    """Refuse a format without a place for its files, and a place without a format."""
    if kind == _NGINX and output is None:
        raise ConfigError("nginx reads files: say with `--output` in which directory")
    if kind is None and output is not None:
        raise ConfigError("there are no files without a format: say `--format json` or `--format nginx`")


def _then(text: str | None, output: Path | None, seconds: float, *, is_kept: bool) -> tuple[str, ...]:
    """The words of the command that is run after files were written; none if there is no command.

    Raises:
        ConfigError: there are no files, the command is none, or changes of files are not looked for.
    """
    if output is None and (is_kept or text is not None):
        raise ConfigError(f"`{'--watch' if is_kept else '--then'}` is for files: say with `--output` where they go")
    if is_kept and not seconds:
        raise ConfigError("`--watch` looks for changes, and `reload_seconds` is 0, which is never")
    try:
        return command(text or "")
    except ValueError as error:
        raise ConfigError(f"`--then` {'' if isinstance(error, WrongItemError) else 'is '}{error}") from None


def _run(then: Sequence[str]) -> None:
    if then and (why := programs.run(then)) is not None:
        raise ConfigError(f"the table stands there, but `{then[0]}` failed: {why}")


@dataclass(slots=True)
class _Making:
    """Makes tables one after the other; what was recorded of the last one is kept."""

    checker: Checker
    kind: str
    output: Path
    as_json: bool
    recorded: Sequence[Tabled] = ()
    warnings: Warnings = field(init=False)

    def __post_init__(self) -> None:
        self.warnings = Warnings(self.checker)

    def __call__(self, asked: Sequence[Asked]) -> EdgeTable:
        made = _made(self.checker, asked, self.kind)
        table_files.write(self.output, files_of(self.kind, made.table))
        if self.as_json:
            _told_as_json(made, self.output, Warnings(self.checker))
        else:
            _told(made, self.output, self.warnings, is_aside=True)
        self.recorded = made.recorded
        return made.table


def _keep(
    making: _Making, file: Path, asked: Sequence[Asked], seen: object, then: Sequence[str], seconds: float
) -> None:
    log_to_stderr()  # for people: what is told of tables is text, too
    stopped = threading.Event()
    keeper = Keeper(
        making.checker, file, making, then, lambda text: click.echo(f"{making.output}: {text}", err=True), stopped
    )
    keeper.first(asked, seen)
    keep(keeper, making.checker, seconds, stopped)


def _understood(checker: Checker, asked: Sequence[Asked], problems: Sequence[Problem]) -> Sequence[str | None]:
    """The publishers that nobody declared, page by page; everything is refused at once if anything is not understood.

    What is wrong with a page that stands alone is said where its table is made.
    """
    names: Sequence[str | None] = (None,)
    more: Sequence[Problem] = ()
    try:
        names = checked(checker, _items(asked))
    except RequestError as error:
        more = error.problems
    if problems or (more and len(asked) > 1):
        raise RequestError([*problems, *more])
    return names


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
    made, warnings = _made(checker, asked, kind), Warnings(checker)
    if output is None:
        print_json(msgspec.json.decode(to_json(made.table)))
        warnings.tell(made.undeclared)
        return made.recorded
    table_files.write(output, files_of(kind, made.table))
    if as_json:
        _told_as_json(made, output, warnings)
    else:
        _told(made, output, warnings)
    return made.recorded


def _made(checker: Checker, asked: Sequence[Asked], kind: str) -> Exported:
    with progress("tables", len(asked)) as move:
        longest = LONGEST_NAME if kind == _NGINX else None
        is_recorded = checker.recorder is not None
        return exported(checker, _items(asked), longest=longest, is_recorded=is_recorded, moved=move)


def _counts(made: EdgeTable) -> dict[str, int]:
    return {"pages": len(made.row_of), "zones": made.zone_count, "fragments": len(made.fragments)}


def _told(made: Exported, output: Path, warnings: Warnings, *, is_aside: bool = False) -> None:
    """Say what was written, and until when it holds; on standard error where it is told aside."""
    until = stamp(made.table.basis.valid_until)
    end = f"valid until {until}" if until else "no change is foreseen"
    listed = ", ".join(f"{count} {name}" for name, count in _counts(made.table).items())
    click.echo(f"{output}: table {made.table.digest}, {listed}; {end}", err=is_aside)
    states = [each.evidence.state for each in made.recorded]
    for state in sorted(set(states)):
        click.echo(f"  {states.count(state)} {state}", err=is_aside)
    warnings.tell(made.undeclared)


def _told_as_json(made: Exported, output: Path, warnings: Warnings) -> None:
    basis = made.table.basis
    ruleset = {"meaning": basis.meaning, "source": basis.source}
    head = {"table": made.table.digest, "ruleset": ruleset, "valid_until": stamp(basis.valid_until)}
    count = sum(each.evidence.state == "recorded" for each in made.recorded)
    tail = {"output": str(output), "recorded": count, "warnings": warnings.of(made.undeclared)}
    print_json({**head, **_counts(made.table), **tail})


def _show(tables: Sequence[Tabled], names: Sequence[str | None], warnings: Warnings, *, as_json: bool) -> None:
    """Print tables of single pages, and what has to be told of each; a table as JSON tells it once, the first."""
    for found, name in zip(tables, names, strict=True):
        told: dict[str, Any] = msgspec.json.decode(found.to_json())
        if not as_json:
            _show_text(told, found.evidence.state)
        else:
            new = warnings.of([name])
            print_json({**told, "warnings": new} if new else told)
    warnings.tell(names)


def _show_text(told: dict[str, Any], state: str) -> None:
    click.echo(f"{told['content'] or 'a page without a name'}: table {told['table']} ({state})")
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
