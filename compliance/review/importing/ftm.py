"""Entity streams of FollowTheMoney: one entity a line, with schema and properties.

Theory: the stream holds more than organisations. Sanctions say when an organisation was listed and stand in
lines of their own, before it or after it, or inside it; addresses, identifications and people are no listings.
Each listing of an organisation becomes a row, everything else is left out by name.

Source: followthemoney 4, schemata LegalEntity and Sanction; the exports of OpenSanctions use them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from compliance.model.designation import Milestone
from compliance.review.importing.rows import IS_A_PERSON, How, LeftOut, Row, row_of

ORGANISATIONS: Final = frozenset({"Organization", "Company", "LegalEntity", "PublicBody"})
_PERSON: Final = "Person"
_LISTED: Final[Mapping[Milestone, tuple[str, ...]]] = {
    Milestone.LISTED_ON: ("listingDate", "startDate"),
    Milestone.EFFECTIVE: ("startDate", "listingDate"),
    Milestone.DECIDED_ON: ("date", "startDate"),
    Milestone.ANNOUNCED_ON: ("listingDate",),
}
_NAMES: Final = {
    "names": ("alias",),
    "former_names": ("previousName",),
    "weak_names": ("weakAlias",),
    "acronyms": ("abbreviation",),
    "domains": ("website",),
    "wikidata": ("wikidataId",),
    "registration_number": ("registrationNumber",),
    "country": ("country", "jurisdiction"),
}

Lines = Iterable[tuple[int, "dict[str, Any] | LeftOut"]]


def read(lines: Lines, how: How) -> Iterator[Row | LeftOut]:
    """The rows of a stream, and what is left out of it."""
    entities: list[tuple[int, dict[str, Any]]] = []
    sanctions: dict[str, list[dict[str, list[str]]]] = defaultdict(list)
    unused: list[tuple[int, dict[str, Any], list[str]]] = []
    for line, found in lines:
        if isinstance(found, LeftOut):
            yield found
        elif not isinstance(found.get("properties"), dict) or not isinstance(found.get("schema"), str):
            yield LeftOut(line, _shown(found), "it has no `schema` and `properties`", is_fault=True)
        elif found["schema"] == "Sanction":
            meant = _texts(found["properties"].get("entity"))
            for entity in meant:
                sanctions[entity].append(_properties(found))
            unused.append((line, found, meant))
        else:
            entities.append((line, found))
    ids = {str(found.get("id")) for _, found in entities}
    for line, found, meant in unused:
        if not ids & set(meant):
            yield LeftOut(line, _shown(found), "it speaks of nobody in this stream")
    for line, found in entities:
        yield from _rows(line, found, sanctions, how)


def _rows(
    line: int, found: dict[str, Any], sanctions: Mapping[str, list[dict[str, list[str]]]], how: How
) -> Iterator[Row | LeftOut]:
    schema = found["schema"]
    if schema == _PERSON and not how.allow_persons:
        yield LeftOut(line, _shown(found), IS_A_PERSON)
        return
    if schema not in ORGANISATIONS | {_PERSON}:
        yield LeftOut(line, _shown(found), f"a `{schema}` is no organisation")
        return
    nested = found["properties"].get("sanctions")
    nested = nested if isinstance(nested, list) else [nested]
    inside = [_properties(each) for each in nested if isinstance(each, dict) and each]
    for listing in [*sanctions.get(str(found.get("id")), ()), *inside] or [_properties(found)]:
        given = _given(found, listing, how)
        if how.arms.value not in given:
            reason = f"no sanction says when it was listed: `{_LISTED[how.arms][0]}` is missing"
            yield LeftOut(line, _shown(found), reason, is_fault=True)
        else:
            yield row_of(given, line, how)


def _given(found: dict[str, Any], listing: Mapping[str, list[str]], how: How) -> dict[str, list[str]]:
    """The fields of one listing of one entity."""
    own = _properties(found)
    given = {name: [text for key in keys for text in own.get(key, ())] for name, keys in _NAMES.items()}
    caption = found.get("caption")
    names = [caption] if isinstance(caption, str) and caption else []
    names += [name for name in own.get("name", ()) if name not in names]
    given["name"] = names[:1]
    given["names"] = names[1:] + given["names"]
    given["kind"] = [found["schema"]]
    for key in _LISTED[how.arms]:
        if listing.get(key):
            given[how.arms.value] = listing[key][:1]
            break
    given["last_day"] = listing.get("endDate", [])[:1]
    given["source"] = [*listing.get("sourceUrl", ()), *own.get("sourceUrl", ())][:1]
    given["opensanctions"] = [str(found.get("id") or "")]
    given["referents"] = _texts(found.get("referents"))
    return given


def _properties(found: Mapping[str, Any]) -> dict[str, list[str]]:
    properties = found.get("properties")
    return {key: _texts(value) for key, value in properties.items()} if isinstance(properties, dict) else {}


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _shown(found: Mapping[str, Any]) -> str:
    names = _properties(found).get("name", [])
    return str(found.get("caption") or next(iter(names), None) or found.get("id") or "")
