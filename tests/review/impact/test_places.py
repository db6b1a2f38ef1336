"""Readers on one side of a drawn line, and territories that are drawn or labelled otherwise."""

from __future__ import annotations

from itertools import product

import pytest

from compliance.model.period import Period
from compliance.model.territory import Extent, Member
from compliance.review.impact.places import Places
from tests.review.impact.comparing import compared, groups, sentences, simple, told

AREA = """\
areas:
  - id: line
    margin_km: 5
    source: drawn
    geometry: {type: Polygon, coordinates: [[[38, 47], [39, 47], [39, 48], [38, 48], [38, 47]]]}
"""


def held(name: str, *edits: tuple[str, str]) -> str:
    """A territory that a part of UA-14 belongs to, with a line, edited."""
    member = "  - {code: UA-14, extent: partly, first_day: none, last_day: none, area: line}\n"
    text = f"language: 1\nterritory: {name}\ntitle: Held\nsources:\n  - {{title: A}}\nmembers:\n{member}{AREA}"
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def rules(places: str, *edits: tuple[str, str]) -> dict[str, str]:
    return {"a.yaml": simple(f"reader.location: {places}"), "t.yaml": held("t", *edits), "u.yaml": held("u")}


# -- pieces ---------------------------------------------------------------------------------------------------


def test_what_changes_only_on_one_side_of_a_line_is_told() -> None:
    """Whoever is known to be in UA-14 only may see it before and after."""
    before, after = rules("t"), rules("u")
    said = sentences(before, after)
    assert said[0] == "removed: From 2020-01-01, readers in `UA-14` inside `t` and outside `u` no longer see it"
    assert "added: From 2020-01-01, readers in `UA-14` inside `u` and outside `t` additionally see it" in said
    example = next(group.example for _, group in groups(before, after))
    assert example.given == {"reader.location": "UA-14/+t/-u"}
    assert all(change.exhaustive for change in compared(before, after))


def test_an_example_on_one_side_of_a_line_can_be_put_into_a_rule_file() -> None:
    files = rules("t")
    scenario = "\n  - {name: held, date: 2024-01-01, given: {reader.location: UA-14/+t/-u}, expect: required}\n"
    assert not told(files, {**files, "a.yaml": files["a.yaml"] + scenario.removeprefix("\n")}).differs


def test_a_line_that_settled_a_region_and_no_longer_does_is_told_of_readers_inside_of_it() -> None:
    whole = ("extent: partly", "extent: whole")
    weaker = "weaker: From 2020-01-01, readers in `UA-14` {} see it as possible only, no longer as required"
    assert sentences(rules("t", whole), rules("t")) == [weaker.format("without a known part")]
    assert weaker.format("inside `t.line`") in sentences(rules("t"), rules("t", (", area: line", "")))


def test_who_is_surely_in_a_territory_is_said_by_its_name() -> None:
    assert sentences(rules("[RU, t]"), rules("t")) == ["removed: From 2020-01-01, readers in `RU` no longer see it"]
    added = sentences({"a.yaml": simple("content.paid: yes"), **rules("t")}, rules("RU"))
    assert "removed: From 2020-01-01, readers in `t` no longer see it" in added


def test_many_places_of_which_no_part_is_known_are_said_so_once() -> None:
    codes = ("UA-14", "UA-09", "UA-23")
    member = "{code: UA-14, extent: partly, first_day: none, last_day: none, area: line}"
    many = (f"  - {member}\n", "".join(f"  - {member.replace('UA-14', code)}\n" for code in codes))
    (said,) = sentences(rules("[t, RU]", many), rules("[RU, UA-14, UA-09, UA-23]", many))[:1]
    assert "readers in `UA-09`, `UA-14` and `UA-23` without a known part see it as required" in said


