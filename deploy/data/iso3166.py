"""Write compliance/model/iso3166.py: countries, subdivisions and aliases, from Unicode CLDR.

For maintainers, run by hand from the root of the project after changing `VERSION` and `SHA512`:

    python deploy/data/iso3166.py            # download and write
    python deploy/data/iso3166.py --check    # download and tell whether the file is up to date

CLDR publishes its data as npm packages under the Unicode License v3. The JSON form has no validity
file, but none is needed: `subdivisionContainment` holds the codes in force only, and `subdivisionAlias`
names the withdrawn ones, which are refused here should one turn up. Facts that CLDR does not state
(withdrawn codes it forgot, codes that only vendors use) are in the tables below, each with its reason.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import sys
import tarfile
import textwrap
import urllib.request
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

VERSION: Final = "48.2.0"
SHA512: Final = {  # npm's "integrity" of that version, without the leading "sha512-"
    "cldr-core": "zfmLothncSwfv2jlevoSrgI2VGgH8SDGHXst6jUEotHA8nq9Igeg9jzdJDFtBso9pgJuG89DK16TzrmZDdo2Bg==",
    "cldr-localenames-full": "4o0paYDz0UXhfhChAVFkmVl2CP0YTSEqE6WrC0fNafaSC5u5DAXphxH3SZ1Ujczarikr8DToKZfiok6EqWLdNQ==",
}
REGISTRY: Final = "https://registry.npmjs.org"
LARGEST: Final = 64 * 1024 * 1024
OUTPUT: Final = Path(__file__).resolve().parents[2] / "compliance" / "model" / "iso3166.py"
OFFICIAL: Final = 249
"""How many alpha-2 codes ISO 3166-1 assigns officially."""

MERGED: Final = frozenset({"TW-KHQ", "TW-TNQ", "TW-TXQ"})
"""Withdrawn codes that CLDR maps to a larger place they were merged into: an alias would widen a rule."""

INSIDE: Final = {"FR-67": "FR-6AE", "FR-68": "FR-6AE"}
"""Nesting that CLDR leaves out: the European Collectivity of Alsace consists of these departments."""

COUNTRY_ALIASES: Final = (
    (
        "Reserved by ISO for the United Kingdom; the European Union's code for Greece.",
        {"UK": "GB", "EL": "GR"},
    ),
    ("Northern Ireland in customs and value added tax data since 2021.", {"XI": "GB-NIR"}),
    (
        "Reserved by ISO at the request of others: a second code of the place named, or of a place in it.",
        {"AC": "SH-AC", "TA": "SH-TA", "CP": "FR-CP", "DG": "IO", "IC": "ES-CN", "FX": "FR"},
    ),
    (
        (
            "Withdrawn when the country's name changed. Codes of split or merged countries (AN, CS, DD, SU,"
            " YD, YU) have no single heir; older ones (CT, MI, NH, ...) look like states of the USA."
        ),
        {"BU": "MM", "TP": "TL", "ZR": "CD"},
    ),
)
SUBDIVISION_ALIASES: Final = (
    (
        "Crimea and Sevastopol as Russian data and some vendors label them. RU-KR is Karelia and no alias.",
        {"RU-CR": "UA-43", "RU-SEV": "UA-40"},
    ),
    (
        (
            "Subdivisions with a country code of their own, under codes that CLDR does not list. The numbers"
            " of France are those of INSEE, its statistical office; ISO uses 971 to 974 and 976 only."
        ),
        {
            "CN-HK": "HK", "CN-MO": "MO", "CN-TW": "TW",
            "FR-971": "GP", "FR-972": "MQ", "FR-973": "GF", "FR-974": "RE", "FR-975": "PM", "FR-976": "YT",
            "FR-977": "BL", "FR-978": "MF", "FR-984": "TF", "FR-986": "WF", "FR-987": "PF", "FR-988": "NC",
            "NL-BQ1": "BQ-BO", "NL-BQ2": "BQ-SA", "NL-BQ3": "BQ-SE",
            "NO-21": "SJ", "NO-22": "SJ",
        },
    ),
    (
        "Renamed codes that CLDR lacks or maps to a code that has gone: India 2023, France, Inner Mongolia.",
        {
            "IN-CT": "IN-CG", "IN-OR": "IN-OD", "IN-TG": "IN-TS", "IN-UT": "IN-UK",
            "FR-A": "FR-6AE", "FR-H": "FR-20R", "FR-COR": "FR-20R", "FR-75": "FR-75C", "CN-15": "CN-NM",
        },
    ),
)  # fmt: skip
UNKNOWN: Final = (
    ("", "an empty field"),
    ("--", "an empty field in old MaxMind tables and web logs"),
    ("A1", "anonymous proxy (old MaxMind)"),
    ("A2", "satellite provider (old MaxMind)"),
    ("AP", "Asia and Pacific, no country known (old MaxMind, registries)"),
    ("EU", "Europe, no country known (old MaxMind, registries); the Union is a named territory"),
    ("O1", "other country (old MaxMind)"),
    ("T1", "the Tor network (Cloudflare)"),
    ("XX", "no country known (Cloudflare and others)"),
    ("ZZ", "unknown region (CLDR, registries)"),
)
PARTS: Final = (
    ("AU", "CC CX HM NF", "external territories"),
    ("CN", "HK MO", "special administrative regions"),
    ("DK", "FO GL", "self-governing parts of the Realm"),
    ("FI", "AX", "autonomous region"),
    ("FR", "BL GF GP MF MQ NC PF PM RE TF WF YT", "overseas departments, collectivities and territories"),
    ("NL", "AW BQ CW SX", "the Caribbean parts of the Kingdom"),
    ("NO", "BV SJ", "Svalbard and Jan Mayen, and a dependency"),
    ("NZ", "TK", "dependent territory; CK and NU are associated states"),
    ("US", "AS GU MP PR UM VI", "territories and outlying islands"),
)

HEADER: Final = '''\
"""Codes of countries and subdivisions (ISO 3166-1, ISO 3166-2), with aliases. Pure data.

