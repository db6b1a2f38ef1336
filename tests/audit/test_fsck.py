"""What a crash left is taken away, nothing else is, and where anything is damaged nothing is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.audit.disk import Disk
from compliance.audit.finding import Grade
from compliance.audit.fsck import fsck
from compliance.audit.record import encode
from compliance.audit.sealer import Sealer
from compliance.audit.verify import verify
from compliance.cli import main
from compliance.errors import EvidenceError
from tests.audit.logs import RULES, Files, blob, compressed, evidence, growth, log_of, mode, written
from tests.audit.signing import LOG, ORIGIN
from tests.audit.trees import changed
from tests.examples import step

SMALL = evidence()
KEY = [LOG.public.vkey]
OF_THE_NEXT_SEAL = {"seal-unfinished", "segment-sealed", "unsealed-tile"}
ORPHAN = blob(encode(mode(77)))


def files_in(directory: Path) -> Files:
    paths = (each for each in directory.rglob("*") if each.is_file())
    return {each.relative_to(directory).as_posix(): each.read_bytes() for each in paths}


def left(directory: Path) -> set[str]:
    report = verify(directory, KEY)
    assert report.is_sound
    return {each.check for each in report.findings}


@pytest.mark.parametrize(("before", "after"), [(0, 3), (3, 5), (250, 300)])
def test_what_a_seal_left_is_taken_away_and_the_next_seal_goes_on(before: int, after: int, tmp_path: Path) -> None:
    for number, state in list(enumerate(growth(before, after)))[:: step(3)]:
        directory = written(tmp_path / str(number), state)
        signed = {path: data for path, data in state.items() if path.startswith(("segments", "key", "log/checkpoint"))}
        found = fsck(directory, KEY)
        assert found.report.is_sound
        assert left(directory) <= OF_THE_NEXT_SEAL
        assert files_in(directory).items() >= signed.items()
        if any(
            each.check == "seal-unfinished" for each in found.left
        ):  # the next seal signs these tiles, and no others
            tiles = {path for path in state if path.startswith("log/tile/") and not path.endswith(".new")}
            assert tiles <= files_in(directory).keys()
        Sealer(directory, LOG, ORIGIN).seal()
        assert left(directory) == set()
        assert verify(directory, KEY).size == after


@pytest.mark.parametrize(
    "more",
    [
        {"log/tile/0/.000.01234567.new": b"x"},
        {"sealed/2.json": b"x"},
        dict([ORPHAN]),
        {"log/tile/0/000.p/77": SMALL["log/tile/0/000.p/9"] + bytes(68 * 32)},
        {f"blobs/aa/.{'aa' * 32}.01234567.new": b"x"},
    ],
)
def test_what_is_left_over_is_taken_away_and_nothing_else(more: Files, tmp_path: Path) -> None:
    files = {**SMALL, **more}
    directory = written(tmp_path / "a", files)
    found = fsck(directory, KEY)
    assert {each.path for each in found.repairs} == files.keys() - SMALL.keys()
    assert files_in(directory) == SMALL
    assert fsck(directory, KEY).repairs == ()


def test_superseded_partial_tiles_go_once_the_full_one_is_there(tmp_path: Path) -> None:
    files = evidence(600, steps=[3, 256, 300])
    directory = written(tmp_path, files)
    gone = {each.path for each in fsck(directory, KEY).repairs}
    assert gone == {
        "log/tile/0/000.p/3",
        "log/tile/entries/000.p/3",
        "log/tile/0/001.p/44",
        "log/tile/entries/001.p/44",
    }
    assert left(directory) == set()


def test_a_compaction_that_was_broken_off_is_finished(tmp_path: Path) -> None:
    raw = evidence(600)
    whole = compressed(raw, "log/tile/entries/000")
    directory = written(tmp_path, {**raw, **whole})
    assert [each.path for each in fsck(directory, KEY).repairs] == ["log/tile/entries/000"]
    assert files_in(directory) == whole


def test_a_dry_run_says_the_same_and_changes_nothing(tmp_path: Path) -> None:
    files = {**SMALL, "sealed/2.json": b"x"}
    directory = written(tmp_path / "a", files)
    told = fsck(directory, KEY, is_dry=True)
    assert files_in(directory) == files
    assert told.repairs == fsck(directory, KEY).repairs


@pytest.mark.parametrize("path", sorted(path for path in SMALL if SMALL[path] and not path.startswith("segments")))
def test_where_anything_is_damaged_nothing_is_touched(path: str, tmp_path: Path) -> None:
    files = {**SMALL, "sealed/2.json": b"x", path: changed(SMALL[path], len(SMALL[path]) // 2, 1)}
    directory = written(tmp_path / "a", files)
    found = fsck(directory, KEY)
    assert (found.repairs, found.report.is_sound) == ((), False)
    assert files_in(directory) == files


def test_what_is_being_recorded_is_not_taken_away(tmp_path: Path) -> None:
    directory = written(tmp_path / "a", {**SMALL, **dict([ORPHAN])})
    disk = Disk()
    descriptor = disk.locked(directory / "segments/worker-1.lock")
    assert descriptor is not None
    assert fsck(directory, KEY).repairs == ()
    disk.close(descriptor)
    assert [each.path for each in fsck(directory, KEY).repairs] == [ORPHAN[0]]


@pytest.mark.parametrize("name", ["worker-1", "worker-2"])
def test_who_records_during_the_look_loses_nothing(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends, or begins, after the files were looked at may have named what was of nobody then."""
    directory = written(tmp_path / "a", {**SMALL, **dict([ORPHAN])})
    disk = Disk()
    descriptor = disk.locked(directory / "segments/worker-1.lock") if name == "worker-1" else None

    def look(*arguments: object, **named: object) -> object:
        found = verify(*arguments, **named)  # type: ignore[arg-type]
        if descriptor is not None:
            disk.close(descriptor)
        else:
            (directory / f"segments/{name}.lock").touch()
        return found

    monkeypatch.setattr("compliance.audit.fsck.verify", look)
    assert fsck(directory, KEY).repairs == ()


