"""Areas against points, held against distances on a sphere: what is claimed of a circle is so for all of it."""

from __future__ import annotations

from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compliance.geo.atlas import CELLS_PER_DEGREE, EVERYWHERE, FAR_KM, Atlas
from compliance.geo.observation import Point
from compliance.model.period import ALWAYS
from compliance.model.territory import Area, Extent, Member, Territory
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

EARTH_KM = 6371.0088
Place = tuple[float, float]
"""Longitude and latitude, in degrees."""
Ring = tuple[Place, ...]


def ring(*points: Place) -> Ring:
    return (*points, points[0])


def box(west: float, south: float, east: float, north: float) -> Ring:
    return ring((west, south), (east, south), (east, north), (west, north))


def atlas(*polygons: tuple[Ring, ...], margin_km: float = 0.0) -> Atlas:
    member = Member("UA-14", Extent.PARTLY, ALWAYS, "t.a")
    return Atlas([Territory("t", "", (member,), areas=(Area("t.a", polygons, margin_km),))])


def side(drawn: Atlas, longitude: float, latitude: float, radius_km: float = 1.0) -> Truth:
    (found,) = drawn.sides(Point(latitude, longitude, radius_km))
    return found


# -- an independent look --------------------------------------------------------------------------------------


def apart_km(one: Place, other: Place) -> float:
    """The haversine distance."""
    (x, y), (u, v) = (tuple(map(radians, each)) for each in (one, other))
    return 2 * EARTH_KM * asin(sqrt(sin((v - y) / 2) ** 2 + cos(y) * cos(v) * sin((u - x) / 2) ** 2))


def reached(start: Place, bearing: float, km: float) -> Place:
    """Where somebody comes who goes so far straight on."""
    x, y = map(radians, start)
    turn, way = radians(bearing), km / EARTH_KM
    v = asin(max(-1.0, min(1.0, sin(y) * cos(way) + cos(y) * sin(way) * cos(turn))))
    u = x + atan2(sin(turn) * sin(way) * cos(y), cos(way) - sin(y) * sin(v))
    return (degrees(u) + 180) % 360 - 180, degrees(v)


def turns(place: Place, path: Ring) -> int:
    """How often a ring goes around a place, by the sum of the angles under which its edges are seen."""
    x, y = place
    seen = [atan2(v - y, u - x) for u, v in path]
    steps = [(after - before + 3 * 180 * radians(1)) % radians(360) - radians(180) for before, after in pairwise(seen)]
    return round(sum(steps) / radians(360))


def is_in(place: Place, polygons: tuple[tuple[Ring, ...], ...]) -> bool:
    return any(
        turns(place, polygon[0]) != 0 and not any(turns(place, hole) % 2 for hole in polygon[1:])
        for polygon in polygons
    )


def on_lines(polygons: tuple[tuple[Ring, ...], ...], near: Place) -> float:
    """The least distance from a place to points on all edges, close together."""
    paths = [path for polygon in polygons for path in polygon]
    return min(
        apart_km(near, (ax + (bx - ax) * part / 200, ay + (by - ay) * part / 200))
        for path in paths
        for (ax, ay), (bx, by) in pairwise(path)
        for part in range(201)
    )


def check(
    drawn: Atlas, polygons: tuple[tuple[Ring, ...], ...], where: Place, radius_km: float, margin_km: float
) -> None:
    """What is claimed holds for places all over the circle, and the line is further away than the margin."""
    claimed = side(drawn, *where, radius_km)
    if claimed is UNKNOWN:
        return
    assert on_lines(polygons, where) > radius_km + margin_km
    for bearing in range(0, 360, 15):
        for part in (0.0, 0.5, 1.0):
            assert is_in(reached(where, bearing, radius_km * part), polygons) is (claimed is TRUE)


LATITUDES = st.floats(-80, 80)


@st.composite
def polygons(draw: st.DrawFn) -> tuple[tuple[Ring, ...], ...]:
    """One or two stars of some corners, perhaps with a hole, away from the date line."""
    found = []
    for _ in range(draw(st.integers(1, 2))):
        x, y = draw(st.floats(-160, 160)), draw(st.floats(-72, 72))
        count, width, height = draw(st.integers(3, 8)), draw(st.floats(0.2, 12)), draw(st.floats(0.2, 8))
        reach = draw(st.lists(st.floats(0.3, 1), min_size=count, max_size=count))
        star = ring(
            *(
                (x + width * far * cos(radians(360 * n / count)), y + height * far * sin(radians(360 * n / count)))
                for n, far in enumerate(reach)
            )
        )
        hole = tuple((x + (u - x) * 0.5, y + (v - y) * 0.5) for u, v in star)
        found.append((star, hole) if draw(st.booleans()) else (star,))
    return tuple(found)