def test_of_more_lines_than_can_be_combined_not_all_is_asked_and_that_is_said() -> None:
    days = Period()
    members = [(f"t{number}", Member("UA-14", Extent.PARTLY, days)) for number in range(7)]
    assert Places(["UA-14"], members[:6]).is_whole
    places = Places(["UA-14"], members)
    assert not places.is_whole
    assert {"UA-14", "UA-14/+t0", "UA-14/-t6"} <= set(places.codes)
    names = [f"t{number}" for number in range(7)]
    files = {name: held(name, (", area: line", ""), (AREA, "")) for name in names}
    old = {"a.yaml": simple(f"reader.location: [{', '.join(names)}]"), **{f"{k}.yaml": v for k, v in files.items()}}
    (change,) = compared(old, {**old, "a.yaml": simple("reader.location: t0")})
    assert not change.exhaustive


def test_there_is_a_piece_for_each_way_in_which_members_can_be_settled() -> None:
    """Held against every combination of marks, by what the members say of each."""
    days = Period()
    members = [
        ("t", Member("UA-14", Extent.PARTLY, days, "t.a")),
        ("t", Member("UA-43", Extent.WHOLE, days)),
        ("u", Member("UA", Extent.PARTLY, days)),
    ]
    places = Places(["UA-14"], members)
    near = [members[0], members[2]]
    settled = {tuple(each.holds(where, name) for name, each in near) for where in places.codes if "UA-14" in where}
    marks = product(*(["", f"/+{name}", f"/-{name}"] for name in ("t", "t.a", "u")))
    for chosen in marks:
        where = f"UA-14{''.join(chosen)}"
        if "/+t/-t.a" not in where and "/-t/+t.a" not in where:
            assert tuple(each.holds(where, name) for name, each in near) in settled
    assert "UA/+t" not in places.codes  # who is known to be in it is known to be in a member of it


# -- lines, labels, time zones --------------------------------------------------------------------------------

SHIFTED = ("[38, 48], [38, 47]]", "[37, 48], [38, 47]]")
LABEL, ZONE = (
    ("title: Held", "title: Held\nlabelled_as: [RU]"),
    ("title: Held", "title: Held\ntime_zones: [Asia/Tokyo]"),
)
ANOTHER = (AREA, AREA + AREA.partition("\n")[2].replace("id: line", "id: other"))
CASES = [
    ((), (SHIFTED,), "the drawn area `line` changed"),
    ((), (("margin_km: 5", "margin_km: 6"),), "the drawn area `line` changed"),
    ((ANOTHER,), (ANOTHER, ("area: line", "area: other")), "`UA-14` is outlined by `other` now, no longer by `line`"),
    ((), (LABEL,), "a database that names `RU` may now mean it"),
    ((LABEL,), (), "a database that names `RU` may no longer mean it"),
    ((), (ZONE,), "the time of `Asia/Tokyo` may now mean it"),
    ((), (("first_day: none", "first_day: 2026-02-01"),), "its members changed"),
]


@pytest.mark.parametrize(("before", "after", "said"), CASES)
def test_what_finds_readers_elsewhere_is_told_though_no_rule_names_the_territory(
    before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...], said: str
) -> None:
    found = told(rules("BY", *before), rules("BY", *after))
    line = f"territory `t`: {said}: who is found to be in it may differ"
    assert line in list(found.text())
    assert f"- {line}" in list(found.markdown())
    assert {"territory": "t", "sentence": line} in found.data()["territories"]  # type: ignore[operator]
    assert found.differs
    assert found.summary() == "no decision and no word changes; by 1 territory(s) readers may be found in other places"


def test_a_territory_that_comes_or_goes_with_an_area_is_told() -> None:
    with_it = rules("BY")
    without = {name: text for name, text in with_it.items() if name != "t.yaml"}
    for sides, said in (((without, with_it), "is new"), ((with_it, without), "is gone")):
        (line,) = (each.sentence for each in told(*sides).redrawn)
        assert line == f"territory `t`: the drawn area `line` {said}: who is found to be in it may differ"


@pytest.mark.parametrize(
    "edit",
    [
        ("title: Held", "title: Still held\nsummary: In other words."),
        ("source: drawn", "source: drawn again\n    drawn_on: 2026-01-01\n    note: no change"),
        (AREA, AREA + AREA.partition("\n")[2].replace("id: line", "id: unused")),
    ],
)
def test_what_finds_nobody_elsewhere_is_no_change(edit: tuple[str, str]) -> None:
    found = told(rules("BY"), rules("BY", edit))
    assert not found.redrawn
    assert not found.differs
