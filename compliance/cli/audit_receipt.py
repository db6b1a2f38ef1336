"""`compliance audit receipt`: what proves one leaf to whoever has the public key."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

import click

from compliance.audit.log_files import LogFiles
from compliance.audit.receipt import SUFFIX
from compliance.audit.receipts import leaf_of, receipt_of
from compliance.cli.command import GOOD, config_option, json_option, print_json, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.errors import ConfigError, visible

_KEY: Final = re.compile("[0-9a-f]{64}")
_NUMBER: Final = re.compile("[0-9]{1,18}")


@click.command()
@click.argument("wanted", metavar="DECISION|LEAF")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help=f"The receipt to write; `{SUFFIX}` is put behind.",
)
@click.option("--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings.")
@config_option
@json_option
@reports_errors
def receipt(wanted: str, output: Path, data_dir: str | None, config: Path | None, *, as_json: bool) -> None:
    """Write the receipt of a leaf, and the leaf beside it: with the public key, that is all a third party needs.

    DECISION is the key of a table as answers and reports have it, LEAF the number of a leaf.
    """
    log = LogFiles(Path(settings_of(config, {"data_dir": data_dir}).data_dir, "evidence"))
    if _KEY.fullmatch(wanted):
        number = leaf_of(log, wanted)
    elif _NUMBER.fullmatch(wanted):
        number = int(wanted)
    else:
        raise ConfigError(f"`{visible(wanted)}` is neither the number of a leaf nor a key of 64 hexadecimal digits")
    handed = receipt_of(log, number)
    base = output.with_name(output.name.removesuffix(SUFFIX))
    files = {"receipt": (SUFFIX, handed.receipt), "leaf": (".leaf", handed.leaf), "body": (".body", handed.body)}
    written = {}
    for what, (suffix, data) in files.items():
        if data is not None:
            written[what] = _written(base.with_name(base.name + suffix), data)
    if as_json:
        print_json({"number": number, **written})
    else:
        click.echo(f"leaf {number}: {', '.join(written.values())}")
    sys.exit(GOOD)


def _written(path: Path, data: bytes) -> str:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"`{path}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None
    return str(path)
