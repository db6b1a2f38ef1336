"""Drawn areas in territory files, and the pieces of codes that scenarios name."""

from __future__ import annotations

import json
from math import cos, radians, sin

import pytest

from compliance.language.areas import MOST_POINTS, scoped
from compliance.language.format import format_file
from compliance.language.given import GivenError, given
from compliance.model.territory import Area, LocationSet, Territory
from tests.language.reading import loaded, messages, problems
from tests.language.test_json_schema import as_an_editor_reads, faults
from tests.tiny import TINY

RING = "[[37, 47], [39, 47], [39, 49], [37, 47]]"
HELD = f"""\
language: 1
territory: held
title: Held parts
members:
  - {{code: UA-14, extent: partly, first_day: 2014-04-07, last_day: none, area: line}}
areas:
  - id: line
    margin_km: 5
    geometry: {{type: Polygon, coordinates: [{RING}]}}
    source: drawn by hand
sources:
  - {{title: An order}}
"""


def held(*edits: tuple[str, str]) -> str:
    text = HELD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def read(*edits: tuple[str, str]) -> Territory:
    return loaded({"held.yaml": held(*edits)}).territories["held"]


def test_an_area_is_read_with_a_name_that_no_other_territory_has() -> None:
    territory = read()
    ring = ((37.0, 47.0), (39.0, 47.0), (39.0, 49.0), (37.0, 47.0))
    assert territory.areas == (Area("held.line", ((ring,),), 5.0),)
    assert territory.members[0].area == scoped("held", "line") == "held.line"


def test_one_polygon_and_many_with_one_mean_the_same() -> None:
    many = (f"type: Polygon, coordinates: [{RING}]", f"type: MultiPolygon, coordinates: [[{RING}]]")
    assert read(many) == read()


def test_several_polygons_and_holes_are_kept_apart() -> None:
    hole = "[[38, 47.2], [38.5, 47.2], [38.5, 47.4], [38, 47.2]]"
    other = "[[30, 46], [31, 46], [31, 47], [30, 46]]"
    area = read((f"Polygon, coordinates: [{RING}]", f"MultiPolygon, coordinates: [[{RING}, {hole}], [{other}]]")).areas[
        0
    ]
    assert [len(polygon) for polygon in area.polygons] == [2, 1]
    assert area.polygons[0][1][0] == (38.0, 47.2)


def test_two_territories_may_have_areas_of_one_name() -> None:
    other = held(("territory: held", "territory: other"))
    territories = loaded({"held.yaml": HELD, "other.yaml": other}).territories
    assert [territories[name].areas[0].id for name in ("held", "other")] == ["held.line", "other.line"]


@pytest.mark.parametrize("points", [MOST_POINTS, MOST_POINTS + 1])
def test_an_area_has_at_most_so_many_points(points: int) -> None:
    turns = [360 * number / (points - 1) for number in range(points - 1)]
    ring = [[round(38 + cos(radians(turn)), 4), round(48 + sin(radians(turn)), 4)] for turn in turns]
    found = messages({"held.yaml": held((RING, json.dumps([*ring, ring[0]])))})
    assert found == (["the area has too many points"] if points > MOST_POINTS else [])


@pytest.mark.parametrize(
    ("ring", "message"),
    [
        ("[[37, 47], [39, 47], [37, 47]]", "a ring encloses nothing"),
        ("[[37, 47], [37, 47], [37, 47], [37, 47]]", "a ring encloses nothing"),
        ("[[37, 47], [39, 47], [39, 49], [37, 47.0001]]", "a ring is not closed"),
        ("[[180.1, 47], [39, 47], [39, 49], [180.1, 47]]", "a point is nowhere on Earth"),
        ("[[37, 90.1], [39, 47], [39, 49], [37, 90.1]]", "a point is nowhere on Earth"),
        ("[[37, 47], [39, .inf], [39, 49], [37, 47]]", "this is not a point"),
        ("[[37, 47], [39, 1e1], [39, 49], [37, 47]]", "this is not a point"),
        ("[[37, 47], [39, ٤٧], [39, 49], [37, 47]]", "this is not a point"),
        ("[[-170, 47], [170, 47], [170, 49], [-170, 47]]", "a ring crosses the date line"),
        ("[[-90, 47], [90, 47], [90, 49], [-90, 47]]", ""),
        ("[[180, 47], [39, -90], [-0.5, 49], [180, 47]]", "a ring crosses the date line"),
        ("[[180, 47], [39, -90], [0.5, 49], [180, 47]]", ""),
    ],
)
def test_a_ring_that_would_be_another_area_is_refused(ring: str, message: str) -> None:
    found = messages({"held.yaml": held((RING, ring))})
    assert found[:1] == ([message] if message else [])


PASTED = json.dumps({"type": "Polygon", "coordinates": [json.loads(RING)]}, separators=(",", ":"))


def pasted(text: str) -> dict[str, str]:
    return {"held.yaml": held((f"{{type: Polygon, coordinates: [{RING}]}}", text))}


def test_a_geometry_may_be_pasted_as_json_in_one_line() -> None:
    assert loaded(pasted(PASTED)).territories["held"] == read()


