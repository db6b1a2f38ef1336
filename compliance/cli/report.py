"""`compliance report`: what the log says of decisions, rule sets, confirmations and unknown facts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from compliance.audit.report import GROUPINGS, REPORTS, Report, as_data, as_json_text, asked_of
from compliance.audit.report_csv import as_csv
from compliance.audit.report_page import as_page
from compliance.audit.report_patterns import STATES
from compliance.audit.report_text import as_text
from compliance.audit.reports import Reporter
from compliance.check import today
from compliance.cli.command import FINDINGS, GOOD, config_option, evidence_directory, json_option, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.errors import ConfigError, EvidenceError
from compliance.reporting import ADVICE


def as_json(report: Report) -> bytes:
    """The report as JSON, in lines for people."""
    return msgspec.json.format(as_json_text(as_data(report)), indent=2) + b"\n"


def _as_text(report: Report) -> bytes:
    return "".join(f"{line}\n" for line in as_text(report)).encode("utf-8", "replace")


FORMATS: Final[dict[str, Callable[[Report], bytes]]] = {
    "text": _as_text,
    "json": as_json,
    "csv": as_csv,
    "html": as_page,
}


@click.command()
@click.argument("name", metavar="REPORT", type=click.Choice(list(REPORTS)))
@click.option("--rule", metavar="ID", help="Only notices that this rule asks for.")
@click.option("--notice", metavar="ID", help="Only this notice.")
@click.option("--entity", metavar="ID", help="Only notices for this entity.")
@click.option("--place", metavar="CODE", help="Only readers there: an ISO 3166 code, or `unknown`.")
@click.option("--content", metavar="PAGE", help="Only this page: its URL or id.")
@click.option("--publisher", metavar="ID", help="Only pages of this publisher.")
@click.option("--status", metavar="STATUS", help=f"Only notices that are {', '.join(STATES)}.")
@click.option("--on", metavar="YYYY-MM-DD", help="Only what answers of this day may rest on.")
@click.option("--since", metavar="YYYY-MM-DD", help="Only what answers of this day or later may rest on.")
@click.option("--until", metavar="YYYY-MM-DD", help="Only what answers of this day or earlier may rest on.")
@click.option("--ruleset", metavar="DIGEST", help="Only this rule set; the beginning of its digest will do.")
@click.option("--by", metavar="NAMES", help=f"Count by some of {', '.join(GROUPINGS)}, with commas between them.")
@click.option("--limit", metavar="NUMBER", help="So many rows at most.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), help="How it is written; text is usual.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The file to write, instead of printing.")
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def report(name: str, config: Path | None, data_dir: str | None, *, as_json: bool, **given: Any) -> None:
    """Report from the sealed log. REPORT is `decisions`, `rulesets`, `coverage` or `unknowns`.

    The exit status is 1 if `coverage` finds pages that lack a confirmation.
    """
    form, output = given.pop("form"), given.pop("output")
    if as_json and form not in {None, "json"}:
        raise ConfigError(f"`--json` and `--format {form}` are two formats: choose one")
    asked = asked_of({option: (value,) for option, value in given.items() if value is not None})
    settings = settings_of(config, {"data_dir": data_dir})
    directory = evidence_directory(settings)
    with closing(Reporter(directory, parameters=settings.page_parameters, advice=ADVICE)) as reporter:
        if reporter.log.checkpoint() is None:
            raise EvidenceError(f"`{directory}` holds no sealed log: give the directory of the data, or seal first")
        found = reporter.report(name, asked, today())
    _write(FORMATS["json" if as_json else form or "text"](found), output)
    lacking = next((each for each in found.sections if each.name == "lacking"), None)
    sys.exit(FINDINGS if lacking is not None and lacking.rows else GOOD)


def _write(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"`{output}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None
