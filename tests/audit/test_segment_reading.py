"""What a reader of a segment file sees: whatever was altered, taken out, put in or moved, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from compliance.audit import frame, segment_reading
from compliance.audit.frame import HEADER_SIZE, OVERHEAD, Header, Position, Prefix, ended, framed, prefix, start
from compliance.audit.segment_reading import Ending, Reading, read, read_on

HEADER = Header("w0", 7, bytes(range(16)), Prefix(6, bytes(range(1, 17)), 3, bytes(32)))
OTHER = Header("w0", 8, bytes(range(2, 18)))
texts = st.text(min_size=1, max_size=40).map(lambda text: text.encode(errors="surrogatepass"))
several = st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=4)


@dataclass(frozen=True)
class File:
    """A file as a writer makes it, in pieces."""

    header: Header
    frames: tuple[bytes, ...]
    syncs: tuple[Position, ...]
    """The beginning, and after each sync."""

    @property
    def data(self) -> bytes:
        return self.header.encoded() + b"".join(self.frames)

    @property
    def whole(self) -> Prefix:
        return prefix(self.header, self.syncs[-1])


def file_of(batches: Sequence[Sequence[bytes]], *, closed: bool = False, header: Header = HEADER) -> File:
    frames: list[bytes] = []
    syncs = [start(header)]
    for batch in batches:
        data, after = framed(batch, syncs[-1])
        for payload in batch:
            frames.append(data[: len(payload) + OVERHEAD])
            data = data[len(payload) + OVERHEAD :]
        syncs.append(after)
    if closed:
        data, after = ended(syncs[-1])
        frames.append(data)
        syncs.append(after)
    return File(header, tuple(frames), tuple(syncs))


files = st.builds(lambda batches, closed: file_of(batches, closed=closed), several, st.booleans())


def is_reported(reading: Reading) -> bool:
    return reading.ending in {Ending.TORN, Ending.DAMAGED} and reading.why != ""


def payloads(batches: Sequence[Sequence[bytes]]) -> tuple[bytes, ...]:
    return tuple(payload for batch in batches for payload in batch)


@given(st.lists(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4), max_size=4), st.booleans())
def test_what_was_written_is_read_whatever_is_in_it(batches: list[list[bytes]], closed: bool) -> None:
    file = file_of(batches, closed=closed)
    reading = read(file.data, name="w0-00000007.seg", at_least=file.whole)
    assert (reading.header, reading.records) == (HEADER, payloads(batches))
    assert (reading.ending, reading.why) == (Ending.CLOSED if closed else Ending.OPEN, "")
    assert reading.position.offset == len(file.data)


@given(files, st.data())
def test_any_flipped_bit_is_reported_and_nothing_behind_it_is_given_back(file: File, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(file.data) * 8 - 1))
    altered = bytearray(file.data)
    altered[place // 8] ^= 1 << place % 8
    reading, known = read(bytes(altered)), read(bytes(altered), at_least=file.whole)
    sound = read(file.data).records
    assert reading.records == sound[: len(reading.records)] == known.records
    assert reading.position.offset <= place // 8
    assert is_reported(reading)
    assert known.ending is Ending.DAMAGED


def _without(frames: list[bytes], some: Callable[[int, int], int]) -> None:
    del frames[some(0, len(frames) - 1)]


def _again(frames: list[bytes], some: Callable[[int, int], int]) -> None:
    frames.insert(some(0, len(frames)), frames[some(0, len(frames) - 1)])


def _swapped(frames: list[bytes], some: Callable[[int, int], int]) -> None:
    one, two = some(0, len(frames) - 1), some(0, len(frames) - 1)
    frames[one], frames[two] = frames[two], frames[one]


def _from_another_file(frames: list[bytes], some: Callable[[int, int], int]) -> None:
    """With the number that would fit."""
    place = some(0, len(frames))
    other = file_of([[b"other"] * (place + 1)], header=OTHER).frames[place]
    frames.insert(place, other)


def _in_the_place_of_another(frames: list[bytes], some: Callable[[int, int], int]) -> None:
    place = some(0, len(frames) - 1)
    frames[place] = file_of([[b"other"] * (place + 1)], header=OTHER).frames[place]


CHANGES = (_without, _again, _swapped, _from_another_file, _in_the_place_of_another)


@settings(max_examples=400)
@given(files, st.sampled_from(CHANGES), st.data())
def test_a_frame_taken_out_doubled_moved_or_put_in_is_reported(
    file: File, change: Callable[[list[bytes], Callable[[int, int], int]], None], data: st.DataObject
) -> None:
    """All but the last ones taken off: that is seen by whoever knows how far the file was."""
    frames = list(file.frames)
    change(frames, lambda least, most: data.draw(st.integers(least, most)))
    altered = file.header.encoded() + b"".join(frames)
    if tuple(frames) == file.frames:
        return
    reading, known = read(altered), read(altered, at_least=file.whole)
    sound = read(file.data).records
    assert reading.records == sound[: len(reading.records)]
    assert is_reported(reading) or tuple(frames) == file.frames[: len(frames)]
    assert known.ending is Ending.DAMAGED or altered.startswith(file.data)


@given(several, texts, st.data())
def test_damage_to_what_is_proven_to_have_been_durable_is_never_taken_for_a_crash(
    batches: list[list[bytes]], last: bytes, data: st.DataObject
) -> None:
    file = file_of([*batches, [last]])
    place = data.draw(st.integers(0, file.syncs[-2].offset - 1))
    altered = bytearray(file.data)
    altered[place] ^= data.draw(st.integers(1, 255))
    assert read(bytes(altered)).ending is Ending.DAMAGED


@given(several, st.booleans(), st.data())
def test_what_a_crash_leaves_of_the_last_sync_is_no_damage_and_all_before_it_is_given_back(
    batches: list[list[bytes]], closed: bool, data: st.DataObject
) -> None:
    """Cut anywhere, with holes anywhere, and zeros for what did not arrive."""
    file = file_of(batches, closed=closed)
    synced = file.syncs[-2]
    left = bytearray(file.data[: data.draw(st.integers(synced.offset, len(file.data)))])
    for hole in data.draw(st.lists(st.integers(synced.offset, len(file.data)), max_size=3)):
        size = data.draw(st.integers(0, 60))
        left[hole : hole + size] = bytes(len(left[hole : hole + size]))
    known = Prefix(HEADER.number, HEADER.identity, synced.records, synced.chain)
    reading = read(bytes(left), at_least=known)
    assert reading.ending is not Ending.DAMAGED
    assert reading.records == payloads(batches)[: len(reading.records)]
    assert len(reading.records) >= synced.records
    assert reading.position.offset == len(left) or is_reported(reading)


@given(several, st.data())
def test_a_file_proves_what_was_synced_before_its_last_records(batches: list[list[bytes]], data: st.DataObject) -> None:
    file = file_of(batches)
    assert read(file.data).proven == prefix(HEADER, file.syncs[-2])
    closed = file_of(batches, closed=True)
    assert read(closed.data).proven == prefix(HEADER, file.syncs[-1])


@given(files, st.data())
def test_reading_on_gives_what_reading_at_once_does(file: File, data: st.DataObject) -> None:
    """As somebody does who looks at a file that is being written, at any time."""
    first = read(file.data[: data.draw(st.integers(HEADER_SIZE, len(file.data)))])
    assert first.header is not None
    assert first.ending is not Ending.DAMAGED
    if first.ending is Ending.CLOSED:
        return
    rest = read_on(file.data[first.position.offset :], first.header, first.position)
    whole = read(file.data)
    assert first.records + rest.records == whole.records
    assert (rest.ending, rest.position) == (whole.ending, whole.position)


@given(several, st.data())
def test_whoever_knows_how_far_a_file_was_sees_every_cut(batches: list[list[bytes]], data: st.DataObject) -> None:
    file = file_of(batches)
    known = prefix(HEADER, data.draw(st.sampled_from(file.syncs[1:])))
    size = data.draw(st.integers(0, len(file.data)))
    reading = read(file.data[:size], at_least=known)
    assert (reading.ending is Ending.DAMAGED) == (len(reading.records) < known.records)


def test_a_prefix_of_another_file_or_of_other_records_is_damage() -> None:
    file, other = file_of([[b"one"], [b"two"]]), file_of([[b"one"], [b"new"]])
    assert read(file.data, at_least=other.whole).why == "the first 2 records are not those that had been durable"
    moved = Prefix(7, OTHER.identity, 2, bytes(32))
    assert read(file.data, at_least=moved).why == "another file has taken its place"
    longer = file_of([[b"one"], [b"two"], [b"three"]])
    assert read(file.data, at_least=longer.whole).why == "3 records had been durable, 2 are left"
    assert all(read(file.data, at_least=each).ending is Ending.DAMAGED for each in (other.whole, moved, longer.whole))


def test_a_file_under_another_name_is_damaged() -> None:
    reading = read(file_of([[b"one"]]).data, name="w0-00000009.seg")
    assert (reading.ending, reading.records) == (Ending.DAMAGED, ())
    assert reading.why == "the file is `w0-00000007.seg` by its header"


def test_a_file_of_which_not_even_the_header_arrived_is_torn_unless_later_frames_prove_more() -> None:
    data = file_of([[b"one"], [b"two"]]).data
    for left in (b"", data[:50], bytes(HEADER_SIZE)):
        assert read(left).ending is Ending.TORN
    assert read(bytes(HEADER_SIZE) + data[HEADER_SIZE:]).ending is Ending.DAMAGED


def test_a_reader_says_where_it_stopped_and_why() -> None:
    data = file_of([[b"one"], [b"two"], [b"three"]], closed=True).data
    second = HEADER_SIZE + OVERHEAD + 3
    third = second + OVERHEAD + 3
    spoiled = bytearray(data)
    spoiled[second + OVERHEAD] ^= 1
    said = {
        data[:-1]: f"the frame at byte {len(data) - OVERHEAD} is cut short",
        bytes(spoiled): f"the frame at byte {second} is damaged",
        data[:second] + data[third:]: f"the frame at byte {second} has number 2 instead of 1",
        data + b"more": f"4 bytes follow the end at byte {len(data)}",
        data[:second] + b"none" + data[second:]: f"the frame at byte {second} is none",
    }
    assert {left: read(left).why for left in said} == said


def test_every_number_of_a_frame_is_held_against_its_place() -> None:
    """Frames that are sound in themselves, and that no writer would put there."""
    _, position = framed([b"one"], start(HEADER))
    begin = file_of([[b"one"]]).data
    wrong = {
        "has number 3 instead of 1": Position(0, 3, position.chain, 1),
        "does not follow the one before it": Position(0, 1, bytes(32), 1),
    }
    for why, place in wrong.items():
        data, _ = framed([b"two"], place)
        reading = read(begin + data)
        assert (reading.ending, reading.why) == (Ending.DAMAGED, f"the frame at byte {len(begin)} {why}")
    beyond = frame._frame(frame.RECORD, b"two", 1, 5, position.chain)
    assert read(begin + beyond).why == f"the frame at byte {len(begin)} is wrong on how much had been durable"
    early = frame._frame(frame.END, b"", 1, 0, position.chain)
    assert read(begin + early).why == f"the frame at byte {len(begin)} is wrong on how much had been durable"


LAWS = (
    test_any_flipped_bit_is_reported_and_nothing_behind_it_is_given_back,
    test_a_frame_taken_out_doubled_moved_or_put_in_is_reported,
    test_damage_to_what_is_proven_to_have_been_durable_is_never_taken_for_a_crash,
    test_whoever_knows_how_far_a_file_was_sees_every_cut,
)


def is_broken(law: Any, patch: pytest.MonkeyPatch) -> bool:
    """Whether one of the tests above fails; the simplest example is not looked for."""
    quick = settings(law._hypothesis_internal_use_settings, phases=[Phase.generate], print_blob=False)
    patch.setattr(law, "_hypothesis_internal_use_settings", quick)
    try:
        law()
    except Exception:  # noqa: BLE001 - without its checks a reader may break down in any way
        return True
    return False


@pytest.mark.parametrize(
    ("where", "name", "mistake"),
    [
        (frame, "is_sound", lambda _data, _checksum: True),
        (segment_reading._Walk, "_misplaced", lambda _walk, _frame: ""),
        (segment_reading, "_is_promised", lambda _data, _offset, _records: False),
        (segment_reading._Walk, "checked", lambda _walk, reading: reading),
    ],
    ids=["no checksum", "no chain", "every damage is a crash", "nothing known is asked"],
)
def test_a_reader_without_one_of_its_checks_is_found_out(
    where: object, name: str, mistake: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, mistake)
    assert any(is_broken(law, monkeypatch) for law in LAWS)