Generated by deploy/data/iso3166.py: change that script, not this file.
Source: Unicode CLDR, npm packages {packages}, version {version}.
Copyright 2004-2026 Unicode, Inc. Licence: Unicode License v3 (SPDX: Unicode-3.0), see NOTICE.
The lists recognise nobody: they repeat codes that others assign.
"""

# ruff: noqa: E501  (one line a country keeps the tables short and their diffs readable)

from typing import Final
'''


class DataError(Exception):
    """The download or the data in it is not what this script expects."""


@dataclass(frozen=True, slots=True)
class Table:
    """What the written module holds."""

    countries: dict[str, str]
    long_codes: dict[str, str]
    subdivisions: dict[str, list[str]]
    nested: dict[str, list[str]]
    own: dict[str, str]
    renamed: dict[str, str]

    def aliases(self) -> dict[str, str]:
        """All aliases: those of CLDR and those of the tables above."""
        merged: dict[str, str] = {}
        for group in (
            *(codes for _, codes in (*COUNTRY_ALIASES, *SUBDIVISION_ALIASES)),
            self.own,
            self.renamed,
        ):
            if twice := merged.keys() & group.keys():
                raise DataError(f"two lists of aliases name {', '.join(sorted(twice))}")
            merged |= group
        return merged

    def places(self) -> set[str]:
        """Every code that is valid."""
        return {
            *self.countries,
            *(f"{land}-{part}" for land, parts in self.subdivisions.items() for part in parts),
        }


def package(name: str, languages: Iterable[str] = ("en",)) -> dict[str, Any]:
    """The JSON files of an npm package, by their path in it; of what is there for each language those of some."""
    address = f"{REGISTRY}/{name}/-/{name}-{VERSION}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            content = answer.read(LARGEST + 1)
    except OSError as error:
        raise DataError(f"cannot download {address}: {error}") from error
    if len(content) > LARGEST:
        raise DataError(f"{address} is larger than {LARGEST} bytes")
    found = base64.b64encode(hashlib.sha512(content).digest()).decode("ascii")
    print(f"{name} {VERSION}: {len(content)} bytes, sha512-{found}")
    if found != SHA512[name]:
        raise DataError(f"{address} is not the pinned file: expected sha512-{SHA512[name]}")
    wanted = ("package/supplemental/", *(f"package/main/{language}/" for language in languages))
    files: dict[str, Any] = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            if member.isfile() and member.name.startswith(wanted) and (body := archive.extractfile(member)):
                files[member.name.removeprefix("package/")] = json.load(body)
    return files


def hyphenated(code: str) -> str:
    """The ISO form of CLDR's (`GB-LND` of `gblnd`); a country's code is left as it is."""
    return code if len(code) == 2 else f"{code[:2]}-{code[2:]}".upper()


def countries(codes: Mapping[str, Any], withdrawn: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """The officially assigned countries, which are those with a number of the United Nations, and Kosovo."""
    gone = set(withdrawn)
    official = [
        code
        for code, row in codes.items()
        if len(code) == 2 and code.isalpha() and code not in gone and int(row.get("_numeric", 999)) < 900
    ]
    if len(official) != OFFICIAL:
        raise DataError(f"CLDR names {len(official)} officially assigned countries, not {OFFICIAL}")
    return {code: names[code] for code in sorted((*official, "XK"))}


def long_codes(codes: Mapping[str, Any], lands: Iterable[str]) -> dict[str, str]:
    """Alpha-3 code to alpha-2 code of the officially assigned countries."""
    found = {codes[land]["_alpha3"]: land for land in lands if land != "XK"}
    if len(found) != OFFICIAL:
        raise DataError(f"CLDR names {len(found)} alpha-3 codes, not {OFFICIAL}")
    return found


def build(core: Mapping[str, Any], names: Mapping[str, Any]) -> Table:
    """The table of CLDR's data."""
    supplemental = {name: core[f"supplemental/{name}.json"]["supplemental"] for name in (
        "codeMappings", "aliases", "subdivisionContainment",
    )}  # fmt: skip
    alias = supplemental["aliases"]["metadata"]["alias"]
    lands = countries(
        supplemental["codeMappings"]["codeMappings"],
        alias["territoryAlias"],
        names["main/en/territories.json"]["main"]["en"]["localeDisplayNames"]["territories"],
    )
    contains = {
        hyphenated(parent): sorted(hyphenated(child) for child in row["_contains"])
        for parent, row in supplemental["subdivisionContainment"]["subdivisionContainment"].items()
    }
    for child, parent in INSIDE.items():
        for children in contains.values():
            if child in children:
                children.remove(child)
        contains.setdefault(parent, []).append(child)
    valid = {child for children in contains.values() for child in children}
    given = {hyphenated(old): (row["_reason"], row["_replacement"]) for old, row in alias["subdivisionAlias"].items()}
    own, renamed = aliases_of(given, valid, lands)
    if gone := valid & {old for old, (reason, _) in given.items() if reason == "deprecated"}:
        raise DataError(f"CLDR contains codes that it calls deprecated: {', '.join(sorted(gone))}")
    replaced = Table(lands, {}, {}, {}, own, renamed).aliases()
    long = long_codes(supplemental["codeMappings"]["codeMappings"], lands)
    table = Table(lands, long, *kept(contains, valid - replaced.keys()), own, renamed)
    check(table)
    return table


