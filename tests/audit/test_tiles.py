"""What is kept in tiles is the tree, however the log grew, and paths and bundles have one form each."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.merkle import MOST_LEAVES, inclusion_proof, is_included, leaf_hash, root
from compliance.audit.tiles import (
    ENTRIES,
    WIDTH,
    Tile,
    TileHashes,
    bundle,
    entries_in,
    grown,
    leaves_in,
    new_bundles,
    new_tiles,
    tile_at,
)
from compliance.errors import EvidenceError
from tests.audit.trees import head, kept, leaves_of

LEAVES = leaves_of(2000)
widths = st.integers(1, WIDTH)
tiles = st.builds(Tile, st.integers(ENTRIES, 63), st.integers(0, MOST_LEAVES) | st.integers(0, 2000), widths)


def tiles_of(size: int) -> list[Tile]:
    """All tiles of hashes of a log, level by level, as the specification says which there are."""
    found = []
    for level in range(8):
        hashes = size // WIDTH**level
        found += [Tile(level, index) for index in range(hashes // WIDTH)]
        found += [Tile(level, hashes // WIDTH, hashes % WIDTH)] if hashes % WIDTH else []
    return found


def written(sizes: Sequence[int]) -> dict[Tile, bytes]:
    """The tiles of a log that grew in such steps; a partial one goes when a wider one is there."""
    log: dict[Tile, bytes] = {}
    size = 0
    for end in sizes:
        log |= dict(grown(size, [leaf_hash(leaf) for leaf in LEAVES[size:end]], log.__getitem__))
        log = {tile: data for tile, data in log.items() if tile in set(tiles_of(end))}
        size = end
    return log


@given(tiles)
def test_a_path_says_which_tile_it_is(tile: Tile) -> None:
    assert tile_at(tile.path) == tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(2, 7, 1), "tile/2/007.p/1"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(10, 1000), "tile/10/x001/000"),
        (Tile(1, 5_006_070), "tile/1/x005/x006/070"),
        (Tile(ENTRIES, 12_345, 9), "tile/entries/x012/345.p/9"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert (tile.path, tile_at(path)) == (path, tile)
    assert tile.is_full == (".p/" not in path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile", "tile/0", "tile/0/", "tile/0/1", "tile/0/0001", "tile/0/x001", "tile/0/001/002", "tile/0/001/"),
        *("tile/00/001", "tile/64/001", "tile/-1/001", "tile/+1/001", "tile/100/001", "tile/8/0/001", "tile/data/001"),
        *("tile/0/x000/001", "tile/0/x000/x001/002", "tile/0/X001/002", "tile/0/x001x002/003"),
        *("tile/0/001.p", "tile/0/001.p/", "tile/0/001.p/0", "tile/0/001.p/07", "tile/0/001.p/256", "tile/0/001.p/999"),
        *("/tile/0/001", " tile/0/001", "tile/0/001\n", "tile/0/../001", "tile//001", "tile/0/001.p/1/", "tile/0/٠٠١"),
        "tile/0/x009/x223/x372/x036/x854/x775/808",  # 2**63
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
    ],
)
def test_what_is_no_path_of_a_tile_is_refused(path: str) -> None:
    with pytest.raises(EvidenceError, match="is no path of a tile"):
        tile_at(path)


@given(
    st.lists(
        st.sampled_from(["tile", "entries", "/", ".p/", "x", "0", "00", "001", "256", "63", "x000", "x001", "\n"]),
        max_size=10,
    ).map("".join)
)
def test_every_tile_has_one_path(path: str) -> None:
    try:
        tile = tile_at(path)
    except EvidenceError:
        return
    assert tile.path == path


@given(st.integers(0, 200_000), st.integers(0, 70_000))
def test_new_are_the_tiles_that_a_log_has_and_had_not(old: int, more: int) -> None:
    had = set(tiles_of(old))
    assert list(new_tiles(old, old + more)) == [tile for tile in tiles_of(old + more) if tile not in had]
    bundles = [Tile(ENTRIES, tile.index, tile.width) for tile in new_tiles(old, old + more) if tile.level == 0]
    assert list(new_bundles(old, old + more)) == bundles


def test_a_log_that_becomes_smaller_has_no_new_tiles() -> None:
    assert not [*new_tiles(300, 299), *new_bundles(300, 299), *new_tiles(0, 0), *new_tiles(300, 300)]


@given(st.sets(st.integers(0, len(LEAVES)), min_size=1, max_size=5).map(sorted), st.data())
def test_hashes_read_back_from_tiles_are_those_of_the_tree_however_it_grew(
    sizes: list[int], data: st.DataObject
) -> None:
    size = sizes[-1]
    log = written(sizes)
    assert log == written([size])
    assert list(log) == [tile for tile in log if tile in set(tiles_of(size))]
    assert set(log) == set(tiles_of(size))
    hashes = TileHashes(size, log.__getitem__)
    assert root(size, hashes) == head(LEAVES[:size])
    for level in range(size.bit_length()):
        index = data.draw(st.integers(0, (size >> level) - 1))
        assert hashes(level, index) == kept(LEAVES)(level, index)


@given(st.integers(0, 600), st.integers(0, 600))
def test_what_a_log_grows_by_is_exactly_its_new_tiles(old: int, more: int) -> None:
    log = written([old])
    added = [leaf_hash(leaf) for leaf in LEAVES[old : old + more]]
    assert [tile for tile, _ in grown(old, added, log.__getitem__)] == list(new_tiles(old, old + more))


def test_a_tile_holds_the_hashes_of_the_definition() -> None:
    """Of three levels, which takes more than 65,536 leaves."""
    leaves = leaves_of(66_000)
    found = dict(grown(0, [leaf_hash(leaf) for leaf in leaves], written([]).__getitem__))
    assert list(found) == tiles_of(66_000)
    for tile in (Tile(0, 3), Tile(0, 257, 208), Tile(1, 0), Tile(1, 1, 1), Tile(2, 0, 1)):
        span = 256**tile.level
        first = tile.index * WIDTH
        parts = [leaves[number * span : (number + 1) * span] for number in range(first, first + tile.width)]
        assert found[tile] == b"".join(head(part) for part in parts)
    hashes = TileHashes(66_000, found.__getitem__)
    top = root(66_000, hashes)
    assert top == head(leaves)
    for index in (0, 65_535, 65_536, 65_999):
        assert is_included(leaf_hash(leaves[index]), index, 66_000, inclusion_proof(index, 66_000, hashes), top)


@given(st.integers(1, 600), st.integers(1, 600))
def test_a_former_size_is_read_from_wider_tiles_that_took_the_place_of_its_own(first: int, second: int) -> None:
    old, new = min(first, second), max(first, second)
    log = {(tile.level, tile.index): data for tile, data in written([new]).items()}
    assert root(old, TileHashes(old, lambda tile: log[tile.level, tile.index])) == head(LEAVES[:old])


@given(st.integers(1, 600), st.integers(0, 600))
def test_a_log_whose_growth_was_broken_off_grows_again_to_the_same(old: int, more: int) -> None:
    """The tiles of the larger size are there, and no checkpoint of it is."""
    log = {(tile.level, tile.index): data for tile, data in written([old + more]).items()}
    added = [leaf_hash(leaf) for leaf in LEAVES[old : old + more]]
    again = dict(grown(old, added, lambda tile: log[tile.level, tile.index]))
    assert again == {tile: log[tile.level, tile.index] for tile in new_tiles(old, old + more)}


def test_a_tile_that_is_cut_off_is_seen_and_nothing_is_made_of_it() -> None:
    short = written([300])[Tile(0, 1, 44)][:-1]
    with pytest.raises(EvidenceError, match=r"`tile/0/001\.p/44` has 1407 bytes, not 1408"):
        TileHashes(300, lambda _: short)(0, 290)
    with pytest.raises(EvidenceError, match=r"`tile/0/001\.p/44` has 1407 bytes"):
        list(grown(300, [leaf_hash(b"")], lambda _: short))


@pytest.mark.parametrize(("level", "index"), [(0, 300), (-1, 0), (0, -1), (2, 75), (9, 0), (70, 0)])
def test_a_subtree_that_the_tree_has_not_is_refused(level: int, index: int) -> None:
    with pytest.raises(ValueError, match="has no subtree"):
        TileHashes(300, written([300]).__getitem__)(level, index)


entries = st.lists(st.binary(max_size=300), min_size=1, max_size=20)


@given(entries)
def test_entries_come_back_from_their_bundle(found: list[bytes]) -> None:
    tile = Tile(ENTRIES, 0, len(found))
    data = bundle(found)
    assert data == b"".join(bytes([len(entry) // 256, len(entry) % 256]) + entry for entry in found)
    assert entries_in(tile, data) == found
    assert leaves_in(tile, data) == [leaf_hash(entry) for entry in found]


@given(entries, st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_a_bundle_that_is_cut_or_longer_is_refused(found: list[bytes], place: int, more: bytes) -> None:
    tile, data = Tile(ENTRIES, 1, len(found)), bundle(found)
    for other in (data[: place % len(data)], data + more, b""):
        with pytest.raises(EvidenceError, match="`tile/entries/001"):
            entries_in(tile, other)


def test_a_bundle_takes_the_largest_entry_and_none_that_is_larger() -> None:
    full = [bytes(65_535), *[b""] * 255]
    assert entries_in(Tile(ENTRIES, 0), bundle(full)) == full
    for many in ([bytes(65_536)], [*full, b""]):
        with pytest.raises(ValueError, match="at most 256 entries of at most 65535 bytes"):
            bundle(many)
