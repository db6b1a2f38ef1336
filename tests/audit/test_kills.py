"""Processes killed at any moment: all that they said was recorded is read back, and nothing else raises an alarm."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from compliance.audit.disk import Disk
from compliance.audit.segment_file import read_directory
from compliance.audit.segment_reading import Ending
from tests.audit.nursery import NONE, payload

FEW, MANY = 12, 1_000
MISTAKE = "written later"
ROOT = Path(__file__).resolve().parents[2]


def kill(directory: Path, kills: int, *mistakes: str) -> None:
    command = [sys.executable, "-m", "tests.audit.nursery", str(directory), str(kills), "1", *mistakes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def promised(said: Path) -> set[bytes]:
    """The records that processes said were recorded. What they said last may be cut off."""
    lines = said.read_bytes().split(b"\n")[:-1]
    assert [each for each in lines if each.startswith(b"failed")] == []
    return {payload(*(int(part) for part in line.split(b"/"))) for line in lines}


def broken_promises(directory: Path) -> tuple[int, list[str]]:
    """How many records were promised in all, and what was wrong with them."""
    number, broken = 0, []
    for said in directory.glob("*.said"):
        wanted = promised(said)
        number += len(wanted)
        segments = read_directory(Disk(), said.with_suffix(""))
        found = [*segments.records]
        broken += [f"{each[:20]!r} is gone" for each in wanted - {*found}]
        broken += [f"{name}: {r.why}" for name, r in segments.files.items() if r.ending is Ending.DAMAGED]
        broken += [f"{name} is missing" for name in segments.missing]
        broken += disorder(found)
    return number, broken


def disorder(found: list[bytes]) -> list[str]:
    """Threads of a process whose records are not all there, each once and in its order."""
    threads = defaultdict[bytes, list[int]](list)
    for record in found:
        thread, _, number = record.partition(b" ")[0].rpartition(b"/")
        threads[thread].append(int(number))
    return [f"{thread!r} has {numbers}" for thread, numbers in threads.items() if numbers != [*range(len(numbers))]]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What some left; to import everything costs as much as all their lives."""
    directory = tmp_path_factory.mktemp("few")
    kill(directory, FEW, NONE, MISTAKE)
    return directory


def test_a_killed_process_takes_no_acknowledged_record_with_it(few: Path) -> None:
    number, broken = broken_promises(few / NONE)
    assert broken == []
    assert number >= FEW // 2, "each other process lives until its first promise"


@pytest.mark.prove
def test_a_thousand_killed_processes_take_no_acknowledged_record_with_them(tmp_path: Path) -> None:
    kill(tmp_path, MANY, NONE)
    number, broken = broken_promises(tmp_path / NONE)
    assert broken == []
    assert number >= MANY // 2


def test_a_kill_brings_it_to_light_if_records_are_written_after_they_were_promised(few: Path) -> None:
    assert broken_promises(few / MISTAKE)[1]
