"""`compliance audit key`: the key of the log, made if there is none; only its public half is shown."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from compliance.audit.beside_key import BesideKey
from compliance.audit.disk import Disk
from compliance.audit.key_files import make_key, publish, read_key
from compliance.audit.locking import alone
from compliance.audit.log_files import LogFiles
from compliance.audit.note import PrivateKey
from compliance.cli.command import GOOD, config_option, json_option, print_json, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.config import Settings
from compliance.errors import ConfigError

EVIDENCE: Final = "evidence"
KEY: Final = "evidence-key"
data_dir_option = click.option(
    "--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings."
)


@dataclass(frozen=True, slots=True)
class Node:
    """Where the evidence of a node is, and the key that signs it."""

    settings: Settings
    directory: Path
    key_path: Path

    @property
    def beside(self) -> Path:
        """Beside which file the sealer remembers what it signed: the key, unless nothing can be written there."""
        where = self.key_path.parent
        is_mounted = where.exists() and not os.access(where, os.W_OK)
        return Path(self.settings.data_dir, KEY) if is_mounted else self.key_path

    def key(self, *, is_made: bool) -> PrivateKey:
        """The private key.

        Args:
            is_made: whether one is made though there is a log that another one has signed.

        Raises:
            EvidenceError: it cannot be read or made.
            ConfigError: there is none, and there is a log.
        """
        disk = Disk()
        if (found := read_key(self.key_path, disk)) is not None:
            return found
        with alone(disk, self.directory):
            if (found := read_key(self.key_path, disk)) is not None:
                return found
            if not is_made and LogFiles(self.directory, disk).checkpoint() is not None:
                raise ConfigError(
                    f"the key `{self.key_path}` is gone: restore it, or make a new one with `compliance audit key`"
                )
            if not self.key_path.parent.is_dir() and self.settings.evidence_key:
                raise ConfigError(
                    f"the key `{self.key_path}` cannot be made, for its directory is not there: mount or make it"
                )
            return make_key(self.key_path, self.settings.evidence_origin, disk)


def node_of(config: Path | None, data_dir: str | None) -> Node:
    """The node of the settings."""
    found = settings_of(config, {"data_dir": data_dir})
    path = Path(found.evidence_key) if found.evidence_key else Path(found.data_dir, KEY)
    return Node(found, Path(found.data_dir, EVIDENCE), path)


@click.command()
@data_dir_option
@config_option
@json_option
@reports_errors
def key(data_dir: str | None, config: Path | None, *, as_json: bool) -> None:
    """Show the public key of the log, which others verify it with; make a private one if there is none."""
    node = node_of(config, data_dir)
    was_there = node.key_path.exists()
    found = node.key(is_made=True)
    disk = Disk()
    with alone(disk, node.directory):
        BesideKey(node.beside, disk).keys(found.public)
        publish(node.directory, found.public, disk)
    if as_json:
        print_json({"vkey": found.public.vkey, "path": str(node.key_path), "is_new": not was_there})
    else:
        click.echo(found.public.vkey)
        click.echo(f"the private key is {'' if was_there else 'now '}in {node.key_path}", err=True)
    sys.exit(GOOD)
