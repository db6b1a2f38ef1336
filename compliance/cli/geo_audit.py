"""`compliance geo audit`: one database held against another, network by network."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import click

from compliance.check import today
from compliance.cli.command import json_option, print_json, reports_errors, rules_path
from compliance.errors import ConfigError
from compliance.geo.audit import Audit, Network, Tally, audited
from compliance.geo.databases import Databases, Walked
from compliance.model.period import parse_day
from compliance.store import read_rules

_STEPS = 1000
_COLUMNS = ("addresses", "certain", "possible", "anywhere", "excluded", "differ")


@click.command()
@click.argument("database", required=False, type=click.Path(path_type=Path))
@click.option(
    "--reference", multiple=True, type=click.Path(path_type=Path), help="A database to hold it against; repeatable."
)
@click.option("--rules", "rules_dir", help="Directory of the rule files whose territories count, or a bundle.")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="Show this country; may be repeated.")
@click.option("--every", type=click.IntRange(1), default=1, metavar="N", help="Walk each Nth network only.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day whose territories count; left out, today.")
@json_option
@reports_errors
def audit(database: Path | None, reference: tuple[Path, ...], *, as_json: bool, **flags: Any) -> None:
    """Walk a whole database: what is certain, possible, contradictory, and what a reference places and we exclude.

    Without DATABASE the ranges that ship with the product are held against the reference. IPv4 counts in
    addresses, IPv6 in networks of 64 bits.
    """
    if database is None and not reference:
        raise ConfigError("name a database to walk, or a `--reference` to hold the packaged ranges against")
    day = today() if flags["as_of"] is None else parse_day(flags["as_of"])
    if day is None:
        raise ConfigError(f"`{flags['as_of']}` is not a calendar day: write it as YYYY-MM-DD")
    territories = read_rules(rules_path(flags["rules_dir"])).territories
    own = Databases.open([database] if database else [])
    walked = Databases.open(reference or [database] if database else reference)
    walks = walked.walks(day, flags["every"])
    found = audited(_networks(walks, own, day, is_alone=not reference), territories, day)
    shown = [code.upper() for code in flags["countries"]] or _largest(found.countries)
    if as_json:
        print_json(_as_data(found, shown, day))
    else:
        _print(found, shown)
    sys.exit(0)


def _networks(
    walks: Iterable[tuple[str, Iterable[Walked]]], own: Databases, day: date, *, is_alone: bool
) -> Iterator[Network]:
    """Every network of the walked databases, with what ours say of it; a bar on a terminal meanwhile."""
    for name, walk in walks:
        with click.progressbar(length=_STEPS, label=f"walking {name}", file=sys.stderr) as bar:
            done = 0
            for each in walk:
                if (steps := int(each.share * _STEPS)) > done:
                    bar.update(steps - done)
                    done = steps
                said = (each.label,) if is_alone else own.observations(each.address, day)
                yield Network(each.network, each.address.version, each.bits, each.label, said)


def _largest(tallies: Mapping[str, Tally], number: int = 20) -> list[str]:
    return sorted(tallies, key=lambda name: -tallies[name].addresses)[:number]


def _as_data(found: Audit, countries: Iterable[str], day: date) -> dict[str, Any]:
    def rows(tallies: Mapping[str, Tally], names: Iterable[str]) -> dict[str, Any]:
        return {
            name: {**asdict(tallies[name]), "excluded_share": tallies[name].excluded_share}
            for name in names
            if name in tallies
        }

    return {
        "as_of": day,
        "countries": rows(found.countries, countries),
        "territories": rows(found.territories, found.territories),
    }


def _print(found: Audit, countries: Iterable[str]) -> None:
    width = max(map(len, chain(found.territories, ["country"])))
    for title, tallies, names in (
        ("country", found.countries, countries),
        ("territory", found.territories, found.territories),
    ):
        click.echo(f"{title:<{width}}" + "".join(f"{each:>22}" for each in _COLUMNS))
        for name in (each for each in names if each in tallies):
            _print_row(name, tallies[name], width)
        click.echo()


def _print_row(name: str, tally: Tally, width: int) -> None:
    numbers = (tally.certain, tally.possible, tally.unknown, tally.excluded, tally.contradictory)
    shares = (f"{each:,} {each / tally.addresses if tally.addresses else 0:6.2%}" for each in numbers)
    click.echo(f"{name:<{width}}{tally.addresses:>22,}" + "".join(f"{each:>22}" for each in shares))
    for example in tally.examples:
        click.echo(f"{'':<{width}}  excluded: {example}")
