"""What leaves say of other files, and other files of the log, is held against them."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest

from compliance.audit.finding import Finding
from compliance.audit.ledger_file import FileLedger
from compliance.audit.record import AnyRecord, encode
from compliance.audit.sealed_state import SealedState
from compliance.audit.verifying import Trust, verified
from tests.audit.logs import (
    RULES,
    Files,
    InMemory,
    Segment,
    blob,
    body_of,
    erasure,
    log_of,
    mode,
    outcome,
    ruleset,
    table,
)
from tests.audit.signing import LOG

FIRST: list[AnyRecord] = [ruleset(1), outcome(2)]
STUB, BODY = body_of(table(5, outcome(2)), 6)
BESIDE = dict([blob(RULES), blob(BODY)])


def one(files: Files) -> Finding:
    """The only finding."""
    with closing(FileLedger()) as ledger:
        told = verified(InMemory(files), Trust((LOG.public,)), ledger).findings
    assert len(told) == 1, told
    return told[0]


def logged(*records: AnyRecord) -> Files:
    return {**log_of([encode(each) for each in records]), **BESIDE}


@pytest.mark.parametrize("wrong", [{"of": "outcome"}, {"size": STUB.size + 1}])
def test_a_record_beside_the_log_is_the_one_that_its_leaf_names(wrong: dict[str, object]) -> None:
    told = one(logged(*FIRST, msgspec.structs.replace(STUB, **wrong)))
    assert (told.check, told.path, told.leaf) == ("record-unreadable", blob(BODY)[0], 2)


def test_what_stands_beside_the_log_and_is_no_record_is_told() -> None:
    path, data = blob(b"no record")
    stub = msgspec.structs.replace(STUB, sha256=path.rpartition("/")[2], size=len(data))
    told = one({**logged(*FIRST, STUB, stub), path: data})
    assert (told.check, told.path, told.leaf) == ("record-unreadable", path, 3)


@pytest.mark.parametrize("gone", [blob(RULES)[0], blob(BODY)[0]])
def test_a_file_that_a_leaf_names_and_that_is_gone_or_altered_is_told(gone: str) -> None:
    files = logged(*FIRST, STUB)
    told = one({**files, gone: files[gone] + b" "})
    assert (told.check, told.path) == ("blob-altered", gone)
    del files[gone]
    told = one(files)
    assert (told.check, told.path) == ("blob-missing", gone)


def test_a_rule_set_has_the_size_that_its_leaf_says() -> None:
    told = one(logged(msgspec.structs.replace(ruleset(1), size=9), outcome(2), STUB))
    assert (told.check, told.leaf) == ("record-unreadable", 0)


def test_an_erasure_has_a_hash_for_each_leaf() -> None:
    said = erasure(7, {})
    told = one(logged(*FIRST, STUB, msgspec.structs.replace(said, leaves=(1, 2))))
    assert (told.check, told.leaf) == ("erasure-wrong", 3)


@pytest.mark.parametrize("path", ["log/tile/entries/000.p/2", "log/tile/0/000.p/2"])
@pytest.mark.parametrize("more", [b"\0\0", bytes(32)])
def test_a_superseded_partial_tile_has_no_more_than_its_width(path: str, more: bytes) -> None:
    files = log_of([encode(mode(number)) for number in range(5)], steps=[2])
    told = one({**files, path: files[path] + more})
    assert (told.check, told.path) == ("entry-altered" if "entries" in path else "tile-altered", path)
    told = one({**files, path: files[path][:-2]})
    assert told.path == path


def state(files: Files, size: int, **changed: object) -> Files:
    """The same with what says how far segment files are sealed changed, and sound in itself."""
    path = f"sealed/{size}.json"
    members = {name: value for name, value in msgspec.json.decode(files[path]).items() if name != "sum"}
    return {**files, path: msgspec.convert({**members, **changed}, SealedState).encoded()}


def test_how_far_files_are_sealed_is_said_for_this_root() -> None:
    told = one(state(log_of([encode(mode())]), 1, root="0" * 64))
    assert (told.check, told.path) == ("sealed-wrong", "sealed/1.json")


def test_how_far_a_file_is_sealed_is_said_to_the_byte() -> None:
    segment = Segment().write(mode(1))
    wrong = msgspec.structs.replace(segment.sealed(), offset=segment.position.offset + 1)
    told = one({**log_of([encode(mode(1))], [wrong]), segment.path: segment.data})
    assert (told.check, told.path) == ("sealed-wrong", "sealed/1.json")


def test_a_file_that_was_sealed_and_taken_away_had_no_more_than_was_sealed() -> None:
    first = Segment().write(mode(1))
    sealed = first.sealed(is_whole=True)
    first.write(mode(2)).close()
    second = Segment(number=2, before=first.prefix)
    told = one({**log_of([encode(mode(1))], [sealed]), second.path: second.data})
    assert (told.check, told.path) == ("segment-missing", first.path)
