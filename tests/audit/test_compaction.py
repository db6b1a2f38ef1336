"""A compacted log is the same log in fewer bytes, wherever compacting was broken off."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from compliance.audit.compaction import Compacted, compact
from compliance.audit.compressed import packed
from compliance.audit.disk import Disk
from compliance.audit.locking import alone
from compliance.audit.log_files import LogFiles
from compliance.errors import EvidenceError
from tests.audit.disks import Image, SimulatedDisk
from tests.audit.seals import DIRECTORY, EMPTY, leaves_in, record, sealer, writer
from tests.examples import step

BUNDLES = DIRECTORY / "log/tile/entries"
SIZE = 600


def sealed(size: int = SIZE) -> Image:
    disk = SimulatedDisk(EMPTY)
    writer(disk).commit([record("table", f"a page that is called {number}", number) for number in range(size)])
    sealer(disk).seal()
    return disk.live_image()


def test_full_bundles_are_compressed_and_nothing_else_changes() -> None:
    disk = SimulatedDisk(sealed())
    before = leaves_in(disk)
    told: list[int] = []
    done = compact(DIRECTORY, disk=disk, progress=told.append)
    assert done.bundles == sum(told) == 2
    assert done.packed_bytes < done.raw_bytes / 3
    assert disk.names(BUNDLES) == ["000.gz", "001.gz", "002.p"]
    assert leaves_in(disk) == before
    assert compact(DIRECTORY, disk=disk) == Compacted()
    writer(disk).commit([record("table", "one more")])
    assert sealer(disk).seal().added == 1
    assert leaves_in(disk)[:-1] == before


def test_the_same_log_has_the_same_bytes_wherever_it_is_compacted() -> None:
    image = sealed()
    found = []
    for _ in range(2):
        disk = SimulatedDisk(image)
        compact(DIRECTORY, disk=disk)
        found.append({path.name: data for path, data in disk.live_image().items() if path.suffix == ".gz"})
    assert found[0] == found[1]


def test_a_power_cut_or_a_kill_at_any_call_leaves_a_log_that_is_compacted_further() -> None:
    image = sealed()
    before = leaves_in(SimulatedDisk(image))
    moments: list[Image] = []
    disk = SimulatedDisk(image)
    disk.before = lambda _: moments.extend((disk.live_image(), disk.image(disk.random)))
    compact(DIRECTORY, disk=disk)
    assert len(moments) > 40
    for each in moments[:: step(3)]:
        after = SimulatedDisk(each)
        assert leaves_in(after) == before
        compact(DIRECTORY, disk=after)
        assert [name for name in after.names(BUNDLES) if not name.endswith(".new")] == ["000.gz", "001.gz", "002.p"]
        assert leaves_in(after) == before


def test_a_raw_bundle_beside_a_compressed_one_counts_and_is_compressed_again() -> None:
    disk = SimulatedDisk(sealed())
    before = leaves_in(disk)
    LogFiles(DIRECTORY, disk).write([("log/tile/entries/000.gz", packed(b"older"))])
    assert leaves_in(disk) == before
    assert compact(DIRECTORY, disk=disk).bundles == 2
    assert leaves_in(disk) == before


def test_a_disk_that_fails_is_an_error_and_takes_nothing() -> None:
    image = sealed()
    calls = _calls(image, lambda disk: compact(DIRECTORY, disk=disk))
    for number, call in enumerate(calls):
        disk = SimulatedDisk(image)
        disk.fail_at = {number: errno.EIO}
        if call != "close":
            with pytest.raises(EvidenceError):
                compact(DIRECTORY, disk=disk, patience=0)
        disk.fail_at = {}
        assert len(leaves_in(disk)) == SIZE


def _calls(image: Image, work: Callable[[SimulatedDisk], object]) -> Sequence[str]:
    disk = SimulatedDisk(image)
    work(disk)
    return [*disk.calls]


def test_compacting_waits_for_whoever_seals(tmp_path: Path) -> None:
    for path, data in sealed().items():
        if data is not None:
            target = tmp_path / path.relative_to("/data")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    with alone(Disk(), tmp_path / "evidence"), pytest.raises(EvidenceError, match="another process"):
        compact(tmp_path / "evidence", patience=0.05)
    assert compact(tmp_path / "evidence", patience=0.05).bundles == 2
