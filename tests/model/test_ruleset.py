"""Rule sets: who inherits a designation, which rules are active, and whose days are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.designation import Claim, DatedValue, Entity, Entry, Milestone, Register
from compliance.model.period import ALWAYS, Period
from compliance.model.rule import AnyOf, Block, Line, Notice, Placement, Purpose, Rule, Severity, Status
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Territory
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

DAY = date(2024, 6, 1)
LATE = date(2025, 6, 1)
"""Long after the copies grew old."""


def rule(name: str, notice: str = "n", status: Status = Status.ACTIVE, zone: str = "Europe/Moscow") -> Rule:
    said = Notice(notice, Purpose.LEGAL_DUTY, Severity.INFORM, Placement.FOOTER, {"en": notice})
    return Rule(name, name, status, ALWAYS, Block(()), said, zone)


def of_rules(*rules: Rule) -> Ruleset:
    return Ruleset(rules={each.id: each for each in rules})


def family(*excludes: str, root_excludes: tuple[str, ...] = ()) -> dict[str, Entity]:
    """A root, its service, and the service's desk; `excludes` are what the service excludes."""
    found = (
        Entity("root", "Root", excludes=root_excludes),
        Entity("service", "Service", parent="root", excludes=excludes),
        Entity("desk", "Desk", parent="service"),
        Entity("stranger", "Stranger"),
    )
    return {each.id: each for each in found}


def copy(*listed: str, complete: bool = True) -> Register:
    entries = tuple(Entry(each, {Milestone.LISTED_ON: (Claim(DAY),)}) for each in listed)
    return Register("r", "", "", entries, Milestone.LISTED_ON, complete, DAY, timedelta(days=30))


# -- families ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "chain"),
    [
        ("root", ("root",)),
        ("service", ("service", "root")),
        ("desk", ("desk", "service", "root")),
        ("nobody", ("nobody",)),
    ],
)
def test_a_lineage_runs_from_the_entity_to_its_farthest_parent(entity: str, chain: tuple[str, ...]) -> None:
    assert Ruleset(entities=family()).lineage(entity) == chain


@pytest.mark.parametrize(
    ("excludes", "root_excludes", "desk", "service"),
    [
        (("desk",), (), ("desk",), ("service", "root")),
        ((), ("desk",), ("desk", "service"), ("service", "root")),
        ((), ("service",), ("desk", "service"), ("service",)),
        ((), ("stranger",), ("desk", "service", "root"), ("service", "root")),
    ],
)
def test_a_lineage_ends_before_a_parent_that_excludes_any_of_it(
    excludes: tuple[str, ...], root_excludes: tuple[str, ...], desk: tuple[str, ...], service: tuple[str, ...]
) -> None:
    """Excluding a child excludes its children too; excluding a grandchild leaves the child."""
    rules = Ruleset(entities=family(*excludes, root_excludes=root_excludes))
    assert rules.lineage("desk") == desk
    assert rules.lineage("service") == service


def test_a_circle_of_parents_comes_to_an_end() -> None:
    circle = {"a": Entity("a", "A", parent="b"), "b": Entity("b", "B", parent="a"), "c": Entity("c", "C", parent="c")}
    rules = Ruleset(entities=circle)
    assert rules.lineage("a") == ("a", "b")
    assert rules.lineage("c") == ("c",)


def test_a_parent_that_nobody_declared_ends_the_lineage() -> None:
    assert Ruleset(entities={"a": Entity("a", "A", parent="nobody")}).lineage("a") == ("a",)


@pytest.mark.parametrize(
    ("listed", "entity", "truth"),
    [
        ("root", "root", TRUE),
        ("root", "service", TRUE),
        ("root", "desk", TRUE),
        ("service", "desk", TRUE),
        ("service", "root", FALSE),
        ("desk", "service", FALSE),
        ("root", "stranger", FALSE),
    ],
)
def test_a_designation_reaches_down_and_never_up_or_aside(listed: str, entity: str, truth: Truth) -> None:
    rules = Ruleset(entities=family(), registers={"r": copy(listed)})
    assert rules.designated(entity, "r", DAY) is truth


def test_a_designation_does_not_reach_whom_the_parent_excludes() -> None:
    rules = Ruleset(entities=family(root_excludes=("service",)), registers={"r": copy("root")})
    assert rules.designated("service", "r", DAY) is FALSE
    assert rules.designated("desk", "r", DAY) is FALSE
    assert rules.designated("root", "r", DAY) is TRUE


def test_a_designation_that_reaches_down_begins_on_its_day_and_outlives_the_copy() -> None:
    rules = Ruleset(entities=family(), registers={"r": copy("root")})
    assert rules.designated("desk", "r", DAY - timedelta(days=1)) is FALSE
    assert rules.designated("desk", "r", LATE) is TRUE


