"""What waits in segment files is looked at before it is sealed: what it needs, and whether anything waits at all."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from compliance.audit.finding import Finding
from compliance.audit.frame import HEADER_SIZE
from compliance.audit.ledger_file import FileLedger
from compliance.audit.record import encode
from compliance.audit.seal_status import is_waiting
from compliance.audit.verifying import Trust, verified
from tests.audit.logs import (
    RULES,
    Files,
    InMemory,
    Segment,
    blob,
    body_of,
    log_of,
    mode,
    outcome,
    ruleset,
    table,
    written,
)
from tests.audit.signing import LOG

STUB, BODY = body_of(table(5, outcome(2)), 6)
BESIDE = dict([blob(RULES), blob(BODY)])


def told(files: Files) -> list[Finding]:
    with closing(FileLedger()) as ledger:
        return list(verified(InMemory(files), Trust((LOG.public,)), ledger).findings)


def waiting() -> Files:
    """A log of one leaf; a rule set, and a table that stands beside the log, wait in a segment file."""
    segment = Segment().write(mode(0))
    sealed = segment.sealed()
    segment.write(ruleset(1), outcome(2), STUB)
    return {**log_of([encode(mode(0))], [sealed]), segment.path: segment.data, **BESIDE}


def test_a_rule_set_and_a_body_that_wait_have_what_they_need() -> None:
    assert told(waiting()) == []


@pytest.mark.parametrize("gone", [*BESIDE], ids=["the rules", "the body"])
def test_what_a_waiting_record_names_must_be_there_and_unaltered(gone: str) -> None:
    files = waiting()
    altered = told({**files, gone: files[gone] + b" "})
    assert [(each.check, each.path) for each in altered] == [("blob-altered", gone)]
    del files[gone]
    assert [(each.check, each.path) for each in told(files)] == [("blob-missing", gone)]


def test_a_sealed_body_is_in_the_log_if_its_record_is_whatever_leaf_stands_for_it() -> None:
    """Two workers may each bring the same table: one leaf of it is enough."""
    other, _ = body_of(table(5, outcome(2)), 7)
    segment = Segment().write(ruleset(1), outcome(2), STUB)
    entries = [encode(each) for each in (ruleset(1), outcome(2), other)]
    assert encode(other) != encode(STUB)
    assert told({**log_of(entries, [segment.sealed()]), segment.path: segment.data, **BESIDE}) == []


def test_where_a_state_cannot_be_read_nobody_says_that_nothing_waits(tmp_path: Path) -> None:
    files = waiting()
    directory = written(tmp_path, files)
    assert is_waiting(directory) is True
    (state,) = (directory / path for path in files if path.startswith("sealed/"))
    state.write_bytes(b"no state")
    assert is_waiting(directory) is None


def test_a_segment_file_that_goes_while_it_is_looked_at_has_nothing_that_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever seals takes it away when all of it is in the log."""
    segment = Segment().write(mode(0))
    sealed = segment.sealed()
    files = {**log_of([encode(mode(0))], [sealed]), segment.path: segment.data}
    directory = written(tmp_path, files)
    assert len(segment.data) > HEADER_SIZE
    assert is_waiting(directory) is False
    (directory / segment.path).unlink()
    monkeypatch.setattr("compliance.audit.seal_status.os.listdir", lambda _: [segment.header.name])
    assert is_waiting(directory) is False
