"""`compliance audit show`: a recorded decision, with what readers in a place were shown; the leaves of a rule set."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance.audit.announced import Announced, announced
from compliance.audit.log_files import LogFiles
from compliance.audit.report import as_json_text, asked_of
from compliance.cli.command import (
    FINDINGS,
    GOOD,
    config_option,
    evidence_directory,
    json_option,
    print_json,
    reports_errors,
)
from compliance.cli.command import settings as settings_of
from compliance.errors import ConfigError, visible
from compliance.reporting import Decided, Decisions, missing_words

_KEY: Final = re.compile("[0-9a-f]{64}")
_RULESET: Final = re.compile("sha256:[0-9a-f]{64}")


@click.command()
@click.argument("wanted", metavar="DECISION|RULESET")
@click.option("--place", metavar="CODE", help="What readers there were shown: an ISO 3166 code, or `unknown`.")
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def show(wanted: str, place: str | None, data_dir: str | None, config: Path | None, *, as_json: bool) -> None:
    """Show a recorded decision from the sealed log, or which leaves name a rule set.

    DECISION is its key, as answers and reports have it. RULESET is the digest of what it means, or of the bytes of its
    files, with `sha256:` before it. The exit status is 1 if the log does not have it.
    """
    directory = evidence_directory(settings_of(config, {"data_dir": data_dir}))
    if _RULESET.fullmatch(wanted):
        if place is not None:
            raise ConfigError("a rule set is not shown for a place: leave out `--place`")
        _show_ruleset(LogFiles(directory), wanted, as_json=as_json)
    elif _KEY.fullmatch(wanted):
        _show_decision(directory, wanted, place, as_json=as_json)
    else:
        what = "is neither a key of 64 hexadecimal digits nor the digest of a rule set, which begins with `sha256:`"
        raise ConfigError(f"`{visible(wanted)}` {what}")


def _show_ruleset(log: LogFiles, digest: str, *, as_json: bool) -> None:
    leaves = announced(log, digest)
    if as_json:
        print_json([_told(each) for each in leaves])
    elif not leaves:
        click.echo(f"no leaf of the log names the rule set {digest}")
    for each in () if as_json else leaves:
        record = each.record
        kept = "which is kept" if each.is_kept else "which is GONE"
        click.echo(f"leaf {each.leaf}: taken into use, recorded on {record.day} by version {visible(record.product)}")
        click.echo(f"  means {record.ruleset}, read from {record.source}")
        click.echo(f"  bundle {record.bundle}, {kept}")
    sys.exit(GOOD if leaves else FINDINGS)


def _told(found: Announced) -> dict[str, object]:
    record: dict[str, object] = msgspec.to_builtins(found.record)
    members = ("ruleset", "source", "bundle", "size", "semantics", "product", "scanner")
    said = {name: record.get(name) for name in members}
    return {"leaf": found.leaf, "recorded_on": record["day"], **said, "is_kept": found.is_kept}


def _show_decision(directory: Path, decision: str, place: str | None, *, as_json: bool) -> None:
    where = asked_of({} if place is None else {"place": (place,)}).place
    with closing(Decisions(directory)) as decisions:
        found = decisions.find(decision, where)
        missing = "" if found else missing_words(decisions.erased())
    if found is None:
        click.echo("null" if as_json else missing)
    elif as_json:
        sys.stdout.buffer.write(msgspec.json.format(as_json_text(found), indent=2) + b"\n")
    else:
        for line in _lines(found):
            click.echo(visible(line))
    sys.exit(FINDINGS if found is None else GOOD)


def _lines(found: Decided) -> Iterator[str]:
    table, shown = found.table, found.shown
    yield f"{table['content'] or 'a page without a name'}: decision {found.decision}"
    yield f"recorded on {found.recorded_on}, leaf {found.leaf} of `{found.checkpoint['origin']}`"
    yield f"rule set {table['ruleset']['meaning']}"
    stretch = table["stretch"]
    yield f"law days from {stretch['first_day'] or 'ever'} to {stretch['last_day'] or 'now on'}"
    if shown is None:
        return
    yield f"shown in {shown['place']}:" if shown["notices"] else f"shown in {shown['place']}: nothing"
    for part in shown["notices"]:
        yield from _notice(part)
    if shown["held"]:
        yield f"held for a person, not shown in {shown['place']}:"
    for part in shown["held"]:
        yield from _notice(part)
    if shown["words_are_lacking_because"]:
        yield f"the words cannot be looked up: {shown['words_are_lacking_because']}"


def _notice(part: dict[str, Any]) -> Iterator[str]:
    entity = f" ({part['entity']})" if part["entity"] else ""
    rules = f"by {', '.join(part['rules'])}"
    yield f"  {part['id']}{entity}: {part['status']}, {rules}"
    words = part["words"]
    for tag, digest in words["text"].items():
        said = words["text_in_words"][tag]
        yield f"    {tag}: {said if said is not None else f'words with the digest {digest}'}"
