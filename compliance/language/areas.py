"""The drawn outlines of a territory: GeoJSON geometries inside its file.

Theory: a region that is partly held has a line through it, and whoever knows the line can draw it. What is
drawn is checked for what would silently turn it into another area, or into none: rings that are not closed or
that enclose nothing, latitude and longitude swapped beyond what is on Earth, holes that come before what they are
cut from, rings across the date line. How exact the drawing is must be said.

Source: RFC 7946 (GeoJSON), sections 3.1.6 and 3.1.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from compliance.language.fields import KEBAB, Collector, Fields
from compliance.language.keys import names
from compliance.language.source import List, Node, Text, is_whole
from compliance.model.territory import Area

MOST_POINTS: Final = 5_000
MOST_MARGIN_KM: Final = 500.0
_DEGREES: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,15})?")
_KM: Final = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")
_DEPTHS: Final = {"Polygon": 3, "MultiPolygon": 4}
"""How many lists stand around a number of each type of geometry."""
_WRAPPERS: Final = {
    "Feature": "take the `geometry` out of the Feature, and leave the rest away",
    "FeatureCollection": "take the `geometry` out of the Feature in it; of several, make an area of each",
    "GeometryCollection": "make an area of each geometry in it",
}
"""What GeoJSON puts around geometries, and how to get at them."""
_NESTING: Final = "as in GeoJSON: a list of rings for a polygon, a list of such lists for many"
_LEAST_AREA: Final = 1e-7
"""In square degrees; about 1,000 square metres at the equator."""
_POINT: Final = "write [longitude, latitude] in degrees, for example [34.1, 44.9]"
_DATE_LINE: Final = "cut it in two at 180 degrees: no ring may cross the date line"
Ring = tuple[tuple[float, float], ...]


def areas(fields: Fields, territory: str) -> tuple[Area, ...]:
    """The areas of a territory, each with an id that no other territory has; what cannot be read is a problem."""
    found: dict[str, Area] = {}
    seen: set[str] = set()
    for node in fields.maps("areas"):
        inner = Fields(node, "an area", fields.to, names("area"))
        name = inner.id("id", KEBAB, "line-of-2026-07")
        margin = _margin(inner)
        inner.text("source", required=True)
        inner.day("drawn_on")
        inner.text("note")
        polygons = _polygons(inner)
        if name is None:
            continue
        if name.text in seen:
            inner.to.fail(name.span, f"there are two areas `{name.text}`", "give one of them another name")
            continue
        seen.add(name.text)
        whole = scoped(territory, name.text)
        inner.to.declared.setdefault(("area", whole), name.span)
        if polygons:
            found[name.text] = Area(whole, polygons, margin)
    return tuple(found.values())


def scoped(territory: str, area: str) -> str:
    """The name of an area that no other territory's area has.

    >>> scoped("held", "line")
    'held.line'
    """
    return f"{territory}.{area}"


def _margin(fields: Fields) -> float:
    text = fields.text_node("margin_km", required=True)
    if text is None:
        return 0.0
    if not _KM.fullmatch(text.text) or float(text.text) > MOST_MARGIN_KM:
        help_ = f"write a number from 0 to {MOST_MARGIN_KM:g}"
        fields.to.fail(text.span, f"`{text.text}` is not a margin in kilometres", help_)
        return 0.0
    return float(text.text)


def _polygons(fields: Fields) -> tuple[tuple[Ring, ...], ...]:
    """The polygons of a geometry; none if it is a problem."""
    node = fields.map_of("geometry", required=True)
    if node is None:
        return ()
    around = node.get("type")
    if isinstance(around, Text) and around.text in _WRAPPERS:
        fields.to.fail(around.span, f"a geometry is not a `{around.text}`", _WRAPPERS[around.text])
        return ()  # what else stands in it is as it should be there
    geometry = Fields(node, "a geometry", fields.to, names("geometry"))
    kind, coordinates = geometry.text_node("type", required=True), geometry.node("coordinates", required=True)
    if kind is not None and kind.text not in _DEPTHS:
        fields.to.fail(kind.span, f"a geometry is not a `{kind.text}`", "use one of: Polygon, MultiPolygon")
        return ()
    if kind is None or coordinates is None:
        return ()
    problems = len(fields.to.problems)
    depth, wanted = _depth(coordinates), _DEPTHS[kind.text]
    if depth not in {0, wanted} and is_whole(coordinates):
        other = next(
            (f"these are the coordinates of a `{name}`" for name, each in _DEPTHS.items() if each == depth), ""
        )
        message = other or f"each point stands in {depth - 1} list(s), and in those of a `{kind.text}` in {wanted - 1}"
        fields.to.fail(coordinates.span, message, _NESTING)
        return ()
    many = _items(coordinates, "`coordinates`", fields.to) if kind.text == "MultiPolygon" else [coordinates]
    found = tuple(_polygon(each, fields.to) for each in many)
    if sum(len(ring) for polygon in found for ring in polygon) > MOST_POINTS:
        help_ = f"draw it more coarsely, with at most {MOST_POINTS} points, and widen `margin_km`"
        fields.to.fail(coordinates.span, "the area has too many points", help_)
    return () if len(fields.to.problems) > problems else found


def _depth(node: Node) -> int:
    """How many lists stand around the first thing that is none; 0 where a list is empty."""
    depth = 0
    while isinstance(node, List):
        if not node.items:
            return 0
        node, depth = node.items[0], depth + 1
    return depth


def _polygon(node: Node, to: Collector) -> tuple[Ring, ...]:
    problems = len(to.problems)
    nodes = _items(node, "a polygon", to)
    rings = tuple(_ring(each, to) for each in nodes)
    if len(to.problems) > problems:
        return ()
    for hole, ring in zip(nodes[1:], rings[1:], strict=True):
        if not _is_within(ring, rings[0]):
            to.fail(hole.span, "a hole reaches beyond its outer ring", "the outer ring comes first, then its holes")
    return rings


def _is_within(inner: Ring, outer: Ring) -> bool:
    """Whether the box around a ring lies in that around another one."""
    return all(
        min(each[axis] for each in outer) <= min(each[axis] for each in inner)
        and max(each[axis] for each in inner) <= max(each[axis] for each in outer)
        for axis in (0, 1)
    )


def _enclosed(ring: Ring) -> float:
    """What a ring encloses, in square degrees (the shoelace formula)."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(ring))) / 2