@pytest.mark.parametrize(
    ("complete", "day", "truth"), [(True, DAY, FALSE), (True, LATE, UNKNOWN), (False, DAY, UNKNOWN)]
)
def test_absence_of_a_declared_entity_means_no_only_in_a_complete_and_fresh_copy(
    complete: bool, day: date, truth: Truth
) -> None:
    rules = Ruleset(entities=family(), registers={"r": copy("stranger", complete=complete)})
    assert rules.designated("desk", "r", day) is truth


def test_doubt_about_a_parent_is_doubt_about_the_child() -> None:
    doubtful = Entry("root", {Milestone.LISTED_ON: (Claim(DAY),)}, last_day_unknown=True)
    rules = Ruleset(entities=family(), registers={"r": replace(copy(), entries=(doubtful,))})
    assert rules.designated("desk", "r", DAY) is UNKNOWN
    assert rules.designated("stranger", "r", DAY) is FALSE


def test_whoever_nobody_declared_may_stand_in_any_register_unless_it_names_them() -> None:
    rules = Ruleset(entities=family(), registers={"r": copy("nobody")})
    assert rules.designated("somebody", "r", DAY) is UNKNOWN
    assert rules.designated("nobody", "r", DAY) is TRUE


def test_a_register_says_of_an_entity_what_it_says_itself() -> None:
    register = copy("root", "desk", "root")
    rules = Ruleset(entities=family(), registers={"r": register, "s": replace(copy("desk"), id="s")})
    assert rules.entries("r", "root") == (register.entries[0], register.entries[2])
    assert rules.entries("r", "service") == ()
    assert [each.entity for each in rules.entries("s", "desk")] == ["desk"]


# -- rules ------------------------------------------------------------------------------------------


def test_only_active_rules_may_fire_and_they_stand_in_the_order_of_their_ids() -> None:
    rules = of_rules(
        rule("c"), rule("a"), rule("d", status=Status.DRAFT), rule("e", status=Status.RETIRED), rule("b", notice="m")
    )
    assert [each.id for each in rules.active_rules] == ["a", "b", "c"]
    assert {notice: [each.id for each in asking] for notice, asking in rules.rules_of_notice.items()} == {
        "m": ["b"],
        "n": ["a", "c"],
    }
    assert list(rules.rules_of_notice) == ["m", "n"]


def test_every_notice_that_a_rule_asks_for_is_known_by_its_id() -> None:
    rules = of_rules(rule("a", "m"), rule("b", "n", Status.DRAFT))
    assert {name: notice.id for name, notice in rules.notices.items()} == {"m": "m", "n": "n"}


def test_a_day_is_asked_for_in_every_zone_that_a_rule_a_register_or_a_territory_names() -> None:
    rules = replace(
        of_rules(rule("a"), rule("b", zone="Asia/Tokyo")),
        registers={"r": replace(copy(), zone="Europe/Prague"), "s": copy()},
        territories={"t": Territory("t", "", (), "Europe/Kyiv"), "u": Territory("u", "", ())},
    )
    assert rules.zones == {"Europe/Moscow", "Asia/Tokyo", "Europe/Prague", "Europe/Kyiv"}


def test_an_empty_rule_set_asks_for_nothing() -> None:
    empty = Ruleset()
    assert (empty.active_rules, empty.notices, empty.rules_of_notice, empty.zones) == ((), {}, {}, frozenset())


# -- when a designation turns -----------------------------------------------------------------------

LAST_FRESH = DAY + timedelta(days=30)


def listing(*entries: Entry, complete: bool = True, excludes: tuple[str, ...] = ()) -> Ruleset:
    return Ruleset(entities=family(*excludes), registers={"r": replace(copy(complete=complete), entries=entries)})


def listed(entity: str, first: int, last: int | None = None, *, unknown: bool = False) -> Entry:
    end = None if last is None else DAY + timedelta(days=last)
    return Entry(entity, {Milestone.LISTED_ON: (Claim(DAY + timedelta(days=first)),)}, end, last_day_unknown=unknown)


@pytest.mark.parametrize(
    ("entries", "entity", "day", "turn"),
    [
        ([listed("root", 5)], "root", 0, 5),
        ([listed("root", 5)], "root", 5, None),  # presence does not lapse because the copy grows old
        ([listed("root", 5)], "desk", 6, None),
        ([listed("root", 5, 9)], "desk", 5, 10),
        ([listed("root", 5, 9)], "desk", 10, 31),
        ([], "root", 0, 31),
        ([], "root", 31, None),
        ([listed("root", 5, unknown=True)], "root", 0, 5),
        ([listed("root", 5, unknown=True)], "root", 5, None),
        ([listed("root", 5, 9), listed("root", 10)], "root", 5, None),  # two entries that meet are one to a reader
    ],
)
def test_a_designation_turns_on_the_first_day_with_another_answer(
    entries: list[Entry], entity: str, day: int, turn: int | None
) -> None:
    found = listing(*entries).designation_changes(entity, "r", DAY + timedelta(days=day))
    assert found == (None if turn is None else DAY + timedelta(days=turn))