def test_a_rule_set_that_no_leaf_names_yet_stays(tmp_path: Path) -> None:
    directory = written(tmp_path / "a", {**log_of([encode(mode())]), **dict([blob(RULES)])})
    found = fsck(directory, KEY)
    assert found.repairs == ()
    assert [each.check for each in found.left] == ["blob-unnamed"]


def test_a_torn_end_is_told_and_left(tmp_path: Path) -> None:
    path = "segments/worker-1-00000002.seg"
    files = {**SMALL, path: SMALL[path][:-5]}
    directory = written(tmp_path / "a", files)
    found = fsck(directory, KEY)
    assert [(each.check, each.path, each.grade) for each in found.left] == [("segment-torn", path, Grade.LEFTOVER)]
    assert files_in(directory) == files


def test_only_one_process_is_at_work(tmp_path: Path) -> None:
    directory = written(tmp_path / "a", SMALL)
    disk = Disk()
    descriptor = disk.locked(directory / "sealer.lock")
    assert descriptor is not None
    with pytest.raises(EvidenceError, match="another process"):
        fsck(directory, KEY, patience=0)
    disk.close(descriptor)


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="is not there"):
        fsck(tmp_path / "none", KEY)
    assert not (tmp_path / "none").exists()


def run(directory: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["audit", "fsck", "--data-dir", str(directory), *arguments])
    return done.exit_code, done.output


def test_the_command_says_what_it_did(clean: Path) -> None:
    written(clean / "data/evidence", {**SMALL, "sealed/2.json": b"x"})
    assert run(clean / "data", "--dry-run") == (
        0,
        "sealed/2.json: would be removed: the log has 9 leaves now\n1 file(s) would be removed, 0 left as they are\n",
    )
    status, text = run(clean / "data", "--json")
    assert status == 0
    assert json.loads(text) == {
        "is_sound": True,
        "repairs": [{"path": "sealed/2.json", "done": "removed: the log has 9 leaves now"}],
        "left": [],
        "damage": [],
        "dry_run": False,
    }
    assert run(clean / "data") == (0, "there is nothing to do\n")


def test_the_command_says_what_is_damaged(clean: Path) -> None:
    written(clean / "data/evidence", {**SMALL, "x": b""})
    status, text = run(clean / "data")
    assert status == 1
    assert "damage: x: it has no place in the directory\n" in text
    assert text.endswith("1 finding(s) of damage: nothing was changed\n")
