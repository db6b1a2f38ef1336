"""`compliance build`: a rule set as one file."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from compliance import bundle
from compliance.cli.command import (
    GOOD,
    config_option,
    json_option,
    print_json,
    reports_errors,
    rules_argument,
    rules_path,
)
from compliance.dictionary import table_of
from compliance.errors import ConfigError
from compliance.language import digest
from compliance.store import open_snapshot, read_files


@click.command()
@rules_argument
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="The bundle to write.")
@config_option
@json_option
@reports_errors
def build(rules: Path | None, output: Path, config: Path | None, *, as_json: bool) -> None:
    """Write a rule set, once it loads and all its scenarios hold, into one file that can be served.

    The forms of the words of all names go with it, so that looking for names needs no dictionary. The same rules give
    the same bytes, with the same dictionary. The bundle is not signed.
    """
    path = rules_path(rules, config)
    ruleset = open_snapshot(path).ruleset
    files = read_files(path)
    if digest.source(files) != ruleset.source:
        raise ConfigError(f"the files of `{path}` changed while they were read: build again")
    forms = table_of(ruleset)
    try:
        said = bundle.write(output, files, ruleset, forms)
    except OSError as error:
        why = (error.strerror or "no reason given").lower()
        raise ConfigError(f"`{output}` cannot be written: {why}") from None
    words, word_forms = forms.counts
    if as_json:
        print_json({"bundle": str(output), **msgspec.to_builtins(said), "words": words, "word_forms": word_forms})
    else:
        held = f"{said.rules} rule(s) in {said.files} file(s), {said.meaning}"
        click.echo(f"{output}: {held}, {word_forms} form(s) of {words} word(s)")
    sys.exit(GOOD)
