"""`compliance geo check`: try databases before a service has to, and read all of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from compliance.check import today
from compliance.cli.command import (
    FINDINGS,
    GOOD,
    json_option,
    print_json,
    progress,
    reports_errors,
    rules_path,
    settings,
)
from compliance.errors import DatabaseError, Problem, RulesError
from compliance.geo.database_file import Age, DatabaseFile, Survey, age_of, asked_for, open_file
from compliance.geo.database_store import named, read_golden_rows, read_overlays
from compliance.geo.golden import Golden, check_golden, check_names
from compliance.geo.observation import Kind
from compliance.store import read_rules

_STEPS = 1000
_Configured = Mapping[str, tuple[Path, Kind | None]]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A database, and what is wrong with it; `file` is None where it could not be opened."""

    path: str
    name: str
    file: DatabaseFile | None
    survey: Survey | None
    golden: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@click.command()
@click.argument("databases", metavar="[FILE]...", nargs=-1)
@click.option("--golden", help="A table of golden look-ups instead of the configured one.")
@click.option("--rules", "rules_dir", help="Directory of the rule files whose territories overlays name, or a bundle.")
@click.option("--config", "config", type=click.Path(path_type=Path), help="Settings file instead of compliance.toml.")
@json_option
@reports_errors
def check(
    databases: Sequence[str], golden: str | None, config: Path | None, *, as_json: bool, rules_dir: str | None
) -> None:
    """Open databases as a service would, read every record, and ask the golden look-ups.

    Without FILE these are the configured databases, and the configured overlays are read, too. The exit status is 1
    if anything is wrong, and for a database that is older than 90 days.
    """
    configured = settings(config, {"rules_dir": rules_dir})
    rows = read_golden_rows(golden or configured.geo_golden)
    known = named(configured.geo_databases)
    tried = [_try(each, rows, today(), known) for each in databases or configured.geo_databases]
    opened = [each.file for each in tried if each.file]
    unasked = _unasked(rows, known, tried, is_whole=not databases)
    overlays = () if databases else configured.geo_overlays
    wrong, count, removals = _try_overlays(overlays, configured.rules_dir, opened)
    if as_json:
        said = {"rows": count, "removals": removals, "problems": wrong}
        golden_rows = {"rows": len(rows), "problems": unasked}
        found = [_as_data(each, today()) for each in tried]
        print_json({"databases": found, "overlays": said, "golden": golden_rows})
    else:
        for each in tried:
            _print(each, today())
        for problem in (*unasked, *wrong):
            click.echo(f"{problem}\n")
        if overlays and not wrong:
            click.echo(f"overlays: {count} row(s), {removals} of them removals")
        if not tried and not overlays:
            click.echo("no database or overlay is configured: the ranges in the package are asked alone")
    sys.exit(FINDINGS if wrong or unasked or any(each.problems for each in tried) else GOOD)


def _try(asked: str, rows: Sequence[Golden], day: date, known: _Configured) -> _Tried:
    """A database, opened under the name that it has in a service, and read as a whole."""
    name = asked
    try:
        path, kind = asked_for(asked)
        name, kind = next(
            ((name, kind or said) for name, (where, said) in known.items() if where == path), (path.stem, kind)
        )
        file = open_file(path, kind, name)
        survey = _surveyed(file)
    except DatabaseError as error:
        return _Tried(asked, name, None, None, 0, (str(error),))
    wrong = [_in_a_line(problem) for problem in check_golden(rows, file)]
    asked_rows = [row for row in rows if row.database in {None, file.name}]
    warnings = []
    days, age = (day - file.about.build).days, age_of(file.about.build, day)
    if age is Age.STALE:
        wrong.append(f"it is {days} days old: its regions do not count, renew it")
    elif age is Age.AGEING:
        warnings.append(f"it is {days} days old: renew it")
    if survey.unreadable:
        warnings.append(f"{survey.unreadable} network(s) name a country that there is not")
    return _Tried(asked, name, file, survey, len(asked_rows), tuple(wrong), tuple(warnings))


def _unasked(rows: Sequence[Golden], known: _Configured, tried: Sequence[_Tried], *, is_whole: bool) -> list[Problem]:
    """The golden look-ups of which no database is asked; of some of the databases only those with a wrong name are."""
    opened = [each.file for each in tried if each.file and is_whole]
    others = {*known, *(each.name for each in tried)} - {each.name for each in opened}
    return list(check_names(rows, opened, sorted(others))) if tried else []


def _surveyed(file: DatabaseFile) -> Survey:
    """What a look at every record shows, with a bar on a terminal meanwhile.

    Raises:
        DatabaseError: a record is damaged.
    """
    with progress(f"reading {file.name}", _STEPS) as advance:
        done = 0

        def tell(share: float) -> None:
            nonlocal done
            steps = max(0, int(share * _STEPS) - done)
            done += steps
            advance(steps)

        try:
            return file.survey(tell)
        except Exception as error:
            raise DatabaseError(f"`{file.about.path}` is damaged: not all of its records can be read") from error


def _try_overlays(
    paths: Sequence[str], rules_dir: str | None, own: Sequence[DatabaseFile]
) -> tuple[Sequence[Problem], int, int]:
    """The problems of the overlays, how many rows they have, and how many removals."""
    if not paths:
        return (), 0, 0
    territories = read_rules(rules_path(Path(rules_dir) if rules_dir else None)).territories
    try:
        overlay = read_overlays(paths, territories, own)
    except RulesError as error:
        return error.problems, 0, 0
    return (), len(overlay.rows), len(overlay.removals)


def _in_a_line(problem: Problem) -> str:
    where = "" if problem.span is None else f"{problem.span.path}:{problem.span.line}: "
    return f"{where}{problem.message}"


def _as_data(tried: _Tried, day: date) -> Mapping[str, Any]:
    about = None if tried.file is None else tried.file.about
    described = (
        {}
        if about is None
        else {
            "name": about.name,
            "type": about.kind,
            "database_type": about.type,
            "knows": sorted(about.knows),
            "ip_versions": about.versions,
            "build": about.build,
            "age_days": (day - about.build).days,
            "state": age_of(about.build, day),
            "bytes": about.size,
            "sha256": about.sha256,
        }
    )
    return {
        "path": tried.path,
        **described,
        "survey": tried.survey,
        "golden": tried.golden,
        "problems": tried.problems,
        "warnings": tried.warnings,
    }


def _print(tried: _Tried, day: date) -> None:
    click.echo(tried.path)
    if tried.file is not None and tried.survey is not None:
        about, survey = tried.file.about, tried.survey
        knows = " and ".join(sorted(about.knows))
        click.echo(f"  {about.type}: {about.kind}, knows {knows}, IPv{' and IPv'.join(map(str, about.versions))}")
        state = age_of(about.build, day)
        click.echo(f"  built on {about.build}, {(day - about.build).days} days old, {state}; sha256 {about.sha256}")
        named = survey.named / survey.networks if survey.networks else 0.0
        click.echo(f"  {survey.networks:,} networks in {about.size:,} bytes, {named:.1%} of them with a country")
    if tried.golden:
        click.echo(f"  {tried.golden} golden look-up(s) asked")
    for problem in tried.problems:
        click.echo(f"  error: {problem}")
    for warning in tried.warnings:
        click.echo(f"  warning: {warning}")
