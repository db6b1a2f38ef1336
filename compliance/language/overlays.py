"""An operator's overlays as text: CSV or YAML rows of networks and the territories that they are in.

Theory: what is looked up is one canonical address, so a network that no such address is in would silently never
match, and a slip in the name of a territory would silently hide or show nothing. Both are problems here.

Source: RFC 4632 and RFC 4291 (networks), RFC 5396 (numbers of autonomous systems).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import accumulate
from typing import Final

from compliance.errors import Problem, nearest
from compliance.language.fields import Collector, Fields
from compliance.language.given import PLACE_HELP, code_help
from compliance.language.overlaps import in_words, shared
from compliance.language.source import Map, Text
from compliance.language.tables import Columns, read_table
from compliance.model.overlay import OverlayRow
from compliance.model.period import Period, parse_day
from compliance.model.territory import PLACES

Network = IPv4Network | IPv6Network

COLUMNS: Final = Columns(
    "a row of an overlay",
    ("network", "asn", "territory", "first_day", "last_day", "action", "source", "reason"),
    ("territory", "first_day", "last_day", "source"),
)
_SYSTEM: Final = re.compile(r"(?:AS)?([1-9][0-9]{0,9})", re.IGNORECASE)
_MOST_SYSTEM: Final = 2**32 - 1
_NETWORK: Final = re.compile(r"[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?")
_DAY: Final = re.compile(r"(?<![0-9-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9-])")
_LIKE_A_CODE: Final = re.compile(r"[A-Z]{2,3}(?:-[A-Z0-9]+)?")
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_UNWRAPPED: Final = (IPv6Network("2002::/16"), IPv6Network("64:ff9b::/96"))
"""Networks whose addresses stand for an IPv4 address: 6to4 and NAT64."""
_WIDEST: Final = {4: 8, 6: 20}
"""The shortest prefixes that a row may take out of a territory: who knows more than that does not know it."""


class Action(StrEnum):
    """What a row does with a place."""

    ADD = "add"
    REMOVE = "remove"


def read_overlay(path: str, data: bytes, territories: Collection[str]) -> tuple[tuple[OverlayRow, ...], list[Problem]]:
    """The rows of a file, and every problem of it.

    Args:
        path: the name of the file, see `read_table`.
        data: its bytes.
        territories: the ids of the territories that there are.
    """
    maps, problems = read_table(path, data, COLUMNS)
    to = Collector(frozenset(), problems)
    if maps and not any(each.get("network") or each.get("asn") for each in maps):
        to.fail(maps[0].span, "no row has a `network` or an `asn`", "say whom each row is about")
        return (), to.problems
    rows = [row for each in maps if (row := _row(each, territories, to)) is not None]
    _check_contradictions(rows, to)
    return tuple(rows), sorted(to.problems, key=_place)


def _place(problem: Problem) -> tuple[int, int]:
    return (problem.span.line, problem.span.column) if problem.span else (0, 0)


def _row(node: Map, territories: Collection[str], to: Collector) -> OverlayRow | None:
    """What a row says; None if it is a problem."""
    before = len(to.problems)
    fields = Fields(node, COLUMNS.what, to, COLUMNS.known)
    is_removal = fields.word("action", Action, Action.ADD) is Action.REMOVE
    who = _who(fields)
    network, system = _network(who, to, is_removal=is_removal), _system(who, to)
    territory = _territory(fields, territories, is_removal=is_removal)
    period = fields.period()
    source, reason = fields.text("source", required=True), fields.text_node("reason", required=is_removal)
    if is_removal and reason is not None and not any(map(parse_day, _DAY.findall(reason.text))):
        help_ = "write the day on which it was decided into it, for example `2026-01-31: our own office`"
        to.fail(reason.span, "the reason of a removal names no day", help_)
    if len(to.problems) > before or not node.is_whole or who is None or territory is None or source is None:
        return None
    why = None if reason is None else reason.text
    return OverlayRow(territory, period, source, who[1].span, network, system, is_removal, why)


def _who(fields: Fields) -> tuple[str, Text] | None:
    """The key and value that say whom a row is about."""
    found = [(key, text) for key in ("network", "asn") if (text := fields.text_node(key)) is not None]
    if len(found) == 2:
        fields.to.fail(found[1][1].span, "a row has `network` or `asn`, not both", "write two rows")
        return None
    if not found and fields.map.get("network") is None and fields.map.get("asn") is None:
        fields.to.fail(fields.map.span, f"{fields.what} needs `network` or `asn`", "say whom it is about")
    return found[0] if found else None


def _network(who: tuple[str, Text] | None, to: Collector, *, is_removal: bool) -> Network | None:
    if who is None or who[0] != "network":
        return None
    text = who[1]
    try:
        found = ip_network(text.text, strict=False) if _NETWORK.fullmatch(text.text) else None
    except ValueError:
        found = None
    if found is None:
        to.fail(text.span, f"`{text.text}` is not a network", "write it like `203.0.113.0/24` or `2001:db8::/32`")
        return None
    if ip_address(text.text.partition("/")[0]) != found.network_address:
        to.fail(text.span, f"`{text.text}` begins in the middle of a network", f"write `{found}`")
    if isinstance(found, IPv6Network):
        if any(found.subnet_of(each) for each in _UNWRAPPED):
            message = "addresses of 6to4 and NAT64 are looked up by the IPv4 address in them"
            to.fail(text.span, message, "write the IPv4 network")
        elif found.subnet_of(_MAPPED):
            found = IPv4Network((int(found.network_address) & 0xFFFF_FFFF, found.prefixlen - 96))
    if is_removal and found.prefixlen < _WIDEST[found.version]:
        to.fail(text.span, f"`{found}` is too wide to be taken out of a territory", "name the networks that are known")
    return found


def _system(who: tuple[str, Text] | None, to: Collector) -> int | None:
    if who is None or who[0] != "asn":
        return None
    found = _SYSTEM.fullmatch(who[1].text)
    if found is None or int(found[1]) > _MOST_SYSTEM:
        to.fail(who[1].span, f"`{who[1].text}` is not an autonomous system", "write it like `AS64500`")
        return None
    return int(found[1])


def _territory(fields: Fields, territories: Collection[str], *, is_removal: bool) -> str | None:
    """The id of a territory or a code; only a territory can be taken away, since a code is what a source said."""
    found = fields.text_node("territory", required=True)
    if found is None or found.text in territories:
        return None if found is None else found.text
    if found.text not in PLACES:
        help_ = code_help(found.text) or nearest(found.text, territories) or _other_help(found.text, territories)
        fields.to.fail(found.span, f"unknown territory `{found.text}`", help_)
    elif is_removal:
        listed = f"the territories are: {', '.join(sorted(territories))}" if territories else None
        fields.to.fail(found.span, f"`{found.text}` is a code, and only territories can be removed", listed)
    return found.text


def _other_help(text: str, territories: Collection[str]) -> str:
    """What may be the matter with a territory that is neither there nor near one that is."""
    if _LIKE_A_CODE.fullmatch(text):
        return PLACE_HELP
    listed = f"they are: {', '.join(sorted(territories))}" if territories else "they have none"
    return f"no territory of these rules is called so; {listed}; is `rules_dir` the directory that declares it?"


def _check_contradictions(rows: Iterable[OverlayRow], to: Collector) -> None:
    """Refuse what is added and removed for one network on one day: nobody could say which was meant."""
    by_subject: dict[object, list[OverlayRow]] = defaultdict(list)
    for row in rows:
        by_subject[row.network, row.system, row.territory].append(row)
    for found in by_subject.values():
        longest = _longest(row.period for row in found if row.is_removal and not row.period.is_empty)
        for added in (row for row in found if not row.is_removal):
            at = bisect_right(longest, added.period.last_day or date.max, key=_first_day)
            if at and not (common := shared(added.period, longest[at - 1])).is_empty:
                message = f"`{added.territory}` is added here and removed elsewhere {in_words(common)}"
                to.fail(added.span, message, "keep the row that holds")


def _longest(periods: Iterable[Period]) -> list[Period]:
    """For each period, by first days, the one that lasts longest of those which begin no later.

    If any of these has a day after another one, this one has: so a table of many rows is gone through once.
    """
    return list(accumulate(sorted(periods, key=_first_day), _later))


def _later(one: Period, other: Period) -> Period:
    """The one of two that ends later."""
    return max(one, other, key=_last_day)


def _first_day(period: Period) -> date:
    return period.first_day or date.min


def _last_day(period: Period) -> date:
    return period.last_day or date.max
