"""`compliance keys`: the keys of callers, made, listed, exchanged and taken back. A secret is shown once, by the first.

Theory: a key is printed on standard output alone, so that it can be piped to where it belongs, and what is said about
it goes to standard error. No command takes a secret as an argument, for arguments are seen by others.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from compliance.check import today
from compliance.cli.command import GOOD, config_option, json_option, print_json, reports_errors
from compliance.cli.command import settings as settings_of
from compliance.cli.group import Commands
from compliance.errors import ConfigError
from compliance.keys import key as keys_
from compliance.keys.key import HIGHEST_RATE, LONGEST_NAME, SCOPES, Key, scopes_of, written
from compliance.keys.key_file import change, is_name, read_keys
from compliance.keys.making import new_id, new_secret
from compliance.model.address_text import holds_address
from compliance.model.period import parse_day
from compliance.web.access import keys_path

OVERLAP: Final = 7
"""For how many days more an old secret counts."""
MOST_OVERLAP: Final = 366
data_dir_option = click.option(
    "--data-dir", metavar="DIRECTORY", help="Directory of the data instead of that of the settings."
)


@click.group(cls=Commands)
def keys() -> None:
    """Make, list, exchange and take back the keys of callers. Each of the commands takes `--json`."""


@keys.command()
@click.option("--name", required=True, help="Whose key it is, as it is listed.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help=f"{', '.join(SCOPES)}; may be repeated.")
@click.option("--last-day", metavar="DAY", help="The last day on which it counts.")
@click.option("--rate", type=int, help="How many requests a minute it may make; left out, any number.")
@data_dir_option
@config_option
@json_option
@reports_errors
def create(scopes: tuple[str, ...], config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Make a key, and print it: nothing shows it again."""
    opens, day = _asked(scopes, given)
    secret, kept = new_secret(today())
    made: list[Key] = []

    def added(before: tuple[Key, ...]) -> tuple[Key, ...]:
        id_ = new_id({each.id for each in before})
        key = Key(
            id=id_, name=given["name"], scopes=opens, created=today(), secrets=(kept,), last_day=day, rate=given["rate"]
        )
        made.append(key)
        return (*before, key)

    change(_path(config, given), added)
    _show_once(made[0], secret, as_json=as_json)


def _asked(scopes: tuple[str, ...], given: dict[str, Any]) -> tuple[tuple[str, ...], date | None]:
    """The scopes and the last day of a new key.

    Raises:
        ConfigError: with everything that is wrong.
    """
    wrong: list[str] = []
    opens: tuple[str, ...] = ()
    try:
        opens = scopes_of(scopes)
    except ConfigError as error:
        wrong.append(str(error))
    if not is_name(given["name"]) or holds_address(given["name"]):
        wrong.append(f"`--name` takes up to {LONGEST_NAME} characters on one line, and no address")
    day = None if given["last_day"] is None else parse_day(given["last_day"])
    if given["last_day"] is not None and (day is None or day < today()):
        wrong.append(f"`--last-day` is a day from today on, written YYYY-MM-DD, not `{given['last_day']}`")
    if given["rate"] is not None and not 1 <= given["rate"] <= HIGHEST_RATE:
        wrong.append(f"`--rate` is a whole number from 1 to {HIGHEST_RATE}, not `{given['rate']}`")
    if wrong:
        raise ConfigError("; ".join(wrong))
    return opens, day


@keys.command("list")
@data_dir_option
@config_option
@json_option
@reports_errors
def list_(config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Say which keys there are. No secret is known, so none is shown."""
    found = read_keys(_path(config, given)) or ()
    if as_json:
        print_json({"keys": [_told(each) for each in found]})
    else:
        for each in found:
            end = f", to {each.last_day}" if each.last_day else ""
            rate = f", {each.rate} a minute" if each.rate else ""
            click.echo(f"{each.id}  {each.state(today())}  {each.name}: {', '.join(each.scopes)}{end}{rate}")
        click.echo(f"{len(found)} key(s)")
    sys.exit(GOOD)


@keys.command()
@click.argument("key_id", metavar="ID")
@click.option("--overlap", type=int, default=OVERLAP, show_default=True, help="Days for which the old secret counts.")
@data_dir_option
@config_option
@json_option
@reports_errors
def rotate(key_id: str, overlap: int, config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Give a key a new secret, and print it; the old one still counts for some days."""
    if not 0 <= overlap <= MOST_OVERLAP:
        raise ConfigError(f"`--overlap` is a number of days from 0 to {MOST_OVERLAP}, not `{overlap}`")
    secret, kept = new_secret(today())

    def exchanged(key: Key) -> Key:
        if key.is_over(today()):
            raise ConfigError(f"the key `{key.id}` is {key.state(today())}: make another one")
        return keys_.rotated(key, kept, today(), overlap)

    _show_once(_changed(_path(config, given), key_id, exchanged), secret, as_json=as_json)


@keys.command()
@click.argument("key_id", metavar="ID")
@data_dir_option
@config_option
@json_option
@reports_errors
def revoke(key_id: str, config: Path | None, *, as_json: bool, **given: Any) -> None:
    """Take a key back: a running service knows it within two seconds."""
    key = _changed(_path(config, given), key_id, lambda found: keys_.revoked(found, today()))
    if as_json:
        print_json(_told(key))
    else:
        click.echo(f"{key.id} is revoked: {key.name}")
    sys.exit(GOOD)


def _changed(path: Path, id_: str, by: Any) -> Key:
    """A key, after it was changed in the file."""
    found: list[Key] = []

    def changed(before: tuple[Key, ...]) -> list[Key]:
        old = keys_.find(before, id_)
        found.append(by(old))
        return [found[0] if each is old else each for each in before]

    change(path, changed)
    return found[0]


def _path(config: Path | None, given: dict[str, Any]) -> Path:
    return keys_path(settings_of(config, {"data_dir": given["data_dir"]}))


def _told(key: Key) -> dict[str, Any]:
    """What a list says of a key."""
    return {
        "id": key.id,
        "name": key.name,
        "state": key.state(today()),
        "scopes": key.scopes,
        "created": key.created,
        "last_day": key.last_day,
        "revoked": key.revoked,
        "rate": key.rate,
        "secrets": [{"created": each.created, "last_day": each.last_day} for each in key.secrets],
    }


def _show_once(key: Key, secret: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"key": written(key.id, secret), **_told(key)})
    else:
        click.echo(written(key.id, secret))
        click.echo(f"this is the only time that it is shown: `{key.id}` of {key.name}", err=True)
    sys.exit(GOOD)
