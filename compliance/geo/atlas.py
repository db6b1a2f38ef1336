"""On which side of a drawn line a point is: areas as distances, worked out once for each cell of a map.

Theory: a source knows a point and how far from it the reader may be; a law asks whether the reader is in an
area whose line is known to some kilometres. Only the distance between point and line matters. It is worked
out for the middle of a small cell, once for each cell that is ever asked, and half the diagonal of the cell
is added to what is not known. So no question costs more than a look-up, and the answer never claims more
than the drawing: inside or outside only where the whole circle is, by more than the margin; else open.

Distances are taken on a plane that touches the Earth at the cell (equirectangular). Towards the pole meridians
draw together, so that a line there is nearer than it looks. By how much it can be, on all the way that matters,
follows from the latitude (`_stretch`), and the distance is shortened by that. Near the poles nothing is claimed.

A ring encloses whatever it goes around, also twice: where it overlaps itself by a slip, readers are in rather
than out. A hole is what its ring encloses an odd number of times, for the same reason.

Source: the mean radius of the Earth of 6,371 km; winding number and even-odd rule for rings; haversine formula.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, inf, radians, sqrt
from typing import Final

from compliance.geo.observation import Point
from compliance.model.territory import Area, LocationSet, Member, Territory
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

KM_PER_DEGREE: Final = 111.195
CELLS_PER_DEGREE: Final = 40
_HALF_DIAGONAL_KM: Final = KM_PER_DEGREE / CELLS_PER_DEGREE / sqrt(2)
FAR_KM: Final = 300.0
"""Distances are exact up to here; a circle with a larger radius may reach anything."""
_ERROR: Final = 1.01
"""The Earth is no sphere (0.6 %), and an angle is longer than its sine (0.2 % up to `_POLAR`)."""
_POLAR: Final = 75.0
"""Nearer to a pole than this, in degrees, no plane is exact enough."""
_MOST_CELLS: Final = 65_536

Sides = tuple[Truth, ...]
_Ring = tuple[tuple[float, float], ...]
_Box = tuple[float, float, float, float]
"""West, south, east and north."""
EVERYWHERE: Final = (-inf, -inf, inf, inf)
_NOWHERE: Final = (inf, inf, -inf, -inf)


class _Outline:
    """One area, and how far a point is from its line."""

    def __init__(self, area: Area) -> None:
        self.id = area.id
        self.margin_km = area.margin_km
        self._polygons = area.polygons
        points = [point for polygon in area.polygons for point in polygon[0]]
        self._west, self._east = min(x for x, _ in points), max(x for x, _ in points)
        self._south, self._north = min(y for _, y in points), max(y for _, y in points)
        beyond = (FAR_KM + area.margin_km) * _ERROR / KM_PER_DEGREE
        self._lowest, self._highest = self._south - beyond, self._north + beyond
        self.reach = self._reach()

    def _reach(self) -> _Box:
        """A box outside of which no cell lies that is nearer to the area than distances are exact."""
        highest = max(-self._lowest, self._highest) + 1 / CELLS_PER_DEGREE
        if highest >= _POLAR:
            return EVERYWHERE
        across = (self._highest - self._north) / (0.5 * cos(radians(highest))) + 1 / CELLS_PER_DEGREE
        west, east = self._west - across, self._east + across
        if west <= -180 or east >= 180:
            return EVERYWHERE
        return west, self._lowest - 1 / CELLS_PER_DEGREE, east, self._highest + 1 / CELLS_PER_DEGREE

    def depth_km(self, x: float, y: float) -> float:
        """How many km at least a point (longitude, latitude) lies inside the line; less than 0 outside of it."""
        west, south, east, north = self.reach
        if not (south < y < north and west < x < east):  # most of the world, told at once
            return -inf
        reach = FAR_KM + self.margin_km
        if self._least_km(x, y) > reach * _ERROR:
            return -inf
        if abs(y) > _POLAR:
            return 0.0
        around = [shifted for shifted in (x - 360, x, x + 360) if self._west - 180 <= shifted <= self._east + 180]
        distance = min(
            _distance(shifted, y, ring) for shifted in around for polygon in self._polygons for ring in polygon
        )
        is_inside = any(_is_in_polygon(shifted, y, polygon) for shifted in around for polygon in self._polygons)
        shortened = distance / _stretch(y, reach)
        return shortened if is_inside else -shortened

    def _least_km(self, x: float, y: float) -> float:
        """A distance that is never larger than that from the box around the area, the way round the globe included."""
        up = max(self._south - y, y - self._north, 0.0)
        is_beside = (x - self._west) % 360 > self._east - self._west
        across = min((self._west - x) % 360, (x - self._east) % 360) if is_beside else 0.0
        shrunk = cos(radians(min(89.9, max(abs(y), abs(self._south), abs(self._north)))))
        return KM_PER_DEGREE * max(up, across * shrunk * 0.5)


@dataclass(frozen=True, slots=True)
class Part:
    """A member of a territory, as a place where a reader may be: its code, or the piece of it that is drawn."""

    territory: str
    member: Member


class Atlas:
    """What territories say about where coordinates, labels and time zones may be.

    `outlined` has for each area the members that it outlines; `labelled` for each country the territories in
    which databases may name it; `zoned` for each time zone the territories that it is evidence of; `parts` for
    each territory its members, of all days; `areas` the drawn areas that some member names. `kept` is for whoever
    works out places with it: nothing that it holds is finer than a region and the side of a line.
    """

    def __init__(self, territories: Iterable[Territory] = ()) -> None:
        self.outlined: dict[str, list[Part]] = defaultdict(list)
        self.labelled: dict[str, list[str]] = defaultdict(list)
        self.zoned: dict[str, list[str]] = defaultdict(list)
        self.parts: dict[str, tuple[Part, ...]] = {}
        outlines = []
        for territory in territories:
            self.parts[territory.id] = tuple(Part(territory.id, member) for member in territory.members)
            for part in self.parts[territory.id]:
                if part.member.area is not None:
                    self.outlined[part.member.area].append(part)
            for country in territory.labelled_as:
                self.labelled[country].append(territory.id)
            for zone in territory.time_zones:
                self.zoned[zone].append(territory.id)
            outlines += [_Outline(area) for area in territory.areas]
        self._outlines = tuple(each for each in outlines if each.id in self.outlined)
        self.areas = tuple(outline.id for outline in self._outlines)
        self.outside: Sides = (FALSE,) * len(self.areas)
        self._open: Sides = (UNKNOWN,) * len(self.areas)
        self._margins = tuple(outline.margin_km for outline in self._outlines)
        self._far = (-inf,) * len(self.areas)
        boxes = [outline.reach for outline in self._outlines] or [_NOWHERE]
        wests, souths, easts, norths = zip(*boxes, strict=True)
        self._reach: _Box = (min(wests), min(souths), max(easts), max(norths))
        self.kept: dict[Hashable, LocationSet] = {}
        self._depths = lru_cache(maxsize=_MOST_CELLS)(self._worked_out)

    def sides(self, point: Point) -> Sides:
        """For each area whether the whole circle around a point lies inside (TRUE), outside (FALSE), or neither.

        In the order of `areas`.
        """
        if point.radius_km > FAR_KM:
            return self._open
        west, south, east, north = self._reach
        if not (south < point.latitude < north and west < point.longitude < east):  # most of the world, told at once
            return self.outside
        depths = self._depths(round(point.longitude * CELLS_PER_DEGREE), round(point.latitude * CELLS_PER_DEGREE))
        if depths is self._far:
            return self.outside
        found = []
        for margin_km, depth in zip(self._margins, depths, strict=True):
            open_km = point.radius_km + margin_km + _HALF_DIAGONAL_KM
            found.append(TRUE if depth > open_km else FALSE if -depth > open_km else UNKNOWN)
        return tuple(found)

    def _worked_out(self, column: int, row: int) -> tuple[float, ...]:
        x, y = column / CELLS_PER_DEGREE, row / CELLS_PER_DEGREE
        found = tuple(outline.depth_km(x, y) for outline in self._outlines)
        return self._far if found == self._far else found


def _distance(x: float, y: float, ring: _Ring) -> float:
    """How far (in km) a point is from the nearest edge of a ring."""
    scale = cos(radians(y)) * KM_PER_DEGREE
    flat = [((px - x) * scale, (py - y) * KM_PER_DEGREE) for px, py in ring]
    return min(_to_edge(one, other) for one, other in pairwise(flat))


def _to_edge(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How far the origin is from a straight edge."""
    (ax, ay), (bx, by) = one, other
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length))
    return hypot(ax + along * dx, ay + along * dy)


def _stretch(y: float, reach_km: float) -> float:
    """How many times longer than it is a way of up to so many km from a latitude may look on the plane."""
    furthest = min(89.0, abs(y) + reach_km / KM_PER_DEGREE)
    return _ERROR * sqrt(cos(radians(y)) / cos(radians(furthest)))


def _is_in_polygon(x: float, y: float, polygon: tuple[_Ring, ...]) -> bool:
    """Whether a point lies in the outer ring and in no hole."""
    outer, *holes = polygon
    return _turns(x, y, outer) != 0 and not any(_turns(x, y, hole) % 2 for hole in holes)


def _turns(x: float, y: float, ring: _Ring) -> int:
    """How often a ring goes around a point: edges to its east that go up, without those that go down."""
    found = 0
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            found += 1 if by > ay else -1
    return found
