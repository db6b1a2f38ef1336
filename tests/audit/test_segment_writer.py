"""Records from many threads: acknowledged when they are durable, refused at once when they cannot be."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Self

import pytest

from compliance.audit import group_commit, segment_writer
from compliance.audit.disk import Disk, ensure_directory
from compliance.audit.frame import Header, prefix
from compliance.audit.group_commit import NotRecordedError, Place, Reached, Ticket
from compliance.audit.segment_file import SegmentFiles, read_directory, read_file, read_file_on
from compliance.audit.segment_reading import Ending
from compliance.audit.segment_writer import Outage, SegmentWriter, Status
from tests.audit.cuts import DIRECTORY, EMPTY, PATIENCE
from tests.audit.disks import SimulatedDisk

SHORT = 0.05
"""Seconds that somebody waits for a disk that does not answer."""
LONG = 20.0
"""Seconds within which whatever is not to wait has to be done, on a machine with much to do."""


class Stuck:
    """Stops a disk at a call until it is released."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_on = False
        self.times = 0
        self.reached, self.released = threading.Event(), threading.Event()

    def __call__(self, name: str) -> None:
        if self.is_on and name == self.name:
            self.times += 1
            self.reached.set()
            assert self.released.wait(PATIENCE)

    def __enter__(self) -> Self:
        self.is_on = True
        return self

    def __exit__(self, *_: object) -> None:
        self.is_on = False
        self.released.set()


def writer_on(disk: Disk, *, most_file_bytes: int = 10**6) -> SegmentWriter:
    return SegmentWriter(
        DIRECTORY, "w0", disk=disk, seconds=PATIENCE, opening_seconds=PATIENCE, most_file_bytes=most_file_bytes
    )


def impatient(disk: Disk) -> SegmentWriter:
    """With a file, and no patience for what comes."""
    return SegmentWriter(DIRECTORY, "w0", disk=disk, seconds=SHORT, opening_seconds=PATIENCE)


def recovered(writer: SegmentWriter) -> Outage | None:
    """With the patience that a machine with much to do asks for."""
    writer._seconds = writer._opening_seconds = writer._last._seconds = PATIENCE
    return writer.recover()


def records(disk: Disk, directory: Path = DIRECTORY) -> list[bytes]:
    return list(read_directory(disk, directory).records)


@pytest.fixture
def disk() -> SimulatedDisk:
    return SimulatedDisk(EMPTY)


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[SegmentWriter]:
    writer = SegmentWriter(tmp_path / "evidence" / "segments", "w0", seconds=PATIENCE, opening_seconds=PATIENCE)
    yield writer
    writer.close()


def test_records_of_many_threads_are_read_back_where_their_tickets_say(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, "w0", most_file_bytes=20_000, seconds=PATIENCE)

    def bring(thread: int) -> list[tuple[Place, bytes]]:
        return [(writer.append(each).wait(), each) for each in (b"%d of %d" % (n, thread) for n in range(40))]

    with ThreadPoolExecutor(16) as threads:
        brought = [each for found in threads.map(bring, range(16)) for each in found]
    writer.close()
    files = read_directory(Disk(), tmp_path).files
    assert {place: files[place.file].records[place.number] for place, _ in brought} == dict(brought)
    assert len(brought) == sum(len(each.records) for each in files.values()) == writer.status().acknowledged == 640
    assert len(files) > 1
    assert {each.ending for each in files.values()} == {Ending.CLOSED}


def test_the_records_of_a_thread_stay_in_order(on_disk: SegmentWriter, tmp_path: Path) -> None:
    brought = [b"record %d" % number for number in range(500)]
    tickets = [on_disk.append(each) for each in brought]
    tickets[-1].wait()
    assert all(ticket.is_acknowledged for ticket in tickets)
    assert records(Disk(), tmp_path / "evidence" / "segments") == brought


def test_a_record_is_not_acknowledged_before_the_sync_has_returned() -> None:
    with Stuck("sync_data") as stuck:
        writer = writer_on(SimulatedDisk(EMPTY, stuck))
        ticket = writer.append(b"one")
        assert stuck.reached.wait(PATIENCE)
        assert (ticket.is_acknowledged, writer.status().acknowledged) == (False, 0)
        stuck.released.set()
        assert ticket.wait() == Place("w0-00000001.seg", 0)
    writer.close()


