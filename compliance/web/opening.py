"""What a service is made of, by its settings: for whoever starts one, a command or a server that is not ours."""

from __future__ import annotations

import logging
import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compliance.audit.log import Log
from compliance.audit.log_files import LogFiles
from compliance.audit.receipts import is_sealed
from compliance.audit.views import VIEWS
from compliance.audit.views_reading import ViewsReader
from compliance.check import Checker, today
from compliance.config import JSON, NO_EVIDENCE, TEXT, Settings
from compliance.errors import ConfigError, Span
from compliance.purging import GRACE, Patience, Purger
from compliance.recording import Recorder
from compliance.setting_values import NO_CACHE
from compliance.signed.rules import SignedRules
from compliance.web.lines import OUTPUT, Lines
from compliance.web.setting_places import place_of
from compliance.web.telling import AccessLog, JsonHandler

if TYPE_CHECKING:
    from compliance.web.service import Service  # commands have no use for Flask

DEFAULT_FILE = Path("compliance.toml")


def settings_file(config: Path | None) -> tuple[Path | None, dict[str, object]]:
    """The file of the settings and what it says; None and nothing if there is none.

    Raises:
        ConfigError: it cannot be read.
    """
    file: dict[str, object] = {}
    path = config or DEFAULT_FILE
    if config is not None or path.is_file():
        try:
            file = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"`{path}` cannot be read: {(error.strerror or 'no reason given').lower()}") from None
        except UnicodeDecodeError:
            raise ConfigError(f"`{path}` is not UTF-8: save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"`{path}` is not TOML: {str(error).lower()}") from None
        return path, file
    return None, file


def settings(config: Path | None, flags: dict[str, Any] | None = None) -> Settings:
    """The settings of the file, the environment and the flags.

    Raises:
        ConfigError: the file cannot be read, or settings are wrong; with their places in the file.
    """
    path, file = settings_file(config)

    def place(name: str) -> Span | None:
        return None if path is None else place_of(name, path.read_text(encoding="utf-8"), str(path))

    return Settings.of(file, os.environ, flags, place)


def opened(configured: Settings, recorder: Recorder | None = None) -> Checker:
    """A checker with the rules, databases and overlays of the settings; without a recorder it leaves no evidence."""
    return Checker.open(
        signed_rules(configured) or configured.rules_dir,
        geo_databases=configured.geo_databases,
        geo_overlays=configured.geo_overlays,
        geo_golden=configured.geo_golden,
        cache_dir=cache_directory(configured),
        recorder=recorder,
    )


def signed_rules(configured: Settings) -> SignedRules | None:
    """The signed rules of the settings; None where they need not be signed."""
    if not configured.rules_keys:
        return None
    return SignedRules(
        configured.rules_keys,
        configured.data_dir,
        None if configured.rules_dir is None else Path(configured.rules_dir),
        configured.rules_url,
        configured.rules_max_age,
        configured.rules_url_seconds,
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


def purger_of(
    configured: Settings, checker: Checker, have_all: Callable[[str], bool] = lambda _: True, grace: float = GRACE
) -> Purger | None:
    """What has caches forget pages when the rules of a checker change; None if the settings name no command.

    Args:
        configured: the settings.
        checker: what answers; nothing watches its rules yet.
        have_all: says whether all processes have the rule set with a digest of its sources.
        grace: so many seconds after a change pages may still be made by the rules before it.
    """
    if not configured.purge_command:
        return None
    store, patience = checker.store, Patience(grace=grace)
    purger = Purger(configured.purge_command, Path(configured.data_dir), store.current.ruleset, have_all, patience)
    store.swapped = purger.swapped
    return purger


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


def access_log_of(configured: Settings, service: Service, worker: int = 1) -> AccessLog | None:
    """What tells of each request that a service answers, from now on; None if the settings name no file.

    Args:
        configured: the settings.
        service: what answers.
        worker: the number of this process, from 1.
    """
    if configured.access_log is None:
        return None
    target = sys.stdout.fileno() if configured.access_log == OUTPUT else configured.access_log
    lines, checker = Lines(target, service.metrics.settle), service.checker
    service.access_log = log = AccessLog(lines, worker, lambda: checker.ruleset.meaning)
    service.metrics.answered = log.answered
    return log


def log_to_stderr(form: str = TEXT, worker: int | None = None) -> None:
    """Have the log of this process on standard error.

    Args:
        form: `text`, or `json` for an object on each line, written by a thread of its own.
        worker: the number of this process, from 1; None in one that answers nothing.
    """
    logging.raiseExceptions = False  # else what cannot be told is printed with all of it, a reader's address too
    if form == JSON:
        handler: logging.Handler = JsonHandler(Lines(sys.stderr.fileno()), worker)
        logging.basicConfig(level=logging.INFO, handlers=[handler])
    else:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("waitress").setLevel(logging.ERROR)
