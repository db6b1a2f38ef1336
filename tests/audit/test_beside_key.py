"""Who can write the directory of the evidence, and has no key, has nothing signed that was not recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from compliance.audit.checkpoint import opened_checkpoint
from compliance.audit.note import PrivateKey
from compliance.audit.sealed_state import sealed_state_in
from compliance.audit.sealer import Sealer
from compliance.errors import EvidenceError
from tests.audit.disks import Image, SimulatedDisk
from tests.audit.seals import DIRECTORY, EMPTY, leaves_in, record, sealer, writer
from tests.audit.signing import LOG, ORIGIN

EVIL = PrivateKey(ORIGIN, bytes(range(7, 39)))
KEYS = Path("/data/evidence-key.pub")
BESIDE = Path("/data/evidence-key.checkpoint")
PAGES = [record("table", name, number) for number, name in enumerate("abc")]


def log_of(key: PrivateKey, *records: bytes) -> SimulatedDisk:
    """A node that sealed some records, each by itself, and has one more that waits."""
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    for each in records:
        worker.commit([each])
        Sealer(DIRECTORY, key, ORIGIN, disk=disk, patience=0).seal()
    worker.commit([record("table", "later", 99)])
    return disk


def replaced(old: SimulatedDisk, new: SimulatedDisk) -> Image:
    """The first node, with the log of the second in the place of its own."""
    parts = [str(DIRECTORY / each) for each in ("log", "sealed")]
    image = {path: data for path, data in old.live_image().items() if not str(path).startswith(tuple(parts))}
    image |= {path: data for path, data in new.live_image().items() if str(path).startswith(tuple(parts))}
    return image


def forged() -> Image:
    """A log without one page, that somebody else has signed and made to fit: key, segments, and all."""
    old, new = log_of(LOG, *PAGES), log_of(EVIL, *PAGES[1:])
    image = dict(replaced(old, new))
    path = DIRECTORY / "sealed/2.json"
    true = sealed_state_in(old.live_image()[DIRECTORY / "sealed/3.json"] or b"", 3)
    image[path] = replace(sealed_state_in(image[path] or b"", 2), segments=true.segments).encoded()
    image[DIRECTORY / "key.pub"] = f"{EVIL.public.vkey}\n{LOG.public.vkey}\n".encode()
    return image


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_log_that_somebody_else_signed_is_not_gone_on_with_whatever_keys_lie_beside_it(is_remembered: bool) -> None:
    image = dict(forged())
    if not is_remembered:
        del image[BESIDE]
    disk = SimulatedDisk(image)
    with pytest.raises(EvidenceError, match="is not to be trusted: no known key"):
        sealer(disk).seal()
    assert disk.live_image()[DIRECTORY / "log/checkpoint"] == image[DIRECTORY / "log/checkpoint"]


def test_a_sealer_that_runs_does_not_go_on_with_it_either() -> None:
    disk = log_of(LOG, *PAGES)
    found = sealer(disk)
    found.seal()
    for path, data in forged().items():
        if data is not None and path.is_relative_to(DIRECTORY / "log"):
            disk.entries.setdefault(path, None)
            node = SimulatedDisk({path: data}).entries[path]
            disk.entries[path] = node
    with pytest.raises(EvidenceError, match="is not to be trusted"):
        found.seal()


def test_an_old_copy_of_the_log_is_not_gone_on_with() -> None:
    old, new = log_of(LOG, *PAGES[:1]), log_of(LOG, *PAGES)
    image = replaced(new, old)
    with pytest.raises(EvidenceError, match=r"3 leaves were signed, .* the log has 1: it was cut back"):
        sealer(SimulatedDisk(image)).seal()


@pytest.mark.parametrize("size", [2, 3])
def test_another_log_that_the_same_key_signed_is_not_gone_on_with(size: int) -> None:
    old, other = log_of(LOG, *PAGES[:2]), log_of(LOG, *PAGES[:0:-1], *PAGES[:1])
    if size == 2:
        other = log_of(LOG, *PAGES[:0:-1])
    with pytest.raises(EvidenceError, match="is not the log of which 2 leaves were signed"):
        sealer(SimulatedDisk(replaced(old, other))).seal()


def test_a_log_whose_files_are_all_gone_is_not_begun_anew() -> None:
    image = log_of(LOG, *PAGES).live_image()
    left = {path: data for path, data in image.items() if not path.is_relative_to(DIRECTORY)}
    with pytest.raises(EvidenceError, match=r"there is a log, but .* is gone: .*; 3 leaves were signed"):
        sealer(SimulatedDisk({**left, DIRECTORY: None})).seal()


def test_a_log_from_before_anything_was_remembered_goes_on_and_is_remembered() -> None:
    image = dict(log_of(LOG, *PAGES).live_image())
    del image[BESIDE], image[KEYS]
    disk = SimulatedDisk(image)
    done = sealer(disk).seal()
    assert done.size == len(leaves_in(disk)) == 4
    assert disk.live_image()[BESIDE] == done.checkpoint
    assert disk.live_image()[KEYS] == f"{LOG.public.vkey}\n".encode()


def test_a_new_key_goes_on_with_the_log_once_the_former_one_is_on_the_list() -> None:
    image = dict(log_of(LOG, *PAGES).live_image())
    image[KEYS] = b""
    with pytest.raises(EvidenceError, match="if a former key of this log has signed it"):
        Sealer(DIRECTORY, EVIL, ORIGIN, disk=SimulatedDisk(image)).seal()
    image[KEYS] = f"{LOG.public.vkey}\n".encode()
    done = Sealer(DIRECTORY, EVIL, ORIGIN, disk=SimulatedDisk(image)).seal()
    assert done.findings == ()
    assert opened_checkpoint(done.checkpoint, ORIGIN, [EVIL.public]).checkpoint.size == 4


def test_a_key_beside_the_log_that_is_not_on_the_list_is_told_at_every_seal() -> None:
    image = dict(log_of(LOG, *PAGES).live_image())
    image[DIRECTORY / "key.pub"] = f"{LOG.public.vkey}\n{EVIL.public.vkey}\n".encode()
    found = sealer(SimulatedDisk(image))
    for _ in range(2):
        assert any("it is not trusted" in each for each in found.seal().findings)