@st.composite
def circles(draw: st.DrawFn, drawn: tuple[tuple[Ring, ...], ...]) -> tuple[Place, float]:
    """A place near a corner or around the middle, and a radius."""
    corners = [corner for polygon in drawn for path in polygon for corner in path]
    middle = tuple(sum(axis) / len(drawn[0][0]) for axis in zip(*drawn[0][0], strict=True))
    start = draw(st.sampled_from([*corners, *[(middle[0], middle[1])] * len(corners)]))
    where = reached(start, draw(st.floats(0, 360)), draw(st.floats(0, 400)))
    assume(abs(where[0]) < 179)
    return where, draw(st.sampled_from([0.0, 1.0, 20.0, 100.0, 250.0, 300.0]) | st.floats(0, FAR_KM))


def claims(data: st.DataObject, drawn: tuple[tuple[Ring, ...], ...]) -> None:
    margin_km = data.draw(st.sampled_from([0.0, 5.0, 50.0, 400.0]))
    where, radius_km = data.draw(circles(drawn))
    check(atlas(*drawn, margin_km=margin_km), drawn, where, radius_km, margin_km)


@settings(max_examples=60)
@given(st.data(), polygons())
def test_what_is_claimed_is_so_for_every_place_in_the_circle(
    data: st.DataObject, drawn: tuple[tuple[Ring, ...], ...]
) -> None:
    claims(data, drawn)


def by_latitude(place: Place) -> float:
    return place[1]


@given(st.data(), polygons(), st.sampled_from([0.0, 50.0, 400.0]))
def test_what_is_told_far_away_at_once_is_what_a_closer_look_tells(
    data: st.DataObject, drawn: tuple[tuple[Ring, ...], ...], margin_km: float
) -> None:
    quick, slow = atlas(*drawn, margin_km=margin_km), atlas(*drawn, margin_km=margin_km)
    slow._reach = EVERYWHERE
    for outline in slow._outlines:
        outline.reach = EVERYWHERE
    corners = [corner for polygon in drawn for path in polygon for corner in path]
    north, south = max(corners, key=by_latitude), min(corners, key=by_latitude)
    furthest = (max(corners), 90.0), (min(corners), 270.0), (north, 0.0), (south, 180.0)
    corner, away = data.draw(st.sampled_from(furthest))
    distance = data.draw(st.floats(0.1, 1.1).map(lambda part: part * (FAR_KM + margin_km)) | st.floats(0, 2_500))
    x, y = reached(corner, away, distance)
    point = Point(y, x, data.draw(st.just(FAR_KM) | st.floats(0, FAR_KM)))
    assert quick.sides(point) == slow.sides(point)


@pytest.mark.parametrize("latitude", [-70.0, -60.0, 0.0, 60.0, 70.0])
@pytest.mark.parametrize("away", [0.0, 90.0, 180.0, 270.0])
def test_a_wide_circle_that_reaches_an_area_from_afar_is_open(latitude: float, away: float) -> None:
    drawn = atlas((ring((20.0, latitude), (20.1, latitude), (20.1, latitude + 0.1), (20.0, latitude + 0.1)),))
    assert side(drawn, *reached((20.05, latitude + 0.05), away, FAR_KM - 10), FAR_KM) is UNKNOWN


@pytest.mark.prove
@settings(max_examples=3_000)
@given(st.data(), polygons())
def test_no_claim_is_wrong_for_any_place_in_the_circle(
    data: st.DataObject, drawn: tuple[tuple[Ring, ...], ...]
) -> None:
    claims(data, drawn)


@settings(max_examples=100)
@given(st.floats(-60, 60), st.sampled_from([TRUE, FALSE]), st.floats(0, 360), st.floats(0, 40), st.floats(0, 10))
def test_what_is_clear_is_claimed(
    latitude: float, wanted: Truth, bearing: float, radius_km: float, margin_km: float
) -> None:
    """Where the line is further away than radius and margin, by 5 km and five per cent."""
    square = box(28, latitude - 2, 32, latitude + 2)
    middle = (30.0, latitude) if wanted is TRUE else reached((30.0, latitude), bearing, 700)
    distance = on_lines(((square,),), middle)
    assume(distance > (radius_km + margin_km) * 1.05 + 5)
    assert side(atlas((square,), margin_km=margin_km), *middle, radius_km) is wanted


