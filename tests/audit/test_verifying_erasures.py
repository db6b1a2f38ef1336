"""What is said to be erased is told, and what may not be erased is missed."""

from __future__ import annotations

import pytest

from compliance.audit.record import AnyRecord, encode
from compliance.audit.rendered import RenderedRecord
from tests.audit.disks import SimulatedDisk
from tests.audit.logs import DAY, Segment, blob, body_of, erasure, mode, nonce, outcome
from tests.audit.seals import EMPTY, leaves_in, record, sealer, writer
from tests.audit.test_verifying import SAID, found, logged, one, report_of


def test_what_is_never_erased_is_missed_whatever_says_that_it_was() -> None:
    """The rule set and the outcome of a table that is left, and that recording began."""
    said = [mode(8), *SAID]
    for gone in (1, 2):
        told = found(logged(*said, erasure(4, {gone: encode(said[gone])}), erased=[gone]))
        assert "reference-lacking" in {each.check for each in told}
    everything = dict(enumerate(map(encode, said)))
    told = found(logged(*said, erasure(4, everything), erased=everything))
    assert "erasure-wrong" in {each.check for each in told}


@pytest.mark.parametrize("record", [mode(1), outcome(3), erasure(3, {2: encode(SAID[2])})])
def test_an_erasure_of_what_is_never_erased_is_damage_while_the_bytes_are_there(record: AnyRecord) -> None:
    last = len(SAID)
    told = found(logged(*SAID, record, erasure(4, {last: encode(record)})))
    assert ("erasure-wrong", last + 1) in {(each.check, each.leaf) for each in told}


def test_an_erasure_names_leaves_before_it_and_stands_in_the_log_itself() -> None:
    stub, body = body_of(erasure(4, {2: encode(SAID[2])}), 5)
    path, data = blob(body)
    told = found({**logged(*SAID, mode(8), stub, erased=[2]), path: data})
    assert {each.check for each in told} == {"erasure-wrong", "erased-unsaid"}
    ahead = erasure(4, {4: encode(mode(8))})
    assert "erasure-wrong" in {each.check for each in found(logged(*SAID, ahead, mode(8), mode(9), erased=[4]))}


def test_an_erasure_that_waits_in_a_segment_file_is_of_somebody_else() -> None:
    segment = Segment(number=7).write(erasure(4, {0: encode(SAID[0])}))
    assert one({**logged(*SAID), segment.path: segment.data}).check == "erasure-foreign"


def test_how_many_leaves_were_erased_and_why_is_told() -> None:
    said = erasure(4, {2: encode(SAID[2])})
    report = report_of(logged(*SAID, mode(8), said, erased=[2]))
    assert report.erased == 1
    assert [(each.leaf, each.leaves, each.reason) for each in report.erasures] == [(4, 1, "asked for")]


def test_a_confirmation_that_is_there_again_is_there_twice() -> None:
    again = [RenderedRecord(nonce=nonce(each), day=DAY, table="ab" * 32, notices=()) for each in (1, 2)]
    told = one(logged(*SAID, *again))
    assert (told.check, told.leaf) == ("recorded-twice", 4)


def test_an_erasure_is_sealed_only_from_the_sealer_itself() -> None:
    """Whoever writes segment files could have the whole log erased, under a name of the sealer, too."""
    disk = SimulatedDisk(EMPTY)
    worker = writer(disk)
    worker.commit([record("table", "a")])
    found = sealer(disk)
    found.seal()
    said = erasure(1, {0: leaves_in(disk)[0]})
    stub, body = body_of(said, 2)
    for name, data in (("w7", encode(said)), ("sealer", encode(said)), ("w8", encode(stub))):
        writer(disk, name).commit([data])
    done = found.seal()
    assert (done.size, any("only the sealer makes" in each for each in done.findings)) == (1, True)
    assert found.seal([encode(said)]).size == 2
    assert leaves_in(disk)[1] == encode(said)
    assert body