def aliases_of(
    given: Mapping[str, tuple[str, str]], valid: set[str], lands: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """CLDR's aliases: subdivisions that are countries, and codes renamed one to one."""
    own = {old: new for old, (reason, new) in given.items() if reason == "overlong" and new in lands}
    heirs = {old: hyphenated(new) for old, (reason, new) in given.items() if reason == "deprecated" and " " not in new}
    times = Counter(heirs.values())
    renamed = {
        old: new
        for old, new in heirs.items()
        if times[new] == 1 and old not in MERGED and (new in valid or new in lands)
    }
    return dict(sorted(own.items())), dict(sorted(renamed.items()))


def kept(contains: Mapping[str, list[str]], valid: set[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Second halves of the valid codes by country, and by subdivision for those inside another one."""
    subdivisions: dict[str, list[str]] = {}
    nested: dict[str, list[str]] = {}
    for code in sorted(valid):
        land, _, part = code.partition("-")
        subdivisions.setdefault(land, []).append(part)
    for parent, children in sorted(contains.items()):
        parts = [child.partition("-")[2] for child in children if child in valid]
        if "-" in parent and parent in valid and parts:
            nested[parent] = parts
    return subdivisions, nested


def check(table: Table) -> None:
    """Refuse a table that contradicts itself."""
    places, aliases, unknown = table.places(), table.aliases(), {code for code, _ in UNKNOWN}
    parts = {code for land, codes, _ in PARTS for code in (land, *codes.split())}
    children = Counter(f"{parent[:2]}-{part}" for parent, codes in table.nested.items() for part in codes)
    findings = {
        "valid codes that are aliases too": places & aliases.keys(),
        "aliases of nothing": aliases.keys() - {old for old, new in aliases.items() if new in places},
        "codes that are known and unknown": unknown & (places | aliases.keys()),
        "parts that are no country": parts - table.countries.keys(),
        "countries of subdivisions that are none": table.subdivisions.keys() - table.countries.keys(),
        "nested codes that are not valid": (children.keys() | table.nested.keys()) - places,
        "nested codes with two parents": {child for child, times in children.items() if times > 1},
    }
    if wrong := [f"{what}: {', '.join(sorted(codes))}" for what, codes in findings.items() if codes]:
        raise DataError("; ".join(wrong))


def quoted(text: str) -> str:
    """A string literal as the formatter writes it."""
    return json.dumps(text, ensure_ascii=False)


def packed(pairs: Mapping[str, str], width: int = 108) -> list[str]:
    """Entries of a dict literal, as many a line as fit."""
    lines = ["   "]
    for key, value in pairs.items():
        entry = f" {quoted(key)}: {quoted(value)},"
        if len(lines[-1]) + len(entry) > width and lines[-1].strip():
            lines.append("   ")
        lines[-1] += entry
    return lines


def remark(text: str) -> list[str]:
    """A comment inside a literal."""
    return textwrap.wrap(text, 106, initial_indent="    # ", subsequent_indent="    # ")


def doc(text: str) -> list[str]:
    """The text under a constant."""
    return [*textwrap.wrap(f'"""{text}"""', 110), ""]


def render(table: Table) -> str:
    """The Python source of the table, in the formatter's style."""
    by_land: dict[str, dict[str, str]] = {}
    for parent, children in table.nested.items():
        by_land.setdefault(parent[:2], {})[parent] = " ".join(children)
    official = {code: name for code, name in table.countries.items() if code != "XK"}
    groups = [
        *COUNTRY_ALIASES,
        *SUBDIVISION_ALIASES,
        ("Subdivisions that CLDR, too, replaces by the country code they have.", table.own),
        ("Withdrawn codes with exactly one heir, by CLDR.", table.renamed),
    ]
    lines = [
        HEADER.format(packages=" and ".join(SHA512), version=VERSION),
        "# fmt: off",
        "COUNTRIES: Final[dict[str, str]] = {",
        *packed(official),
        *remark("User-assigned, not ISO's, but used by the European Union, banks and vendors."),
        *packed({"XK": table.countries["XK"]}),
        "}",
        "# fmt: on",
        *doc("Alpha-2 code to English name: the officially assigned codes and Kosovo."),
        "# fmt: off",
        "ALPHA_3: Final[dict[str, str]] = {",
        *packed(table.long_codes, width=1000),
        "}",
        "# fmt: on",
        *doc("Alpha-3 code to alpha-2 code: what somebody meant who wrote `USA`. For messages; never accepted."),
        "SUBDIVISIONS: Final[dict[str, str]] = {",
        *(f"    {quoted(land)}: {quoted(' '.join(parts))}," for land, parts in table.subdivisions.items()),
        "}",
        *doc("Country to the second halves of its subdivisions' codes, all levels in one list."),
        "# fmt: off",
        "NESTED: Final[dict[str, str]] = {",
        *(line for row in by_land.values() for line in packed(row, width=10**9)),
        "}",
        "# fmt: on",
        *doc("Subdivision to the second halves of those directly in it; others are directly in a country."),
        "# fmt: off",
        "ALIASES: Final[dict[str, str]] = {",
        *(line for why, codes in groups for line in (*remark(why), *packed(codes))),
        "}",
        "# fmt: on",
        *doc("Exceptional, old and de-facto codes to the code used here. No alias is itself a valid code."),
        "UNKNOWN_CODES: Final[frozenset[str]] = frozenset(",
        "    {",
        *(f"        {quoted(code)},  # {why}" for code, why in UNKNOWN),
        "    }",
        ")",
        *doc("What vendors send when they do not know the country."),
        "PARTS: Final[dict[str, str]] = {",
        *(f"    {quoted(land)}: {quoted(codes)},  # {why}" for land, codes, why in PARTS),
        "}",
        *doc(
            "Countries with parts that have country codes of their own, not included in the country's code."
            " For messages to authors, who may have forgotten a part. The list says nothing on sovereignty or"
            " status: a code that is missing is left to the author's own naming."
        )[:-1],
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Download, build, and write or compare."""
    parser = argparse.ArgumentParser(
        description="Write the table of ISO 3166 codes from Unicode CLDR (npm packages, Unicode License v3).",
        epilog="For a new version change VERSION and SHA512 in this script. Exit codes: 0 done, 1 failed.",
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help="the file to write (default: the package's own)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is not up to date")
    options = parser.parse_args(arguments)
    output: Path = options.output
    try:
        table = build(package("cldr-core"), package("cldr-localenames-full"))
        text = render(table)
        stale = options.check and not (output.exists() and output.read_text(encoding="utf-8") == text)
        if not options.check:
            output.write_text(text, encoding="utf-8")
    except (DataError, OSError, tarfile.TarError, json.JSONDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (KeyError, TypeError, ValueError) as error:
        print(f"error: CLDR {VERSION} is not laid out as this script expects: {error!r}", file=sys.stderr)
        return 1
    if stale:
        print(f"error: {output} is not what this script writes: run it without --check", file=sys.stderr)
        return 1
    print(
        f"{output}: {len(table.countries)} countries;"
        f" {len(table.places()) - len(table.countries)} subdivisions in {len(table.subdivisions)} countries,"
        f" {len(table.nested)} subdivisions contain others; {len(table.aliases())} aliases"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
