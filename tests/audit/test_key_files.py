"""The private key stays with its owner, and the public ones of a log are found beside it."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from compliance.audit.disk import Disk
from compliance.audit.key_files import PUBLIC, make_key, public_keys, publish, read_key
from compliance.errors import EvidenceError
from tests.audit.disks import SimulatedDisk
from tests.audit.signing import LOG, ORIGIN, WITNESS

DISK = Disk()


def test_a_new_key_is_read_again_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "evidence-key"
    assert read_key(path, DISK) is None
    made = make_key(path, ORIGIN, DISK)
    found = read_key(path, DISK)
    assert found is not None
    assert found.public == made.public
    assert found.sign(b"text") == made.sign(b"text")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith(f"PRIVATE+KEY+{ORIGIN}+")
    assert [each.name for each in path.parent.iterdir()] == ["evidence-key"]
    assert make_key(tmp_path / "other", ORIGIN, DISK).public != made.public


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "evidence-key"
    path.write_text(LOG.skey)
    path.chmod(0o600)
    with pytest.raises(EvidenceError, match="is there already"):
        make_key(path, ORIGIN, DISK)
    assert path.read_text() == LOG.skey


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644])
def test_a_key_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "evidence-key"
    path.write_text(LOG.skey)
    path.chmod(mode)
    with pytest.raises(EvidenceError, match="others than its owner may read"):
        read_key(path, DISK)


def test_a_key_behind_a_link_is_read_as_mounted_secrets_are(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{LOG.skey}\n")
    (tmp_path / "secret").chmod(0o400)
    (tmp_path / "link").symlink_to("secret")
    found = read_key(tmp_path / "link", DISK)
    assert found is not None
    assert found.public == LOG.public


@pytest.mark.parametrize(
    "text", ["", "x", LOG.skey[:-5], LOG.skey.replace("PRIVATE", "PUBLIC"), LOG.public.vkey, "\u00e4"]
)
def test_what_is_no_key_is_refused_without_a_word_of_it(text: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence-key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(EvidenceError) as found:
        read_key(path, DISK)
    assert str(found.value) == f"`{path}` is no private key as Go's `note` writes it"
    assert found.value.__suppress_context__, "a trace would show what was read"


def test_a_key_that_cannot_be_read_is_not_taken_for_a_missing_one() -> None:
    disk = SimulatedDisk({Path("/"): None, Path("/key"): LOG.skey.encode()})
    for number in (0, 1):
        disk.calls.clear()
        disk.fail_at = {number: errno.EIO}
        with pytest.raises(EvidenceError, match="cannot be read"):
            read_key(Path("/key"), disk)


def test_a_new_key_is_durable_or_not_there() -> None:
    for number in range(100):
        disk = SimulatedDisk({Path("/"): None})
        disk.fail_at = {number: errno.ENOSPC}
        try:
            made = make_key(Path("/data/key"), ORIGIN, disk)
        except EvidenceError:
            continue
        found = read_key(Path("/data/key"), SimulatedDisk(disk.image(disk.random)))
        assert found is not None
        assert found.public == made.public
        if number >= len(disk.calls):
            break
    assert number > 5


def test_public_keys_stand_beside_the_log_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    assert public_keys(tmp_path, DISK) == ()
    for key in (LOG, WITNESS, LOG):
        publish(tmp_path, key.public, DISK)
    assert public_keys(tmp_path, DISK) == (LOG.public, WITNESS.public)
    assert (tmp_path / PUBLIC).read_text() == f"{LOG.public.vkey}\n{WITNESS.public.vkey}\n"


def test_a_damaged_list_of_public_keys_is_an_error_and_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / PUBLIC).write_text("no key\n")
    with pytest.raises(EvidenceError):
        publish(tmp_path, LOG.public, DISK)
    assert (tmp_path / PUBLIC).read_text() == "no key\n"
