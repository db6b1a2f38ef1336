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
