"""A receipt proves its entry to whoever has the key of the log, and nothing else to anybody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.note import to_base64
from compliance.audit.receipt import Receipt, proven, receipt_in
from compliance.errors import EvidenceError
from tests.audit.signing import LOG, ORIGIN, STRANGER, WITNESS, checkpoint_of, receipt_of
from tests.audit.trees import changed, leaves_of

LEAVES = leaves_of(60)
HASH = to_base64(bytes(range(32)))


@st.composite
def places_in_logs(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, len(LEAVES)))
    return draw(st.integers(0, size - 1)), size


def shown(data: bytes, entry: bytes) -> Checkpoint:
    """What a holder is shown who has the file, the entry and the key."""
    return proven(receipt_in(data), entry, ORIGIN, [LOG.public]).checkpoint


@given(places_in_logs(), st.binary(max_size=50))
def test_a_receipt_proves_its_entry(place: tuple[int, int], extra: bytes) -> None:
    index, size = place
    receipt = replace(receipt_of(index, size), extra=extra)
    data = receipt.encoded()
    more = f"extra {to_base64(extra)}\n" if extra else ""
    hashes = "".join(f"{to_base64(each)}\n" for each in receipt.proof)
    text = f"c2sp.org/tlog-proof@v1\n{more}index {index}\n{hashes}\n"
    assert data == text.encode() + signed_checkpoint(checkpoint_of(size), [LOG])
    assert receipt_in(data) == receipt
    assert shown(data, LEAVES[index]) == checkpoint_of(size)


@given(places_in_logs(), st.integers(0, 10_000), st.integers(1, 255), st.binary(min_size=1, max_size=2))
def test_a_receipt_with_any_other_byte_proves_nothing(
    place: tuple[int, int], where: int, mask: int, more: bytes
) -> None:
    data = receipt_of(*place).encoded()
    where %= len(data)
    others = (
        changed(data, where, mask),
        data[:where] + data[where + 1 :],
        data[:where] + more + data[where:],
        data[:where],
        data + more,
    )
    for other in others:
        if other != data:
            with pytest.raises(EvidenceError):
                shown(other, LEAVES[place[0]])


def test_no_bit_of_a_receipt_can_be_turned() -> None:
    data = receipt_of(4, 9).encoded()
    for where in range(len(data)):
        for bit in range(8):
            with pytest.raises(EvidenceError):
                shown(changed(data, where, 1 << bit), LEAVES[4])


@given(places_in_logs(), st.integers(0, len(LEAVES) - 1))
def test_a_receipt_proves_no_other_entry(place: tuple[int, int], other: int) -> None:
    receipt = receipt_of(*place)
    for entry in (LEAVES[other], LEAVES[place[0]] + b"\0", b""):
        if entry != LEAVES[place[0]]:
            with pytest.raises(EvidenceError, match="does not prove that the log has this entry at"):
                proven(receipt, entry, ORIGIN, [LOG.public])


def test_a_receipt_with_the_checkpoint_of_another_size_log_or_key_proves_nothing() -> None:
    receipt, entry = receipt_of(4, 9), LEAVES[4]
    larger = replace(receipt, checkpoint=receipt_of(4, 10).checkpoint)
    with pytest.raises(EvidenceError, match="does not prove"):
        proven(larger, entry, ORIGIN, [LOG.public])
    with pytest.raises(EvidenceError, match="is of the log"):
        proven(receipt, entry, "evidence.example/other", [LOG.public])
    with pytest.raises(EvidenceError, match="no known key"):
        proven(receipt, entry, ORIGIN, [STRANGER.public])


def test_what_is_extra_is_not_proven_and_says_so_by_changing_nothing() -> None:
    receipt = receipt_of(4, 9)
    for extra in (b"", b"a", b"b"):
        assert shown(replace(receipt, extra=extra).encoded(), LEAVES[4]) == checkpoint_of(9)


def test_a_receipt_names_the_witnesses_of_its_checkpoint() -> None:
    receipt = receipt_of(4, 9, LOG, WITNESS)
    found = proven(receipt, LEAVES[4], ORIGIN, [LOG.public], [WITNESS.public, STRANGER.public])
    assert found.witnesses == (WITNESS.public,)


HEAD = "c2sp.org/tlog-proof@v1\n"


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n\n", "index 4\n\n", "c2sp.org/tlog-proof@v2\nindex 4\n\n", f" {HEAD}index 4\n\n", HEAD, f"{HEAD}\n"),
        *(f"{HEAD}index 4", f"{HEAD}index 4\n", f"{HEAD}index 04\n\n", f"{HEAD}index -4\n\n", f"{HEAD}index\n\n"),
        *(f"{HEAD}index  4\n\n", f"{HEAD}index 4 \n\n", f"{HEAD}Index 4\n\n", f"{HEAD}index {2**63}\n\n"),
        *(f"{HEAD}extra \nindex 4\n\n", f"{HEAD}extra\nindex 4\n\n", f"{HEAD}extra AB==\nindex 4\n\n"),
        *(f"{HEAD}index 4\nextra AA==\n\n", f"{HEAD}extra AA==\nextra AA==\nindex 4\n\n", f"{HEAD}index ４\n\n"),
        *(f"{HEAD}index 4\n{HASH[:-1]}\n\n", f"{HEAD}index 4\nAA==\n\n", f"{HEAD}index 4\n{HASH[:-2]}9=\n\n"),
        *(
            f"{HEAD}index 4\n{HASH} \n\n",
            f"{HEAD}index 4\r\n\r\n",
            f"{HEAD}index 4\n{HASH}\n" + f"{HASH}\n" * 63 + "\n",
        ),
    ],
)
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        receipt_in(text.encode())


def test_the_receipt_that_the_refused_ones_were_made_from_is_read() -> None:
    text = f"{HEAD}extra AA==\nindex 4\n" + f"{HASH}\n" * 63 + "\nanything"
    assert receipt_in(text.encode()) == Receipt(4, (bytes(range(32)),) * 63, b"anything", b"\0")


@given(
    st.lists(st.sampled_from([HEAD, "extra ", "index ", "AA==", "4", "0", "\n", HASH, "a"]), max_size=12).map("".join)
)
def test_every_receipt_has_one_form(text: str) -> None:
    data = f"{HEAD}{text}".encode()
    try:
        found = receipt_in(data)
    except EvidenceError:
        return
    assert found.encoded() == data


@pytest.mark.parametrize(
    ("receipt", "why"),
    [
        (Receipt(-1, (), b""), "no log has an entry at -1"),
        (Receipt(2**63 - 1, (), b""), "no log has an entry at"),
        (Receipt(0, (bytes(32),) * 64, b""), "no path has 64 hashes"),
        (Receipt(0, (bytes(31),), b""), "a hash has 32 bytes"),
    ],
)
def test_a_receipt_that_nobody_could_read_is_not_written(receipt: Receipt, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        receipt.encoded()


def test_a_receipt_of_any_size_is_not_read() -> None:
    with pytest.raises(EvidenceError, match="more than 2000000 bytes"):
        receipt_in(receipt_of(0, 1).encoded() + bytes(2_000_000))
