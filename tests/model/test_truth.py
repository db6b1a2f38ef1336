"""Kleene logic: what it says of every pair, and that settling an unknown flips nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of

TRUTHS = (FALSE, UNKNOWN, TRUE)
PAIRS = list(product(TRUTHS, repeat=2))
LISTS = st.lists(st.sampled_from(TRUTHS), max_size=6)


def settled(truth: Truth) -> tuple[Truth, ...]:
    """What it can turn out to be."""
    return (FALSE, TRUE) if truth is UNKNOWN else (truth,)


def the_only(found: set[Truth]) -> Truth:
    """What every case agrees on; UNKNOWN where they differ."""
    return found.pop() if len(found) == 1 else UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (FALSE, FALSE, FALSE, FALSE),
        (FALSE, UNKNOWN, FALSE, UNKNOWN),
        (FALSE, TRUE, FALSE, TRUE),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
        (UNKNOWN, TRUE, UNKNOWN, TRUE),
        (TRUE, TRUE, TRUE, TRUE),
    ],
)
def test_and_and_or_follow_kleenes_tables_in_either_order(one: Truth, other: Truth, both: Truth, either: Truth) -> None:
    assert one & other is both
    assert other & one is both
    assert one | other is either
    assert other | one is either


@pytest.mark.parametrize(("truth", "opposite"), [(FALSE, TRUE), (UNKNOWN, UNKNOWN), (TRUE, FALSE)])
def test_not_turns_the_order_round_and_keeps_unknown(truth: Truth, opposite: Truth) -> None:
    assert ~truth is opposite


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_de_morgans_laws_hold(one: Truth, other: Truth) -> None:
    assert ~(one & other) is ~one | ~other
    assert ~(one | other) is ~one & ~other


@pytest.mark.parametrize(("one", "other", "third"), list(product(TRUTHS, repeat=3)))
def test_and_and_or_group_as_one_likes_and_distribute(one: Truth, other: Truth, third: Truth) -> None:
    assert (one & other) & third is one & (other & third)
    assert (one | other) | third is one | (other | third)
    assert one & (other | third) is (one & other) | (one & third)
    assert one | (other & third) is (one | other) & (one | third)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_pair_is_settled_exactly_where_every_way_it_can_turn_out_agrees(one: Truth, other: Truth) -> None:
    """So carrying an unknown through never claims too much, and never too little."""
    ways = list(product(settled(one), settled(other)))
    assert one & other is the_only({x & y for x, y in ways})
    assert one | other is the_only({x | y for x, y in ways})


@settings(max_examples=100)
@given(LISTS, st.data())
def test_settling_an_unknown_never_flips_a_settled_result(truths: list[Truth], data: st.DataObject) -> None:
    known = [data.draw(st.sampled_from(settled(truth))) for truth in truths]
    for combine in (all_of, any_of):
        assert combine(known) in settled(combine(truths))
        assert ~combine(known) in settled(~combine(truths))


@settings(max_examples=100)
@given(LISTS)
def test_all_of_is_the_least_and_any_of_the_greatest(truths: list[Truth]) -> None:
    assert all_of(truths) is min([TRUE, *truths], key=TRUTHS.index)
    assert any_of(truths) is max([FALSE, *truths], key=TRUTHS.index)


def test_nothing_to_hold_holds_and_nothing_that_could_hold_does_not() -> None:
    assert all_of([]) is TRUE
    assert any_of([]) is FALSE


@pytest.mark.parametrize(("combine", "decisive"), [(all_of, FALSE), (any_of, TRUE)])
def test_nothing_is_asked_once_the_result_is_settled(
    combine: Callable[[Iterable[Truth]], Truth], decisive: Truth
) -> None:
    """Asking a line may cost a walk through a register."""
    asked = iter([UNKNOWN, decisive, UNKNOWN])
    assert combine(asked) is decisive
    assert list(asked) == [UNKNOWN]


@pytest.mark.parametrize("truth", TRUTHS)
def test_a_truth_refuses_bool_even_when_it_is_settled(truth: Truth) -> None:
    with pytest.raises(TypeError, match="compare it with `is TRUE`"):
        bool(truth)


def test_a_slip_that_treats_a_truth_as_yes_or_no_fails_at_its_first_run() -> None:
    with pytest.raises(TypeError):
        any(TRUTHS)
    with pytest.raises(TypeError):
        list(filter(None, TRUTHS))


@pytest.mark.parametrize(("truth", "possible"), [(FALSE, False), (UNKNOWN, True), (TRUE, True)])
def test_everything_but_false_is_possible(truth: Truth, possible: bool) -> None:
    assert truth.possible is possible
