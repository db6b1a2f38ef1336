"""`compliance audit seal`: what is recorded becomes leaves of the signed log, once or again and again."""

from __future__ import annotations

import contextlib
import os
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
from compliance.cli.command import FINDINGS, GOOD, UNUSABLE, config_option, json_option, print_json, reports_errors
from compliance.errors import ComplianceError, EvidenceError


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


class Round(msgspec.Struct, frozen=True):
    """What a sealer says to the process that started it, a line after each round."""

    size: int | None
    """How many leaves the log has; None if the round ended in an error."""
    findings: tuple[str, ...] | None
    """What is wrong; None in the middle of a round."""


_Tell = Callable[[_Done | None, tuple[str, ...]], None]


@click.command()
@click.option(
    "--every", type=click.FloatRange(0.05), metavar="SECONDS", help="Seal again and again, until SIGTERM or SIGINT."
)
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input does; tell each round.")
@data_dir_option
@config_option
@json_option
@reports_errors
def seal(every: float | None, data_dir: str | None, config: Path | None, *, with_parent: bool, as_json: bool) -> None:
    """Put what is recorded into the signed log, and give its checkpoint to the targets of the settings."""
    try:
        node = node_of(config, data_dir)
        views = SealedViews(LogFiles(node.directory))
        signer, origin = node.key(is_made=False), node.settings.evidence_origin
        sealer = Sealer(node.directory, signer, origin, views=views, beside=node.beside)
    except ComplianceError as error:
        if not with_parent:
            raise
        _to_parent(Round(None, (str(error),)))
        sys.exit(UNUSABLE)
    exporter = Exporter(node.settings.checkpoint_to)
    if every is None:
        done = _sealed(sealer, exporter, _tell_progress if sys.stderr.isatty() else None)
        exporter.wait()
        done.findings += exporter.findings()
        _tell(done, done.findings, as_json=as_json, is_one=True)
        sys.exit(FINDINGS if done.findings else GOOD)
    stop = _stopping(with_parent=with_parent)
    tell, tell_batch = (_tell_round, _tell_batch) if with_parent else (_news_only(as_json=as_json), None)
    findings = _for_ever(stop, lambda: _sealed(sealer, exporter, tell_batch), every, exporter, tell)
    sys.exit(FINDINGS if findings else GOOD)


def _stopping(*, with_parent: bool) -> threading.Event:
    """Set by a signal, or by the end of the process that started this one, however that ends."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())

    def wait_for_parent() -> None:
        # not `sys.stdin`, whose lock would be held when the process ends: Python aborts over that
        while os.read(0, 1024):
            pass
        stop.set()

    if with_parent:
        threading.Thread(target=wait_for_parent, daemon=True).start()
    return stop


def _sealed(sealer: Sealer, exporter: Exporter, tell_batch: Callable[[_Done], None] | None) -> _Done:
    """All that waits, sealed; how far it has come is told, if that takes several batches."""
    added = dropped = 0
    while True:
        batch = sealer.seal()
        added, dropped = added + batch.added, dropped + batch.dropped
        exporter.offer(batch.checkpoint)
        done = _Done(batch.size, added, dropped, batch.checkpoint.decode(), batch.findings)
        if batch.is_all:
            return done
        if tell_batch is not None:
            tell_batch(done)


def _for_ever(
    stop: threading.Event, seal_all: Callable[[], _Done], every: float, exporter: Exporter, tell: _Tell
) -> tuple[str, ...]:
    """Seal until it is to stop, and end in good order; what is wrong in the end."""
    while True:
        start, done = monotonic(), None
        is_last = stop.is_set()  # a round that begins after the signal seals what came before it
        try:
            done = seal_all()
            findings = (*done.findings, *exporter.findings())
        except EvidenceError as error:  # the disk may have room again, or the lock be free
            findings = (str(error),)
        tell(done, findings)
        if is_last:
            exporter.wait()
            return (*done.findings, *exporter.findings()) if done is not None else findings
        stop.wait(max(0.0, every - (monotonic() - start)))


def _tell_progress(done: _Done) -> None:
    click.echo(f"{done.added} records sealed, and more wait ...", err=True)


def _tell_batch(done: _Done) -> None:
    """Tell the parent that a long round goes on; what is wrong is told at its end."""
    _to_parent(Round(done.size, None))


def _tell_round(done: _Done | None, findings: tuple[str, ...]) -> None:
    """Tell the parent what came of a round."""
    _to_parent(Round(None if done is None else done.size, findings))


def _to_parent(said: Round) -> None:
    """Say it in one line; a parent that has gone hears nothing, and the last round is sealed all the same."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), msgspec.json.encode(said) + b"\n")


def _news_only(*, as_json: bool) -> _Tell:
    """Tells what was done, if anything was, and what was not wrong in the round before."""
    told: set[str] = set()

    def tell(done: _Done | None, findings: tuple[str, ...]) -> None:
        _tell(done, tuple(each for each in findings if each not in told), as_json=as_json, is_one=False)
        told.clear()
        told.update(findings)

    return tell


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
