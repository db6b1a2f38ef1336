"""A checkpoint is read strictly, and believed only from the log that it has to be of."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compliance.audit.checkpoint import (
    Checkpoint,
    checkpoint_in,
    number_in,
    opened_checkpoint,
    signed_checkpoint,
)
from compliance.audit.merkle import EMPTY_ROOT
from compliance.audit.note import PrivateKey, opened, signed, to_base64
from compliance.errors import EvidenceError
from tests.audit.signing import LOG, ORIGIN, STRANGER, WITNESS, checkpoint_of

ROOT = bytes(range(100, 132))
ENCODED = to_base64(ROOT)
lines = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(
    lambda line: not any(each < " " for each in line)
)
checkpoints = st.builds(
    Checkpoint, lines, st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(lines).map(tuple)
)


@given(checkpoints)
def test_a_checkpoint_is_read_back_as_it_is_written(checkpoint: Checkpoint) -> None:
    head = f"{checkpoint.origin}\n{checkpoint.size}\n{to_base64(checkpoint.root)}\n"
    assert checkpoint.text == head + "".join(f"{line}\n" for line in checkpoint.extensions)
    assert checkpoint_in(checkpoint.text) == checkpoint
    found = opened_checkpoint(signed_checkpoint(checkpoint, [LOG]), checkpoint.origin, [LOG.public])
    assert (found.checkpoint, found.note.text, found.witnesses) == (checkpoint, checkpoint.text, ())


def test_a_log_without_leaves_has_one_root() -> None:
    assert checkpoint_in(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text).size == 0
    with pytest.raises(EvidenceError, match="a log without leaves has another root"):
        checkpoint_in(f"{ORIGIN}\n0\n{ENCODED}\n")


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "\n\n\n", f"{ORIGIN}\n", f"{ORIGIN}\n5\n", f"{ORIGIN}\n5\n{ENCODED}", f"5\n{ENCODED}\n"),
        *(f"\n5\n{ENCODED}\n", f"{ORIGIN}\n\n{ENCODED}\n", f"{ORIGIN}\n5\n\n", f"{ORIGIN}\n5\n{ENCODED}\n\n"),
        *(f"{ORIGIN}\n5\n{ENCODED}\n\nmore\n", f"{ORIGIN}\n5\n{ENCODED}\nmore", f"\n{ORIGIN}\n5\n{ENCODED}\n"),
        *(f"{ORIGIN}\n{size}\n{ENCODED}\n" for size in ("05", "00", "-5", "+5", " 5", "5 ", "5_0", "0x5", "5.0", "٥")),
        *(f"{ORIGIN}\n{size}\n{ENCODED}\n" for size in (2**63, 2**64, 10**19, "9" * 5000)),
        *(f"{ORIGIN}\n5\n{root}\n" for root in (ENCODED[:-1], ENCODED + "=", f" {ENCODED}", f"{ENCODED} ", "=")),
        *(f"{ORIGIN}\n5\n{root}\n" for root in (ENCODED[:-2] + "N=", to_base64(ROOT[1:]), to_base64(ROOT + b"\0"))),
        f"{ORIGIN}\n5\n{to_base64(bytes([255] * 32)).replace('/', '_')}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        checkpoint_in(text)
    if text.endswith("\n"):
        with pytest.raises(EvidenceError):
            opened_checkpoint(signed(text, [LOG]), ORIGIN, [LOG.public])


def test_the_checkpoint_that_the_refused_ones_were_made_from_is_read() -> None:
    assert ENCODED[-2] == "M"
    assert checkpoint_in(f"{ORIGIN}\n5\n{ENCODED}\nmore\n") == Checkpoint(ORIGIN, 5, ROOT, ("more",))


@given(
    st.lists(
        st.sampled_from([ORIGIN, "\n", "0", "5", "05", ENCODED, to_base64(EMPTY_ROOT), "\r", " "]), max_size=9
    ).map("".join)
)
def test_every_checkpoint_has_one_text(text: str) -> None:
    try:
        found = checkpoint_in(text)
    except EvidenceError:
        return
    assert found.text == text


@pytest.mark.parametrize(
    ("checkpoint", "why"),
    [
        (("", 5, ROOT), "not empty"),
        (("a\nb", 5, ROOT), "each is one line"),
        (("a", 5, ROOT, ("",)), "not empty"),
        (("a", 5, ROOT, ("b\nc",)), "each is one line"),
        (("a", -1, ROOT), "no log has the size -1"),
        (("a", 2**63, ROOT), "no log has the size"),
        (("a", 5, ROOT[1:]), "has 32 bytes, not 31"),
        (("a", 0, ROOT), "another root"),
    ],
)
def test_what_no_checkpoint_can_say_is_refused(checkpoint: tuple[str, int, bytes], why: str) -> None:
    with pytest.raises(EvidenceError, match=why):
        Checkpoint(*checkpoint)


def test_a_line_with_a_control_character_is_not_signed() -> None:
    with pytest.raises(EvidenceError, match="the text of a note"):
        signed_checkpoint(Checkpoint("log\t1", 5, ROOT), [LOG])


def test_a_checkpoint_of_another_log_is_refused_even_with_the_same_key() -> None:
    data = signed_checkpoint(checkpoint_of(5, "evidence.example/other"), [LOG])
    with pytest.raises(
        EvidenceError, match=r"is of the log `evidence\.example/other`, not of `evidence\.example/desk`"
    ):
        opened_checkpoint(data, ORIGIN, [LOG.public])


def test_what_only_witnesses_have_signed_is_no_checkpoint_of_the_log() -> None:
    data = signed_checkpoint(checkpoint_of(5), [WITNESS, STRANGER])
    with pytest.raises(EvidenceError, match=r"no key of the log `evidence\.example/desk` has signed the checkpoint"):
        opened_checkpoint(data, ORIGIN, [LOG.public], [WITNESS.public])


def test_witnesses_that_have_signed_are_told_and_a_wrong_one_refuses_the_checkpoint() -> None:
    data = signed_checkpoint(checkpoint_of(5), [LOG, WITNESS])
    assert opened_checkpoint(data, ORIGIN, [LOG.public], [STRANGER.public, WITNESS.public]).witnesses == (
        WITNESS.public,
    )
    assert opened_checkpoint(data, ORIGIN, [LOG.public]).witnesses == ()
    wrong = opened(signed_checkpoint(checkpoint_of(6), [WITNESS]), [WITNESS.public]).signatures
    with pytest.raises(EvidenceError, match=r"the signature of `witness\.example\+"):
        opened_checkpoint(signed_checkpoint(checkpoint_of(5), [LOG], wrong), ORIGIN, [LOG.public], [WITNESS.public])


def test_a_log_may_change_its_key() -> None:
    successor = PrivateKey(ORIGIN, bytes(32))
    for signers in ([LOG], [successor], [LOG, successor]):
        data = signed_checkpoint(checkpoint_of(5), signers)
        assert opened_checkpoint(data, ORIGIN, [LOG.public, successor.public]).checkpoint == checkpoint_of(5)


@given(st.integers(0, 2**64))
@example(2**63 - 1)
@example(2**63)
def test_numbers_are_read_up_to_the_largest_size(number: int) -> None:
    assert number_in(str(number)) == (number if number < 2**63 else None)
    assert number_in(f"0{number}") is None
