"""What all commands share: options, settings, printing, and how errors end a command."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final, NoReturn

import click
import msgspec

from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.receipts import is_sealed
from compliance.audit.views import VIEWS
from compliance.audit.views_reading import ViewsReader
from compliance.check import Checker, today
from compliance.config import NO_EVIDENCE, Settings
from compliance.errors import ComplianceError, ConfigError, Problem, RequestError, RulesError
from compliance.recording import Recorder
from compliance.setting_values import NO_CACHE
from compliance.store import packaged_rules
from compliance.web.wire import NotJsonError

GOOD, FINDINGS, UNUSABLE = 0, 1, 2
DEFAULT_FILE = Path("compliance.toml")
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
    """The rule directory: the one given, or the one of the settings, or the packaged one."""
    configured = settings(config, {"rules_dir": str(given) if given else None}).rules_dir
    return Path(configured) if configured else packaged_rules()


def settings(config: Path | None, flags: dict[str, Any]) -> Settings:
    """The settings of the file, the environment and the flags."""
    file: dict[str, object] = {}
    path = config or DEFAULT_FILE
    if config is not None or path.is_file():
        try:
            file = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"`{path}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"`{path}` is not TOML: {str(error).lower()}") from None
    return Settings.of(file, os.environ, flags)


def opened(configured: Settings, recorder: Recorder | None = None) -> Checker:
    """A checker with the rules, databases and overlays of the settings; without a recorder it leaves no evidence."""
    return Checker.open(
        configured.rules_dir,
        geo_databases=configured.geo_databases,
        geo_overlays=configured.geo_overlays,
        geo_golden=configured.geo_golden,
        cache_dir=cache_directory(configured),
        recorder=recorder,
    )


def evidence_directory(configured: Settings) -> Path:
    """Where the evidence of this node is."""
    return Path(configured.data_dir, "evidence")


def recorder_of(configured: Settings) -> Recorder | None:
    """What records as the settings say; None if nothing is to be recorded."""
    if configured.evidence == NO_EVIDENCE:
        return None
    directory = evidence_directory(configured)
    views, files = ViewsReader(directory / VIEWS), LogFiles(directory)
    log = Log(directory, configured.evidence, today, is_sealed=lambda key: is_sealed(files, views, key))
    return Recorder(log, configured.evidence, configured.page_parameters)


def cache_directory(configured: Settings) -> Path | None:
    """Where word forms are kept: as the settings say, else in the cache of the user; None keeps none.

    Source: the XDG Base Directory Specification, by which a relative path counts for nothing.
    """
    if configured.cache_dir is not None:
        return None if configured.cache_dir == NO_CACHE else Path(configured.cache_dir)
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):
        return Path(given, "compliance")
    home = os.path.expanduser("~")
    return Path(home, ".cache", "compliance") if os.path.isabs(home) else None


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


def _fail(error: Exception, *, as_json: bool) -> NoReturn:
    problems = error.problems if isinstance(error, RulesError | RequestError) else (Problem(str(error)),)
    if as_json:
        print_json({"problems": problems})
    else:
        click.echo(error if isinstance(error, RulesError | RequestError) else str(problems[0]), err=True)
    sys.exit(UNUSABLE)
