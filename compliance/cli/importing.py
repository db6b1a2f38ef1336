"""`compliance import`: a list that others publish, as a diff of our register and entity files."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from compliance.cli.command import (
    FINDINGS,
    GOOD,
    config_option,
    json_option,
    print_json,
    reports_errors,
    rules_argument,
    rules_path,
)
from compliance.errors import ConfigError, nearest
from compliance.language.load import load
from compliance.model.period import parse_day
from compliance.review.importing.known import known
from compliance.review.importing.lists import FORMATS, known_fields, read_list
from compliance.review.importing.plan import Kind, Plan, plan
from compliance.review.importing.register_file import Copy
from compliance.review.importing.rows import How
from compliance.store import known_zones, packaged_rules, read_files

_SIGNS = {
    Kind.ADDED: "+",
    Kind.REMOVED: "-",
    Kind.ENDED: "-",
    Kind.BACK: "+",
    Kind.RENAMED: "~",
    Kind.NAMES: "~",
    Kind.DATED: "~",
    Kind.COPY: "~",
}


@dataclass(frozen=True, slots=True)
class _Options:
    """What was asked for besides the list and the rules."""

    register: str
    form: str | None
    columns: tuple[str, ...]
    retrieved_on: str | None
    source: str | None
    confidence: str | None
    folder: str | None
    allow_persons: bool
    write: bool


@click.command("import")
@click.argument("list_file", metavar="LIST", type=click.Path(path_type=Path))
@rules_argument
@click.option(
    "--register", required=True, metavar="ID", help="The register that the list is, such as ru/foreign-agent."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="How the list is written; left out, by its first line."
)
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN,...", help="What the list calls its columns.")
@click.option("--retrieved-on", metavar="YYYY-MM-DD", help="The day of the list; left out, that of the register stays.")
@click.option("--source", metavar="URL", help="Where the list comes from, for rows that do not say it.")
@click.option("--confidence", type=click.Choice(["A", "B", "C", "D"]), help="How sure the days of the list are.")
@click.option("--folder", metavar="PATH", help="Where new entity files go, below RULES; left out, entities/ID.")
@click.option("--allow-persons", is_flag=True, help="Import natural persons too, into rules of your own.")
@click.option("--write", is_flag=True, help="Write the files; left out, only show what would change.")
@config_option
@json_option
@reports_errors
def import_(list_file: Path, rules: Path | None, config: Path | None, *, as_json: bool, **options: Any) -> None:
    """Bring a register to a new copy of its list: CSV, JSON lines, or entities of FollowTheMoney."""
    wanted = _Options(**options)
    directory = rules_path(rules, config)
    if wanted.allow_persons and directory.resolve() == packaged_rules().resolve():
        raise ConfigError(
            "natural persons are never imported into the shipped rules: give a rule directory of your own"
        )
    files = read_files(directory)
    before = known(files, wanted.register, root=str(directory))
    how = How(_columns(wanted.columns), before.register.arms, wanted.source, wanted.allow_persons)
    listing = read_list(_read(list_file), str(list_file), how, wanted.form)
    copy = Copy(_day(wanted.retrieved_on), wanted.confidence)
    found = plan(listing, before, files, _folder(wanted.folder, wanted.register), copy)
    if found.files:
        # what is written can be loaded, or nothing is written
        load({**files, **found.files}, known_zones(), root=str(directory))
    is_written = wanted.write and bool(found.files) and not found.is_blocked
    if is_written:
        _write(directory, found.files, last=before.register.path)
    if as_json:
        print_json(_as_json(found, is_written=is_written))
    else:
        _show(found, is_written=is_written, asked=wanted.write)
    sys.exit(FINDINGS if _remains(found, is_written=is_written) else GOOD)


def _remains(found: Plan, *, is_written: bool) -> bool:
    """Whether there is still something for a person to do."""
    return any(each.is_fault for each in found.left_out) if is_written else found.has_findings


def _columns(written: Iterable[str]) -> dict[str, str]:
    """The column of each field, from `--map`."""
    found = {}
    for pair in (each for text in written for each in text.split(",")):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise ConfigError(f"`{pair}` is not a mapping: write it as FIELD=COLUMN")
        if name not in known_fields():
            hint = nearest(name, known_fields()) or f"the fields are: {', '.join(known_fields())}"
            raise ConfigError(f"there is no field `{name}`: {hint}")
        found[name] = column
    return found


def _day(written: str | None) -> date | None:
    day = None if written is None else parse_day(written)
    if written is not None and day is None:
        raise ConfigError(f"`{written}` is not a calendar day: write it as YYYY-MM-DD")
    return day


def _folder(given: str | None, register: str) -> str:
    """The folder for new entity files, as a path below the rule directory."""
    folder = Path(given) if given is not None else Path("entities", register.replace("/", "-"))
    if folder.is_absolute() or ".." in folder.parts:
        raise ConfigError(f"`{given}` is not below the rule directory: write it like `entities/ru-undesirable`")
    return "" if folder == Path() else folder.as_posix()


def _read(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None


def _write(directory: Path, files: Mapping[str, bytes], last: str) -> None:
    """Write each file whole; the register last, so that what it names is there when it is read."""
    for path in sorted(files, key=lambda each: (each == last, each)):
        target = directory / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, files[path])
        except OSError as error:
            raise ConfigError(f"`{target}` cannot be written: {(error.strerror or 'no reason').lower()}") from None


def _replace(target: Path, data: bytes) -> None:
    """Put a finished file in the place of another: whoever reads meanwhile sees the one or the other."""
    handle, name = tempfile.mkstemp(prefix=".import-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _show(found: Plan, *, is_written: bool, asked: bool) -> None:
    for change in found.changes:
        click.echo(f"{_SIGNS[change.kind]} {change.kind} {change.entity}{_at(change.line)}: {change.detail}")
    if found.alike:
        click.echo("\nperhaps the same (write the name under `names` of the entity, or under its `not_names`):")
    for each in found.alike:
        click.echo(f"? {each.name}{_at(each.line)}: `{each.other}`, {each.because}{', settle this' * each.blocks}")
    if found.left_out:
        click.echo("\nleft out:")
    for out in found.left_out:
        click.echo(f"! {out.what or 'a row'}{_at(out.line)}: {out.reason}")
    counts = Counter(change.kind.value for change in found.changes)
    said = ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind]) or "no change"
    click.echo(f"\n{found.rows} row(s): {said}, {found.unchanged} as before, {len(found.left_out)} left out")
    if is_written:
        click.echo(f"{len(found.files)} file(s) written")
    elif asked and found.is_blocked:
        click.echo("nothing was written: settle what is perhaps the same first")


def _at(line: int | None) -> str:
    return f" (line {line})" if line is not None else ""


def _as_json(found: Plan, *, is_written: bool) -> dict[str, object]:
    return {
        "register": found.register,
        "changes": found.changes,
        "perhaps_the_same": found.alike,
        "left_out": found.left_out,
        "rows": found.rows,
        "unchanged": found.unchanged,
        "files": sorted(found.files),
        "blocked": found.is_blocked,
        "written": is_written,
    }
