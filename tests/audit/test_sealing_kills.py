"""Processes killed at any moment while they seal: what they said was recorded is in the log, and there once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from compliance.audit.disk import Disk
from compliance.audit.sealer import Sealer
from compliance.audit.sealing import key_in
from compliance.errors import EvidenceError
from tests.audit.nursery import NONE
from tests.audit.seals import leaves_of, sealed_all
from tests.audit.signing import LOG, ORIGIN

FEW, MANY = 8, 1_000
MISTAKES = ("positions forgotten", "the same key again")
ROOT = Path(__file__).resolve().parents[2]


def kill(directory: Path, kills: int, *mistakes: str) -> None:
    command = [sys.executable, "-m", "tests.audit.sealing_nursery", str(directory), str(kills), "1", *mistakes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def broken(directory: Path, kills: int) -> list[str]:
    """What is wrong after so many kills."""
    said = [line for line in directory.with_suffix(".said").read_bytes().split(b"\n") if line]
    wrong = [line.decode() for line in said if line.startswith(b"failed")]
    assert len(said) >= kills // 2, "each other process lives until its first promise"
    wrong += sealed_all(Sealer(directory, LOG, ORIGIN)).findings
    leaves = leaves_of(Disk(), directory)
    keys = Counter(key for each in leaves if (key := key_in(each)) is not None)
    there = {*leaves}
    wrong += [f"a key is there {count} times" for count in keys.values() if count > 1]
    wrong += ["a leaf is there twice"] * (len(leaves) - len(there))
    return wrong + ["a promised record is gone" for each in said if each not in there and key_in(each) not in keys]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What some left; to import everything costs as much as all their lives."""
    directory = tmp_path_factory.mktemp("few")
    kill(directory, FEW, NONE, *MISTAKES)
    return directory


def test_a_killed_sealer_loses_no_acknowledged_record_and_seals_none_twice(few: Path) -> None:
    assert broken(few / NONE, FEW) == []


@pytest.mark.prove
def test_a_thousand_killed_sealers_lose_no_acknowledged_record_and_seal_none_twice(tmp_path: Path) -> None:
    kill(tmp_path, MANY, NONE)
    assert broken(tmp_path / NONE, MANY) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_kill_brings_a_mistake_to_light(mistake: str, few: Path) -> None:
    try:
        found = broken(few / mistake, FEW)
    except EvidenceError as error:
        found = [str(error)]
    assert found != []