def test_whoever_comes_while_a_sync_runs_waits_for_the_next_one_and_no_other() -> None:
    """However many they are: two syncs are for all of them, and an append itself waits for none."""
    stuck = Stuck("sync_data")
    disk = SimulatedDisk(EMPTY, stuck)
    writer = writer_on(disk)
    with stuck:
        first = writer.append(b"first")
        assert stuck.reached.wait(PATIENCE)
        others = [writer.append(b"another") for _ in range(200)]
    places = [ticket.wait() for ticket in [first, *others]]
    assert disk.calls.count("sync_data") == 2
    assert [place.number for place in places] == list(range(201))
    writer.close()


def test_a_full_file_is_closed_and_the_next_one_says_how_far_it_was(disk: SimulatedDisk) -> None:
    writer = writer_on(disk, most_file_bytes=1_000)
    brought = [b"record %d " % number * 20 for number in range(12)]
    for each in brought:
        writer.append(each).wait()
    reached = writer.readable()
    segments = read_directory(disk, DIRECTORY)
    *full, last = segments.files.values()
    assert [each.ending for each in full] == [Ending.CLOSED] * len(full)
    assert len(full) > 1
    assert last.ending is Ending.OPEN
    assert list(segments.records) == brought
    headers = [each.header for each in segments.files.values() if each.header is not None]
    befores = [each.before for each in headers[1:]]
    assert befores == [prefix(header, each.position) for header, each in zip(headers, full, strict=False)]
    assert reached is not None
    assert reached == Reached(headers[-1], reached.position)
    assert reached.position.offset == last.position.offset


def test_a_new_start_begins_a_new_file_and_leaves_the_old_ones_alone(disk: SimulatedDisk) -> None:
    for each in (b"one", b"two"):
        writer_on(disk).append(each).wait()
    before = disk.live_image()
    writer_on(disk).append(b"three").wait()
    after = disk.live_image()
    assert {path: after[path] for path in before} == before
    assert [path.name for path in after if path not in before] == ["w0-00000003.seg"]
    assert records(disk) == [b"one", b"two", b"three"]


@pytest.mark.parametrize("ends", ["closed", "rotated", "ended"])
def test_records_cut_off_a_former_file_are_missed(ends: str, disk: SimulatedDisk) -> None:
    """By the header of the next file, as far as the former one was proven to be durable."""
    writer = writer_on(disk, most_file_bytes=300 if ends == "rotated" else 10**6)
    for each in (b"one" * 30, b"two" * 30, b"three" * 30):
        writer.append(each).wait()
    if ends == "closed":
        writer.close()
    if ends == "rotated":
        writer.append(b"four").wait()
    else:
        writer_on(disk)
    first = DIRECTORY / "w0-00000001.seg"
    whole = read_directory(disk, DIRECTORY).files[first.name]
    assert whole.ending is (Ending.OPEN if ends == "ended" else Ending.CLOSED)
    image = {**disk.live_image(), first: disk.read(first)[: -len(whole.records[-1]) - 200]}
    cut = read_directory(SimulatedDisk(image), DIRECTORY).files[first.name]
    assert cut.ending is Ending.DAMAGED
    assert "records had been durable" in cut.why


def test_a_file_that_others_speak_of_and_that_is_gone_is_named(disk: SimulatedDisk) -> None:
    for each in (b"one", b"two"):
        writer = writer_on(disk)
        writer.append(each).wait()
        writer.close()
    image = {path: data for path, data in disk.live_image().items() if path.name != "w0-00000001.seg"}
    segments = read_directory(SimulatedDisk(image), DIRECTORY)
    assert segments.missing == ("w0-00000001.seg",)
    assert list(segments.records) == [b"two"]


def test_a_file_in_use_is_read_on_from_where_somebody_stopped(on_disk: SegmentWriter, tmp_path: Path) -> None:
    path = tmp_path / "evidence" / "segments" / "w0-00000001.seg"
    on_disk.append(b"one").wait()
    first = read_file(Disk(), path)
    on_disk.append(b"two").wait()
    reached = on_disk.readable()
    assert reached is not None
    assert first.header == reached.header
    rest = read_file_on(Disk(), path, reached.header, first.position)
    assert (first.records, rest.records) == ((b"one",), (b"two",))
    assert rest.position.offset == reached.position.offset
    assert read_file_on(Disk(), path, reached.header, reached.position).records == ()


