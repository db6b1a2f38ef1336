"""How far segment files are sealed is read as it was written, and anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.frame import Position
from compliance.audit.sealed_state import SealedSegment, SealedState, sealed_state_in, size_in_name
from compliance.errors import EvidenceError
from tests.audit.trees import changed

counts = st.integers(0, 2**40)
positions = st.builds(Position, counts, counts, st.binary(min_size=32, max_size=32), counts)
segments = st.builds(
    lambda identity, position: SealedSegment.at("w0-00000001.seg", identity, position),
    st.binary(min_size=16, max_size=16),
    positions,
)
states = st.builds(
    lambda size, root, each: SealedState(size=size, root=root.hex(), segments=tuple(each)),
    counts,
    st.binary(min_size=32, max_size=32),
    st.lists(segments, max_size=4, unique_by=lambda each: each.identity),
)


@given(states)
def test_a_state_is_read_as_it_was_written(state: SealedState) -> None:
    found = sealed_state_in(state.encoded(), state.size)
    assert found == state
    assert [each.position for each in found.segments] == [each.position for each in state.segments]
    assert size_in_name(state.path.partition("/")[2]) == state.size


@given(states, st.data())
def test_a_state_that_was_cut_off_or_is_of_another_size_is_refused(state: SealedState, data: st.DataObject) -> None:
    written = state.encoded()
    cut = data.draw(st.integers(0, len(written) - 2))
    for wrong, size in ((written[:cut], state.size), (written, state.size + 1)):
        with pytest.raises(EvidenceError, match="does not say how far"):
            sealed_state_in(wrong, size)


def test_a_file_that_stands_there_twice_is_refused() -> None:
    one = SealedSegment.at("w0-00000001.seg", bytes(16), Position(0, 0, bytes(32), 0))
    state = SealedState(size=3, root="0" * 64, segments=(one, one))
    with pytest.raises(EvidenceError):
        sealed_state_in(state.encoded(), 3)


@pytest.mark.parametrize("name", ["", "1", "01.json", "-1.json", "1.json.new", "x.json"])
def test_other_files_have_no_size(name: str) -> None:
    assert size_in_name(name) is None


@given(states, st.integers(0, 10_000), st.integers(1, 255))
def test_a_state_with_any_other_byte_is_refused(state: SealedState, place: int, mask: int) -> None:
    with pytest.raises(EvidenceError, match="does not say how far"):
        sealed_state_in(changed(state.encoded(), place, mask), state.size)