@pytest.mark.parametrize(
    ("text", "help_"),
    [
        (f'{{"type":"Feature","properties":{{"a":1}},"geometry":{PASTED}}}', "take the `geometry` out of the Feature,"),
        (
            f'{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{PASTED}}}]}}',
            "take the `geometry`",
        ),
        (f'{{"type":"GeometryCollection","geometries":[{PASTED}]}}', "make an area of each geometry in it"),
        ('{"type":"LineString","coordinates":[[37,47],[39,47]]}', "use one of: Polygon, MultiPolygon"),
    ],
)
def test_what_stands_around_a_geometry_is_one_problem_that_says_what_to_take(text: str, help_: str) -> None:
    (problem,) = problems(pasted(text))
    assert problem.message.startswith("a geometry is not a `")
    assert (problem.help or "").startswith(help_)


@pytest.mark.parametrize("altitude", ["0", "12.5", "-3000", "1e3"])
def test_a_third_number_of_a_point_is_to_be_left_out(altitude: str) -> None:
    (problem,) = problems(pasted(PASTED.replace("[37,47]", f"[37,47,{altitude}]")))
    assert problem.help == "leave the third number out: it is an altitude"


def test_a_member_is_not_blamed_for_an_area_that_is_a_problem_itself() -> None:
    assert messages({"held.yaml": held(("[37, 47]]", "[37, 48]]"))}) == ["a ring is not closed"]


@pytest.mark.parametrize(
    ("margin", "is_one"),
    [("0", True), ("500", True), ("0.5", True), ("500.1", False), ("-1", False), ("5km", False), ("٥", False)],
)
def test_a_margin_is_a_number_of_kilometres_up_to_500(margin: str, is_one: bool) -> None:
    assert (messages({"held.yaml": held(("margin_km: 5", f"margin_km: {margin}"))}) == []) is is_one


# -- layout and schema ----------------------------------------------------------------------------------------


def test_the_layout_gives_each_point_a_line_and_changes_no_meaning() -> None:
    laid_out, found = format_file("held.yaml", HELD.encode())
    assert laid_out is not None
    assert not found
    assert "        - - [37, 47]\n          - [39, 47]\n" in laid_out.decode()
    assert format_file("held.yaml", laid_out) == (laid_out, [])
    assert loaded({"held.yaml": laid_out}).meaning == loaded({"held.yaml": HELD}).meaning


@pytest.mark.parametrize(
    "slip",
    [
        ("type: Polygon", "type: Polygone"),
        ("type: Polygon", "kind: Polygon"),
        ("margin_km", "margin"),
        ("    source: drawn by hand\n", ""),
        ("id: line", "id: Line One"),
    ],
)
def test_the_schema_underlines_slips_in_areas(slip: tuple[str, str]) -> None:
    assert faults(as_an_editor_reads(HELD.encode())) == []
    assert faults(as_an_editor_reads(held(slip).encode()))


# -- pieces ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("UA-14/+held", "UA-14/+held"),
        ("UA-14/-b/+a", "UA-14/+a/-b"),
        ("UA-14/+a/+a", "UA-14/+a"),
        ("UA/-held.line", "UA/-held.line"),
    ],
)
def test_a_scenario_may_say_on_which_side_of_a_line_a_reader_is(text: str, where: str) -> None:
    assert given("reader.location", [text], is_list=False) == LocationSet(frozenset({where}), basis=("given",))


@pytest.mark.parametrize("text", ["UA-14/", "UA-14/held", "UA-14/+", "UA-14/+a/-a", "ua-14/+a", "XX/+a", "/+a", "+a"])
def test_what_is_not_written_like_a_piece_is_refused(text: str) -> None:
    with pytest.raises(GivenError) as raised:
        given("reader.location", [text], is_list=False)
    assert raised.value.help


def rule(place: str) -> dict[str, str]:
    """A rule that names the territory, with a scenario in which a reader is somewhere."""
    warn = TINY["warn.yaml"].replace("reader.location: RU\nif", "reader.location: held\nif")
    assert "given: {publisher: radio, reader.location: RU}" in warn
    warn = warn.replace("given: {publisher: radio, reader.location: RU}", f"given: {{reader.location: {place}}}")
    return {**TINY, "warn.yaml": warn, "held.yaml": HELD}


@pytest.mark.parametrize(
    ("place", "message", "help_"),
    [
        ("UA-14/+held", "", ""),
        ("[RU, UA-14/-held.line]", "", ""),
        ("UA-14/+heId", "unknown place `heId`", "the nearest is `held`"),
        ("UA-14/+held.lime", "`held` has no area `lime`", "the nearest is `held.line`"),
        ("UA-14/+heId.line", "unknown place `heId`", "the nearest is `held`"),
    ],
)
def test_a_piece_names_a_territory_or_an_area_that_there_is(place: str, message: str, help_: str) -> None:
    found = [(each.message, each.help) for each in problems(rule(place))]
    assert found == ([(message, help_)] if message else [])


def test_a_scenario_is_not_blamed_for_a_territory_that_cannot_be_read() -> None:
    files = {**rule("UA-14/+held.line"), "held.yaml": HELD.replace("title: Held parts", "title: 'Held parts")}
    assert all(each.span is not None and each.span.path == "held.yaml" for each in problems(files))


def test_a_rule_asks_for_the_territory_and_never_for_a_piece() -> None:
    files = {**rule("UA-14/+held")}
    files["warn.yaml"] = files["warn.yaml"].replace("reader.location: held\nif", "reader.location: UA-14/+held\nif")
    assert messages(files) == ["a rule cannot ask for a piece of a code"]