def test_a_disk_that_does_not_answer_is_waited_for_no_longer_than_was_said() -> None:
    stuck = Stuck("sync_data")
    disk = SimulatedDisk(EMPTY, stuck)
    writer = impatient(disk)
    with stuck:
        ticket = writer.append(b"one")
        assert stuck.reached.wait(PATIENCE)
        begin = monotonic()
        with pytest.raises(NotRecordedError, match=r"the disk did not answer within 0\.05 seconds"):
            ticket.wait()
        for _ in range(100):
            with pytest.raises(NotRecordedError, match="the disk did not answer"):
                writer.append(b"refused")
        assert monotonic() - begin < LONG
        assert writer.status() == Status(writer.status().failure, 0, 1, 100)
        with pytest.raises(NotRecordedError, match="the disk did not answer"):
            writer.recover()
    assert recovered(writer) == Outage("the disk did not answer within 0.05 seconds", 1, 100)
    assert not ticket.is_acknowledged, "an answer that comes too late is for nobody"
    assert writer.append(b"two").wait() == Place("w0-00000002.seg", 0)
    assert writer.status() == Status(None, 1, 0, 0)
    assert disk.calls.count("sync_data") == 2


def test_when_one_thread_gives_up_all_that_wait_are_told_at_once() -> None:
    stuck = Stuck("sync_data")
    writer = impatient(SimulatedDisk(EMPTY, stuck))
    with stuck:
        tickets = [writer.append(b"one")]
        assert stuck.reached.wait(PATIENCE)  # nobody waits for it yet
        tickets += [writer.append(b"another") for _ in range(30)]

        def is_told(ticket: Ticket) -> bool:
            with pytest.raises(NotRecordedError):
                ticket.wait()
            return True

        begin = monotonic()
        with ThreadPoolExecutor(len(tickets)) as threads:
            assert all(threads.map(is_told, tickets))
        assert monotonic() - begin < LONG
        assert writer.status().unacknowledged == 31


@pytest.mark.parametrize("call", ["make_directory", "sync_directory", "create", "write", "sync", "names"])
def test_a_disk_that_hangs_at_the_start_keeps_nobody_from_serving(call: str) -> None:
    stuck = Stuck(call)
    disk = SimulatedDisk(EMPTY, stuck)
    with stuck:
        writer = SegmentWriter(DIRECTORY, "w0", disk=disk, seconds=SHORT, opening_seconds=SHORT)
        for _ in range(3):
            with pytest.raises(NotRecordedError, match="the disk did not answer"):
                writer.append(b"refused")
            with pytest.raises(NotRecordedError, match="the disk did not answer"):
                writer.recover()
        assert stuck.reached.wait(PATIENCE)
        assert stuck.times == 1, "another thread would hang beside the first"
    assert recovered(writer) == Outage("the disk did not answer within 0.05 seconds", 0, 3)
    writer.append(b"one").wait()
    assert records(disk) == [b"one"]


def test_a_recovery_that_hangs_is_not_joined_by_another_thread() -> None:
    stuck = Stuck("sync")
    disk = SimulatedDisk(EMPTY, stuck)
    writer = writer_on(disk)
    disk.fail_once.add("sync_data")
    with pytest.raises(NotRecordedError, match=r"cannot sync `w0-00000001\.seg`: input/output error"):
        writer.append(b"one").wait()
    writer._seconds = writer._opening_seconds = SHORT
    with stuck:
        for _ in range(3):
            with pytest.raises(NotRecordedError, match="the disk did not answer"):
                writer.recover()
        assert stuck.reached.wait(PATIENCE)
        assert stuck.times == 1
    assert recovered(writer) == Outage("cannot sync `w0-00000001.seg`: input/output error", 1, 0)


