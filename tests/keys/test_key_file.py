"""The file of keys: read or refused, written whole or not at all, for its owner only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from compliance.audit.disk import Disk
from compliance.errors import ConfigError
from compliance.keys.hashing import OF_NOTHING, hashed, is_hash, is_hash_of
from compliance.keys.key_file import change, read_keys
from tests.keys.made import TODAY, filed, kept, key, secret

CALLS = ("device", "sync_directory", "make_directory", "locked", "create", "write", "sync", "close", "rename", "chance")


class KilledError(BaseException):
    """The process ends here."""


class Failing(Disk):
    """A true disk, of which one call fails or is never done."""

    def __init__(self, number: int, error: BaseException) -> None:
        self.left, self.error = number, error
        for name in CALLS:
            setattr(self, name, self._counted(getattr(super(), name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                if call.__name__ == "close":  # the system closes what a process leaves open
                    call(*given)
                raise self.error
            return call(*given)

        return counted


def test_what_was_written_is_read_and_nobody_else_may(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    keys = (key("radio123", "check", letters="ab", rate=5), key("other123", "audit", "report", revoked=TODAY))
    assert change(path, lambda before: (*before, *keys)) == keys
    assert read_keys(path) == keys
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {each.name for each in path.parent.iterdir()} == {"keys.json", ".keys.json.lock"}


def test_no_file_is_no_keys_and_an_empty_one_is_damaged(tmp_path: Path) -> None:
    assert read_keys(tmp_path / "keys.json") is None
    assert read_keys(tmp_path / "nowhere" / "keys.json") is None
    assert read_keys(filed(tmp_path / "none.json")) == ()
    (tmp_path / "empty.json").write_bytes(b"")
    os.chmod(tmp_path / "empty.json", 0o600)
    with pytest.raises(ConfigError, match="is no file of keys, or it is damaged"):
        read_keys(tmp_path / "empty.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o777])
def test_a_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = filed(tmp_path / "keys.json", key())
    os.chmod(path, mode)
    with pytest.raises(ConfigError) as raised:
        read_keys(path)
    assert str(raised.value) == f"others than its owner may read the keys in `{path}`: make it 0600"


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_link_to_a_file_of_ones_own_is_followed(tmp_path: Path, mode: int) -> None:
    path = filed(tmp_path / "true.json", key())
    os.chmod(path, mode)
    (tmp_path / "keys.json").symlink_to(path)
    assert read_keys(tmp_path / "keys.json") == (key(),)


def test_a_change_through_a_link_leaves_the_link(tmp_path: Path) -> None:
    path = filed(tmp_path / "true.json", key())
    link = tmp_path / "keys.json"
    link.symlink_to(path)
    change(link, lambda _: ())
    assert link.is_symlink()
    assert read_keys(path) == ()


def test_a_pipe_or_a_directory_in_its_place_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "directory").mkdir(0o700)
    for name in ("pipe", "directory"):
        with pytest.raises(ConfigError, match=r"no file of keys|is a directory"):
            read_keys(tmp_path / name)


def _changed(**more: Any) -> Any:
    first = {
        "id": "radio123",
        "name": "x",
        "scopes": ["check"],
        "created": "2026-03-01",
        "secrets": [{"begins": "aaaaaa", "hash": OF_NOTHING, "created": "2026-03-01"}],
    }
    return {"format": 1, "keys": [{**first, **more}]}


def _secret(**more: Any) -> Any:
    return _changed(secrets=[{"begins": "aaaaaa", "hash": OF_NOTHING, "created": "2026-03-01", **more}])


DAMAGED: dict[str, Any] = {
    "not JSON": b"{",
    "half a letter": b'"\xff"',
    "a list": [],
    "depth": b"[" * 100_000,
    "no format": {"keys": []},
    "no keys": {"format": 1},
    "another version": {"format": 2, "keys": []},
    "more than there is": {"format": 1, "keys": [], "open": True},
    "an id that is none": _changed(id="Radio123"),
    "an id that is a path": _changed(id="../../ab"),
    "no name": _changed(name=" "),
    "a name over two lines": _changed(name="a\nb"),
    "no scopes": _changed(scopes=[]),
    "a scope that is none": _changed(scopes=["check", "root"]),
    "a day that is none": _changed(last_day="2026-02-30"),
    "a rate of nothing": _changed(rate=0),
    "a rate below nothing": _changed(rate=-1),
    "a rate that is a truth": _changed(rate=True),
    "a beginning that is too short": _secret(begins="a"),
    "a beginning that is nothing": _secret(begins=""),
    "a hash of another kind": _secret(hash=OF_NOTHING.replace("argon2id", "argon2i")),
    "a hash that takes a terabyte": _secret(hash=OF_NOTHING.replace("m=19456", "m=999999999")),
    "a hash that takes for ever": _secret(hash=OF_NOTHING.replace("t=2", "t=4294967295")),
    "a secret as it is": _secret(hash=secret("a")),
    "one id twice": {"format": 1, "keys": _changed()["keys"] * 2},
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_file_is_refused_and_nothing_of_it_is_told(tmp_path: Path, case: str) -> None:
    path, data = tmp_path / "keys.json", DAMAGED[case]
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    os.chmod(path, 0o600)
    with pytest.raises(ConfigError) as raised:
        read_keys(path)
    assert f"`{path}`" in str(raised.value)
    assert not {"argon2", "aaaaaa", "root", "Radio"} & set(str(raised.value).replace("`", " ").split())
    assert "argon2" not in str(raised.value)
    with pytest.raises(ConfigError):  # and no command writes over it
        change(path, lambda _: ())
    assert path.read_bytes() == (data if isinstance(data, bytes) else json.dumps(data).encode())


def test_what_is_not_damaged_is_read(tmp_path: Path) -> None:
    """Else the cases above would be refused for another reason."""
    path = tmp_path / "keys.json"
    path.write_bytes(json.dumps(_changed()).encode())
    os.chmod(path, 0o600)
    assert [each.id for each in read_keys(path) or ()] == ["radio123"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KilledError()], ids=["fails", "is killed"])
def test_whatever_happens_while_it_is_written_the_old_keys_or_the_new_ones_are_there(
    tmp_path: Path, error: BaseException
) -> None:
    path = filed(tmp_path / "data" / "keys.json", key("older123"))
    ends, told = set(), set[str]()
    for number in range(1, 60):
        disk = Failing(number, error)
        before = read_keys(path)
        new = (key(f"new{number:05}"),)
        try:
            change(path, lambda _, new=new: new, disk)  # type: ignore[misc]
        except (ConfigError, KilledError) as raised:
            told.add(str(raised))
        found = read_keys(path)
        assert found in (before, new)
        assert path.stat().st_mode & 0o777 == 0o600
        ends.add((found == new, disk.left > 0))
        if disk.left > 0:  # nothing was left to fail
            break
    assert {(False, False), (True, False), (True, True)} <= ends
    assert told == {str(error) and f"the keys in `{path}` cannot be written: no space left on device"}


def test_commands_at_once_lose_no_key(tmp_path: Path) -> None:
    path, ids = tmp_path / "keys.json", [f"caller{each:02}" for each in range(12)]
    commands = [Thread(target=change, args=(path, lambda before, id_=id_: (*before, key(id_)))) for id_ in ids]
    for each in commands:
        each.start()
    for each in commands:
        each.join()
    assert sorted(each.id for each in read_keys(path) or ()) == ids


def test_a_command_waits_for_another_one_and_says_so_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.keys.key_file.PATIENCE", 0.05)
    path = filed(tmp_path / "keys.json", key())
    held = Disk().locked(tmp_path / ".keys.json.lock")
    assert held is not None
    with pytest.raises(ConfigError, match=r"another command has been changing"):
        change(path, lambda _: ())
    Disk().close(held)
    assert change(path, lambda _: ()) == ()


def test_a_hash_is_of_its_secret_alone_and_of_no_form_but_its_own() -> None:
    found = hashed(secret("a"))
    assert is_hash(found)
    assert is_hash(OF_NOTHING)
    assert found != hashed(secret("a"))
    assert is_hash_of(found, secret("a"))
    assert not is_hash_of(found, secret("b"))
    assert not is_hash_of(OF_NOTHING, secret("a"))
    assert not is_hash_of("$argon2id$v=19$m=8,t=1,p=1$x", secret("a"))
    assert not is_hash_of("", secret("a"))
    assert OF_NOTHING.split("$")[3] == found.split("$")[3]  # what it takes


def test_nothing_that_is_kept_shows_a_secret(tmp_path: Path) -> None:
    path = filed(tmp_path / "keys.json", key())
    assert secret("a") not in path.read_text(encoding="utf-8") + repr(kept("a")) + repr(key())
