"""Which coordinates lie in the Russia-controlled parts of Ukraine: drawn for the benchmark, not from the shipped areas.

Theory: what is measured must not be measured with itself. So Crimea is the ring that Natural Earth draws for it (as
a part of Russia), the border is Natural Earth's, and the line of contact goes through the middle between pairs of
settlements that face each other, one held and one not. All is looked up by another algorithm than the product's.

The settlements stand as public reports had them; a public map of 2026-08-22, from which nothing was copied, has each
of them on the same side. The line moves; the shipped areas have to hold it with their margins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from math import cos, hypot, radians
from typing import Any, Final

Spot = tuple[float, float]
"""Degrees east and north, in this order."""
Pair = tuple[str, Spot, str, Spot]
"""A held settlement and one opposite that is not."""

FRONT: Final[Sequence[Pair]] = (
    ("Topoli", (37.88, 49.96), "Velykyi Burluk", (37.39, 50.06)),
    ("Dvorichna", (37.69, 49.85), "Kupiansk", (37.62, 49.71)),
    ("Pokrovske", (38.13, 49.62), "Kupiansk-Vuzlovyi", (37.68, 49.65)),
    ("Svatove", (38.15, 49.41), "Borova", (37.62, 49.38)),
    ("Kreminna", (38.22, 49.05), "Lyman", (37.81, 48.99)),
    ("Siversk", (38.10, 48.87), "Sloviansk", (37.62, 48.87)),
    ("Bakhmut", (38.00, 48.59), "Kramatorsk", (37.58, 48.74)),
    ("Chasiv Yar", (37.83, 48.59), "Kostiantynivka", (37.71, 48.53)),
    ("Toretsk", (37.85, 48.40), "Kostiantynivka", (37.71, 48.53)),
    ("Illinivka", (37.66, 48.49), "Druzhkivka", (37.53, 48.63)),
    ("Ocheretyne", (37.61, 48.24), "Druzhkivka", (37.53, 48.63)),
    ("Pokrovsk", (37.18, 48.28), "Dobropillia", (37.08, 48.46)),
    ("Pokrovsk", (37.18, 48.28), "Mezhova", (36.73, 48.25)),
    ("Velyka Novosilka", (36.84, 47.84), "Pokrovske", (36.23, 47.98)),
    ("Huliaipole", (36.26, 47.66), "Pokrovske", (36.23, 47.98)),
    ("Huliaipole", (36.26, 47.66), "Orikhiv", (35.79, 47.57)),
    ("Tokmak", (35.71, 47.25), "Orikhiv", (35.79, 47.57)),
    ("Vasylivka", (35.28, 47.44), "Balabyne", (35.21, 47.75)),
    ("Enerhodar", (34.65, 47.50), "Marhanets", (34.63, 47.64)),
    ("Kamianka-Dniprovska", (34.42, 47.48), "Nikopol", (34.40, 47.57)),
    ("Velyka Lepetykha", (33.94, 47.17), "Novovorontsovka", (33.92, 47.50)),
    ("Kakhovka", (33.48, 46.81), "Beryslav", (33.43, 46.84)),
    ("Nova Kakhovka", (33.37, 46.75), "Beryslav", (33.43, 46.84)),
    ("Oleshky", (32.72, 46.62), "Kherson", (32.62, 46.64)),
    ("Hola Prystan", (32.52, 46.52), "Bilozerka", (32.44, 46.63)),
    ("Heroiske", (31.92, 46.50), "Stanislav", (32.15, 46.57)),
    ("Pokrovske", (31.70, 46.47), "Ochakiv", (31.55, 46.62)),
)
"""Along the line of contact from north to south."""
BEHIND: Final[Sequence[Spot]] = (
    (31.3, 46.4), (32.3, 45.9), (35.4, 45.8), (38.2, 46.9), (38.6, 47.25), (41.5, 47.5), (41.5, 50.3), (37.9, 50.4),
)  # fmt: skip
"""Back from the southern end to the northern one, over the sea and behind the border, which cuts it off."""
VOVCHANSK: Final[Sequence[Pair]] = (
    ("Hlyboke", (36.40, 50.29), "Lyptsi", (36.43, 50.21)),
    ("Vovchansk", (36.94, 50.29), "Staryi Saltiv", (36.79, 50.08)),
    ("Vovchansk", (36.94, 50.29), "Bilyi Kolodiaz", (37.12, 50.20)),
)
BEHIND_VOVCHANSK: Final[Sequence[Spot]] = ((37.15, 50.6), (36.25, 50.6))
YUNAKIVKA: Final[Sequence[Pair]] = (
    ("Kostiantynivka", (34.86, 51.18), "Khotin", (34.77, 51.07)),
    ("Yunakivka", (35.00, 51.11), "Velyka Chernechchyna", (34.85, 50.97)),
)
BEHIND_YUNAKIVKA: Final[Sequence[Spot]] = ((35.3, 51.1), (35.3, 51.5), (34.6, 51.5))

COAST_KM: Final = 3.0
"""Towns lie on the shore, and a coast is drawn more coarsely than that. The strait of Kerch is wider."""
AROUND: Final = (31.0, 42.0, 44.0, 52.0)
"""West, east, south and north of everything here."""
_KM: Final = 111.2


class Zone:
    """The reference; `world` is the `countries-10m.json` of world-atlas (Natural Earth, public domain)."""

    def __init__(self, world: Mapping[str, Any]) -> None:
        rings = list(rings_of(world, "Russia"))
        self.crimea = next(ring for ring in rings if is_in((34.1, 45.0), pairwise(ring)) and len(ring) < 5_000)
        others = chain.from_iterable(pairwise(ring) for ring in rings if ring is not self.crimea)
        self._russia = [edge for edge in others if _counts(edge)]
        self._parts = [
            [*map(_middle, front), *behind]
            for front, behind in (
                (FRONT, BEHIND),
                (VOVCHANSK, BEHIND_VOVCHANSK),
                (YUNAKIVKA, BEHIND_YUNAKIVKA),
            )
        ]
        self.holds = lru_cache(maxsize=None)(self._holds)

    def _holds(self, east: float, north: float) -> bool:
        """Whether a point lies in the zone."""
        west, far_east, south, far_north = AROUND
        spot = (east, north)
        if not (west < east < far_east and south < north < far_north) or is_in(spot, self._russia):
            return False
        if is_in(spot, pairwise(self.crimea)) or distance_km(spot, self.crimea) < COAST_KM:
            return True
        return any(is_in(spot, pairwise([*part, part[0]])) for part in self._parts)


def rings_of(world: Mapping[str, Any], country: str) -> Iterator[list[Spot]]:
    """The outer rings of a country in a topology: arcs are steps from point to point, shared by neighbours.

    Source: the TopoJSON Format Specification.
    """
    (shape,) = (each for each in world["objects"]["countries"]["geometries"] if each["properties"]["name"] == country)
    for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
        ring: list[Spot] = []
        for number in polygon[0]:
            ring += _arc(world, number)[1 if ring else 0 :]
        yield ring


def _arc(world: Mapping[str, Any], number: int) -> list[Spot]:
    """An arc; the complement of its number is the same one backwards."""
    (wide, high), (left, low) = world["transform"]["scale"], world["transform"]["translate"]
    across = up = 0
    found = []
    for east, north in world["arcs"][number if number >= 0 else ~number]:
        across, up = across + east, up + north
        found.append((across * wide + left, up * high + low))
    return found if number >= 0 else found[::-1]


def is_in(spot: Spot, edges: Iterable[tuple[Spot, Spot]]) -> bool:
    """Whether a way to the west crosses an odd number of edges."""
    east, north = spot
    crossed = False
    for (ax, ay), (bx, by) in edges:
        if (ay > north) != (by > north) and (bx - ax) * (north - ay) / (by - ay) + ax < east:
            crossed = not crossed
    return crossed


def distance_km(spot: Spot, ring: Sequence[Spot]) -> float:
    """How far a point is from the nearest edge of a ring, on a plane."""
    wide = cos(radians(spot[1])) * _KM
    flat = [((x - spot[0]) * wide, (y - spot[1]) * _KM) for x, y in ring]
    return min(_to_edge(*one, *other) for one, other in pairwise(flat))


def _to_edge(ax: float, ay: float, bx: float, by: float) -> float:
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = min(1.0, max(0.0, -(ax * dx + ay * dy) / length)) if length else 0.0
    return hypot(ax + along * dx, ay + along * dy)


def _middle(pair: Pair) -> Spot:
    _, one, _, other = pair
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _counts(edge: tuple[Spot, Spot]) -> bool:
    """Whether a way to the west from anywhere around here can cross an edge."""
    _, east, south, north = AROUND
    (ax, ay), (bx, by) = edge
    return min(ax, bx) < east and max(ay, by) > south and min(ay, by) < north