def test_whoever_brings_more_than_may_wait_waits_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 1_000)
    stuck = Stuck("sync_data")
    disk = SimulatedDisk(EMPTY, stuck)
    writer = writer_on(disk)
    brought = [b"%03d" % number * 100 for number in range(50)]
    with stuck, ThreadPoolExecutor(1) as thread:
        all_brought = thread.submit(lambda: [writer.append(each) for each in brought])
        assert stuck.reached.wait(PATIENCE)
        assert not all_brought.done()
        stuck.released.set()
        for ticket in all_brought.result(PATIENCE):
            ticket.wait()
    assert records(disk) == brought
    assert disk.calls.count("sync_data") > 10


def test_whoever_waits_for_room_waits_no_longer_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MOST_WAITING", 1_000)
    with Stuck("sync_data") as stuck:
        writer = impatient(SimulatedDisk(EMPTY, stuck))
        writer.append(b"in work")
        assert stuck.reached.wait(PATIENCE)
        for _ in range(3):
            writer.append(b"waiting" * 50)
        with pytest.raises(NotRecordedError, match="the disk did not answer"):
            writer.append(b"too much")
        assert writer.status() == Status(writer.status().failure, 0, 4, 1)


def test_a_closed_log_has_all_it_took_and_takes_nothing_more(disk: SimulatedDisk) -> None:
    writer = writer_on(disk)
    tickets = [writer.append(b"one"), writer.append(b"two")]
    writer.close()
    writer.close()
    assert all(ticket.is_acknowledged for ticket in tickets)
    with pytest.raises(NotRecordedError, match="the log is closed"):
        writer.append(b"three")
    assert writer.recover() is None
    assert not disk.open_files
    reading = read_directory(disk, DIRECTORY).files["w0-00000001.seg"]
    assert (reading.records, reading.ending) == ((b"one", b"two"), Ending.CLOSED)


def test_closing_waits_no_longer_than_was_said(caplog: pytest.LogCaptureFixture) -> None:
    with Stuck("sync_data") as stuck:
        writer = impatient(SimulatedDisk(EMPTY, stuck))
        ticket = writer.append(b"one")
        begin = monotonic()
        writer.close()
        assert monotonic() - begin < LONG
        assert not ticket.is_acknowledged
        assert writer.status().unacknowledged == 1
    assert "no evidence is recorded: the disk did not answer within 0.05 seconds" in caplog.text