def _items(node: Node, name: str, to: Collector) -> tuple[Node, ...]:
    if not isinstance(node, List) or not node.items:
        to.fail(node.span, f"{name} is a list that is not empty", _NESTING)
        return ()
    return node.items


def _ring(node: Node, to: Collector) -> Ring:
    problems = len(to.problems)
    points = tuple(_points(node, to))
    if len(to.problems) > problems:
        return ()
    if points[0] != points[-1]:
        to.fail(node.span, "a ring is not closed", "repeat the first point as the last one")
    elif any(abs(one[0] - other[0]) > 180 for one, other in pairwise(points)):
        to.fail(node.span, "a ring crosses the date line", _DATE_LINE)
    elif _enclosed(points) < _LEAST_AREA:
        to.fail(node.span, "a ring encloses nothing", "give at least three points that are not on one line")
    return points


def _points(node: Node, to: Collector) -> Iterator[tuple[float, float]]:
    for item in _items(node, "a ring", to):
        pair = item.items if isinstance(item, List) else ()
        texts = [each.text for each in pair if isinstance(each, Text) and _DEGREES.fullmatch(each.text)]
        if len(pair) != 2 or len(texts) != 2:
            is_higher = len(pair) == 3 and len(texts) >= 2
            help_ = "leave the third number out: it is an altitude" if is_higher else _POINT
            to.fail(item.span, "this is not a point", help_)
            return
        longitude, latitude = map(float, texts)
        if abs(longitude) > 180 or abs(latitude) > 90:
            to.fail(
                item.span, "a point is nowhere on Earth", "longitude comes first, up to 180, then latitude, up to 90"
            )
            return
        yield longitude, latitude


def area_of(fields: Fields, territory: str | None, known: tuple[Area, ...], *, doubtful: bool) -> str | None:
    """The scoped name of the area that a member names; a problem if its territory has none of that name."""
    text = fields.text_node("area")
    if text is None or territory is None:
        return None
    name = scoped(territory, text.text)
    if name in {area.id for area in known}:
        return name
    if not doubtful:
        ids = ", ".join(area.id.partition(".")[2] for area in known)
        help_ = f"use one of: {ids}" if ids else "draw it under `areas`"
        fields.to.fail(text.span, f"there is no area `{text.text}`", help_)
    return None
