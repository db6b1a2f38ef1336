"""`compliance fmt` and `compliance schema`: what an editor needs to write rule files well."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from compliance.cli.command import (
    FINDINGS,
    GOOD,
    UNUSABLE,
    config_option,
    json_option,
    print_json,
    reports_errors,
    settings,
)
from compliance.errors import ConfigError, Problem
from compliance.language.format import format_file
from compliance.language.json_schema import schema as json_schema
from compliance.language.sections import FILES
from compliance.store import SUFFIXES

_STDIN = "<stdin>"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one file: its bytes before and after, or why it has no layout."""

    path: str
    before: bytes = b""
    after: bytes | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def changes(self) -> bool:
        return self.after is not None and self.after != self.before

    @property
    def diff(self) -> str:
        before, after = _shown_lines(self.before), _shown_lines(self.after or b"")
        return "".join(difflib.unified_diff(before, after, f"{self.path} (as it is)", f"{self.path} (laid out)"))


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "is_check", is_flag=True, help="Write nothing; name the files that would change.")
@click.option("--diff", "is_diff", is_flag=True, help="Write nothing; show what would change.")
@click.option("--stdin", "is_stdin", is_flag=True, help="Lay out standard input, to standard output.")
@config_option
@json_option
@reports_errors
def fmt(
    paths: tuple[Path, ...], config: Path | None, *, is_check: bool, is_diff: bool, is_stdin: bool, as_json: bool
) -> None:
    """Bring rule files into their canonical layout.

    PATHS are files, or directories with rule files in them; left out, the configured directory.
    """
    if is_stdin and paths:
        raise ConfigError("standard input is laid out, or files are: leave out `--stdin` or the paths")
    only_asks = is_check or is_diff
    outcomes = (
        [_laid_out(_STDIN, sys.stdin.buffer.read())] if is_stdin else [_of_file(each) for each in _files(paths, config)]
    )
    if not (only_asks or is_stdin):
        outcomes = [_written(each) for each in outcomes]
    if as_json:
        _print_data(outcomes, with_text=is_stdin)
    elif is_stdin and not only_asks:
        sys.stdout.buffer.write(b"".join(each.after or b"" for each in outcomes))
        sys.stdout.flush()
    else:
        _print(outcomes, is_diff=is_diff, only_asks=only_asks)
    if not as_json:
        for problem in (problem for each in outcomes for problem in each.problems):
            click.echo(f"{problem}\n", err=True)
    is_bad = any(each.problems for each in outcomes)
    sys.exit(UNUSABLE if is_bad else FINDINGS if only_asks and any(each.changes for each in outcomes) else GOOD)


@click.command()
@click.option("--kind", type=click.Choice(FILES), help="The schema of one kind of file; left out, of all.")
@json_option
@reports_errors
def schema(kind: str | None, *, as_json: bool) -> None:  # noqa: ARG001 - it is JSON in any case
    """Print a JSON Schema of rule files, for completion in an editor."""
    print_json(json_schema(kind))


def _files(paths: tuple[Path, ...], config: Path | None) -> list[Path]:
    """The files that are meant; those in a directory are its rule files."""
    configured = settings(config, {}).rules_dir
    if not paths and not configured:
        raise ConfigError("there is nothing to lay out: give files or directories, or set `rules_dir`")
    found: dict[Path, None] = {}
    for path in paths or (Path(configured or ""),):
        inside = sorted(_inside(path)) if path.is_dir() else [path]
        if not inside:
            raise ConfigError(f"`{path}` holds no rule file: rule files end in .yaml")
        found.update(dict.fromkeys(inside))
    return list(found)


def _inside(directory: Path) -> Iterator[Path]:
    """The rule files below a directory; hidden files and directories are none."""
    for path in directory.rglob("*"):
        is_hidden = any(part.startswith(".") for part in path.relative_to(directory).parts)
        if path.suffix in SUFFIXES and not is_hidden and path.is_file():
            yield path


def _of_file(path: Path) -> _Outcome:
    try:
        return _laid_out(path.as_posix(), path.read_bytes())
    except OSError as error:
        return _Outcome(path.as_posix(), problems=(_unusable(path, "read", error),))


def _laid_out(path: str, data: bytes) -> _Outcome:
    after, problems = format_file(path, data)
    return _Outcome(path, data, after, tuple(problems))


def _written(outcome: _Outcome) -> _Outcome:
    """The file put in the place of the old one, whole or not at all; a link leads to it as before."""
    if not outcome.changes or outcome.after is None:
        return outcome
    target = Path(os.path.realpath(outcome.path))
    beside = ""
    try:
        number, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(number, "wb") as file:
            file.write(outcome.after)
            file.flush()
            os.fsync(number)
        os.chmod(beside, target.stat().st_mode & 0o7777)
        os.replace(beside, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        return _Outcome(outcome.path, problems=(_unusable(Path(outcome.path), "written", error),))
    return outcome


def _unusable(path: Path, done: str, error: OSError) -> Problem:
    return Problem(f"`{path.as_posix()}` cannot be {done}: {(error.strerror or 'no reason given').lower()}")


def _print(outcomes: list[_Outcome], *, is_diff: bool, only_asks: bool) -> None:
    changed = [each for each in outcomes if each.changes]
    for each in changed:
        click.echo(each.diff if is_diff else each.path, nl=not is_diff)
    word = "would change" if only_asks else "changed"
    click.echo(f"{len(changed)} of {len(outcomes)} file(s) {word}", err=is_diff)


def _print_data(outcomes: list[_Outcome], *, with_text: bool) -> None:
    files = [
        {
            "path": each.path,
            "changes": each.changes,
            "diff": each.diff if each.changes else "",
            **({"text": (each.after or b"").decode()} if with_text else {}),
        }
        for each in outcomes
    ]
    print_json({"files": files, "problems": [problem for each in outcomes for problem in each.problems]})


def _shown_lines(data: bytes) -> list[str]:
    """The lines of a file, each with an end that can be printed."""
    text = data.decode("utf-8", "replace")
    return [f"{line.removesuffix(chr(13))}\\r\n" if line.endswith("\r") else f"{line}\n" for line in text.split("\n")]