def test_another_process_may_not_write_into_the_same_file(
    on_disk: SegmentWriter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As a server does that opens the log and then forks: both would go on with the same number."""
    on_disk.append(b"one").wait()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(NotRecordedError, match="the log was opened by another process"):
            on_disk.append(b"two")
        with pytest.raises(NotRecordedError, match="the log was opened by another process"):
            on_disk.recover()
        on_disk.close()
    on_disk.append(b"three").wait()
    assert records(Disk(), tmp_path / "evidence" / "segments") == [b"one", b"three"]


def test_records_are_not_acknowledged_in_a_file_that_somebody_took_away(on_disk: SegmentWriter, tmp_path: Path) -> None:
    directory = tmp_path / "evidence" / "segments"
    on_disk.append(b"one").wait()
    (directory / "w0-00000001.seg").unlink()
    with pytest.raises(NotRecordedError, match=r"cannot find `w0-00000001\.seg`: no such file or directory"):
        on_disk.append(b"two").wait()
    directory.rmdir()
    assert on_disk.recover() == Outage("cannot find `w0-00000001.seg`: no such file or directory", 1, 0)
    on_disk.append(b"three").wait()
    assert records(Disk(), directory) == [b"three"]


def test_an_answer_of_the_disk_just_when_somebody_gives_up_is_an_answer(disk: SimulatedDisk) -> None:
    writer = writer_on(disk)
    ticket = writer.append(b"one")
    ticket.wait()
    writer._group._fail("too late", unless=ticket._batch)
    writer.append(b"two").wait()
    assert writer.status() == Status(None, 2, 0, 0)


def test_two_writers_of_one_name_never_share_a_file(disk: SimulatedDisk) -> None:
    """Nobody should do that; if it is done, at worst one of them fails for a moment."""
    one, two = (writer_on(disk, most_file_bytes=200) for _ in range(2))
    brought = []
    for number in range(12):
        for name, writer in (("one", one), ("two", two)):
            writer.recover()
            try:
                record = f"{name} {number}".encode() * 10
                writer.append(record).wait()
                brought.append(record)
            except NotRecordedError as error:
                assert "file exists" in str(error)  # noqa: PT017 - each may fail or not
    segments = read_directory(disk, DIRECTORY)
    assert set(brought) <= set(segments.records)
    assert Ending.DAMAGED not in {each.ending for each in segments.files.values()}
    assert len(brought) > 12


@pytest.mark.parametrize("size", [0, 65_536])
def test_a_record_that_no_entry_of_the_log_can_hold_is_refused(size: int, on_disk: SegmentWriter) -> None:
    with pytest.raises(ValueError, match=f"a record of {size} bytes; it may have 1 to 65535"):
        on_disk.append(bytes(size))
    on_disk.append(b"x" * 65_535).wait()
    assert on_disk.status() == Status(None, 1, 0, 0)


@pytest.mark.parametrize("name", ["", "W0", "../w0", "w0.seg", "w" * 33, "w 0"])
def test_a_worker_whose_name_is_no_part_of_a_file_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be part of the name of a file"):
        SegmentWriter(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_foresaw_ends_the_recording_and_is_no_silence(
    disk: SimulatedDisk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    writer = writer_on(disk)

    def broken(_files: SegmentFiles, _payloads: Sequence[bytes]) -> Reached:
        raise MemoryError

    monkeypatch.setattr(SegmentFiles, "commit", broken)
    with pytest.raises(NotRecordedError, match="recording broke down"):
        writer.append(b"secret").wait()
    assert "recording broke down" in caplog.text
    assert "secret" not in caplog.text
    monkeypatch.undo()
    assert writer.recover() == Outage("recording broke down", 1, 0)
    writer.append(b"two").wait()


def test_a_writer_without_a_thread_refuses_until_it_gets_one(
    disk: SimulatedDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", none_left)
        writer = writer_on(disk)
        with pytest.raises(NotRecordedError, match="no thread can be started"):
            writer.append(b"one")
    assert writer.recover() == Outage("no thread can be started", 0, 1)
    writer.append(b"two").wait()


def test_nobody_else_may_read_what_is_written(on_disk: SegmentWriter, tmp_path: Path) -> None:
    on_disk.append(b"one").wait()
    directory = tmp_path / "evidence" / "segments"
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (directory, directory.parent, *directory.iterdir())]
    assert modes == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("put", [lambda path: path.write_bytes(b"old"), lambda path: path.symlink_to("elsewhere")])
def test_a_new_file_is_never_an_old_one_or_a_link(put: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "w0-00000001.seg"
    put(path)
    with pytest.raises(FileExistsError):
        Disk().create(path)
    assert not (tmp_path / "elsewhere").exists()


def test_files_of_others_in_the_directory_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    (tmp_path / "w1-00000009.seg").write_bytes(Header("w1", 9, bytes(16)).encoded())
    writer = SegmentWriter(tmp_path, "w0", seconds=PATIENCE)
    assert writer.append(b"one").wait().file == "w0-00000001.seg"
    writer.close()
    assert set(read_directory(Disk(), tmp_path).files) == {"w0-00000001.seg", "w1-00000009.seg"}


def test_where_a_file_stands_no_directory_is_made(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"")
    with pytest.raises(OSError, match=r"exists|directory"):
        ensure_directory(Disk(), tmp_path / "evidence")
    writer = SegmentWriter(tmp_path / "evidence" / "segments", "w0", seconds=PATIENCE)
    assert "cannot make files in" in (writer.status().failure or "")


def test_directories_are_synced_up_to_where_another_file_system_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no further than a process may look: what it may not list it has not made."""
    synced: list[Path] = []
    disk = SimulatedDisk(EMPTY)
    monkeypatch.setattr(disk, "sync_directory", synced.append)
    monkeypatch.setattr(disk, "device", lambda path: len(path.parts) > 2)
    ensure_directory(disk, DIRECTORY)
    assert synced == [Path("/data/evidence")]

    def closed(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(disk, "sync_directory", closed)
    ensure_directory(disk, DIRECTORY)
    assert segment_writer.SECONDS < segment_writer.OPENING_SECONDS
