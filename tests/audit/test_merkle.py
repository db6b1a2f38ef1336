"""Roots and proofs are those of the RFC, and whatever is changed in a proof proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.audit.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    MOST_LEAVES,
    Frontier,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    node_hash,
    root,
    subtrees,
)
from tests.audit.trees import changed, head, joints, kept, leaves_of, path, proof, turns

LEAVES = leaves_of(300)
SMALL = range(40)
sizes = st.integers(1, len(LEAVES))
masks = st.integers(1, 255)
places = st.integers(0, 10_000)


@st.composite
def places_in_trees(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def growths(draw: st.DrawFn, most: int = len(LEAVES)) -> tuple[int, int]:
    """Two sizes, the first one not 0 and the smaller one."""
    new = draw(st.integers(2, most))
    return draw(st.integers(1, new - 1)), new


def proven(index: int, size: int) -> tuple[list[bytes], bytes]:
    return path(index, LEAVES[:size]), head(LEAVES[:size])


def grown(old: int, new: int) -> tuple[list[bytes], bytes, bytes]:
    return proof(old, LEAVES[:new]), head(LEAVES[:old]), head(LEAVES[:new])


def test_a_tree_that_grows_leaf_by_leaf_always_has_the_root_of_the_definition() -> None:
    tree = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert (tree.size, tree.root()) == (size, head(LEAVES[:size]))
        tree.append(leaf)


@given(sizes, sizes)
def test_a_tree_grows_on_from_its_frontier_alone(first: int, second: int) -> None:
    size, end = min(first, second), max(first, second)
    tree = Frontier.of(size, kept(LEAVES[:size]))
    again = Frontier(tree.size, tree.peaks)
    for leaf in LEAVES[size:end]:
        tree.append(leaf)
        again.append_hash(leaf_hash(leaf))
    assert tree.root() == again.root() == head(LEAVES[:end])


@pytest.mark.parametrize(("size", "peaks"), [(3, 1), (0, 1), (4, 0), (-1, 0), (MOST_LEAVES + 1, 1)])
def test_a_frontier_with_other_hashes_than_its_size_needs_is_refused(size: int, peaks: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        Frontier(size, [bytes(HASH_SIZE)] * peaks)


def test_roots_from_kept_hashes_are_those_of_the_definition() -> None:
    assert head([]) == EMPTY_ROOT
    assert [root(size, kept(LEAVES[:size])) for size in range(100)] == [head(LEAVES[:size]) for size in range(100)]


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(st.integers(0, 2**63))
def test_the_subtrees_of_a_tree_follow_each_other_and_become_smaller(size: int) -> None:
    found = list(subtrees(0, size))
    ends = [(index + 1) << level for level, index in found]
    assert [index << level for level, index in found] == [0, *ends][: len(found)]
    assert not found or ends[-1] == size
    assert [level for level, _ in found] == sorted({level for level, _ in found}, reverse=True)


def test_every_inclusion_proof_of_small_trees_is_that_of_the_definition_and_holds() -> None:
    for size in SMALL:
        for index in range(size):
            hashes, top = proven(index, size)
            assert inclusion_proof(index, size, kept(LEAVES[:size])) == hashes
            assert is_included(leaf_hash(LEAVES[index]), index, size, hashes, top)


@given(places_in_trees())
def test_every_inclusion_proof_holds(place: tuple[int, int]) -> None:
    hashes, top = proven(*place)
    assert inclusion_proof(*place, kept(LEAVES[: place[1]])) == hashes
    assert is_included(leaf_hash(LEAVES[place[0]]), *place, hashes, top)


def test_every_consistency_proof_of_small_trees_is_that_of_the_definition_and_holds() -> None:
    for new in SMALL:
        for old in range(1, new):
            hashes, before, after = grown(old, new)
            assert consistency_proof(old, new, kept(LEAVES[:new])) == hashes
            assert is_consistent(old, new, hashes, before, after)


@given(growths())
def test_every_consistency_proof_holds(sizes: tuple[int, int]) -> None:
    hashes, before, after = grown(*sizes)
    assert consistency_proof(*sizes, kept(LEAVES[: sizes[1]])) == hashes
    assert is_consistent(*sizes, hashes, before, after)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_tree_begins_with_itself_and_with_nothing_which_takes_no_proof(size: int, other: int) -> None:
    top = head(LEAVES[:size])
    assert consistency_proof(size, size, kept([])) == consistency_proof(0, size, kept([])) == []
    assert is_consistent(size, size, [], top, top)
    assert is_consistent(0, size, [], EMPTY_ROOT, top)
    assert not is_consistent(size, size, [EMPTY_ROOT], top, top)
    if size:
        assert not is_consistent(0, size, [EMPTY_ROOT], EMPTY_ROOT, top)
        assert not is_consistent(0, size, [], top, top), "a root of nothing that is not the root of nothing"
        assert not is_consistent(0, 0, [], top, top)
    assert is_consistent(size, size, [], top, head(LEAVES[:other])) == (size == other)


@given(places_in_trees(), places, masks, places)
def test_an_inclusion_proof_with_any_other_bit_fails(place: tuple[int, int], which: int, mask: int, byte: int) -> None:
    hashes, top = proven(*place)
    leaf = leaf_hash(LEAVES[place[0]])
    assert not is_included(changed(leaf, byte, mask), *place, hashes, top)
    assert not is_included(leaf, *place, hashes, changed(top, byte, mask))
    if hashes:
        which %= len(hashes)
        other = [*hashes[:which], changed(hashes[which], byte, mask), *hashes[which + 1 :]]
        assert not is_included(leaf, *place, other, top)


@given(places_in_trees(), places, st.data())
def test_an_inclusion_proof_of_another_length_or_order_fails(place: tuple[int, int], which: int, data: Any) -> None:
    hashes, top = proven(*place)
    leaf = leaf_hash(LEAVES[place[0]])
    which %= len(hashes) + 1
    assert not is_included(leaf, *place, [*hashes[:which], top, *hashes[which:]], top)
    if which < len(hashes):
        assert not is_included(leaf, *place, hashes[:which] + hashes[which + 1 :], top)
    other = data.draw(st.permutations(hashes))
    assert is_included(leaf, *place, other, top) == (other == hashes)


@given(places_in_trees(), st.integers(-2, 2 * len(LEAVES)))
def test_an_inclusion_proof_holds_for_no_other_index(place: tuple[int, int], other: int) -> None:
    index, size = place
    hashes, top = proven(index, size)
    assert is_included(leaf_hash(LEAVES[index]), other, size, hashes, top) == (other == index)


@given(places_in_trees(), st.integers(-2, 2 * len(LEAVES)))
def test_an_inclusion_proof_holds_for_another_size_only_where_the_path_turns_alike(
    place: tuple[int, int], other: int
) -> None:
    """Which is why the size is signed together with the root."""
    index, size = place
    hashes, top = proven(index, size)
    is_alike = other > index and turns(index, other) == turns(index, size)
    assert is_included(leaf_hash(LEAVES[index]), index, other, hashes, top) == is_alike


@given(growths(), places, masks, places)
def test_a_consistency_proof_with_any_other_bit_fails(sizes: tuple[int, int], which: int, mask: int, byte: int) -> None:
    hashes, before, after = grown(*sizes)
    which %= len(hashes)
    other = [*hashes[:which], changed(hashes[which], byte, mask), *hashes[which + 1 :]]
    assert not is_consistent(*sizes, other, before, after)
    assert not is_consistent(*sizes, hashes, changed(before, byte, mask), after)
    assert not is_consistent(*sizes, hashes, before, changed(after, byte, mask))


@given(growths(), places, st.data())
def test_a_consistency_proof_of_another_length_or_order_fails(sizes: tuple[int, int], which: int, data: Any) -> None:
    hashes, before, after = grown(*sizes)
    which %= len(hashes) + 1
    assert not is_consistent(*sizes, [*hashes[:which], after, *hashes[which:]], before, after)
    if which < len(hashes):
        assert not is_consistent(*sizes, hashes[:which] + hashes[which + 1 :], before, after)
    assert not is_consistent(*sizes, [], before, after)
    other = data.draw(st.permutations(hashes))
    assert is_consistent(*sizes, other, before, after) == (other == hashes)


@given(growths(60), growths(60))
def test_a_consistency_proof_holds_for_other_sizes_only_where_the_hashes_join_alike(
    sizes: tuple[int, int], others: tuple[int, int]
) -> None:
    hashes, before, after = grown(*sizes)
    assert is_consistent(*others, hashes, before, after) == (joints(*others) == joints(*sizes))


@given(growths())
def test_a_consistency_proof_does_not_hold_backwards_or_for_nothing(sizes: tuple[int, int]) -> None:
    old, new = sizes
    hashes, before, after = grown(old, new)
    assert not is_consistent(new, old, hashes, after, before)
    assert not is_consistent(new, new, hashes, before, after)
    assert not is_consistent(0, new, hashes, before, after)
    assert not is_consistent(-old, new, hashes, before, after)


@given(growths(), places)
def test_a_tree_whose_past_was_rewritten_is_consistent_with_nothing_before(sizes: tuple[int, int], which: int) -> None:
    old, new = sizes
    rewritten = list(LEAVES[:new])
    rewritten[which % old] = b"another"
    assert not is_consistent(old, new, proof(old, rewritten), head(LEAVES[:old]), head(rewritten))


@given(st.integers(1, MOST_LEAVES), st.data())
def test_proofs_hold_up_to_the_largest_size(size: int, data: Any) -> None:
    """With leaves that are all alike, so that a subtree of any size is known by its level."""
    alike = [leaf_hash(b"")]
    for _ in range(63):
        alike.append(node_hash(alike[-1], alike[-1]))

    def stored(level: int, index: int) -> bytes:
        assert (index + 1) << level <= size
        return alike[level]

    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    top = root(size, stored)
    assert is_included(alike[0], index, size, inclusion_proof(index, size, stored), top)
    assert is_consistent(old, size, consistency_proof(old, size, stored), root(old, stored), top)
    assert len(inclusion_proof(index, size, stored)) <= 63


@given(places_in_trees(), growths(), st.binary(max_size=40))
def test_what_is_no_hash_proves_nothing_and_breaks_nothing(
    place: tuple[int, int], sizes: tuple[int, int], odd: bytes
) -> None:
    assume(len(odd) != HASH_SIZE)
    hashes, top = proven(*place)
    leaf = leaf_hash(LEAVES[place[0]])
    assert not is_included(leaf, *place, [*hashes[:-1], odd], top)
    assert not is_included(odd, *place, hashes, top)
    joined, before, after = grown(*sizes)
    assert not is_consistent(*sizes, [*joined[:-1], odd], before, after)
    assert not is_consistent(sizes[0], sizes[0], [], odd, odd)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3), (0, MOST_LEAVES + 1)])
def test_an_inclusion_proof_of_what_the_tree_has_not_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        inclusion_proof(index, size, kept(LEAVES))


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3), (0, MOST_LEAVES + 1)])
def test_a_consistency_proof_from_a_larger_tree_is_refused(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        consistency_proof(old, new, kept(LEAVES))
