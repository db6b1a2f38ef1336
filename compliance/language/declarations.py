"""What every declaration shares (sources, owners), and territory files."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain

from compliance.errors import nearest
from compliance.language.areas import area_of, areas
from compliance.language.fields import TERRITORY_ID, Collector, Fields
from compliance.language.given import PLACE_HELP, code_help
from compliance.language.keys import names
from compliance.language.overlaps import in_words, overlaps
from compliance.language.source import Map, Text
from compliance.model.iso3166 import COUNTRIES
from compliance.model.period import Period
from compliance.model.rule import Source
from compliance.model.territory import PLACES, Area, Extent, Member, Territory, lineage, place

_CONFIDENCE = re.compile("[ABCD]")


def sources(fields: Fields, key: str, *, required: bool = False) -> tuple[Source, ...]:
    """A list of sources, each with a title."""
    return tuple(source(item, fields.to) for item in fields.maps(key, required=required))


def source(node: Map, to: Collector) -> Source:
    """An act or a page."""
    fields = Fields(node, "a source", to, names("source"))
    title, href = fields.text("title", required=True), href_of(fields, "href")
    return Source(title or "", href, fields.text("article"), confidence(fields), fields.text("note"))


def confidence(fields: Fields) -> str | None:
    """A grade from A (the text itself) to D (from memory)."""
    node = fields.text_node("confidence")
    if node is not None and not _CONFIDENCE.fullmatch(node.text):
        fields.to.fail(node.span, f"unknown confidence `{node.text}`", "use one of: A, B, C, D")
    return None if node is None else node.text


def href_of(fields: Fields, key: str) -> str | None:
    """An http(s) address."""
    node = fields.text_node(key)
    if node is not None and not re.fullmatch(r"https?://[^\s<>\"']+", node.text):
        fields.to.fail(node.span, f"`{node.text}` is not a web address", "begin it with https://")
        return None
    return None if node is None else node.text


def desk(fields: Fields) -> None:
    """Check what the legal desk keeps beside every file: who owns it, when to look again."""
    fields.text("owner")
    fields.day("review_by")


def territory(node: Map, to: Collector) -> Territory | None:
    """A territory file."""
    fields = Fields(node, "a territory", to, names("territory"))
    name = fields.id("territory", TERRITORY_ID, "ua-russia-controlled")
    title = fields.text("title", required=True)
    zone = fields.zone("timezone")
    fields.text("summary")
    sources(fields, "sources", required=True)
    desk(fields)
    problems = len(to.problems)
    drawn = areas(fields, name.text if name else "")
    doubtful = len(to.problems) > problems
    outlines = _Outlines(name.text if name else None, drawn, doubtful)
    written = [_members(item, outlines, to) for item in fields.maps("members", required=True)]
    _check_days(written, to)
    labelled_as = tuple(text.text for text in fields.texts("labelled_as") if _is_country(text, to))
    time_zones = tuple(text.text for text in fields.texts("time_zones") if _is_zone(text, to))
    if name is None or not to.declare("territory", name):
        return None
    if name.text in PLACES:
        to.fail(name.span, f"`{name.text}` is an ISO 3166 code already", "give the territory a name of its own")
        return None
    members = tuple(each for found in written for _, each in found)
    return Territory(name.text, title or "", members, zone, drawn, labelled_as, time_zones)


@dataclass(frozen=True, slots=True)
class _Outlines:
    """What a member may name as its area; `doubtful` if some area is a problem already."""

    territory: str | None
    areas: tuple[Area, ...]
    doubtful: bool


def _is_country(text: Text, to: Collector) -> bool:
    if text.text not in COUNTRIES:
        code = place(text.text)
        help_ = (
            f"write the country, `{lineage(code)[-1]}`" if code in PLACES - COUNTRIES.keys() else code_help(text.text)
        )
        to.fail(text.span, f"`{text.text}` is not a country code", help_ or "use an ISO 3166-1 code, for example `RU`")
    return text.text in COUNTRIES


def _is_zone(text: Text, to: Collector) -> bool:
    if text.text not in to.zones:
        help_ = nearest(text.text, to.zones) or "use an IANA name, for example Europe/Moscow"
        to.fail(text.span, f"unknown time zone `{text.text}`", help_)
    return text.text in to.zones


def _members(node: Map, outlines: _Outlines, to: Collector) -> list[tuple[Text, Member]]:
    """The members that an item stands for, each with its code as it was written; none if the item is a problem."""
    problems = len(to.problems)
    fields = Fields(node, "a member", to, names("member"))
    key = "code" if node.get("codes") is None else "codes"
    if key == "codes" and (other := node.key("code")) is not None:
        to.fail(other.span, "a member has `code` or `codes`, not both", "put all of them under `codes`")
    extent = fields.word("extent", Extent, required=True)
    period = fields.period()
    fields.text("source")
    fields.text("note")
    area = area_of(fields, outlines.territory, outlines.areas, doubtful=outlines.doubtful)
    codes = fields.texts(key, required=True)
    for text in codes:
        if text.text not in PLACES:
            to.fail(text.span, f"unknown place `{text.text}`", code_help(text.text) or PLACE_HELP)
    if extent is None or len(to.problems) > problems or not node.is_whole:
        return []
    days = Period(period.first_day, period.last_day)
    return [(text, Member(text.text, extent, days, area)) for text in codes]


def _check_days(written: list[list[tuple[Text, Member]]], to: Collector) -> None:
    """Refuse a code that is a member twice on one day: nobody could say which extent and source hold."""
    days: dict[str, list[tuple[Text, Period]]] = defaultdict(list)
    for text, member in chain.from_iterable(written):
        days[member.code].append((text, member.period))
    for found in days.values():
        for text, common in overlaps(found):
            help_ = "leave one of them out, or end the earlier one on the day before"
            to.fail(text.span, f"`{text.text}` is a member twice {in_words(common)}", help_)
