"""`compliance audit verdict`: what a reviewer found of a page goes into the log."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from compliance.audit.facts import recorded
from compliance.audit.group_commit import NotRecordedError
from compliance.audit.leaf import nonce_of
from compliance.audit.log import Keyed, Log
from compliance.audit.record import VerdictRecord
from compliance.audit.reference import reference_of
from compliance.check import today
from compliance.cli.audit_key import data_dir_option
from compliance.cli.command import (
    GOOD,
    config_option,
    evidence_directory,
    json_option,
    print_json,
    reports_errors,
    rules_path,
    settings,
)
from compliance.cli.questions import fact
from compliance.content.facts import facts_from
from compliance.errors import ConfigError, Problem, RequestError
from compliance.store import open_snapshot


@click.command()
@click.option("--url", required=True, help="URL or id of the page.")
@click.option("--fact", "facts", multiple=True, required=True, metavar="NAME=VALUE", help="What was found; repeatable.")
@click.option("--by", required=True, metavar="NAME", help="Who found it: a role or a desk, as it may be told.")
@click.option("--reason", metavar="TEXT", help="Why.")
@click.option("--rules", type=click.Path(path_type=Path), help="Directory of the rule files, or a bundle.")
@data_dir_option
@config_option
@json_option
@reports_errors
def verdict(facts: tuple[str, ...], config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Record what a reviewer found of a page.

    It changes no answer: the publishing system sends the facts with the page. What is recorded here stands beside the
    tables that follow, and says who is answerable for their facts.
    """
    configured, by = settings(config, {"data_dir": given["data_dir"]}), given["by"]
    known = facts_from(dict(fact(each) for each in facts), open_snapshot(rules_path(given["rules"], config)).directory)
    if readers := [name for name in known if name.startswith("reader.")]:
        raise RequestError([Problem(f"`{name}` is no fact of a page", help="leave it out") for name in readers])
    if not by.strip():
        raise ConfigError("say with `--by` who found it: a role or a desk")
    with closing(Log(evidence_directory(configured), configured.evidence, today)) as log:
        record = VerdictRecord(
            nonce=nonce_of(log.nonce()),
            day=today(),
            content=reference_of(given["url"], configured.page_parameters),
            facts=dict(recorded(known)),
            by=by,
            reason=given["reason"],
        )
        try:
            log.keep([Keyed(record)])
        except NotRecordedError as error:
            raise ConfigError(f"this was not recorded: {error}") from None
    if as_json:
        print_json({"state": "recorded", "content": record.content, "facts": record.facts})
    else:
        click.echo(f"recorded: {record.content or 'a page without a name'}, by {by}")
    sys.exit(GOOD)
