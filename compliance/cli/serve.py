"""`compliance serve`: answer HTTP requests."""

from __future__ import annotations

import sys
from collections.abc import Callable
from errno import EADDRINUSE
from pathlib import Path
from typing import Any

import click

from compliance.audit.seal_status import status_by_others
from compliance.cli.command import (
    config_option,
    evidence_directory,
    json_option,
    opened,
    print_json,
    recorder_of,
    reports_errors,
    settings,
)
from compliance.cli.sealing import SealerProcess
from compliance.config import GRANIAN, NO_EVIDENCE, WAITRESS, Settings
from compliance.errors import ConfigError
from compliance.recording import Recorder
from compliance.web.access import Access, check_exposure
from compliance.web.opening import log_to_stderr
from compliance.web.server import serve as serve_http
from compliance.web.service import Sealing
from compliance.web.starting import check_surroundings


@click.command()
@click.option("--rules", "rules_dir", help="Directory of the rule files, or a bundle.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--server", help="What takes the requests: waitress or granian.")
@click.option("--workers", type=int, help="Processes that answer; needs granian.")
@click.option("--threads", type=int, help="Requests answered at once, by each process.")
@click.option("--geo-database", "geo_databases", multiple=True, help="An MMDB file of your own; may be repeated.")
@click.option(
    "--geo-overlay", "geo_overlays", multiple=True, help="A table of networks and territories; may be repeated."
)
@click.option("--data-dir", help="Directory of what is written: the evidence.")
@click.option("--geo-golden", help="A table of addresses and what databases have to say of them.")
@click.option(
    "--allow-without-keys", is_flag=True, default=None, help="Listen where others reach it though there are no keys."
)
@config_option
@json_option
@reports_errors
def serve(config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Answer HTTP requests. SIGHUP, or a change of a file, takes new rules and databases into use."""
    configured = settings(config, flags)
    check_exposure(configured, Access.of(configured))
    check_surroundings(configured)
    log_to_stderr(configured.log_format, None if configured.server == GRANIAN else 1)
    serve_many = _server_of_many() if configured.server == GRANIAN else None
    recorder = None if serve_many else recorder_of(configured)  # with several processes each has its own
    checker = opened(configured, recorder)
    is_recorded = configured.evidence != NO_EVIDENCE
    sealer = _sealer(configured, config) if is_recorded and configured.seal_seconds else None

    def ready(url: str) -> None:
        rules = checker.ruleset
        if as_json:
            print_json({"url": url, "meaning": rules.meaning, "rules": len(rules.rules)})
        else:
            click.echo(f"{len(rules.rules)} rules, {len(rules.active_rules)} of them active: {rules.meaning}")
            if is_recorded and _is_kept(configured, recorder):
                click.echo(f"evidence is kept in {evidence_directory(configured).absolute()}")
            click.echo(f"listening on {url} (POST /v1/check)")
        sys.stdout.flush()

    try:
        if serve_many is not None:
            serve_many(configured, ready)
        else:
            serve_http(checker, configured, ready, _sealing(configured, sealer))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        instead = "; stop what listens there, or take another with `--port`" if error.errno == EADDRINUSE else ""
        raise ConfigError(f"cannot listen on `{configured.host}` port `{configured.port}`: {why}{instead}") from None
    finally:
        if recorder is not None:
            recorder.close()
        if sealer is not None:
            sealer.stop()


def _server_of_many() -> Callable[[Settings, Callable[[str], None]], None]:
    """What serves with worker processes.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        from compliance.web import workers  # noqa: PLC0415 - it needs what not everybody has installed
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] != GRANIAN:
            raise
        raise ConfigError(
            f'`server` is "{GRANIAN}", which is not installed: `pip install ".[{GRANIAN}]"` at the top of the '
            f'checkout, or set it to "{WAITRESS}"'
        ) from None
    return workers.serve


def _is_kept(configured: Settings, recorder: Recorder | None) -> bool:
    """Whether evidence is recorded; if not, the log has said why. Each of several processes makes the directory."""
    return evidence_directory(configured).is_dir() if recorder is None else recorder.status().failure is None


def _sealer(configured: Settings, config: Path | None) -> SealerProcess:
    """The sealer of this node. It reads the same settings."""
    file = [] if config is None else ["--config", str(config)]
    arguments = ["--data-dir", configured.data_dir, *file]
    return SealerProcess(arguments, configured.seal_seconds, evidence_directory(configured))


def _sealing(configured: Settings, sealer: SealerProcess | None) -> Sealing:
    """What says how the log is sealed."""
    directory = evidence_directory(configured)
    return (lambda: status_by_others(directory)) if sealer is None else sealer.status
