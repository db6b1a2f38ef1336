"""`compliance serve`: answer HTTP requests."""

from __future__ import annotations

import logging
import sys
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
from compliance.config import Settings
from compliance.errors import ConfigError
from compliance.web.access import Access, check_exposure
from compliance.web.server import serve as serve_http
from compliance.web.service import Sealing


@click.command()
@click.option("--rules", "rules_dir", help="Directory of the rule files, or a bundle.")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--threads", type=int, help="Requests answered at once.")
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
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("waitress").setLevel(logging.ERROR)
    recorder = recorder_of(configured)
    checker = opened(configured, recorder)
    sealer = _sealer(configured, config) if recorder is not None and configured.seal_seconds else None

    def ready(url: str) -> None:
        rules = checker.ruleset
        if as_json:
            print_json({"url": url, "meaning": rules.meaning, "rules": len(rules.rules)})
        else:
            click.echo(f"{len(rules.rules)} rules, {len(rules.active_rules)} of them active: {rules.meaning}")
            if recorder is not None:
                click.echo(f"evidence is kept in {evidence_directory(configured).absolute()}")
            click.echo(f"listening on {url} (POST /v1/check)")
        sys.stdout.flush()

    try:
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


def _sealer(configured: Settings, config: Path | None) -> SealerProcess:
    """The sealer of this node. It reads the same settings."""
    file = [] if config is None else ["--config", str(config)]
    arguments = ["--data-dir", configured.data_dir, *file]
    return SealerProcess(arguments, configured.seal_seconds, evidence_directory(configured))


def _sealing(configured: Settings, sealer: SealerProcess | None) -> Sealing:
    """What says how the log is sealed."""
    directory = evidence_directory(configured)
    return (lambda: status_by_others(directory)) if sealer is None else sealer.status
