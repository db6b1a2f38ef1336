"""A third party that has a receipt, a leaf and a key needs nothing else, and believes nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance.audit.log_files import LogFiles
from compliance.audit.receipts import Handed, leaf_of, receipt_of, verify_receipt
from compliance.audit.record import TableRecord, encode
from compliance.cli import main
from compliance.errors import EvidenceError
from tests.audit.logs import evidence, log_of, mode, outcome, table, written
from tests.audit.signing import LOG, ORIGIN, STRANGER
from tests.audit.trees import changed

FILES = evidence(600, steps=[300])
SIZE = 601
ERASED = 598
"""The leaf without bytes."""


@pytest.fixture
def log(tmp_path: Path) -> LogFiles:
    return LogFiles(written(tmp_path / "data/evidence", FILES))


@pytest.mark.parametrize("number", [0, 1, 255, 256, 511, 512, SIZE - 1])
def test_every_leaf_has_a_receipt_that_proves_it(number: int, log: LogFiles) -> None:
    handed = receipt_of(log, number)
    found = verify_receipt(handed.receipt, handed.leaf, [LOG.public], body=handed.body)
    assert (found.number, found.checkpoint.size, handed.leaf) == (number, SIZE, log.entry(number))
    assert encode(found.record) == found.data == log.record(handed.leaf)


def test_a_leaf_is_found_by_the_key_of_its_table_with_views_and_without(log: LogFiles) -> None:
    key = table(100, outcome(2)).key
    number = leaf_of(log, key)
    found = verify_receipt(receipt_of(log, number).receipt, log.entry(number), [LOG.public]).record
    assert isinstance(found, TableRecord)
    assert found.key == key
    with pytest.raises(EvidenceError, match="the log has no leaf with the key"):
        leaf_of(log, table(9999).key)


def test_a_large_record_is_handed_over_beside_its_leaf(log: LogFiles) -> None:
    number = leaf_of(log, table(90, outcome(2)).key)
    handed = receipt_of(log, number)
    assert handed.body == encode(table(90, outcome(2)))
    with pytest.raises(EvidenceError, match="give it, too, with `--body`"):
        verify_receipt(handed.receipt, handed.leaf, [LOG.public])
    with pytest.raises(EvidenceError, match="another hash"):
        verify_receipt(handed.receipt, handed.leaf, [LOG.public], body=changed(handed.body, 9, 1))


def test_a_record_needs_no_body(log: LogFiles) -> None:
    handed = receipt_of(log, 0)
    with pytest.raises(EvidenceError, match="leave out `--body`"):
        verify_receipt(handed.receipt, handed.leaf, [LOG.public], body=handed.leaf)


def test_what_is_not_in_the_log_or_erased_or_not_sealed_has_no_receipt(log: LogFiles, tmp_path: Path) -> None:
    for number in (-1, SIZE):
        with pytest.raises(EvidenceError, match="the log has no leaf"):
            receipt_of(log, number)
    with pytest.raises(EvidenceError, match=f"the bytes of leaf {ERASED} were erased"):
        receipt_of(log, ERASED)
    with pytest.raises(EvidenceError, match="nothing is sealed yet"):
        receipt_of(LogFiles(tmp_path / "other"), 0)


@pytest.mark.parametrize("path", ["log/tile/entries/000", "log/tile/0/000"])
def test_a_damaged_log_hands_over_nothing_that_proves_nothing(path: str, tmp_path: Path) -> None:
    damaged = LogFiles(written(tmp_path, {**FILES, path: changed(FILES[path], 40, 1)}))
    with pytest.raises(EvidenceError, match="does not prove its leaf"):
        receipt_of(damaged, 0)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"log/checkpoint": FILES["log/checkpoint"] + b"a line\n"}, "a line of the note is no signature"),
        (
            {"log/checkpoint": FILES["log/checkpoint"] + b"a line\n", "key.pub": b""},
            "a line of the note is no signature",
        ),
        ({"log/checkpoint": FILES["log/checkpoint"].removesuffix(b"\n")}, "no lines of signatures"),
        ({"key.pub": f"{STRANGER.public.vkey}\n".encode()}, "no known key has signed the note"),
    ],
)
def test_no_receipt_is_made_with_a_checkpoint_that_nobody_could_open(
    changes: dict[str, bytes], why: str, tmp_path: Path
) -> None:
    damaged = LogFiles(written(tmp_path, {**FILES, **changes}))
    with pytest.raises(EvidenceError, match=why) as refused:
        receipt_of(damaged, 0)
    assert f"`{tmp_path / 'log/checkpoint'}`" in str(refused.value)
    assert "compliance verify" in str(refused.value.help)


def test_without_a_public_key_beside_the_log_its_receipts_still_hold(tmp_path: Path) -> None:
    bare = LogFiles(written(tmp_path, {path: data for path, data in FILES.items() if path != "key.pub"}))
    handed = receipt_of(bare, 0)
    assert verify_receipt(handed.receipt, handed.leaf, [LOG.public]).number == 0


# -- the commands -------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["verify", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def handed(clean: Path, log: LogFiles) -> Handed:
    """The receipt of a table, written where the test is."""
    done = CliRunner().invoke(
        main, ["audit", "receipt", "100", "--data-dir", str(log.directory.parent), "--output", "one.tlog-proof"]
    )
    assert (done.exit_code, done.output) == (0, "leaf 100: one.tlog-proof, one.leaf\n")
    Path("key.pub").write_text(f"{LOG.public.vkey}\n", encoding="ascii")
    return receipt_of(log, 100)


def test_the_files_are_the_receipt_and_the_leaf_byte_for_byte(handed: Handed) -> None:
    assert Path("one.tlog-proof").read_bytes() == handed.receipt
    assert Path("one.leaf").read_bytes() == handed.leaf


@pytest.mark.parametrize("key", ["key.pub", LOG.public.vkey])
def test_a_receipt_is_verified_without_the_log(key: str, handed: Handed) -> None:
    status, text = run("--receipt", "one.tlog-proof", "--key", key)
    assert status == 0
    assert text.splitlines() == [
        f"proven: this is leaf 100 of the log `{ORIGIN}`, signed with 601 leaves",
        "it is a record of the kind `table`, of 2026-09-01",
    ]
    status, text = run("--receipt", "one.tlog-proof", "--leaf", "one.leaf", "--key", key, "--json")
    assert json.loads(text)["record"] == json.loads(handed.leaf)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--key", STRANGER.public.vkey], "no known key has signed the note"),
        (["--key", "key.pub", "--origin", "another.example"], "is of the log"),
        ([], "give the public key of the log: `--key`"),
        (["--key", "key.pub", "--leaf", "one.tlog-proof"], "does not prove that the log has this entry at 100"),
        (["--key", "none.pub"], "`none.pub` cannot be read"),
        (["--key", "key.pub", "somewhere"], "leave out the directory"),
    ],
)
@pytest.mark.usefixtures("handed")
def test_what_is_not_proven_is_refused(arguments: list[str], why: str) -> None:
    status, text = run("--receipt", "one.tlog-proof", *arguments)
    assert status == 2
    assert why in text


@pytest.mark.usefixtures("handed")
def test_a_receipt_that_does_not_hold_is_named_and_what_to_do_is_told() -> None:
    path = Path("one.tlog-proof")
    path.write_bytes(path.read_bytes() + b"a line\n")
    status, text = run("--receipt", str(path), "--key", "key.pub")
    assert status == 2
    assert text.startswith(
        "error: `one.tlog-proof` proves nothing: a line of the note is no signature\n  help: see that "
    )


def test_a_damaged_checkpoint_leaves_no_files_of_a_receipt(clean: Path, log: LogFiles) -> None:
    path = log.directory / "log/checkpoint"
    path.write_bytes(path.read_bytes() + b"a line\n")
    done = CliRunner().invoke(main, ["audit", "receipt", "0", "--data-dir", str(log.directory.parent), "-o", "one"])
    assert done.exit_code == 2
    assert "\n  help: see with `compliance verify` what is damaged" in done.output
    assert list(clean.glob("one*")) == []


def test_a_large_record_lies_beside_its_leaf(clean: Path, log: LogFiles) -> None:
    key = table(90, outcome(2)).key
    done = CliRunner().invoke(
        main, ["audit", "receipt", key, "--data-dir", str(log.directory.parent), "-o", "large", "--json"]
    )
    said = json.loads(done.output)
    assert said == {
        "number": leaf_of(log, key),
        "receipt": "large.tlog-proof",
        "leaf": "large.leaf",
        "body": "large.body",
    }
    assert run("--receipt", "large.tlog-proof", "--key", LOG.public.vkey)[0] == 0


@pytest.mark.parametrize("wanted", ["x", "-1", "1.5", "ab" * 31])
def test_what_is_no_leaf_is_refused(wanted: str, log: LogFiles, clean: Path) -> None:
    done = CliRunner().invoke(
        main, ["audit", "receipt", "--data-dir", str(log.directory.parent), "-o", "one", "--", wanted]
    )
    assert done.exit_code == 2
    assert "is neither the number of a leaf nor a key" in done.output
    assert list(clean.glob("one*")) == []


def test_a_log_is_verified_by_the_command(clean: Path, log: LogFiles) -> None:
    status, text = run(str(log.directory), "--key", LOG.public.vkey)
    assert (status, text.splitlines()[0]) == (0, "the log `evidence.example/desk` with 601 leaves is signed")
    assert text.splitlines()[-1] == "sound: nothing is altered or missing"
    path = log.directory / "log/tile/entries/000"
    path.write_bytes(changed(path.read_bytes(), 40, 1))
    status, text = run(str(log.directory), "--key", LOG.public.vkey)
    assert status == 1
    assert "damage: log/tile/entries/000, leaf 0, byte 0: its hash is not the one that the log has for it\n" in text
    assert text.splitlines()[-1] == "1 finding(s): this is not what was signed"
    [told] = json.loads(run(str(log.directory), "--key", LOG.public.vkey, "--json")[1])["findings"]
    assert (told["check"], told["leaf"], told["byte"]) == ("entry-altered", 0, 0)


def test_without_a_key_the_one_beside_the_log_is_said_to_prove_less(clean: Path, log: LogFiles) -> None:
    status, text = run("--data-dir", str(log.directory.parent))
    assert status == 0
    assert "note: key.pub: no other key was given\n  key-beside: the key that was used lies beside the log" in text
    assert text.splitlines()[-1].startswith("sound by the key that lies BESIDE THE LOG, which proves less: ")


def test_what_a_crash_left_is_a_finding_for_whoever_is_strict(clean: Path, log: LogFiles) -> None:
    (log.directory / "sealed/7.json").write_bytes(b"x")
    arguments = [str(log.directory), "--key", LOG.public.vkey]
    assert run(*arguments)[0] == 0
    assert run(*arguments)[1].splitlines()[-1] == "sound: nothing is altered or missing; 1 leftover(s) of a crash"
    assert run(*arguments, "--strict")[0] == 1


def test_an_exported_checkpoint_shows_a_log_that_was_cut_back(clean: Path, log: LogFiles) -> None:
    Path("old").write_bytes(log_of([encode(mode())] * 0)["log/checkpoint"])
    Path("later").write_bytes((log.directory / "log/checkpoint").read_bytes())
    arguments = ["--key", LOG.public.vkey, "--since", "old", "--since", "later"]
    assert run(str(log.directory), *arguments)[0] == 0
    short = written(clean / "short", log_of([encode(mode())]))
    status, text = run(str(short), *arguments)
    assert status == 1
    assert "damage: later: it signs 601 leaves, and the log has 1\n" in text


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["none"], "`none` is not there"),
        (["--leaf", "x"], "`--leaf` and `--body` go with `--receipt`"),
        ([".", "--key", "no+key"], "a key is written as"),
        ([".", "--since", "none"], "`none` cannot be read"),
    ],
)
def test_what_cannot_be_verified_is_refused(arguments: list[str], why: str, clean: Path) -> None:
    status, text = run(*arguments)
    assert status == 2
    assert why in text
