"""`compliance audit seal` and `key`: what is recorded gets into the log, once or again and again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from time import monotonic, sleep

import pytest
from click.testing import CliRunner, Result

from compliance.audit.checkpoint import opened_checkpoint
from compliance.audit.disk import Disk
from compliance.audit.key_files import public_keys
from compliance.audit.log_files import LogFiles
from compliance.audit.merkle import inclusion_proof, is_included, leaf_hash
from compliance.audit.record import ErasureRecord, OutcomeRecord, decode, encode
from compliance.audit.segment_writer import SegmentWriter
from compliance.audit.table import Row
from compliance.audit.tiles import TileHashes
from compliance.audit.views import VIEWS
from compliance.audit.views_reading import ViewsReader
from compliance.cli import main
from tests.audit.logs import mode
from tests.audit.seals import record
from tests.terminal import on_a_terminal
from tests.warm import Popen

ROOT = Path(__file__).resolve().parents[1]
EVIDENCE = Path("data/evidence")
SEGMENTS = EVIDENCE / "segments"
ORIGIN = "compliance.local/evidence"


@pytest.fixture(autouse=True)
def _set_up(clean: Path) -> None:
    """An empty directory, and no settings."""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def bring(*leaves: bytes, worker: str = "w0") -> None:
    files = SegmentWriter(SEGMENTS, worker)
    for leaf in leaves:
        files.append(leaf).wait()
    files.close()


def brought(*names: object, worker: str = "w0") -> None:
    bring(*(record("table", str(name)) for name in names), worker=worker)


def outcome(place: str, nonce: int = 0) -> bytes:
    rows = (Row(notices=(), places=(place,)), Row(notices=()))
    return encode(OutcomeRecord(nonce=f"{nonce:032x}", day=date(2026, 3, 1), rows=rows, elsewhere=1, unknown=1))


def test_the_first_seal_makes_the_key_and_says_what_it_did() -> None:
    bring(outcome("FR"), outcome("DE"))
    done = run("seal")
    assert (done.exit_code, done.output) == (0, "2 records sealed; the log has 2 leaves\n")
    assert Path("data/evidence-key").stat().st_mode & 0o777 == 0o600
    bring(outcome("FR", nonce=1), outcome("PL"))
    assert run("seal").output == "1 records sealed, 1 were there already; the log has 3 leaves\n"
    assert run("seal").output == "0 records sealed; the log has 3 leaves\n"
    assert ViewsReader(EVIDENCE / VIEWS).size() == 3


def test_json_has_the_checkpoint_which_the_public_key_verifies() -> None:
    brought("a")
    done = json.loads(run("seal", "--json").stdout)
    assert {name: done[name] for name in ("size", "added", "dropped", "findings")} == {
        "size": 1,
        "added": 1,
        "dropped": 0,
        "findings": [],
    }
    shown = json.loads(run("key", "--json").stdout)
    keys = public_keys(EVIDENCE, Disk())
    assert [each.vkey for each in keys] == [shown["vkey"]]
    assert shown["is_new"] is False
    assert opened_checkpoint(done["checkpoint"].encode(), ORIGIN, keys).checkpoint.size == 1


def test_the_private_key_is_made_and_never_shown() -> None:
    for is_new in (True, False):
        for arguments in (["key"], ["key", "--json"], ["seal"], ["seal", "--json"]):
            done = run(*arguments)
            private = Path("data/evidence-key").read_text().strip()
            assert done.exit_code == 0
            assert "PRIVATE" not in done.output
            assert private.split("+", 4)[4] not in done.output
        assert is_new in {True, False}
    assert run("key").stdout == (EVIDENCE / "key.pub").read_text()


def test_a_key_that_others_may_read_seals_nothing() -> None:
    run("key")
    Path("data/evidence-key").chmod(0o644)
    brought("a")
    done = run("seal")
    assert done.exit_code == 2
    assert "others than its owner may read the key" in done.output
    assert LogFiles(EVIDENCE).checkpoint() is None


def test_a_key_that_is_gone_is_not_made_again_unless_somebody_asks() -> None:
    brought("a")
    run("seal")
    Path("data/evidence-key").unlink()
    brought("b")
    done = run("seal")
    assert done.exit_code == 2
    assert "is gone: restore it, or make a new one with `compliance audit key`" in done.output
    assert run("key").exit_code == 0
    assert run("seal").output == "1 records sealed; the log has 2 leaves\n"
    assert len(public_keys(EVIDENCE, Disk())) == 2


def test_where_the_key_and_the_data_are_and_what_the_log_is_called_is_set() -> None:
    Path("compliance.toml").write_text(
        'evidence_key = "keys/log"\nevidence_origin = "log.example/desk"\ncheckpoint_to = ["file:checkpoint"]\n'
    )
    Path("keys").mkdir()
    assert run("seal", "--data-dir", "elsewhere").exit_code == 0
    keys = public_keys(Path("elsewhere/evidence"), Disk())
    assert opened_checkpoint(Path("checkpoint").read_bytes(), "log.example/desk", keys).checkpoint.size == 0
    assert Path("keys/log").exists()
    assert not Path("data").exists()


def test_no_key_is_made_in_a_directory_that_is_not_there() -> None:
    Path("compliance.toml").write_text('evidence_key = "not-mounted/keys/log"\n')
    brought("a")
    for command in ("seal", "key"):
        done = run(command)
        assert done.exit_code == 2
        assert "the key `not-mounted/keys/log` cannot be made, for its directory is not there" in done.output
    assert not Path("not-mounted").exists()
    assert LogFiles(EVIDENCE).checkpoint() is None


def test_what_is_wrong_is_a_finding_and_status_1_and_the_rest_is_sealed() -> None:
    Path("compliance.toml").write_text('checkpoint_to = ["file:missing/checkpoint"]\n')
    brought("a")
    brought("b", worker="w1")
    path = SEGMENTS / "w0-00000001.seg"
    data = bytearray(path.read_bytes())
    data[250] ^= 1
    path.write_bytes(data)
    done = CliRunner().invoke(main, ["audit", "seal"])
    assert done.exit_code == 1
    assert done.stdout == "1 records sealed; the log has 1 leaves\n"
    assert "finding: `w0-00000001.seg` is damaged" in done.stderr
    assert "finding: the checkpoint was not given to `file:missing/checkpoint`" in done.stderr
    assert len(json.loads(run("seal", "--json").stdout)["findings"]) == 2


def test_a_log_that_cannot_be_trusted_is_status_2() -> None:
    brought("a")
    run("seal")
    (EVIDENCE / "log/checkpoint").unlink()
    assert run("seal").exit_code == 2
    assert "`log/checkpoint` is gone" in json.loads(run("seal", "--json").stdout)["problems"][0]["message"]


class Service:
    """`compliance audit seal --every` in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "compliance.cli", "audit", "seal", "--every", "0.2", *arguments]
        self.process = Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        waited_for(lambda: LogFiles(EVIDENCE).checkpoint() is not None)

    def ended(self) -> tuple[int, str, str]:
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def waited_for(what: object, seconds: float = 60) -> float:
    """After how many seconds something was so."""
    assert callable(what)
    begin = monotonic()
    while not what():
        assert monotonic() < begin + seconds, "it never was"
        sleep(0.01)
    return monotonic() - begin


