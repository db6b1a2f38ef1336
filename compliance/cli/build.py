"""`compliance build`: a rule set as one file, signed if there is a key; and the keys for that."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec

from compliance import bundle
from compliance.audit.disk import Disk
from compliance.audit.key_files import make_key, read_key
from compliance.audit.note import PrivateKey
from compliance.check import today
from compliance.checkout import commit_of
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
from compliance.signed.signature import MOST_VERSION, Statement, digest_of, sign
from compliance.store import open_snapshot, read_files

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@rules_argument
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The bundle to write.")
@click.option("--key", type=_file, help="File of the private key to sign it with.")
@click.option("--version", type=click.IntRange(1, MOST_VERSION), help="Its version; left out, the seconds since 1970.")
@click.option("--expires", type=click.IntRange(1, 3650), metavar="DAYS", help="For so many days it may be believed.")
@click.option("--new-key", type=_file, help="Make a private key in a file, and build nothing.")
@click.option("--name", help="Name of the new key, such as desk.example/rules.")
@config_option
@json_option
@reports_errors
def build(rules: Path | None, config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Write a rule set, once it loads and all its scenarios hold, into one file that can be served.

    The forms of the words of all names go with it, so that looking for names needs no dictionary. The same rules give
    the same bytes, with the same dictionary and at the same commit. With --key it is signed, for whoever serves it with
    the public key in `rules_keys`.
    """
    _fits(given)
    if given["new_key"] is not None:
        _make_key(given["new_key"], given["name"], as_json=as_json)
    signer = None if given["key"] is None else _Signer(_key(given["key"]), given["version"], given["expires"])
    path, output = rules_path(rules, config), given["output"]
    ruleset = open_snapshot(path).ruleset
    files = read_files(path)
    if digest.source(files) != ruleset.source:
        raise ConfigError(f"the files of `{path}` changed while they were read: build again")
    forms = table_of(ruleset)
    try:
        said = bundle.write(output, files, ruleset, forms, commit=commit_of(path), sign=signer)
    except OSError as error:
        raise ConfigError(f"`{output}` cannot be written: {(error.strerror or 'no reason given').lower()}") from None
    words, word_forms = forms.counts
    if as_json:
        counts = {"words": words, "word_forms": word_forms}
        signature = {} if signer is None else {"signature": signer.said}
        print_json({"bundle": str(output), **msgspec.to_builtins(said), **counts, **signature})
    else:
        held = f"{said.rules} rule(s) in {said.files} file(s), {said.meaning}"
        click.echo(f"{output}: {held}, {word_forms} form(s) of {words} word(s)")
        if signer is not None:
            click.echo(f"signed by {signer}")
    sys.exit(GOOD)


class _Signer:
    """Signs the manifest of a bundle."""

    def __init__(self, key: PrivateKey, version: int | None, expires: int | None) -> None:
        self._key, self._version = key, int(time.time()) if version is None else version
        self._signed_on = today()
        self._last_day: date | None = None if expires is None else self._signed_on + timedelta(days=expires)

    def __call__(self, manifest: bytes) -> bytes:
        statement = Statement(digest_of(manifest), self._version, self._signed_on, self._last_day)
        return sign(statement, self._key)

    @property
    def said(self) -> dict[str, object]:
        """What the signature says, for others."""
        days = {"signed_on": self._signed_on, "last_day": self._last_day}
        return {"key": self._key.public.vkey, "version": self._version, **days}

    def __str__(self) -> str:
        last = "" if self._last_day is None else f", to be believed until {self._last_day}"
        return f"{self._key.name} as version {self._version}{last}"


def _fits(given: dict[str, Any]) -> None:
    """Refuse options that say nothing together, or leave out what is needed."""
    needed: dict[str, Callable[[], bool]] = {
        "`--version` is that of a signature: give `--key`": lambda: given["version"] and not given["key"],
        "`--expires` is said by a signature: give `--key`": lambda: given["expires"] and not given["key"],
        "`--name` is that of a new key: give `--new-key`": lambda: given["name"] and not given["new_key"],
        "a new key needs a name: give `--name`": lambda: given["new_key"] and not given["name"],
        "`--new-key` builds nothing: leave the other options out": lambda: (
            given["new_key"] and (given["key"] or given["output"])
        ),
        "say with `--output` which file to write": lambda: not given["output"] and not given["new_key"],
    }
    for message, is_so in needed.items():
        if is_so():
            raise ConfigError(message)


def _key(path: Path) -> PrivateKey:
    found = read_key(path, Disk())
    if found is None:
        raise ConfigError(f"there is no key `{path}`: make one with `compliance build --new-key {path} --name NAME`")
    return found


def _make_key(path: Path, name: str, *, as_json: bool) -> NoReturn:
    """Make a key; only its public half is shown. A directory that is not there is a slip, and no wish for one."""
    if not path.parent.is_dir():
        raise ConfigError(f"`{path}` cannot be written: no such file or directory")
    made = make_key(path, name, Disk())
    if as_json:
        print_json({"vkey": made.public.vkey, "path": str(path)})
    else:
        click.echo(made.public.vkey)
        click.echo(f"the private key is in {path}", err=True)
    sys.exit(GOOD)
