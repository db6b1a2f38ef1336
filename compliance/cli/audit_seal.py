"""`compliance audit seal`: what is recorded becomes leaves of the signed log, once or again and again."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import click
import msgspec

from compliance.audit.export import Exporter
from compliance.audit.log_files import LogFiles
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.cli.audit_key import data_dir_option, node_of
from compliance.cli.command import FINDINGS, GOOD, config_option, json_option, print_json, reports_errors
from compliance.errors import EvidenceError


@dataclass(slots=True)
class _Done:
    """What some rounds did together."""

    size: int
    added: int
    dropped: int
    checkpoint: str
    findings: tuple[str, ...]

    def text(self) -> str:
        """In one line."""
        dropped = f", {self.dropped} were there already" if self.dropped else ""
        return f"{self.added} records sealed{dropped}; the log has {self.size} leaves"


@click.command()
@click.option(
    "--every", type=click.FloatRange(0.05), metavar="SECONDS", help="Seal again and again, until SIGTERM or SIGINT."
)
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input does.")
@data_dir_option
@config_option
@json_option
@reports_errors
def seal(every: float | None, data_dir: str | None, config: Path | None, *, with_parent: bool, as_json: bool) -> None:
    """Put what is recorded into the signed log, and give its checkpoint to the targets of the settings."""
    node = node_of(config, data_dir)
    views = SealedViews(LogFiles(node.directory))
    sealer = Sealer(node.directory, node.key(is_made=False), node.settings.evidence_origin, views=views)
    exporter = Exporter(node.settings.checkpoint_to)
    if every is None:
        done = _sealed(sealer, exporter, is_told=sys.stderr.isatty())
        exporter.wait()
        done.findings += exporter.findings()
        _tell(done, done.findings, as_json=as_json, is_one=True)
        sys.exit(FINDINGS if done.findings else GOOD)
    stop = _stopping(with_parent=with_parent)
    findings = _for_ever(stop, lambda: _sealed(sealer, exporter), every, exporter, as_json=as_json)
    sys.exit(FINDINGS if findings else GOOD)


def _stopping(*, with_parent: bool) -> threading.Event:
    """Set by a signal, or by the end of the process that started this one, however that ends."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())

    def wait_for_parent() -> None:
        sys.stdin.buffer.read()
        stop.set()

    if with_parent:
        threading.Thread(target=wait_for_parent, daemon=True).start()
    return stop


def _sealed(sealer: Sealer, exporter: Exporter, *, is_told: bool = False) -> _Done:
    """All that waits, sealed; how far it has come is told, if that takes several rounds."""
    added = dropped = 0
    while True:
        done = sealer.seal()
        added, dropped = added + done.added, dropped + done.dropped
        exporter.offer(done.checkpoint)
        if done.is_all:
            return _Done(done.size, added, dropped, done.checkpoint.decode(), done.findings)
        if is_told:
            click.echo(f"{added} records sealed, and more wait ...", err=True)


def _for_ever(
    stop: threading.Event, seal_all: Callable[[], _Done], every: float, exporter: Exporter, *, as_json: bool
) -> tuple[str, ...]:
    """Seal until it is to stop, and end in good order; what is wrong in the end."""
    told: tuple[str, ...] = ()
    while True:
        start, done = monotonic(), None
        is_last = stop.is_set()  # a round that begins after the signal seals what came before it
        try:
            done = seal_all()
            findings = (*done.findings, *exporter.findings())
        except EvidenceError as error:  # the disk may have room again, or the lock be free
            findings = (str(error),)
        _tell(done, tuple(each for each in findings if each not in told), as_json=as_json, is_one=False)
        told = findings
        if is_last:
            exporter.wait()
            return (*done.findings, *exporter.findings()) if done is not None else findings
        stop.wait(max(0.0, every - (monotonic() - start)))


def _tell(done: _Done | None, findings: tuple[str, ...], *, as_json: bool, is_one: bool) -> None:
    """Say what was done, if anything was, and what is newly wrong."""
    is_news = done is not None and bool(done.added or done.dropped or is_one)
    if as_json and (is_news or findings):
        said = {
            "size": done.size if done else None,
            "added": done.added if done else 0,
            "dropped": done.dropped if done else 0,
            "checkpoint": done.checkpoint if done else None,
            "findings": findings,
        }
        if is_one:
            print_json(said)
        else:
            sys.stdout.write(msgspec.json.encode(said).decode() + "\n")
            sys.stdout.flush()
    elif not as_json:
        if done is not None and is_news:
            click.echo(done.text())
        for each in findings:
            click.echo(f"finding: {each}", err=True)