def is_provable(leaf: bytes) -> bool:
    files = LogFiles(EVIDENCE)
    note = files.checkpoint()
    assert note is not None
    head = opened_checkpoint(note, ORIGIN, public_keys(EVIDENCE, Disk())).checkpoint
    for number, entry in files.entries(0, head.size):
        if entry == leaf:
            proof = inclusion_proof(number, head.size, TileHashes(head.size, files.tile))
            return is_included(leaf_hash(entry), number, head.size, proof, head.root)
    return False


def test_a_service_seals_what_comes_and_ends_in_good_order_when_it_is_asked() -> None:
    service = Service("--json")
    files = SegmentWriter(SEGMENTS, "w0")
    for number in range(3):
        leaf = record("table", str(number))
        files.append(leaf).wait()
        waited_for(lambda leaf=leaf: is_provable(leaf))
    last = record("table", "last")
    files.append(last).wait()
    status, out, err = service.ended()
    assert (status, err) == (0, "")
    assert is_provable(last), "what came before the signal is sealed"
    lines = [json.loads(line) for line in out.splitlines()]
    assert [each["added"] for each in lines] == [1] * len(lines)
    assert lines[-1]["size"] == 4
    files.close()


def test_a_service_says_each_finding_once_and_goes_on() -> None:
    service = Service()
    path = EVIDENCE / "log/checkpoint"
    good = path.read_bytes()
    path.write_bytes(b"no checkpoint")
    brought("a")
    sleep(1)
    path.write_bytes(good)
    waited_for(lambda: is_provable(record("table", "a")))
    status, out, err = service.ended()
    assert status == 0
    assert out == "1 records sealed; the log has 1 leaves\n"
    said = err.splitlines()
    assert 1 <= len(said) == len({*said}) <= 2, "a round that was under way may put it in other words"
    assert all(each.startswith("finding: ") for each in said)


