"""Facts: the vocabulary, and what is known of a fact, which is a set and never a guess."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.facts import FACTS, PERSONAL_FACTS, Kind, Members, OneOf, unknown
from compliance.model.territory import LocationSet

WORDS = ("a", "b", "c")
FURTHER = "an unnamed other"


def _members(certain: frozenset[str], perhaps: frozenset[str], other: bool) -> Members:
    return Members(certain, perhaps - certain, other)


SOME = st.frozensets(st.sampled_from(WORDS))
MEMBERS = st.builds(_members, SOME, SOME, st.booleans())


def worlds(members: Members) -> set[frozenset[str]]:
    """Every set that the fact may be; one further word stands for all of those not named."""
    free = [*members.perhaps, *([FURTHER, *(set(WORDS) - members.certain - members.perhaps)] if members.other else [])]
    chosen = chain.from_iterable(combinations(free, size) for size in range(len(free) + 1))
    return {members.certain | frozenset(each) for each in chosen}


def test_a_fact_that_nobody_gave_may_have_any_value_of_its_domain() -> None:
    assert unknown("content.paid") == OneOf(frozenset({"yes", "no"}))
    assert unknown("content.language") == OneOf(frozenset(), other=True)
    assert unknown("content.mentions") == Members(frozenset(), frozenset(), other=True)
    assert unknown("reader.location") == LocationSet.unknown()


@pytest.mark.parametrize("name", sorted(FACTS))
def test_unknown_has_the_form_of_its_fact_and_settles_nothing(name: str) -> None:
    value, spec = unknown(name), FACTS[name]
    if isinstance(value, LocationSet):
        assert spec.kind is Kind.PLACE
        assert value.anywhere
        return
    assert isinstance(value, Members) == spec.many
    assert not value.is_known
    assert value.other == (spec.domain is None)


@pytest.mark.parametrize("name", ["reader.passport", "content.knd", ""])
def test_what_is_not_in_the_vocabulary_is_not_even_unknown(name: str) -> None:
    """A slip in the name of a fact is an error where it is made, not a fact that nobody gave."""
    with pytest.raises(KeyError):
        unknown(name)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_fact_stands_under_its_own_name_and_says_what_it_means_and_whence_it_comes(name: str) -> None:
    spec = FACTS[name]
    assert spec.name == name
    assert spec.meaning
    assert spec.supplied_by
    assert spec.domain is None or (spec.kind is Kind.WORD and len(set(spec.domain)) == len(spec.domain) > 1)


def test_no_personal_fact_is_in_the_vocabulary_and_the_reader_is_known_by_place_alone() -> None:
    assert not PERSONAL_FACTS & FACTS.keys()
    assert {name for name in FACTS if name.startswith("reader.")} == {"reader.location"}


@pytest.mark.parametrize("word", ["passport", "citizenship", "residence", "age", "religion"])
def test_what_somebody_may_want_to_ask_of_a_reader_is_known_as_personal(word: str) -> None:
    """So that the message can say where such a condition belongs: into the words of the notice."""
    assert f"reader.{word}" in PERSONAL_FACTS


def test_only_facts_on_a_bound_entity_are_bound() -> None:
    assert [name for name, spec in FACTS.items() if spec.bound] == ["mention.designated_as"]


@pytest.mark.parametrize(
    ("value", "known"),
    [
        (OneOf(frozenset({"a"})), True),
        (OneOf(frozenset({"a", "b"})), False),
        (OneOf(frozenset({"a"}), other=True), False),
        (OneOf(frozenset(), other=True), False),
        (Members(), True),
        (Members(frozenset({"a", "b"})), True),
        (Members(frozenset({"a"}), frozenset({"b"})), False),
        (Members(frozenset({"a"}), other=True), False),
    ],
)
def test_a_fact_is_known_exactly_where_it_can_be_one_thing_only(value: OneOf | Members, known: bool) -> None:
    assert value.is_known is known


def test_a_single_valued_fact_has_some_value() -> None:
    """With none, no world would fit it, and every notice that asks for it would silently go."""
    with pytest.raises(ValueError, match="has some value"):
        OneOf()
    with pytest.raises(ValueError, match="has some value"):
        OneOf(frozenset())


@settings(max_examples=100)
@given(MEMBERS)
def test_members_are_known_exactly_where_they_are_one_set(members: Members) -> None:
    assert members.is_known == (len(worlds(members)) == 1)


@settings(max_examples=100)
@given(MEMBERS, MEMBERS)
def test_one_or_the_other_may_be_whatever_either_may_be(one: Members, other: Members) -> None:
    either = one | other
    assert worlds(either) >= worlds(one) | worlds(other)
    assert either.certain == one.certain & other.certain
    assert not either.certain & either.perhaps
    assert either == other | one
    assert one | one == one


@settings(max_examples=50)
@given(MEMBERS)
def test_whoever_is_or_may_be_a_member_is_named_once(members: Members) -> None:
    named = members.named(FURTHER)
    assert named - {FURTHER} == members.certain | members.perhaps
    assert (FURTHER in named) == members.other
