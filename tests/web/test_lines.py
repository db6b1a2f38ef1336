"""Lines that wait in memory: whole, in the end all written or counted, and nobody who answers waits for them."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.web.lines import Lines
from tests.web.process import eventually

NEVER = 3600.0
"""Only somebody who asks has lines written."""
FULL = Path("/dev/full")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def lines(path: Path) -> Iterator[Lines]:
    found = Lines(str(path), every=NEVER)
    yield found
    found.close()


def line(number: int) -> bytes:
    return b'{"event":"request","number":%d}\n' % number


def test_lines_wait_and_are_written_in_their_order_and_as_often_as_was_said(lines: Lines, path: Path) -> None:
    lines.add(line(1))
    lines.add(line(2), 3)
    assert not path.exists()
    lines.flush()
    assert path.read_bytes() == line(1) + 3 * line(2)
    assert (lines.written, lines.dropped) == (4, 0)


def test_a_line_waits_no_longer_than_was_said(path: Path) -> None:
    lines = Lines(str(path), every=0.01)
    lines.add(line(1))
    assert eventually(lambda: path.exists() and path.read_bytes() == line(1))
    lines.close()


@pytest.mark.parametrize("many", [1, 8_192])
def test_whoever_is_in_a_hurry_or_has_many_does_not_wait(lines: Lines, path: Path, many: int) -> None:
    for _ in range(many):
        lines.add(line(1))
    if many == 1:
        lines.hurry()
    assert eventually(lambda: lines.written == many)


def test_at_the_end_all_that_waits_is_written(path: Path) -> None:
    lines = Lines(str(path), every=NEVER)
    lines.add(line(1), 1000)
    lines.close()
    assert path.read_bytes() == 1000 * line(1)


def test_what_is_gathered_elsewhere_is_asked_for_first(path: Path) -> None:
    gathered: list[Lines] = []

    def before() -> None:
        for each in gathered:
            each.add(line(7))

    lines = Lines(str(path), before=before, every=NEVER)
    gathered.append(lines)
    lines.flush()
    gathered.clear()
    assert path.read_bytes() == line(7)
    lines.close()


def test_a_file_that_was_moved_away_is_made_anew_and_nobody_has_to_be_told(lines: Lines, path: Path) -> None:
    lines.add(line(1))
    lines.flush()
    path.rename(path.with_suffix(".1"))
    lines.add(line(2))
    lines.flush()
    assert (path.with_suffix(".1").read_bytes(), path.read_bytes()) == (line(1), line(2))


def test_others_may_not_read_it_unless_their_group_may(lines: Lines, path: Path) -> None:
    lines.add(line(1))
    lines.flush()
    assert path.stat().st_mode & 0o137 == 0


@pytest.mark.skipif(not FULL.exists(), reason="there is no such device here")
def test_a_full_disk_costs_lines_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    lines = Lines(str(FULL), every=NEVER)
    for _ in range(3):
        lines.add(line(1), 5)
        lines.flush()
    assert (lines.written, lines.dropped) == (0, 15)
    (record,) = caplog.records
    assert record.getMessage() == "lines of `/dev/full` are dropped: no space left on device"
    lines.close()


def test_it_is_told_again_after_it_was_well(lines: Lines, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for is_there in (False, True, False):
        if is_there:
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
            path.mkdir()
        lines.add(line(1))
        lines.flush()
    assert [record.getMessage() for record in caplog.records] == [f"lines of `{path}` are dropped: is a directory"] * 2
    assert (lines.written, lines.dropped) == (1, 2)


def test_of_a_write_that_is_cut_short_whole_lines_count_and_the_next_one_begins_anew(
    lines: Lines, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda number, data: real(number, data[: len(line(1)) + 4]))
        lines.add(line(1), 3)
        lines.flush()
    assert (lines.written, lines.dropped) == (1, 2)
    lines.add(line(2))
    lines.flush()
    assert path.read_bytes() == line(1) + line(1)[:4] + b"\n" + line(2)


def test_where_too_many_wait_more_are_dropped_and_nobody_waits(path: Path) -> None:
    lines = Lines(str(path), every=NEVER, most=10)
    for number in range(25):
        lines.add(line(number))
    assert lines.dropped == 15
    lines.close()
    assert path.read_bytes() == b"".join(map(line, range(10)))


def test_whoever_adds_does_not_wait_for_a_reader_that_takes_nothing() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, True)
    lines = Lines(writer, every=0.01, most=100)
    begin = time.monotonic()
    for _ in range(100):
        lines.add(line(1), 100)
    assert eventually(lambda: not lines._waiting)
    for _ in range(300):
        lines.add(line(2), 100)
    assert time.monotonic() - begin < 20
    assert lines.dropped > 0
    threading.Thread(target=drained, args=(reader,), daemon=True).start()
    lines.close()
    os.close(writer)


def drained(reader: int) -> None:
    while os.read(reader, 1 << 16):
        pass
    os.close(reader)


def test_to_a_pipe_lines_go_in_parts_that_nobody_can_come_between() -> None:
    reader, writer = os.pipe()
    lines = Lines(writer, every=NEVER)
    sizes: list[int] = []
    real = os.write

    def write(number: int, data: bytes) -> int:
        sizes.append(len(data))
        return real(number, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        lines.add(line(1), 400)
        lines.add(b"x" * 5000 + b"\n")
        lines.add(line(2), 10)
        lines.flush()
    found = os.read(reader, 1 << 16)
    assert found == 400 * line(1) + b"x" * 5000 + b"\n" + 10 * line(2)
    assert [size for size in sizes if size > 4096] == [5001]
    lines.close()
    os.close(reader)
    os.close(writer)


def test_several_writers_of_one_file_leave_whole_lines(path: Path) -> None:
    """Each opens the file for itself, as several processes do."""
    writers = [Lines(str(path), every=0.002) for _ in range(4)]

    def work(own: Lines, number: int) -> None:
        for _ in range(500):
            own.add(b"%d" % number * 200 + b"\n")

    threads = [threading.Thread(target=work, args=(own, number)) for number, own in enumerate(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in writers:
        each.close()
    found = path.read_bytes().splitlines()
    assert len(found) == 2000
    assert all(len(each) == 200 and len(set(each)) == 1 for each in found)
    assert sum(each.written for each in writers) == 2000


def test_what_another_process_is_writing_is_no_line_that_was_cut_off(path: Path) -> None:
    """While it writes the file ends in the middle of its line."""
    with path.open("ab", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        other.write(line(1)[:7])
        lines = Lines(str(path), every=NEVER)
        lines.add(line(2))
        flush = threading.Thread(target=lines.flush)
        flush.start()
        flush.join(0.05)
        other.write(line(1)[7:])
    flush.join()
    assert path.read_bytes() == line(1) + line(2)
    lines.close()


def test_who_keeps_the_file_locked_keeps_nobody_from_writing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compliance.web.lines._PATIENCE", 0.01)
    with path.open("ab", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        lines = Lines(str(path), every=NEVER)
        lines.add(line(1))
        lines.flush()
        assert path.read_bytes() == line(1)
        lines.close()


def test_where_there_are_no_locks_lines_are_written_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    path.write_bytes(line(1)[:7])
    lines = Lines(str(path), every=NEVER)
    lines.add(line(2))
    lines.flush()
    assert path.read_bytes() == line(1)[:7] + b"\n" + line(2)
    lines.close()


def test_lines_of_many_threads_are_all_written(lines: Lines, path: Path) -> None:
    def work() -> None:
        for number in range(2000):
            lines.add(line(number % 7))
            if number % 500 == 0:
                lines.flush()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.flush()
    assert path.read_bytes().count(b"\n") == lines.written == 8000


def test_whatever_goes_wrong_lines_are_written_again_later(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trouble = [True]

    def before() -> None:
        if trouble:
            raise ValueError

    lines = Lines(str(path), before=before, every=0.01)
    lines.add(line(1))
    assert eventually(lambda: "something went wrong here" in caplog.text)
    trouble.clear()
    assert eventually(lambda: lines.written == 1)
    lines.close()