@pytest.mark.prove
def test_with_every_1_a_record_is_provable_within_2_seconds_of_its_acknowledgement() -> None:
    service = Service("--every", "1")
    files = SegmentWriter(SEGMENTS, "w0")
    for number in range(20):
        leaf = record("table", str(number))
        files.append(leaf).wait()
        assert waited_for(lambda leaf=leaf: is_provable(leaf)) < 2
        sleep(number % 7 / 10)
    files.close()
    assert service.ended()[0] == 0


def test_a_round_that_takes_no_time_is_refused_and_so_is_an_unknown_setting() -> None:
    assert run("seal", "--every", "0").exit_code == 2
    Path("compliance.toml").write_text('evidence_keys = "x"\n')
    assert "the nearest is `evidence_key`" in run("seal").output


def test_the_log_is_compacted_and_verifies_as_before() -> None:
    bring(*(record("table", str(number), number) for number in range(300)))
    run("seal")
    done = json.loads(run("compact", "--json").stdout)
    assert done["bundles"] == 1
    assert done["packed_bytes"] < done["raw_bytes"]
    assert run("compact").output == "0 bundles compressed, 0 bytes to 0\n"
    assert (EVIDENCE / "log/tile/entries/000.gz").exists()
    assert is_provable(record("table", "7", 7))


def test_leaves_are_erased_by_their_numbers_and_the_log_says_why() -> None:
    brought("a", "b", "c")
    run("seal")
    done = run("erase", "0", "2", "--reason", "they asked for it", "--by", "the desk")
    assert (done.exit_code, done.output) == (0, "2 leaves erased; the log has 4 leaves\n")
    entries = dict(LogFiles(EVIDENCE).entries())
    assert [number for number, entry in entries.items() if not entry] == [0, 2]
    said = decode(entries[3])
    assert isinstance(said, ErasureRecord)
    assert (said.leaves, said.reason, said.by) == ((0, 2), "they asked for it", "the desk")
    again = json.loads(run("erase", "0", "1", "--reason", "they asked for it", "--json").stdout)
    assert again == {"erased": [1], "before": [0], "size": 5, "findings": []}
    bring(encode(mode()))  # as every log has it, and keeps it
    run("seal")
    verified = CliRunner().invoke(main, ["verify", "--json"])
    assert json.loads(verified.stdout)["erased"] == 3
    assert [each["reason"] for each in json.loads(verified.stdout)["erasures"]] == ["they asked for it"] * 2
    assert "leaf 3, of " in (told := CliRunner().invoke(main, ["verify"]).output)
    assert "2 leaves ERASED, by the desk: they asked for it" in told
    assert not [each for each in json.loads(verified.stdout)["findings"] if each["check"].startswith("eras")]


def test_nothing_is_erased_without_a_reason_a_leaf_or_a_log() -> None:
    assert "holds no sealed log" in run("erase", "0", "--reason", "x").output
    assert "holds no sealed log" in run("compact").output
    brought("a")
    run("seal")
    for arguments in (
        ["erase", "0"],
        ["erase", "--reason", "x"],
        ["erase", "0", "--reason", " "],
        ["erase", "1", "--reason", "x"],
    ):
        assert run(*arguments).exit_code == 2
    assert LogFiles(EVIDENCE).entry(0) == record("table", "a")


def test_on_a_terminal_it_is_told_how_far_a_long_seal_has_come() -> None:
    bring(*(record("counters", "x" * 60_000, number) for number in range(90)))
    out, seen = on_a_terminal(Path.cwd(), "audit", "seal")
    assert out == "90 records sealed; the log has 90 leaves\n"
    assert "records sealed, and more wait ..." in seen


def test_leaves_are_erased_while_a_service_seals() -> None:
    service = Service()
    brought("a", "b")
    waited_for(lambda: is_provable(record("table", "b")))
    assert run("erase", "0", "--reason", "they asked for it").exit_code == 0
    brought("c", worker="w1")
    waited_for(lambda: is_provable(record("table", "c")))
    status, _, err = service.ended()
    assert (status, err) == (0, "")
    assert LogFiles(EVIDENCE).entry(0) == b""
    assert LogFiles(EVIDENCE).size() == 4
