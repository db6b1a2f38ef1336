"""A sealer that does not do its work is seen in `/readyz` and `/metrics`, whatever keeps it from it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from compliance.audit.seal_status import SealStatus, is_waiting, status_by_others
from compliance.audit.segment_writer import SegmentWriter
from compliance.cli.audit_seal import Round
from compliance.cli.sealing import LATE, Rounds
from tests.audit.seals import record
from tests.tiny import written
from tests.web.process import Service, eventually, serving
from tests.web.test_evidence import QUESTION, sealer_of

ALL_WELL = {"by": "service", "waiting": False, "problem": None}


@contextmanager
def served(directory: Path, settings: Mapping[str, object] = MappingProxyType({})) -> Iterator[Service]:
    every = {"rules_dir": str(written(directory / "rules")), **settings}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in every.items()]
    (directory / "compliance.toml").write_text("".join(lines), encoding="utf-8")
    with serving(directory / "log", seals=True) as service:
        yield service


def sealed(service: Service) -> Any:
    return service.ready()["evidence"]["sealed"]


def measured(service: Service, name: str) -> int | None:
    found = re.search(rf"^{name} (\d+)$", service.ask("GET", "/metrics").body.decode(), re.MULTILINE)
    return None if found is None else int(found[1])


def is_told(service: Service, problem: str) -> bool:
    ready = service.ready()
    said = ready["evidence"]["sealed"]["problem"] or ""
    is_failing = measured(service, "compliance_evidence_seal_failing") == 1
    return problem in said and ready["status"] == "degraded" and is_failing


def is_well(service: Service) -> bool:
    ready = service.ready()
    return ready["status"] == "ready" and ready["evidence"]["sealed"]["age_seconds"] is not None


def writing_as(process: int) -> list[int]:
    """A process that writes to a pipe, and the one that it stands for where the warm process has forked that."""
    pipe, found = Path(f"/proc/{process}/fd/1").readlink(), []
    for each in Path("/proc").glob("[0-9]*/fd/1"):
        with contextlib.suppress(OSError):  # it has ended meanwhile, or is not ours
            found += [int(each.parts[2])] if each.readlink() == pipe else []
    return found


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that seals; what is done to its sealer is over when a test ends."""
    with served(tmp_path_factory.mktemp("well")) as service:
        service.check(QUESTION)
        assert eventually(lambda: (sealed(service)["leaves"] or 0) >= 3)
        yield service


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a service that sealed has left."""
    directory = tmp_path_factory.mktemp("left")
    with served(directory) as service:
        service.check(QUESTION)
        assert eventually(lambda: sealed(service)["leaves"] is not None)
    return directory


def test_a_service_says_how_far_its_log_is_sealed(well: Service) -> None:
    assert eventually(lambda: is_well(well) and not sealed(well)["waiting"])
    said = sealed(well)
    assert said["age_seconds"] < LATE
    assert {name: said[name] for name in ALL_WELL} == ALL_WELL
    assert measured(well, "compliance_evidence_sealed_leaves") == said["leaves"]
    assert measured(well, "compliance_evidence_seal_failing") == 0
    assert measured(well, "compliance_evidence_waiting") == 0
    assert (measured(well, "compliance_evidence_seal_age_seconds") or 0) < LATE


def test_a_key_that_is_refused_is_told_and_logged_once_for_each_reason(tmp_path: Path) -> None:
    written = "garbage"
    key = tmp_path / "key"
    key.write_text(written)
    key.chmod(0o600)
    with served(tmp_path, {"evidence_key": str(key)}) as service:
        service.check(QUESTION)
        assert eventually(lambda: is_told(service, "is no private key"))
        assert sealed(service)["waiting"] is True
        first = sealer_of(service.process.pid)
        key.chmod(0o644)
        assert eventually(lambda: is_told(service, "others than its owner may read the key"))
        assert sealed(service)["waiting"] is True
        assert eventually(lambda: sealer_of(service.process.pid) not in {None, first}), "it is started again"
        key.unlink()
        assert eventually(lambda: is_well(service))
        assert eventually(lambda: "all is well again" in service.logged())
        assert service.logged().count("is no private key") == 1
        assert service.logged().count("others than its owner may read the key") == 1
        assert written not in service.logged()


def _origin(directory: Path) -> dict[str, object]:
    return {"evidence_origin": "other.example/log"}


def _log_gone(directory: Path) -> dict[str, object]:
    (directory / "data/evidence/log").rename(directory / "elsewhere")
    return {}


def _target_gone(directory: Path) -> dict[str, object]:
    return {"checkpoint_to": [f"file:{directory}/not-mounted/checkpoint"]}


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (_origin, "other.example/log"),
        (_log_gone, "is gone"),
        (_target_gone, "the checkpoint was not given"),
    ],
)
def test_what_keeps_a_log_from_being_sealed_or_given_away_is_told(
    tmp_path: Path, left: Path, damage: Callable[[Path], dict[str, object]], problem: str
) -> None:
    shutil.copytree(left, tmp_path, dirs_exist_ok=True)
    with served(tmp_path, damage(tmp_path)) as service:
        assert eventually(lambda: is_told(service, problem)), service.ready()
    assert not (tmp_path / "not-mounted").exists()


def test_a_sealer_that_ends_is_told_until_the_next_one_has_sealed(well: Service) -> None:
    assert eventually(lambda: is_well(well))
    first = sealer_of(well.process.pid)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: is_told(well, "the sealer ended with status -9"))
    assert eventually(lambda: is_well(well))


def test_a_sealer_that_hangs_is_told_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("compliance.cli.sealing.monotonic", lambda: now)
    rounds = Rounds(61)
    assert rounds.status(None) == SealStatus("service", None, None, None, None)
    now += 62
    assert rounds.status(None).problem == "the sealer has ended no round for 62 seconds"
    rounds.take(Round(7, ()))
    assert rounds.status(False) == SealStatus("service", 7, 0, False, None)
    now += 61
    assert rounds.status(True) == SealStatus("service", 7, 61, True, None)
    now += 1
    assert rounds.status(True).problem == "the sealer has ended no round for 62 seconds"
    rounds.take(Round(None, ("the disk is full",)))
    assert rounds.status(True).age_seconds == 62, "a round that failed is none"
    now += 0.5
    rounds.take(Round(8, None))
    assert rounds.status(True).problem == "the disk is full", "in the middle of a round nobody knows better"
    rounds.take(Round(8, tuple(f"target {number}" for number in range(5))))
    assert rounds.status(None).problem == "target 0; target 1; target 2; and 2 more"


def test_a_stopped_sealer_has_no_age_that_stands_still(well: Service) -> None:
    assert eventually(lambda: is_well(well))
    sealer = sealer_of(well.process.pid)
    assert sealer is not None
    stopped = writing_as(sealer)
    for each in stopped:
        os.kill(each, signal.SIGSTOP)
    try:
        assert eventually(lambda: sealed(well)["age_seconds"] >= 2)
    finally:
        for each in stopped:
            os.kill(each, signal.SIGCONT)
    assert eventually(lambda: sealed(well)["age_seconds"] < 2)


def test_each_finding_is_logged_once_and_the_end_of_all_once(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(61)
    with caplog.at_level("INFO", logger="compliance.audit"):
        for _ in range(5):
            rounds.take(Round(None, ("the disk is full",)))
            rounds.take(Round(1, ("a target is gone",)))
            rounds.ended(2)
        for _ in range(5):
            rounds.take(Round(1, ()))
    assert [each.getMessage() for each in caplog.records] == [
        "sealing: the disk is full",
        "sealing: a target is gone",
        "sealing: all is well again",
    ]


# -- sealed by others -----------------------------------------------------------------------------------


def test_of_a_log_that_others_seal_its_files_tell_whether_something_waits(tmp_path: Path) -> None:
    assert status_by_others(tmp_path) == SealStatus("others", 0, None, False, None)
    writer = SegmentWriter(tmp_path / "segments", "w0")
    writer.append(record("table", "a")).wait()
    assert is_waiting(tmp_path) is True
    writer.close()
    (tmp_path / "log").mkdir()
    (tmp_path / "log/checkpoint").write_bytes(b"no checkpoint")
    found = status_by_others(tmp_path)
    assert (found.leaves, found.waiting) == (None, None)
    assert found.problem is not None
    (tmp_path / "log/checkpoint").unlink()
    (tmp_path / "sealed").mkdir()
    assert status_by_others(tmp_path).problem == "the checkpoint of the log is gone"


def test_a_service_without_a_sealer_says_that_others_seal(tmp_path: Path) -> None:
    with served(tmp_path, {"seal_seconds": 0}) as service:
        service.check(QUESTION)
        assert sealed(service) == {
            "by": "others",
            "leaves": 0,
            "age_seconds": None,
            "waiting": True,
            "problem": None,
        }
        assert service.ready()["status"] == "ready"
        assert measured(service, "compliance_evidence_waiting") == 1
        assert measured(service, "compliance_evidence_seal_age_seconds") is None
    assert not (tmp_path / "data/evidence-key").exists()
