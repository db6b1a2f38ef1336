"""Registers: presence counts by its dates, absence only from a copy that is fresh and complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.designation import (
    Alias,
    Claim,
    Entity,
    Entry,
    Milestone,
    Register,
    Strength,
    declared_id,
    variant_id,
)
from compliance.model.period import Period
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth

LISTED = date(2024, 2, 20)
COPIED = date(2024, 6, 1)
ONE = timedelta(days=1)
FRESH = timedelta(days=30)
LAST_FRESH = date(2024, 7, 1)

NEAR = st.integers(-4, 4).map(lambda days: COPIED + timedelta(days=days))


def entry(first: date = LISTED, last: date | None = None, *, unknown: bool = False) -> Entry:
    return Entry("radio", {Milestone.LISTED_ON: (Claim(first),)}, last, unknown)


def register(*entries: Entry, complete: bool = True, copied: date = COPIED, fresh_for: timedelta = FRESH) -> Register:
    return Register("xx/list", "A list", "An authority", entries, Milestone.LISTED_ON, complete, copied, fresh_for)


ENTRIES = st.builds(
    lambda first, length, unknown: entry(first, length and first + length * ONE, unknown=unknown),
    NEAR,
    st.none() | st.integers(1, 4),
    st.booleans(),
)
REGISTERS = st.builds(
    lambda entries, complete, copied, days: register(
        *entries, complete=complete, copied=copied, fresh_for=timedelta(days=days)
    ),
    st.lists(ENTRIES, max_size=3),
    st.booleans(),
    NEAR,
    st.integers(0, 4),
)


@pytest.mark.parametrize(
    ("day", "truth"),
    [
        (LISTED - ONE, FALSE),
        (LISTED, TRUE),
        (COPIED, TRUE),
        (LAST_FRESH + ONE, TRUE),
        (date(2124, 1, 1), TRUE),
    ],
)
def test_presence_begins_on_the_day_that_arms_it_and_does_not_lapse_by_staleness(day: date, truth: Truth) -> None:
    listed = register(entry())
    assert listed.lists(listed.entries, day) is truth


def test_a_designation_that_ended_counts_to_its_last_day() -> None:
    last = date(2024, 3, 1)
    ended = register(entry(last=last))
    assert ended.lists(ended.entries, last) is TRUE
    assert ended.lists(ended.entries, last + ONE) is FALSE


def test_a_designation_whose_last_day_is_unknown_is_perhaps_one_from_its_first_day() -> None:
    doubtful = register(entry(unknown=True))
    assert doubtful.lists(doubtful.entries, LISTED - ONE) is FALSE
    assert doubtful.lists(doubtful.entries, LISTED) is UNKNOWN


def test_a_certain_entry_settles_what_a_doubtful_one_leaves_open() -> None:
    both = (entry(unknown=True), entry(LISTED + ONE))
    for entries in (both, both[::-1]):
        assert register().lists(entries, LISTED) is UNKNOWN
        assert register().lists(entries, LISTED + ONE) is TRUE


@pytest.mark.parametrize(
    ("complete", "day", "truth"),
    [
        (True, COPIED, FALSE),
        (True, LAST_FRESH, FALSE),
        (True, LAST_FRESH + ONE, UNKNOWN),
        (False, COPIED, UNKNOWN),
        (False, LAST_FRESH + ONE, UNKNOWN),
    ],
)
def test_absence_means_no_only_in_a_complete_and_fresh_copy(complete: bool, day: date, truth: Truth) -> None:
    assert register(complete=complete).lists((), day) is truth


@pytest.mark.parametrize(("day", "truth"), [(LISTED - ONE, FALSE), (LAST_FRESH + ONE, UNKNOWN)])
def test_an_incomplete_copy_knows_of_those_it_names_while_it_is_fresh(day: date, truth: Truth) -> None:
    """The entry ended; whether another one followed is known only as long as the copy is fresh."""
    partial = register(entry(last=COPIED), complete=False)
    assert partial.lists(partial.entries, day) is truth


@pytest.mark.parametrize(("days", "last"), [(0, COPIED), (30, LAST_FRESH), (999_999_999, date.max)])
def test_a_copy_is_fresh_up_to_and_with_its_last_day(days: int, last: date) -> None:
    copy = register(fresh_for=timedelta(days=days))
    assert copy.fresh_until == last
    assert not copy.is_stale(COPIED)
    assert not copy.is_stale(last)


def test_a_copy_is_stale_from_the_day_after() -> None:
    assert register().is_stale(LAST_FRESH + ONE)
    assert register(fresh_for=timedelta(0)).is_stale(COPIED + ONE)


@pytest.mark.parametrize(("arms", "first"), [(Milestone.DECIDED_ON, 6), (Milestone.ANNOUNCED_ON, 19)])
def test_the_milestone_that_arms_decides_and_of_its_claims_the_first(arms: Milestone, first: int) -> None:
    claims = {
        Milestone.DECIDED_ON: (Claim(date(2024, 2, 6)), Claim(date(2024, 1, 1))),
        Milestone.ANNOUNCED_ON: (Claim(date(2024, 2, 19)),),
    }
    copy = replace(register(), arms=arms, zone="Europe/Moscow")
    expected = Period(date(2024, 2, first), LISTED, "Europe/Moscow")
    assert copy.period(Entry("radio", claims, LISTED)) == expected


def test_the_edges_of_a_register_are_those_of_its_entries_and_the_end_of_its_freshness() -> None:
    copy = register(entry(last=COPIED), entry(COPIED))
    assert copy.edges() == [LISTED, COPIED + ONE, COPIED, LAST_FRESH + ONE]
    assert register(fresh_for=timedelta(days=999_999_999)).edges() == []


@settings(max_examples=100)
@given(REGISTERS, NEAR)
def test_a_register_says_something_new_only_on_its_edges(copy: Register, day: date) -> None:
    for entries in (copy.entries, copy.entries[:1], ()):
        if copy.lists(entries, day) is not copy.lists(entries, day - ONE):
            assert day in copy.edges()


@settings(max_examples=100)
@given(REGISTERS, NEAR)
def test_growing_old_only_makes_a_no_unknown(copy: Register, day: date) -> None:
    old = replace(copy, retrieved_on=date(1990, 1, 1))
    fresh = copy.lists(copy.entries, day)
    assert old.lists(copy.entries, day) in {fresh, UNKNOWN}
    assert (old.lists(copy.entries, day) is TRUE) == (fresh is TRUE)


# -- suspensions and variants ---------------------------------------------------------------------------

GAPS = st.builds(lambda first, length: Period(first, first + length * ONE), NEAR, st.integers(0, 4)) | NEAR.map(Period)


@given(REGISTERS, ENTRIES, GAPS, NEAR)
def test_a_suspended_entry_is_never_listed_meanwhile_and_outside_of_it_as_ever(
    copy: Register, whole: Entry, gap: Period, day: date
) -> None:
    suspended = replace(whole, suspended=(gap,))
    if day in gap:
        assert copy.lists((suspended,), day) is (UNKNOWN if copy.is_stale(day) else FALSE)
    else:
        assert copy.lists((suspended,), day) is copy.lists((whole,), day)


@given(REGISTERS, ENTRIES, GAPS)
def test_a_register_turns_where_a_suspension_begins_and_ends(copy: Register, whole: Entry, gap: Period) -> None:
    suspended = replace(copy, entries=(replace(whole, suspended=(gap,)),))
    edges = set(suspended.edges())
    for number in range(-12, 20):
        day = COPIED + number * ONE
        if suspended.lists(suspended.entries, day) is not suspended.lists(suspended.entries, day - ONE):
            assert day in edges


def dated(first: date, announced: date, last: date | None) -> Entry:
    claims = {Milestone.LISTED_ON: (Claim(first),), Milestone.ANNOUNCED_ON: (Claim(announced),)}
    return Entry("radio", claims, last)


@given(REGISTERS, NEAR, NEAR, st.none() | NEAR, st.sampled_from([Milestone.LISTED_ON, Milestone.ANNOUNCED_ON]), NEAR)
def test_a_variant_says_what_the_register_would_say_if_it_were_armed_by_that_date(
    copy: Register, first: date, announced: date, last: date | None, milestone: Milestone, day: date
) -> None:
    entries = (dated(first, announced, last),)
    declared = replace(copy, entries=entries)
    variant, armed = declared.armed_by(milestone), replace(declared, arms=milestone)
    assert variant.lists(entries, day) is armed.lists(entries, day)
    assert variant.edges() == armed.edges()
    assert variant.period(entries[0]) == armed.period(entries[0])
    assert (variant is declared) is (milestone is declared.arms)
    assert variant.armed_by(milestone) is variant


@pytest.mark.parametrize("milestone", Milestone)
def test_the_id_of_a_variant_says_what_it_is(milestone: Milestone) -> None:
    name = variant_id("xx/list", milestone)
    assert name == f"xx/list by {milestone.value}"
    assert (declared_id(name), declared_id("xx/list")) == ("xx/list", "xx/list")


def test_who_stands_for_an_entity_as_a_publisher_follows_from_how_strong_its_names_are() -> None:
    names = tuple(Alias(f"N {each}", None if each is Strength.ACRONYM else "en", each) for each in Strength)
    assert Entity("a", "A", names).names == {"en": ("N strong", "N medium"), "acronym": ("N acronym",)}
    assert Entity("a", "A").names == {}
