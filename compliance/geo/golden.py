"""Golden look-ups: addresses of which an operator knows what a database has to say, asked before it is used.

Theory: a file may be readable, large and new, and still be wrong. What is certain of a few addresses (the own
office, a known host in each country that matters) is the one test that needs no other file. A message names the
row, not the address, so that it may stand in a log. Nobody knows in which cell an address was put by mistake: so no
line is shown, and of what a message repeats of a cell nothing that may be an address, or a part of one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from compliance.errors import Problem, Span, nearest
from compliance.geo.address import Address, parse_address
from compliance.geo.database_file import DatabaseFile
from compliance.geo.knowledge import Knows
from compliance.language.fields import Collector, Fields
from compliance.language.given import PLACE_HELP, code_help
from compliance.language.source import Map, Text
from compliance.language.tables import Columns, read_table
from compliance.model.territory import PLACES, lineage

COLUMNS: Final = Columns("a golden look-up", ("address", "country", "subdivision", "database"), ("address", "country"))

_LIKE_AN_ADDRESS: Final = re.compile(
    r"\d\W+\d|\d[.:]|[.:]\d|::|[0-9a-f]+:[0-9a-f]*:|^\W*(0x[0-9a-f]|\d)[0-9a-f]*\W*$", re.IGNORECASE
)
_WITHHELD: Final = "`<withheld>`"


@dataclass(frozen=True, slots=True)
class Golden:
    """That the database of this name, or each that names countries, says this of an address."""

    country: str
    subdivision: str | None
    database: str | None = field(repr=False)
    address: Address = field(repr=False)
    span: Span = field(repr=False)


def read_golden(path: str, data: bytes) -> tuple[tuple[Golden, ...], list[Problem]]:
    """The look-ups of a file, and every problem of it.

    Args:
        path: the name of the file, see `read_table`.
        data: its bytes.
    """
    maps, problems = read_table(path, data, COLUMNS)
    to = Collector(frozenset(), problems)
    rows = [row for each in maps if (row := _row(each, to)) is not None]
    return tuple(rows), [_without_cells(each) for each in to.problems]


def _without_cells(problem: Problem) -> Problem:
    """A problem without the line that it is in, and without what may be an address."""
    span = None if problem.span is None else Span(problem.span.path, problem.span.line, problem.span.column)
    message = re.sub("`.*`", _withheld, problem.message, flags=re.DOTALL)  # a cell may hold such signs, too
    help_ = None if problem.help is None else re.sub("`[^`]*`", _withheld, problem.help)
    return Problem(message, span, help_)


def _withheld(found: re.Match[str]) -> str:
    return _WITHHELD if _LIKE_AN_ADDRESS.search(found[0].strip("`")) else found[0]


def _row(node: Map, to: Collector) -> Golden | None:
    before = len(to.problems)
    fields = Fields(node, COLUMNS.what, to, COLUMNS.known)
    written, country = fields.text_node("address", required=True), fields.text_node("country", required=True)
    part, database = fields.text_node("subdivision"), fields.text("database")
    address = None if written is None else parse_address(written.text)
    if written is not None and (address is None or not address.is_public):
        message = "this is not an address" if address is None else "this is not a public address: no database knows it"
        to.fail(written.span, message, "write an IPv4 or IPv6 address")
    _check_code(country, to)
    _check_code(part, to)
    if (
        country is not None
        and part is not None
        and len(to.problems) == before
        and country.text not in lineage(part.text)
    ):
        to.fail(part.span, f"`{part.text}` is no part of `{country.text}`", "correct one of them")
    if len(to.problems) > before or not node.is_whole or written is None or address is None or country is None:
        return None
    span = Span(written.span.path, written.span.line, 1)  # without the text, which holds the address
    return Golden(country.text, None if part is None else part.text, database, address, span)


def _check_code(text: Text | None, to: Collector) -> None:
    if text is not None and text.text not in PLACES:
        to.fail(text.span, f"unknown place `{text.text}`", code_help(text.text) or PLACE_HELP)


def check_golden(rows: Iterable[Golden], file: DatabaseFile) -> Iterator[Problem]:
    """Every look-up that does not come out in a file; its age does not matter, since what is old was asked for."""
    for row in rows:
        if row.database not in {None, file.name} or not _is_asked(row, file):
            continue
        said = file.observation(row.address, file.about.build)
        for expected, found in ((row.country, said.country), (row.subdivision, said.subdivision)):
            if expected is not None and found != expected:
                named = "nothing" if found is None else f"`{found}`"
                yield Problem(f"`{file.name}` names {named} for the address of this row, not `{expected}`", row.span)
                break


def check_names(
    rows: Iterable[Golden], files: Sequence[DatabaseFile], unopened: Collection[str] = ()
) -> Iterator[Problem]:
    """Every row that no database is asked for: a slip in a name would otherwise look like a look-up that came out.

    Args:
        rows: the look-ups.
        files: the databases that are open.
        unopened: names of further ones, which may be able to answer.
    """
    names = list(dict.fromkeys([*(file.name for file in files), *unopened]))
    for row in rows:
        if row.database is not None and row.database not in names:
            help_ = nearest(row.database, names) or f"the databases are: {', '.join(names)}"
            yield _without_cells(Problem(f"no database is called `{row.database}`", row.span, help_))
        elif not any(row.database in {None, file.name} and _is_asked(row, file) for file in files) and not any(
            row.database in {None, name} for name in unopened
        ):
            yield Problem("no database can answer this row", row.span, "add one to `geo_databases`, or delete the row")


def _is_asked(row: Golden, file: DatabaseFile) -> bool:
    wanted = Knows.COUNTRIES if row.subdivision is None else Knows.REGIONS
    return row.address.version in file.about.versions and wanted in file.about.knows
