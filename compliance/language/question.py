"""What a question of a suite says of the page and of the reader, as a caller would say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from compliance.language.fields import Collector, Fields
from compliance.language.given import place_help
from compliance.language.keys import names
from compliance.language.source import Text
from compliance.model.iso3166 import COUNTRIES
from compliance.model.suite import Written
from compliance.model.territory import PLACES, LocationSet, lineage

UNKNOWN_PLACE: Final = "unknown"
"""Among `places`: a reader of whom nobody knows where."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, further facts, and where the reader is: in one place, or in each of several."""

    page: Mapping[str, str]
    given: Mapping[str, Written]
    reader: LocationSet | None = None
    places: Mapping[str, LocationSet] = field(default_factory=dict)


def page_of(fields: Fields) -> dict[str, str]:
    """The page as a publishing system describes it."""
    node = fields.map_of("content")
    if node is None:
        return {}
    inner = Fields(node, "`content`", fields.to, names("content"))
    found = {key: inner.text(key) for key in names("content")}
    return {key: text for key, text in found.items() if text is not None}


def reader_of(fields: Fields) -> LocationSet | None:
    """Where the reader is, in the words of a request."""
    node = fields.map_of("reader")
    if node is None:
        return None
    inner = Fields(node, "`reader`", fields.to, names("reader"))
    country, part = inner.text_node("country"), inner.text_node("subdivision")
    if country is None and part is None:
        if not node.entries and node.is_whole:
            fields.to.fail(node.span, "`reader` says no place", "leave it out if nobody knows the place")
        return None
    good = [code for code in (country, part) if code is not None and _is_place(code, fields.to)]
    if country is not None and country in good and country.text not in COUNTRIES:
        fields.to.fail(country.span, f"`{country.text}` is no country", "put it under `subdivision`")
    elif len(good) == 2 and country is not None and part is not None and country.text not in lineage(part.text):
        help_ = f"a reader in one of the two is written `given: {{reader.location: [{country.text}, {part.text}]}}`"
        fields.to.fail(part.span, f"`{part.text}` does not lie in `{country.text}`", help_)
    finest = good[-1] if good else None
    return None if finest is None else LocationSet.of({finest.text}, "given")


def places_of(fields: Fields) -> dict[str, LocationSet]:
    """The places of a matrix, each with what it stands for."""
    found: dict[str, LocationSet] = {}
    for code in fields.texts("places", required=fields.map.get("places") is not None):
        if code.text in found:
            fields.to.fail(code.span, f"`{code.text}` is listed twice", "keep one")
        elif code.text == UNKNOWN_PLACE:
            found[code.text] = LocationSet.unknown("given")
        elif _is_place(code, fields.to):
            found[code.text] = LocationSet.of({code.text}, "given")
    return found


def _is_place(code: Text, to: Collector) -> bool:
    if code.text in PLACES:
        return True
    to.fail(code.span, f"unknown place `{code.text}`", place_help(code.text))
    return False
