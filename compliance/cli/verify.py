"""`compliance verify`: whether evidence is what was signed, as a whole log or one leaf with its receipt."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance.audit.finding import Finding, Grade, Report
from compliance.audit.receipts import verify_receipt
from compliance.audit.verify import keys_of, leaves, read_file
from compliance.audit.verify import verify as verified
from compliance.cli.command import FINDINGS, GOOD, config_option, json_option, print_json, progress, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.errors import ConfigError, EvidenceError, visible

_MOST_SHOWN: Final = 20
_PATH: Final = click.Path(path_type=Path)


@click.command()
@click.argument("directory", required=False, type=_PATH)
@click.option("--key", "keys", multiple=True, metavar="FILE|VKEY", help="Public key of the log; may be repeated.")
@click.option("--origin", metavar="NAME", help="Name of the log; left out, that of the key.")
@click.option(
    "--since", "earlier", multiple=True, type=_PATH, metavar="FILE", help="A checkpoint exported before; repeatable."
)
@click.option("--receipt", type=_PATH, metavar="FILE", help="Verify this receipt, without any log.")
@click.option("--leaf", type=_PATH, metavar="FILE", help="The leaf of the receipt; left out, the file beside it.")
@click.option("--body", type=_PATH, metavar="FILE", help="The record, where the leaf only stands for it.")
@click.option("--strict", is_flag=True, help="Status 1 also for what a crash leaves.")
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def verify(directory: Path | None, config: Path | None, *, as_json: bool, **flags: Any) -> None:
    """Verify every byte of a log of evidence: signature, hashes, records, and what waits to be sealed.

    DIRECTORY is that of the evidence; left out, `evidence` in the directory of the data. Nothing is written. Take the
    key from whoever runs the log, and not from the log.
    """
    if flags["receipt"] is not None:
        if directory is not None:
            raise ConfigError("a receipt is verified without a log: leave out the directory")
        _verify_receipt(flags, as_json=as_json)
        return
    if flags["leaf"] or flags["body"]:
        raise ConfigError("`--leaf` and `--body` go with `--receipt`")
    where = directory or Path(settings_of(config, {"data_dir": flags["data_dir"]}).data_dir, "evidence")
    with progress("verifying", leaves(where)) as step:
        report = verified(where, flags["keys"], origin=flags["origin"], earlier=flags["earlier"], progress=step)
    if as_json:
        print_json(_as_data(report))
    else:
        for line in _lines(report):
            click.echo(visible(line))
    bad = not report.is_sound or (flags["strict"] and bool(report.of(Grade.LEFTOVER)))
    sys.exit(FINDINGS if bad else GOOD)


def _verify_receipt(flags: dict[str, Any], *, as_json: bool) -> None:
    """Say what a receipt proves."""
    if not flags["keys"]:
        raise ConfigError("give the public key of the log: `--key`")
    path: Path = flags["receipt"]
    leaf = read_file(flags["leaf"] or path.with_suffix(".leaf"))
    beside = path.with_suffix(".body")
    body = read_file(flags["body"] or beside) if flags["body"] or beside.exists() else None
    keys = [key for each in flags["keys"] for key in keys_of(each)]
    try:
        found = verify_receipt(read_file(path), leaf, keys, flags["origin"], body)
    except EvidenceError as error:
        refused = EvidenceError(f"`{path}` proves nothing: {error}")
        refused.help = (
            "see that receipt, leaf and key belong together; if they do, have the receipt made anew from a log that "
            "`compliance verify` finds sound"
        )
        raise refused from None
    head = found.checkpoint
    record = json.loads(found.data)
    if as_json:
        at = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
        print_json({"leaf": found.number, "checkpoint": at, "record": record})
    else:
        click.echo(
            visible(f"proven: this is leaf {found.number} of the log `{head.origin}`, signed with {head.size} leaves")
        )
        click.echo(visible(f"it is a record of the kind `{record['kind']}`, of {record.get('day', 'no day')}"))
    sys.exit(GOOD)


def _lines(report: Report) -> Iterator[str]:
    """The report as people read it: what was verified, what was found, the worst last."""
    if report.origin is None:
        yield "nothing is sealed yet"
    else:
        signed = "signed" if report.is_signed else "NOT signed with the key that was given"
        yield f"the log `{report.origin}` with {report.size} leaves is {signed}"
        counts = [f"{count} {kind}" for kind, count in report.records.items()]
        if report.erased:
            counts.append(f"{report.erased} ERASED")
        yield f"  leaves: {', '.join(counts) or 'none'}; root {report.root}"
    for each in report.erasures:
        by = f", by {each.by}" if each.by else ""
        yield f"  leaf {each.leaf}, of {each.day}: {each.leaves} leaves ERASED{by}: {each.reason}"
    yield f"  {report.waiting} record(s) wait to be sealed"
    for grade in reversed(Grade):
        for finding in report.of(grade):
            yield ""
            yield from finding_lines(finding)
    yield ""
    damage, left = len(report.of(Grade.DAMAGE)), len(report.of(Grade.LEFTOVER))
    is_beside = any(each.check == "key-beside" for each in report.findings)
    by = " by the key that lies BESIDE THE LOG, which proves less" if is_beside else ""
    said = (
        f"{damage} finding(s): this is not what was signed" if damage else f"sound{by}: nothing is altered or missing"
    )
    yield f"{said}; {left} leftover(s) of a crash" if left else said


def finding_lines(found: Finding) -> Iterator[str]:
    """A finding as people read it: where and what, what it means, what to do."""
    place = "".join(
        [
            found.path,
            "" if found.leaf is None else f", leaf {found.leaf}",
            "" if found.byte is None else f", byte {found.byte}",
        ]
    )
    more = f" (and {found.others} more)" if found.others else ""
    yield f"{found.grade.value}: {place}: {found.message}{more}"
    yield f"  {found.check}: {found.kind.meaning}"
    yield f"  help: {found.kind.help}"


def _as_data(report: Report) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(report)
    return {"is_sound": report.is_sound, **data, "findings": as_data(report.findings)}


def as_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON values."""
    return [
        {
            "check": each.check,
            "grade": each.grade.value,
            "path": each.path,
            "leaf": each.leaf,
            "byte": each.byte,
            "message": each.message,
            "others": each.others,
            "meaning": each.kind.meaning,
            "help": each.kind.help,
        }
        for each in findings
    ]
