"""Whatever is done to evidence, verifying it tells; and of evidence that nobody touched it tells nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import combinations
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.audit.bundle_reading import entries_at
from compliance.audit.canonical import canonical
from compliance.audit.finding import Finding, Grade, Report
from compliance.audit.frame import HEADER_SIZE, OVERHEAD, start
from compliance.audit.ledger_file import FileLedger
from compliance.audit.merkle import leaf_hash
from compliance.audit.record import AnyRecord, encode
from compliance.audit.tiles import bundle, tile_at
from compliance.audit.verifying import Earlier, Trust, verified
from tests.audit.logs import (
    RULES,
    Files,
    InMemory,
    Segment,
    blob,
    compressed,
    erasure,
    evidence,
    growth,
    log_of,
    mode,
    outcome,
    ruleset,
    signed,
    table,
)
from tests.audit.signing import LOG, STRANGER, WITNESS
from tests.audit.trees import changed
from tests.examples import step

SMALL = evidence()
LARGE = compressed(evidence(600, steps=[3, 256, 300]), "log/tile/entries/001")
TORN = "segment-torn"


def report_of(files: Mapping[str, bytes], trust: Trust | None = None) -> Report:
    with closing(FileLedger()) as ledger:
        return verified(InMemory(files), trust or Trust((LOG.public,)), ledger)


def found(files: Mapping[str, bytes], trust: Trust | None = None) -> tuple[Finding, ...]:
    return report_of(files, trust).findings


def checks(files: Mapping[str, bytes]) -> list[str]:
    return [each.check for each in found(files)]


def without(files: Files, *paths: str) -> Files:
    return {path: data for path, data in files.items() if path not in paths}


# -- sound evidence -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", [SMALL, LARGE], ids=["small", "large"])
def test_sound_evidence_has_no_finding(files: Files) -> None:
    report = report_of(files)
    assert report.findings == ()
    assert (report.is_signed, report.waiting, report.erased) == (True, 2, 1)
    assert sum(report.records.values()) + report.erased == report.size


@given(st.integers(1, 700), st.lists(st.integers(1, 699), max_size=4))
@settings(max_examples=20)
def test_a_log_of_any_size_that_grew_in_any_steps_has_no_finding(size: int, steps: list[int]) -> None:
    entries = [encode(mode(number)) for number in range(size)]
    report = report_of(log_of(entries, steps=sorted({each for each in steps if each < size})))
    assert report.findings == ()
    assert (report.size, report.records) == (size, {"mode": size})


@pytest.mark.parametrize(
    "files",
    [{}, {"key.pub": SMALL["key.pub"]}, {"segments/worker-1-00000001.seg": Segment().write(mode()).data}],
    ids=["nothing", "a key", "records that wait"],
)
def test_a_directory_before_the_first_seal_has_no_finding(files: Files) -> None:
    assert found(files) == ()


@pytest.mark.parametrize(("before", "after"), [(0, 3), (0, 600), (3, 5), (255, 256), (256, 513), (300, 301)])
def test_what_a_crash_leaves_while_a_log_is_sealed_is_no_damage_and_is_told(before: int, after: int) -> None:
    states = list(growth(before, after))
    for number, state in list(enumerate(states))[:: step(3)]:
        told = found(state)
        assert [each for each in told if each.grade is not Grade.LEFTOVER] == [], number
        assert (told == ()) == (number in {0, len(states) - 1}), (number, told)


def test_a_torn_end_is_told_and_is_no_damage() -> None:
    path = "segments/worker-1-00000002.seg"
    torn = found({**SMALL, path: SMALL[path][:-5]})
    assert [(each.check, each.path, each.grade) for each in torn] == [(TORN, path, Grade.LEFTOVER)]


# -- anything else ------------------------------------------------------------------------------------------


def is_told(files: Files, path: str, place: int | None = None) -> bool:
    """Whether something is found; damage, but for what a crash leaves at the end of the last segment file."""
    told = found(files)
    if any(each.grade is Grade.DAMAGE for each in told):
        return True
    last = max(each for each in SMALL if each.startswith("segments/") and each.endswith(".seg"))
    return path == last and place is not None and [each.check for each in told] == [TORN]


def flips(files: Files) -> list[tuple[str, int]]:
    return [(path, place) for path, data in sorted(files.items()) for place in range(len(data))]


def test_any_flipped_bit_is_told() -> None:
    random = Random(5)  # noqa: S311 - the same in each run
    for path, place in random.sample(flips(SMALL), 150):
        files = {**SMALL, path: changed(SMALL[path], place, 1 << random.randrange(8))}
        assert is_told(files, path, place), (path, place)


@pytest.mark.prove
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_flipped_byte_of_every_file_is_told(mask: int) -> None:
    for path, place in flips(SMALL):
        assert is_told({**SMALL, path: changed(SMALL[path], place, mask)}, path, place), (path, place)


def test_any_flipped_bit_of_a_large_log_is_told() -> None:
    random = Random(6)  # noqa: S311 - the same in each run
    paths = [each for each in LARGE if each.startswith("log/")]
    for path in paths:
        data = LARGE[path]
        files = {**LARGE, path: changed(data, random.randrange(len(data)), 1 << random.randrange(8))}
        assert found(files), path


@pytest.mark.parametrize("path", sorted(path for path in SMALL if SMALL[path]))
def test_a_removed_or_cut_or_longer_file_is_told(path: str) -> None:
    data = SMALL[path]
    is_last = path == "segments/worker-1-00000002.seg"
    assert found(without(SMALL, path))
    for other in (b"", data[:1], data[: len(data) // 2], data[:-1], data + b"\0", data + data):
        told = found({**SMALL, path: other})
        assert told, (path, len(other))
        assert is_last or any(each.grade is Grade.DAMAGE for each in told)


def test_two_files_that_changed_places_are_told() -> None:
    for one, other in combinations([path for path in SMALL if SMALL[path]], 2):
        files = {**SMALL, one: SMALL[other], other: SMALL[one]}
        assert any(each.grade is Grade.DAMAGE for each in found(files)), (one, other)


@pytest.mark.parametrize(
    "path",
    [
        *("x", "log/x", "log/tile/0/000.gz", "log/tile/entries/000.p/9.gz", "log/tile/0/00", "log/tile/0/000.p/0"),
        *("log/tile/0/000.p/x", "log/.x.new", "sealed/x.json", "sealed/09.json", "segments/x", "segments/x.seg"),
        *("blobs/x", f"blobs/aa/{'bb' * 32}", "views.sqlite.bak", "key.pub.old", "log/tile/entries/000.p/7.gz"),
    ],
)
def test_a_file_that_does_not_belong_there_is_told(path: str) -> None:
    told = found({**SMALL, path: b"anything"})
    assert [(each.check, each.path) for each in told] == [("stray", path)]


def frames(data: bytes) -> list[bytes]:
    """The header and the frames of a segment file."""
    parts, at = [data[:HEADER_SIZE]], HEADER_SIZE
    while at < len(data):
        size = OVERHEAD + int.from_bytes(data[at + 4 : at + 8])
        parts.append(data[at : at + size])
        at += size
    return parts


def rearranged(parts: list[bytes]) -> Iterator[list[bytes]]:
    """With one taken out, one twice, two exchanged, or one put in at another place."""
    for at in range(len(parts)):
        yield parts[:at] + parts[at + 1 :]
        yield parts[: at + 1] + parts[at:]
        for other in range(at + 1, len(parts)):
            yield [*parts[:at], parts[other], *parts[at + 1 : other], parts[at], *parts[other + 1 :]]


def test_frames_that_were_removed_repeated_or_moved_are_told() -> None:
    whole = Segment().write(mode(1)).write(mode(2), mode(3)).write(mode(4)).close()
    files = {whole.path: whole.data, "segments/worker-1-00000002.seg": Segment(number=2, before=whole.prefix).data}
    assert found(files) == ()
    for parts in rearranged(frames(whole.data)):
        if b"".join(parts) != whole.data:
            assert "segment-damaged" in checks({**files, whole.path: b"".join(parts)})


def test_entries_that_were_removed_repeated_or_moved_are_told() -> None:
    path = next(each for each in SMALL if each.startswith("log/tile/entries/"))
    entries = entries_at(path, tile_at(path.removeprefix("log/")), SMALL[path]).entries
    for parts in rearranged([each or b"" for each in entries]):
        told = found({**SMALL, path: bundle(parts)})
        assert {"entry-altered", "erased-unsaid"} & {each.check for each in told}


# -- what is told -------------------------------------------------------------------------------------------


def one(files: Files, trust: Trust | None = None) -> Finding:
    """The only finding."""
    told = found(files, trust)
    assert len(told) == 1, told
    return told[0]


def test_an_altered_entry_is_told_with_its_leaf_and_byte() -> None:
    path = "log/tile/entries/000"
    data = LARGE[path]
    starts = entries_at(path, tile_at("tile/entries/000"), data).starts
    told = one({**LARGE, path: changed(data, starts[77] + 20, 1)})
    assert (told.check, told.path, told.leaf, told.byte) == ("entry-altered", path, 77, starts[77])
    wrong_length = one({**LARGE, path: changed(data, starts[77] + 1, 1)})
    assert (wrong_length.check, wrong_length.leaf, wrong_length.byte) == ("entry-altered", 77, starts[77])


@pytest.mark.parametrize(("path", "place"), [("log/tile/0/000", 5 * 32), ("log/tile/0/002.p/89", 0)])
def test_an_altered_hash_is_told_as_such_and_not_as_an_altered_entry(path: str, place: int) -> None:
    told = one({**LARGE, path: changed(LARGE[path], place + 3, 4)})
    assert (told.check, told.path, told.byte) == ("tile-altered", path, place)


def test_an_altered_hash_above_is_told_where_it_is() -> None:
    told = one({**LARGE, "log/tile/1/000.p/2": changed(LARGE["log/tile/1/000.p/2"], 40, 1)})
    assert (told.check, told.path, told.byte) == ("tile-altered", "log/tile/1/000.p/2", 32)


def test_an_entry_that_was_altered_with_its_hash_is_told_by_what_is_above() -> None:
    path = "log/tile/entries/000"
    entries = [each or b"" for each in entries_at(path, tile_at("tile/entries/000"), LARGE[path]).entries]
    entries[9] = encode(mode(1000))
    hashes = b"".join(map(leaf_hash, entries))
    told = found({**LARGE, path: bundle(entries), "log/tile/0/000": hashes})
    assert [(each.check, each.path) for each in told] == [("tile-altered", "log/tile/0/000")]


def test_a_log_that_was_wholly_written_anew_is_told_by_its_root() -> None:
    entries = [encode(mode(number)) for number in range(300)]
    forged = log_of([*entries[:7], encode(mode(1000)), *entries[8:]])
    true = log_of(entries)
    told = one({**forged, **{path: true[path] for path in ("log/checkpoint", "sealed/300.json")}})
    assert (told.check, told.path) == ("root-wrong", "log/checkpoint")


def test_a_log_that_somebody_else_has_signed_is_told() -> None:
    entries = [encode(mode(number)) for number in range(3)]
    forged = log_of(entries, key=STRANGER)
    told = found(forged)
    assert [(each.check, each.path) for each in told] == [
        ("key-altered", "key.pub"),
        ("checkpoint-wrong", "log/checkpoint"),
        ("key-not-given", "key.pub"),
    ]
    assert not report_of(forged).is_signed


def test_a_key_beside_the_log_is_taken_and_said_to_prove_less() -> None:
    told = one(SMALL, Trust((LOG.public,), is_beside=True))
    assert (told.check, told.grade) == ("key-beside", Grade.NOTE)


def test_a_log_that_was_cut_back_to_an_older_checkpoint_is_told_by_a_later_one_and_by_what_it_left() -> None:
    entries = [encode(mode(number)) for number in range(9)]
    old, new = log_of(entries[:5]), log_of(entries, steps=[5])
    later = Earlier("exported", new["log/checkpoint"])
    assert one(old, Trust((LOG.public,), earlier=(later,))).check == "rolled-back"
    left = {**new, "log/checkpoint": old["log/checkpoint"], "sealed/5.json": old["sealed/5.json"]}
    assert "rolled-back" in checks(left)


def test_a_log_grows_from_its_earlier_checkpoints_and_another_one_does_not() -> None:
    entries = [encode(mode(number)) for number in range(700)]
    files = log_of(entries)
    sizes = [1, 2, 255, 256, 257, 511, 700]
    earlier = tuple(Earlier(str(size), log_of(entries[:size])["log/checkpoint"]) for size in sizes)
    assert found(files, Trust((LOG.public,), earlier=earlier)) == ()
    others = log_of([encode(mode(1000)), *entries[1:]])
    told = found(others, Trust((LOG.public,), earlier=earlier))
    assert [(each.check, each.path) for each in told] == [
        ("inconsistent", str(size)) for size in sorted(sizes, key=str)
    ]


def test_an_earlier_checkpoint_of_somebody_else_is_told() -> None:
    other = log_of([encode(mode())], key=STRANGER)["log/checkpoint"]
    told = one(SMALL, Trust((LOG.public,), earlier=(Earlier("old", other),)))
    assert (told.check, told.path) == ("earlier-wrong", "old")


def test_the_signature_of_a_witness_is_a_note() -> None:
    files = log_of([encode(mode())])
    line = signed(files, 1, WITNESS)["log/checkpoint"].partition(b"\n\n")[2]
    told = one({**files, "log/checkpoint": files["log/checkpoint"] + line})
    assert (told.check, told.grade) == ("signature-unknown", Grade.NOTE)


SAID: list[AnyRecord] = [ruleset(1), outcome(2), table(5, outcome(2))]
BESIDE = dict([blob(RULES)])


def logged(*records: AnyRecord, erased: Iterable[int] = ()) -> Files:
    return {**log_of([encode(each) for each in records], erased=erased), **BESIDE}


def test_a_log_of_records_that_name_each_other_has_no_finding() -> None:
    assert found(logged(*SAID)) == ()


@pytest.mark.parametrize(
    ("records", "check", "leaf"),
    [
        ([SAID[0], SAID[2], SAID[1]], "reference-lacking", 1),
        ([SAID[1], SAID[2], SAID[0]], "reference-lacking", 1),
        ([SAID[0], SAID[2]], "reference-lacking", 1),
        ([*SAID, table(5, outcome(2))], "recorded-twice", 3),
        ([*SAID, outcome(2)], "recorded-twice", 3),
        ([*SAID, mode(1), mode(1)], "recorded-twice", 4),
        ([*SAID, erasure(4, {0: b"another"})], "erasure-wrong", 3),
        ([*SAID, erasure(4, {9: b"another"})], "erasure-wrong", 3),
        ([*SAID, erasure(4, {2: encode(SAID[2])})], "erasure-left", 2),
    ],
)
def test_records_that_do_not_fit_each_other_are_told(records: list[AnyRecord], check: str, leaf: int) -> None:
    told = one(logged(*records))
    assert (told.check, told.leaf) == (check, leaf)


def test_a_table_that_is_there_again_with_another_nonce_is_there_twice() -> None:
    again = msgspec.structs.replace(SAID[2], nonce="0" * 32)
    assert one(logged(*SAID, again)).check == "recorded-twice"


def test_an_erased_leaf_needs_a_leaf_that_says_so() -> None:
    assert found(logged(*SAID, mode(8), erasure(4, {2: encode(SAID[2])}), erased=[2])) == ()
    told = one(logged(*SAID, mode(8), erased=[2]))
    assert (told.check, told.leaf) == ("erased-unsaid", 2)


@pytest.mark.parametrize("data", [b"{}", b"x", b'{"kind":"mode", "v":1}', encode(mode())[:-1]])
def test_what_is_no_record_is_told_though_it_was_signed(data: bytes) -> None:
    told = one(log_of([encode(mode()), data]))
    assert (told.check, told.leaf) == ("record-unreadable", 1)


def test_a_kind_of_a_later_version_is_a_note() -> None:
    told = one(log_of([b'{"kind":"later","v":2}']))
    assert (told.check, told.grade) == ("kind-unknown", Grade.NOTE)


def test_a_record_that_counts_as_sealed_and_is_not_in_the_log_is_told() -> None:
    segment = Segment().write(mode(1), mode(2))
    files = {**log_of([encode(mode(1))], [segment.sealed()]), segment.path: segment.data}
    assert one(files).check == "record-lost"


def test_a_segment_file_that_is_spoken_of_and_gone_is_told_unless_it_was_sealed() -> None:
    first = Segment().write(mode(1)).close()
    second = Segment(number=2, before=first.prefix)
    gone = {second.path: second.data}
    assert one(gone).check == "segment-missing"
    assert found({**gone, **log_of([encode(mode(1))], [first.sealed(is_whole=True)])}) == ()
    assert "segment-missing" in checks({**gone, **log_of([encode(mode(1))], [first.sealed()])})


def test_an_erased_record_that_still_waits_in_a_segment_file_is_told() -> None:
    segment = Segment().write(mode(1))
    entries = [encode(mode(1)), encode(erasure(4, {0: encode(mode(1))})), encode(mode(2))]
    files = {**log_of(entries, [segment.sealed()], erased=[0]), segment.path: segment.data}
    told = one(files)
    assert (told.check, told.path) == ("erasure-left", segment.path)


def test_an_erased_entry_that_a_superseded_bundle_still_has_is_told() -> None:
    entries = [encode(mode(1)), encode(erasure(4, {0: encode(mode(1))})), encode(mode(2))]
    files = log_of(entries, steps=[1], erased=[0]) | {"log/tile/entries/000.p/1": bundle(entries[:1])}
    told = one(files)
    assert (told.check, told.path, told.leaf) == ("erasure-left", "log/tile/entries/000.p/1", 0)


def test_a_bundle_that_is_there_twice_is_left_over_and_one_with_other_entries_is_damage() -> None:
    raw = evidence(600)["log/tile/entries/001"]
    told = one({**LARGE, "log/tile/entries/001": raw})
    assert (told.check, told.path) == ("compaction-left", "log/tile/entries/001")
    other = {**LARGE, "log/tile/entries/001": changed(raw, 50, 1)}
    assert {each.grade for each in found(other)} == {Grade.DAMAGE}


def test_a_bundle_that_was_packed_otherwise_is_a_note() -> None:
    path = "log/tile/entries/001.gz"
    told = one({**LARGE, path: changed(LARGE[path], 9, 8)})
    assert (told.check, told.path, told.grade) == ("packed-otherwise", path, Grade.NOTE)


def test_a_file_that_nothing_names_is_left_over() -> None:
    path, data = blob(b"of a record that was never written")
    told = one({**SMALL, path: data})
    assert (told.check, told.path) == ("blob-unnamed", path)


def test_only_what_is_wrong_in_itself_is_told() -> None:
    path = "log/tile/entries/000"
    data = LARGE[path]
    starts = entries_at(path, tile_at("tile/entries/000"), data).starts
    told = found({**LARGE, path: changed(data, starts[2] + 30, 1)})
    assert [(each.check, each.grade) for each in told] == [
        ("entry-altered", Grade.DAMAGE),
        ("reference-gone", Grade.NOTE),
    ]


def test_a_compressed_bundle_that_cannot_be_unpacked_is_damage() -> None:
    path = "log/tile/entries/001.gz"
    for data in (b"", LARGE[path][:-1], LARGE[path] + b"x", b"x" + LARGE[path][1:]):
        told = found({**LARGE, path: data})
        assert (told[0].check, told[0].path, told[0].message) == ("entry-altered", path, "it cannot be unpacked")


def test_what_a_later_version_says_of_a_page_is_part_of_its_key() -> None:
    members = json.loads(encode(SAID[2]))
    later = [canonical({**members, "v": 2, "more": more}) for more in (1, 2, 2)]
    entries = [*map(encode, SAID), *later[:2]]
    assert found({**log_of(entries), **BESIDE}) == ()
    again = canonical({**members, "v": 2, "more": 2, "nonce": "0" * 32})
    told = one({**log_of([*entries, again]), **BESIDE})
    assert (told.check, told.leaf) == ("recorded-twice", 5)


def test_the_name_of_a_file_that_was_sealed_may_come_again() -> None:
    old = Segment().write(mode(1)).close()
    new = Segment()
    new.header = replace(new.header, identity=bytes(16))
    new.position, new.data = start(new.header), new.header.encoded()
    new.write(mode(2))
    files = log_of([encode(mode(1)), encode(mode(2))], [old.sealed(is_whole=True), new.sealed()])
    assert found({**files, new.path: new.data}) == ()
    told = one(log_of([encode(mode(1)), encode(mode(2))], [old.sealed(is_whole=True), new.sealed()]))
    assert (told.check, told.path) == ("segment-missing", new.path)


def test_another_file_in_the_place_of_one_that_is_being_sealed_is_told() -> None:
    old, new = Segment().write(mode(1)), Segment()
    new.header = replace(new.header, identity=bytes(16))
    files = {**log_of([encode(mode(1))], [old.sealed()]), old.path: new.header.encoded()}
    told = one(files)
    assert (told.check, told.path) == ("segment-damaged", old.path)