# -- shapes ---------------------------------------------------------------------------------------------------

SQUARE = box(36, 46, 40, 50)
HOLE = box(37.5, 47.5, 38.5, 48.5)


@pytest.mark.parametrize(
    ("where", "radius_km", "wanted"),
    [
        ((36.8, 47.0), 20, TRUE),
        ((36.8, 47.0), 70, UNKNOWN),  # beyond the western edge
        ((30.5, 50.4), 20, FALSE),
        ((36.0, 48.0), 1, UNKNOWN),  # on the line
        ((40.5, 48.0), 20, FALSE),
        ((40.5, 48.0), 50, UNKNOWN),
        ((38.0, 48.0), 250, UNKNOWN),  # all around it
        ((38.0, 48.0), FAR_KM + 1, UNKNOWN),  # no longer exact
        ((-100.0, 40.0), FAR_KM, FALSE),
        ((-100.0, 40.0), FAR_KM + 1, UNKNOWN),
        ((30.0, 48.0), 0, FALSE),
    ],
)
def test_a_circle_lies_inside_or_outside_or_neither(where: Place, radius_km: float, wanted: Truth) -> None:
    assert side(atlas((SQUARE,)), *where, radius_km) is wanted


def test_a_hole_is_outside_and_its_line_counts() -> None:
    drawn = atlas((SQUARE, HOLE))
    assert side(drawn, 38, 48, 10) is FALSE
    assert side(drawn, 38, 48, 60) is UNKNOWN
    assert side(drawn, 36.8, 48, 20) is TRUE
    assert side(atlas((SQUARE,)), 38, 48, 60) is TRUE


def test_of_several_polygons_each_counts_also_one_in_the_hole_of_another() -> None:
    drawn = atlas((SQUARE, HOLE), (box(37.8, 47.8, 38.2, 48.2),), (box(20, 40, 22, 42),))
    assert side(drawn, 38, 48, 5) is TRUE
    assert side(drawn, 37.65, 47.65, 2) is FALSE
    assert side(drawn, 21, 41, 20) is TRUE
    assert side(drawn, 28, 44, 20) is FALSE


def test_a_ring_that_overlaps_itself_encloses_all_that_it_goes_around() -> None:
    """To take the part that is gone around twice for outside would hide a notice."""
    twice = ring((36, 46), (40, 46), (40, 50), (37, 50), (37, 45), (41, 45), (41, 49), (36, 49))
    assert side(atlas((twice,)), 38.5, 47.5, 10) is TRUE
    assert side(atlas((tuple(reversed(twice)),)), 38.5, 47.5, 10) is TRUE


@pytest.mark.parametrize(("margin_km", "wanted"), [(0, TRUE), (20, TRUE), (60, UNKNOWN), (400, UNKNOWN)])
def test_the_margin_is_added_to_what_is_open(margin_km: float, wanted: Truth) -> None:
    assert side(atlas((SQUARE,), margin_km=margin_km), 36.8, 48, 1) is wanted


def test_a_margin_larger_than_what_is_near_still_counts() -> None:
    drawn = atlas((SQUARE,), margin_km=500)
    assert side(drawn, *reached((40.0, 48.0), 90, 450), 1) is UNKNOWN
    assert side(drawn, *reached((40.0, 48.0), 90, 790), FAR_KM) is UNKNOWN
    assert side(drawn, *reached((40.0, 48.0), 90, 700), 1) is FALSE


# -- the ends of the map --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("area", "across"), [(box(175, 64, 180, 68), -179.8), (box(-180, 64, -175, 68), 179.8)])
def test_an_area_at_the_date_line_reaches_across_it(area: Ring, across: float) -> None:
    drawn = atlas((area,))
    assert side(drawn, across, 66, 30) is UNKNOWN
    assert side(drawn, across, 66, 1) is FALSE
    assert side(drawn, -across, 66, 1) is TRUE
    assert side(drawn, across * 0.9, 66, 30) is FALSE


def test_an_area_cut_in_two_at_the_date_line_is_one_on_both_sides_and_open_at_the_cut() -> None:
    drawn = atlas((box(175, 64, 180, 68),), (box(-180, 64, -175, 68),))
    assert [side(drawn, x, 66, 5) for x in (178.0, -178.0, 172.0, -172.0)] == [TRUE, TRUE, FALSE, FALSE]
    assert {side(drawn, x, 66, 5) for x in (179.99, 180.0, -180.0, -179.99)} == {UNKNOWN}


