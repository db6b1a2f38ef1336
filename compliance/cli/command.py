"""What all commands share: options, settings, printing, and how errors end a command."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import msgspec

from compliance.errors import ComplianceError, ConfigError, Problem, RequestError, RulesError
from compliance.signed.rules import fetched_in
from compliance.store import packaged_rules
from compliance.web.opening import cache_directory, evidence_directory, opened, recorder_of, settings, settings_file
from compliance.web.wire import NotJsonError

__all__ = [
    "FINDINGS",
    "GOOD",
    "UNUSABLE",
    "cache_directory",
    "config_option",
    "evidence_directory",
    "json_option",
    "opened",
    "print_json",
    "progress",
    "recorder_of",
    "reports_errors",
    "rules_argument",
    "rules_path",
    "settings",
    "settings_file",
]

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
_OBEYED: Final = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Controls beside those that JSON escapes, and what turns the direction of a line."""
rules_argument = click.argument("rules", required=False, type=click.Path(path_type=Path))
config_option = click.option(
    "--config", "config", type=click.Path(path_type=Path), help="Settings file instead of compliance.toml."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with our own errors printed as they are and exit status 2."""

    @wraps(command)
    def run(*args: Any, as_json: bool, **kwargs: Any) -> None:
        try:
            command(*args, as_json=as_json, **kwargs)
        except (ComplianceError, NotJsonError) as error:
            _fail(error, as_json=as_json)
        except BrokenPipeError:
            # the reader of a pipe has gone, `| head` for example; there is nobody left to tell
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return run


def rules_path(given: Path | None, config: Path | None = None) -> Path:
    """The rule directory: the one given, or the one of the settings, or what was fetched, or the packaged one."""
    configured = settings(config, {"rules_dir": str(given) if given else None})
    if configured.rules_url is not None:
        return fetched_in(configured.data_dir)
    return Path(configured.rules_dir) if configured.rules_dir else packaged_rules()


@contextmanager
def progress(label: str, length: int | None) -> Iterator[Callable[[int], None]]:
    """A bar that is moved by so many steps at a time, on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length or 0, label=label, file=sys.stderr) as bar:
        yield bar.update


def print_json(value: object) -> None:
    """Print a value as JSON, indented; what a terminal would obey is escaped."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    safe = _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)  # such stand in texts only
    sys.stdout.buffer.write(safe.encode() + b"\n")
    sys.stdout.flush()


def _problem(error: Exception) -> Problem:
    return Problem(str(error), help=error.help if isinstance(error, ComplianceError) else None)


def _fail(error: Exception, *, as_json: bool) -> NoReturn:
    found = error.problems if isinstance(error, RulesError | RequestError | ConfigError) else ()
    problems = found or (_problem(error),)
    if as_json:
        print_json({"problems": problems})
    else:
        click.echo(error if isinstance(error, RulesError | RequestError) else "\n\n".join(map(str, problems)), err=True)
    sys.exit(UNUSABLE)
