"""What somebody else put among the tiles keeps nothing from being sealed."""

from __future__ import annotations

import pytest

from tests.audit.disks import SimulatedDisk
from tests.audit.seals import DIRECTORY, EMPTY, leaves_in, record, sealed_all, sealer, writer


@pytest.mark.parametrize("name", ["foo.p", "1.p", "000.p.p", "x1", "999x.p"])
def test_a_stranger_among_the_tiles_keeps_nothing_from_being_sealed(name: str) -> None:
    disk = SimulatedDisk(EMPTY)
    files = writer(disk)
    files.commit([record("table", "one")])
    sealed_all(sealer(disk))
    disk.make_directory(DIRECTORY / "log/tile" / name)
    files.commit([record("table", "two")])
    assert sealed_all(sealer(disk)).size == 2
    assert len(leaves_in(disk)) == 2


def test_a_file_that_another_sealer_took_away_raises_no_alarm() -> None:
    disk = SimulatedDisk(EMPTY)
    files, one, other = writer(disk), sealer(disk), sealer(disk)
    files.commit([record("table", "one")])
    sealed_all(one)
    files.close()
    files.let_go()
    assert sealed_all(other).findings == ()
    assert disk.names(DIRECTORY / "segments") == []
    assert sealed_all(one).findings == ()