def test_age_changes_nothing_where_absence_never_meant_anything() -> None:
    assert listing(complete=False).designation_changes("root", "r", DAY) is None


def test_a_copy_that_stays_fresh_to_the_end_of_days_never_turns() -> None:
    forever = replace(copy(), fresh_for=timedelta(days=999_999_999))
    assert Ruleset(entities=family(), registers={"r": forever}).designation_changes("root", "r", DAY) is None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda who, first, length, unknown: listed(
                who, first, None if length is None else first + length, unknown=unknown
            ),
            st.sampled_from(["root", "service", "desk"]),
            st.integers(-5, 40),
            st.none() | st.integers(0, 10),
            st.booleans(),
        ),
        max_size=3,
    ),
    st.booleans(),
    st.sampled_from([(), ("desk",)]),
    st.sampled_from(["root", "service", "desk"]),
    st.integers(-8, 45),
)
def test_the_turn_of_a_designation_is_that_of_a_search_day_by_day(
    entries: list[Entry], complete: bool, excludes: tuple[str, ...], entity: str, start: int
) -> None:
    rules = listing(*entries, complete=complete, excludes=excludes)
    day = DAY + timedelta(days=start)

    def said(on: date) -> tuple[Truth, Truth]:
        return rules.designated(entity, "r", on), rules.designated(entity, "r", on, as_if_fresh=True)

    later = [day + timedelta(days=number) for number in range(1, 80)]
    naive = next((each for each in later if said(each) != said(day)), None)
    assert rules.designation_changes(entity, "r", day) == naive


def test_a_copy_taken_as_fresh_says_no_again() -> None:
    rules = listing()
    assert rules.designated("root", "r", LATE) is UNKNOWN
    assert rules.designated("root", "r", LATE, as_if_fresh=True) is FALSE
    assert rules.designated("root", "r", LAST_FRESH) is FALSE


def test_a_rule_set_with_other_rules_has_the_same_entries() -> None:
    rules = listing(listed("root", 5))
    other = rules.with_rules({"a": rule("a", zone="Asia/Tokyo")})
    assert other.entries("r", "root") == rules.entries("r", "root") != ()
    assert (set(other.rules), other.zones) == ({"a"}, frozenset({"Asia/Tokyo"}))
    assert other.designated("desk", "r", LAST_FRESH) is TRUE


# -- open words -------------------------------------------------------------------------------------


def test_the_words_of_open_facts_are_those_of_active_rules_alone() -> None:
    def asking(name: str, status: Status, *lines: Line | AnyOf, unless: tuple[Block, ...] = ()) -> Rule:
        return replace(rule(name, status=status), when=Block(lines), unless=unless)

    inner = Block((Line("content.promotes", frozenset({"medicine"})),))
    found = of_rules(
        asking("one", Status.ACTIVE, Line("content.promotes", frozenset({"gambling"})), AnyOf((inner,))),
        asking("two", Status.ACTIVE, unless=(Block((Line("content.subject", frozenset({"weather"})),)),)),
        asking("three", Status.DRAFT, Line("content.depicts", frozenset({"drugs"}))),
        asking("four", Status.ACTIVE, Line("content.kind", frozenset({"article"}))),
        asking("five", Status.ACTIVE, Line("content.url", frozenset({"https://radio.example/a"}))),
    )
    assert found.words == {
        "content.url": frozenset({"https://radio.example/a"}),
        "content.promotes": frozenset({"gambling", "medicine"}),
        "content.depicts": frozenset(),
        "content.subject": frozenset({"weather"}),
    }


# -- data -------------------------------------------------------------------------------------------


def test_a_circle_of_parents_without_data_comes_to_an_end() -> None:
    circle = {"a": Entity("a", "A", parent="b"), "b": Entity("b", "B", parent="a"), "c": Entity("c", "C", parent="d")}
    rules = Ruleset(entities=circle)
    assert [rules.value_on(name, "loss", DAY) for name in circle] == [None, None, None]


def test_data_reaches_a_child_that_the_designations_of_its_parent_do_not_reach() -> None:
    loss = {"loss": (DatedValue("7", Period(DAY, DAY)),)}
    entities = {
        **family(root_excludes=("service",)),
        "root": Entity("root", "Root", excludes=("service",), values=loss),
    }
    rules = Ruleset(entities=entities)
    assert [rules.value_on("desk", "loss", day) for day in (DAY, DAY + timedelta(days=1))] == ["7", None]
    assert rules.value_on("stranger", "loss", DAY) is None


def test_variants_are_no_declared_registers() -> None:
    variant = replace(copy("root"), id="r").armed_by(Milestone.EFFECTIVE)
    rules = Ruleset(registers={"r": copy("root"), variant.id: variant})
    assert list(rules.declared_registers) == ["r"]