@pytest.mark.parametrize("latitude", [90.0, -90.0, 89.9, -89.9])
@pytest.mark.parametrize("longitude", [-180.0, 0.0, 38.0, 180.0])
def test_at_a_pole_nothing_near_is_claimed(latitude: float, longitude: float) -> None:
    sign = 1 if latitude > 0 else -1
    cap = ring((-179, sign * 85), (0, sign * 85), (179, sign * 85), (179, sign * 89.5), (-179, sign * 89.5))
    assert side(atlas((cap,)), longitude, latitude, 1) is UNKNOWN
    assert side(atlas((SQUARE,)), longitude, latitude, 1) is FALSE


# -- cells ----------------------------------------------------------------------------------------------------


@given(st.floats(35.5, 40.5), st.floats(45.5, 50.5), st.integers(0, 30))
@settings(max_examples=100)
def test_all_of_a_cell_gets_one_answer_that_is_right_in_all_of_it(x: float, y: float, radius_km: int) -> None:
    drawn = atlas((SQUARE,))
    claimed = side(drawn, x, y, radius_km)
    middle = round(x * CELLS_PER_DEGREE) / CELLS_PER_DEGREE, round(y * CELLS_PER_DEGREE) / CELLS_PER_DEGREE
    assert side(drawn, *middle, radius_km) is claimed
    half = 0.4999 / CELLS_PER_DEGREE
    for corner in ((middle[0] + u * half, middle[1] + v * half) for u in (-1, 1) for v in (-1, 1)):
        assert side(drawn, *corner, radius_km) is claimed
        check(drawn, ((SQUARE,),), corner, radius_km, 0)


def test_a_cell_is_small_enough_for_a_city_and_what_it_costs_is_two_kilometres() -> None:
    half_diagonal = hypot(1, 1) / 2 / CELLS_PER_DEGREE * 111.2
    assert half_diagonal < 2
    drawn = atlas((SQUARE,))
    for km in (2.5, 2.1):
        assert side(drawn, *reached((36.0, 48.0), 90, km), 0) in {TRUE, UNKNOWN}
    assert side(drawn, *reached((36.0, 48.0), 90, 5), 0) is TRUE


def test_a_cell_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[tuple[int, int]] = []
    whole = Atlas._worked_out

    def counted(self: Atlas, column: int, row: int) -> tuple[float, ...]:
        worked.append((column, row))
        return whole(self, column, row)

    monkeypatch.setattr(Atlas, "_worked_out", counted)
    drawn = atlas((SQUARE,))
    for x in (38.0, 38.001, 38.002, 38.0):
        side(drawn, x, 48.0, 5)
    assert len(worked) == 1


# -- what territories say -------------------------------------------------------------------------------------


def test_only_areas_that_a_member_names_are_asked() -> None:
    members = (Member("UA-14", Extent.PARTLY, ALWAYS, "t.b"), Member("UA-43", Extent.WHOLE, ALWAYS))
    areas = tuple(Area(f"t.{name}", ((SQUARE,),)) for name in "abc")
    drawn = Atlas([Territory("t", "", members, areas=areas, labelled_as=("RU",), time_zones=("Asia/Tokyo",))])
    assert drawn.areas == ("t.b",)
    assert len(drawn.sides(Point(48, 38, 1))) == 1
    assert (drawn.labelled["RU"], drawn.zoned["Asia/Tokyo"]) == (["t"], ["t"])
    assert [part.member for part in drawn.parts["t"]] == list(members)


def test_without_areas_nothing_is_asked() -> None:
    assert Atlas().sides(Point(48, 38, 1)) == ()
    assert Atlas().sides(Point(48, 38, 10_000)) == ()


def test_areas_are_told_in_their_order() -> None:
    names = [("t.a", SQUARE), ("t.b", box(20, 40, 24, 44)), ("t.c", box(36, 46, 39, 50))]
    members = tuple(Member("UA-14", Extent.PARTLY, ALWAYS, name) for name, _ in names)
    drawn = Atlas([Territory("t", "", members, areas=tuple(Area(name, ((path,),)) for name, path in names))])
    assert drawn.sides(Point(48, 39.5, 5)) == (TRUE, FALSE, FALSE)
    assert drawn.sides(Point(48, 39.0, 5)) == (TRUE, FALSE, UNKNOWN)
