"""What was erased is nowhere any more, the log is the same log, and says what is gone."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from compliance.audit.checkpoint import opened_checkpoint
from compliance.audit.compaction import compact
from compliance.audit.disk import Disk
from compliance.audit.erasing import Erased, Eraser
from compliance.audit.log_files import LogFiles
from compliance.audit.merkle import Frontier, leaf_hash
from compliance.audit.record import BodyRecord, ErasureRecord, OutcomeRecord, decode, encode
from compliance.audit.sealed_views import SealedViews
from compliance.audit.sealer import Sealer
from compliance.audit.segment_file import SegmentFiles
from compliance.audit.segment_writer import SegmentWriter
from compliance.audit.table import Row
from compliance.audit.tiles import TileHashes
from compliance.audit.views import VIEWS
from compliance.errors import EvidenceError
from tests.audit.disks import Image, SimulatedDisk
from tests.audit.logs import body_of, outcome
from tests.audit.seals import DIRECTORY, EMPTY, record, sealer, writer
from tests.audit.signing import LOG, ORIGIN
from tests.examples import step

TODAY = date(2026, 3, 2)
SAID = b"somebody-who-asked"


def node(size: int = 300, place: int = 7) -> tuple[Image, int]:
    """A log with a leaf that is to be erased, its number, and what superseded bundles there are."""
    disk = SimulatedDisk(EMPTY)
    worker, found = writer(disk), sealer(disk)
    records = [record("table", str(number), number) for number in range(size)]
    records[place] = record("table", SAID.decode(), 1)
    for first in range(0, size, 50):
        worker.commit(records[first : first + 50])
        found.seal()
    worker.close()
    found.seal()
    return disk.live_image(), leaves(disk).index(records[place])


def leaves(disk: Disk, directory: Path = DIRECTORY) -> list[bytes]:
    """The leaves of a log whose tiles have the root that was signed, whatever was erased."""
    files = LogFiles(directory, disk)
    note = files.checkpoint()
    assert note is not None
    head = opened_checkpoint(note, ORIGIN, [LOG.public]).checkpoint
    hashes = TileHashes(head.size, files.tile)
    assert Frontier.of(head.size, hashes).root() == head.root
    found = [entry for _, entry in files.entries()]
    assert all(hashes(0, number) == leaf_hash(entry) for number, entry in enumerate(found) if entry)
    return found


def erased(disk: SimulatedDisk, *numbers: int) -> Erased:
    return Eraser(DIRECTORY, sealer(disk), disk=disk).erase(numbers, "they asked for it", TODAY, "desk")


def where(disk: SimulatedDisk) -> list[str]:
    """The files in which it still is, as processes see them or as the disk has them."""
    held = [each for each in disk.entries.items() if each[1] is not None]
    return [str(path) for path, inode in held if inode and (SAID in inode.seen or SAID in inode.kept)]


@pytest.mark.parametrize("place", [7, 299])
def test_the_bytes_are_nowhere_the_hash_stays_and_a_leaf_says_so(place: int) -> None:
    image, number = node(place=place)
    disk = SimulatedDisk(image)
    before = leaves(disk)
    assert where(disk)
    done = erased(disk, number)
    assert done == Erased((number,), (), 301, ())
    after = leaves(disk)
    assert after[number] == b""
    assert [*after[:number], before[number], *after[number + 1 : 300]] == before
    said = decode(after[300])
    assert isinstance(said, ErasureRecord)
    assert (said.leaves, said.hashes) == ((number,), (leaf_hash(before[number]).hex(),))
    assert (said.reason, said.by, said.day) == ("they asked for it", "desk", TODAY)
    assert where(disk) == []


def test_what_was_replaced_is_overwritten_before_it_goes() -> None:
    image, number = node()
    disk = SimulatedDisk(image)
    old = [inode for inode in disk.entries.values() if inode is not None and SAID in inode.seen]
    erased(disk, number)
    assert old
    assert all(not any(inode.seen) for inode in old)


def test_a_compressed_bundle_and_superseded_partial_ones_lose_it_too() -> None:
    image, number = node(size=600)
    disk = SimulatedDisk(image)
    compact(DIRECTORY, disk=disk)
    erased(disk, number)
    assert leaves(disk)[number] == b""
    assert disk.names(DIRECTORY / "log/tile/entries")[:2] == ["000.gz", "001.gz"]
    files = LogFiles(DIRECTORY, disk)
    assert SAID not in b"".join(entry for _, entry in files.entries())
    image, number = node(size=200)
    disk = SimulatedDisk(image)
    assert len(where(disk)) == 4, "the partial bundles of four seals"
    erased(disk, number)
    assert where(disk) == []


def test_the_log_grows_behind_what_was_erased_and_a_table_may_come_again() -> None:
    image, number = node(size=10)
    disk = SimulatedDisk(image)
    erased(disk, number)
    again = record("table", SAID.decode(), 2)
    writer(disk).commit([again, record("table", "new")])
    assert sealer(disk).seal().added == 2
    assert again in leaves(disk)


class Watched(Disk):
    """Has something done before bytes are overwritten."""

    def __init__(self, before: Callable[[], object]) -> None:
        self.before = before

    def blank(self, descriptor: int) -> None:
        self.before()
        super().blank(descriptor)


def test_a_sealer_that_runs_knows_at_once_what_another_process_has_erased(tmp_path: Path) -> None:
    """Between the leaf that says it and the bytes that go nobody seals, or it would take what is erased for there."""
    directory, tried = tmp_path / "evidence", []
    worker = SegmentFiles(Disk(), directory / "segments", "w1", 10**6, None)
    worker.open()
    running = Sealer(directory, LOG, ORIGIN, patience=0)
    worker.commit([record("table", "one", 1), record("table", "two", 2)])
    running.seal()

    def seal_meanwhile() -> None:
        with pytest.raises(EvidenceError, match="another process has been at work"):
            running.seal()
        tried.append(1)

    Eraser(directory, Sealer(directory, LOG, ORIGIN), disk=Watched(seal_meanwhile)).erase([0, 1], "asked for", TODAY)
    assert tried
    worker.commit([record("table", "one", 3)])
    assert running.seal().added == 1
    worker.close()
    worker.let_go()


def test_who_erases_twice_says_it_once() -> None:
    image, number = node(size=10)
    disk = SimulatedDisk(image)
    erased(disk, number)
    assert erased(disk, number) == Erased((), (number,), 11, ())
    assert erased(disk, number, (number + 1) % 10).leaves == ((number + 1) % 10,)


def test_what_stands_beside_the_log_goes_too() -> None:
    disk = SimulatedDisk(EMPTY)
    body = record("table", SAID.decode() * 10)
    name = LogFiles(DIRECTORY, disk).put_blob(body)
    leaf = BodyRecord(nonce="0" * 32, day=TODAY, of="table", sha256=name, size=len(body))
    writer(disk).commit([encode(leaf)])
    sealer(disk).seal()
    assert where(disk)
    erased(disk, 0)
    assert where(disk) == []
    assert disk.names(DIRECTORY / "blobs" / name[:2]) == []


def test_a_copy_that_a_worker_still_has_is_told_and_goes_with_its_file() -> None:
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    worker.commit([record("table", SAID.decode(), 1)])
    other = writer(disk, "w1")
    other.commit([record("table", SAID.decode(), 2)])
    sealer(disk).seal()
    findings = erased(disk, 0).findings
    assert [each.split()[0] for each in findings] == ["`w0-00000001.seg`", "`w1-00000001.seg`"]
    worker.close()
    other.close()
    sealer(disk).seal()
    assert where(disk) == []


@pytest.mark.parametrize("wrong", [10, 99, -1])
def test_a_leaf_that_is_not_there_is_refused_and_nothing_happens(wrong: int) -> None:
    image, number = node(size=10)
    disk = SimulatedDisk(image)
    with pytest.raises(EvidenceError, match=f"has 10 leaves, from 0 on, and none with the number {wrong}"):
        erased(disk, number, wrong)
    assert len(leaves(disk)) == 10
    assert where(disk)


def test_what_says_that_leaves_were_erased_and_what_tables_name_cannot_be_erased() -> None:
    image, number = node(size=10)
    disk = SimulatedDisk(image)
    erased(disk, number)
    with pytest.raises(EvidenceError, match="leaf 10 is of the kind `erasure`, which others rely on"):
        erased(disk, 10)
    rows = (Row(notices=()),)
    writer(disk).commit([encode(OutcomeRecord(nonce="0" * 32, day=TODAY, rows=rows, elsewhere=0, unknown=0))])
    with pytest.raises(EvidenceError, match="leaf 11 is of the kind `outcome`"):
        erased(disk, 11)
    stub, body = body_of(outcome(2), 91)
    LogFiles(DIRECTORY, disk).put_blob(body)
    writer(disk).commit([encode(stub)])
    with pytest.raises(EvidenceError, match="leaf 12 is of the kind `outcome`"):
        erased(disk, 12)


def test_a_reason_that_no_leaf_holds_is_refused_before_anything_happens() -> None:
    image, number = node(size=10)
    disk = SimulatedDisk(image)
    eraser = Eraser(DIRECTORY, sealer(disk), disk=disk)
    with pytest.raises(EvidenceError, match="nothing was erased: the reason is too long"):
        eraser.erase([number], "x" * 70_000, TODAY)
    assert leaves(disk)[number]


def test_a_crash_at_any_call_leaves_a_log_in_which_it_can_be_erased_again() -> None:
    image, number = node(size=260)
    moments: list[Image] = []
    disk = SimulatedDisk(image)
    disk.before = lambda _: moments.extend((disk.live_image(), disk.image(disk.random)))
    erased(disk, number)
    assert len(moments) > 100
    for each in moments[:: 3 * step(3)]:
        after = SimulatedDisk(each)
        found = leaves(after)
        said = [decode(leaf) for leaf in found[260:]]
        assert found[number] or isinstance(said[0], ErasureRecord), "no bytes go before the log says so"
        erased(after, number)
        assert leaves(after)[number] == b""
        assert [path for path in where(after) if not path.endswith(".new")] == []


def test_a_disk_that_fails_is_an_error_and_the_log_stays_sound() -> None:
    image, number = node(size=10)
    disk = SimulatedDisk(image)
    erased(disk, number)
    for stop in range(0, len(disk.calls), 1 + step(4)):
        broken = SimulatedDisk(image)
        broken.fail_at = {stop: errno.EIO}
        with contextlib.suppress(EvidenceError):
            erased(broken, number)
        broken.fail_at = {}
        leaves(broken)
        erased(broken, number)
        assert leaves(broken)[number] == b""


def test_the_views_forget_it_too(tmp_path: Path) -> None:
    files = LogFiles(tmp_path)
    found = Sealer(tmp_path, LOG, ORIGIN, views=SealedViews(files))
    disk = Disk()
    worker = SegmentWriter(tmp_path / "segments", "w0")
    verdict = record("verdict", SAID.decode(), by="a reviewer", facts={})
    worker.append(verdict).wait()
    worker.close()
    found.seal()
    assert _holding(tmp_path)
    done = Eraser(tmp_path, found).erase([0], "they asked for it", TODAY)
    assert done.findings == ()
    assert _holding(tmp_path) == []
    assert SealedViews(files).size() == 2
    assert leaves(disk, tmp_path)[0] == b""
    assert (tmp_path / VIEWS).exists()


def _holding(directory: Path) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file() and SAID in path.read_bytes()]
