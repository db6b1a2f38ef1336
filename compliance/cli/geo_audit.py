"""`compliance geo audit`: one database held against another, network by network."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from compliance.check import today
from compliance.cli.command import config_option, json_option, print_json, progress, reports_errors, rules_path
from compliance.errors import ConfigError, nearest
from compliance.geo.audit import Audit, Network, Sums, Tally, audited
from compliance.geo.databases import Databases, Walked
from compliance.language.given import code_help
from compliance.model.iso3166 import COUNTRIES
from compliance.model.period import parse_day
from compliance.model.territory import Territory, place
from compliance.store import read_rules

_STEPS: Final = 1000
_COLUMNS: Final = ("certain", "possible", "anywhere", "excluded", "differ")
_UNITS: Final = {4: "addresses", 6: "networks of /64"}
_LARGEST: Final = 20
_GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of an audit: these countries and territories, or the largest and all."""

    countries: Sequence[str]
    territories: Sequence[str]
    is_alone: bool
    """Whether the database is held against itself."""

    def rows(self, sums: Sums) -> Iterator[tuple[str, dict[str, Tally]]]:
        """A title, and what stands under it."""
        is_chosen = bool(self.countries or self.territories)
        countries = self.countries if is_chosen else _largest(sums.countries)
        territories = self.territories if is_chosen else sorted(sums.territories)
        for title, tallies, names in (
            ("country", sums.countries, countries),
            ("territory", sums.territories, territories),
        ):
            if names:
                yield title, {name: tallies.get(name, Tally()) for name in names}


@click.command()
@click.argument("database", required=False, type=click.Path(path_type=Path))
@click.option(
    "--reference", multiple=True, type=click.Path(path_type=Path), help="A database to hold it against; repeatable."
)
@click.option("--rules", "rules_dir", help="Directory of the rule files whose territories count, or a bundle.")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="Show this country; may be repeated.")
@click.option("--territory", "territories", multiple=True, metavar="ID", help="Show this territory; may be repeated.")
@click.option(
    "--every", type=click.IntRange(1), default=1, metavar="N", help="Walk each Nth network only; nothing is scaled up."
)
@click.option("--as-of", metavar="YYYY-MM-DD", help="The day whose territories count; left out, today.")
@config_option
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
    territories = read_rules(rules_path(flags["rules_dir"], flags["config"])).territories
    shown = _shown(flags["countries"], flags["territories"], territories, is_alone=not reference)
    own = Databases.open([database] if database else [])
    walked = Databases.open(reference or [database] if database else reference)
    found = audited(_networks(walked.walks(day, flags["every"]), own, day, shown), territories, day)
    if as_json:
        print_json(_as_data(found, shown, day, flags["every"]))
    else:
        click.echo(_against(database, reference, flags["every"]))
        for version, sums in sorted(found.sums.items()):
            click.echo(f"\nIPv{version}, in {_UNITS[version]}")
            for line in _lines(sums, shown):
                click.echo(line)
    sys.exit(0)


def _shown(
    countries: Sequence[str], named: Sequence[str], territories: Mapping[str, Territory], *, is_alone: bool
) -> _Shown:
    """What is to be shown.

    Raises:
        ConfigError: a code is no country, or the rules have no such territory.
    """
    problems, codes = [], []
    for text in countries:
        code = place(text)
        if code in COUNTRIES:
            codes.append(code or "")
        else:
            help_ = (
                f"it is a part of `{code.partition('-')[0]}`"
                if code
                else code_help(text) or nearest(text.upper(), COUNTRIES)
            )
            problems.append(f"`{text}` is not a country code" + (f": {help_}" if help_ else ""))
    for name in named:
        if name not in territories:
            near = nearest(name, territories) or f"they are {', '.join(sorted(territories)) or 'none'}"
            problems.append(f"`{name}` is not a territory of the rules: {near}")
    if problems:
        raise ConfigError("; ".join(problems))
    return _Shown(codes, named, is_alone)


def _networks(
    walks: Iterable[tuple[str, Iterable[Walked]]], own: Databases, day: date, shown: _Shown
) -> Iterator[Network]:
    """Every network of the walked databases, with what ours say of it; a bar on a terminal meanwhile."""
    for name, walk in walks:
        with progress(f"walking {name}", _STEPS) as move:
            done = 0
            for each in walk:
                if (steps := int(each.share * _STEPS)) > done:
                    move(steps - done)
                    done = steps
                said = (each.label,) if shown.is_alone else own.observations(each.address, day)
                yield Network(each.network, each.address.version, each.bits, each.label, said)


def _largest(tallies: Mapping[str, Tally]) -> list[str]:
    return sorted(tallies, key=lambda name: -tallies[name].size)[:_LARGEST]


def _as_data(found: Audit, shown: _Shown, day: date, every: int) -> dict[str, Any]:
    def data(tally: Tally) -> dict[str, Any]:
        return {**asdict(tally), "excluded_share": tally.excluded_share}

    sums = {
        f"ipv{version}": {
            "unit": _UNITS[version],
            **{title: {name: data(each) for name, each in rows.items()} for title, rows in shown.rows(each)},
        }
        for version, each in sorted(found.sums.items())
    }
    return {"as_of": day, "every": every, **sums}


def _against(database: Path | None, reference: Sequence[Path], every: int) -> str:
    """What is held against what, and how to read the numbers."""
    if not reference:
        said = f"{database}, the database against itself: only what its labels leave open"
    else:
        ours = "the packaged ranges" if database is None else f"{database}, with the packaged ranges,"
        said = f"{ours} against {', '.join(map(str, reference))}"
    lines = [said, "certain, possible, anywhere and excluded add up; differ overlaps with them"]
    if every > 1:
        lines.append(f"1 network of {every} only: numbers are not scaled up, shares can be compared")
    return "\n".join(lines)


def _lines(sums: Sums, shown: _Shown) -> Iterator[str]:
    """Tables with columns as wide as what stands in them; held against itself, without those that are empty."""
    tables = dict(shown.rows(sums))
    tallies = [tally for rows in tables.values() for tally in rows.values()]
    columns = [each for each in _COLUMNS if not shown.is_alone or any(getattr(tally, each) for tally in tallies)]
    heads = {title: [title, "all", *columns] for title in tables}
    cells = {title: [_cells(name, tally, columns) for name, tally in rows.items()] for title, rows in tables.items()}
    everything = [*heads.values(), *(row for rows in cells.values() for row in rows)]
    widths = [max(len(row[at]) for row in everything) for at in range(len(columns) + 2)]
    for number, (title, rows) in enumerate(tables.items()):
        yield from [""] * number
        yield _row(heads[title], widths)
        for row, tally in zip(cells[title], rows.values(), strict=True):
            yield _row(row, widths)
            yield from (f"{_GAP}excluded: {example}" for example in tally.examples)


def _cells(name: str, tally: Tally, columns: Iterable[str]) -> list[str]:
    def cell(number: int) -> str:
        return f"{number:,} {number / tally.size if tally.size else 0:7.2%}"

    return [name, f"{tally.size:,}", *(cell(getattr(tally, each)) for each in columns)]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    numbers = (f"{each:>{width}}" for each, width in zip(cells[1:], widths[1:], strict=True))
    return _GAP.join([f"{cells[0]:<{widths[0]}}", *numbers])
