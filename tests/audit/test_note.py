"""A note is opened only as it was signed: no byte of it may change, and no known key may be wrong."""

from __future__ import annotations

import base64
import hashlib
import string
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from compliance.audit.note import (
    MOST_BYTES,
    Note,
    PrivateKey,
    PublicKey,
    Signature,
    from_base64,
    is_key_name,
    opened,
    private_key,
    public_key,
    signed,
    to_base64,
)
from compliance.errors import EvidenceError
from tests.audit.signing import LOG, STRANGER, WITNESS
from tests.audit.trees import changed

TEXT = "The first line.\n\nAnother one, — with a dash.\n"
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Unicode calls so (property White_Space)."""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80).map(
    lambda text: "".join(each for each in text if each >= " " or each == "\n") + "\n"
)
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1, max_size=20)
keys = st.builds(PrivateKey, names, st.binary(min_size=32, max_size=32))


def note_of(text: str, *lines: str) -> bytes:
    return f"{text}\n{''.join(lines)}".encode()


def seed_of(key: PrivateKey) -> str:
    """The secret part of a private key in writing."""
    return key.skey.split("+", 4)[4]


def line_of(key: PrivateKey, text: str) -> str:
    """The line of a signature, put together here."""
    value = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed_of(key))[1:]).sign(text.encode())
    return f"— {key.name} {base64.b64encode(key.key_id + value).decode()}\n"


@given(texts, keys)
def test_a_note_says_what_was_signed_and_by_whom(text: str, key: PrivateKey) -> None:
    data = signed(text, [key])
    assert data == note_of(text, line_of(key, text))
    note = opened(data, [key.public])
    assert (note.text, note.unknown) == (text, ())
    assert [(each.name, each.key_id) for each in note.signatures] == [(key.name, key.key_id)]
    assert note.is_signed_by(key.public)
    assert not note.is_signed_by(STRANGER.public)


@given(texts, keys, st.integers(0, 10_000), st.integers(1, 255), st.binary(min_size=1, max_size=2))
def test_a_note_with_any_other_byte_is_refused(text: str, key: PrivateKey, place: int, mask: int, more: bytes) -> None:
    data = signed(text, [key])
    place %= len(data)
    others = (
        changed(data, place, mask),
        data[:place] + data[place + 1 :],
        data[:place] + more + data[place:],
        data + more,
        data[:place],
    )
    for other in others:
        if other != data:
            with pytest.raises(EvidenceError):
                opened(other, [key.public])


def test_no_bit_of_a_note_can_be_turned() -> None:
    data = signed(TEXT, [LOG])
    for place in range(len(data)):
        for bit in range(8):
            with pytest.raises(EvidenceError):
                opened(changed(data, place, 1 << bit), [LOG.public])


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_note_that_two_have_signed_never_says_anything_else(place: int, mask: int) -> None:
    """The name of one may become that of a stranger: then the other has signed it still."""
    both = opened(signed(TEXT, [LOG, WITNESS]), [LOG.public, WITNESS.public])
    try:
        note = opened(changed(signed(TEXT, [LOG, WITNESS]), place % 1000, mask), [LOG.public, WITNESS.public])
    except EvidenceError:
        return
    assert note.text == TEXT
    assert set(note.signatures) < set(both.signatures)


def test_signatures_of_unknown_keys_are_passed_over_and_told_apart() -> None:
    data = signed(TEXT, [STRANGER, LOG, WITNESS])
    note = opened(data, [LOG.public])
    assert [each.name for each in note.signatures] == [LOG.name]
    assert [each.name for each in note.unknown] == [STRANGER.name, WITNESS.name]
    assert opened(data, [WITNESS.public, LOG.public, STRANGER.public]).unknown == ()


def test_a_key_that_shares_only_name_or_id_with_a_known_one_is_unknown() -> None:
    namesake = PrivateKey(LOG.name, bytes(32))
    same_id = Signature("another.example", LOG.key_id, bytes(64))
    note = opened(signed(TEXT, [LOG, namesake], [same_id]), [LOG.public])
    assert [each.key_id for each in note.unknown] == [LOG.key_id, namesake.key_id]
    with pytest.raises(EvidenceError, match="no known key has signed the note"):
        opened(signed(TEXT, [namesake], [same_id]), [LOG.public])


def test_a_wrong_signature_of_a_known_key_refuses_the_note_whoever_else_has_signed_it() -> None:
    wrong = line_of(WITNESS, "Another text.\n")
    data = note_of(TEXT, line_of(LOG, TEXT), wrong)
    assert opened(data, [LOG.public]).text == TEXT
    with pytest.raises(EvidenceError, match=rf"the signature of `witness\.example\+{WITNESS.key_id.hex()}` is wrong"):
        opened(data, [LOG.public, WITNESS.public])


def test_a_second_signature_of_a_known_key_is_verified_too_and_counts_once() -> None:
    again = line_of(LOG, TEXT)
    assert len(opened(note_of(TEXT, again, again), [LOG.public]).signatures) == 1
    with pytest.raises(EvidenceError, match="is wrong"):
        opened(note_of(TEXT, again, line_of(LOG, "Another text.\n")), [LOG.public])


@pytest.mark.parametrize("known", [[], [STRANGER.public]])
def test_a_note_that_no_known_key_has_signed_is_refused(known: list[PublicKey]) -> None:
    with pytest.raises(EvidenceError, match="no known key has signed the note"):
        opened(signed(TEXT, [LOG, WITNESS]), known)


@pytest.mark.parametrize("text", ["", "no end", "\n\nno end", "a\tb\n", "a\r\n", "a\0\n", "\x1b[1m\n", "\ud800\n"])
def test_a_text_that_no_note_may_have_is_not_signed(text: str) -> None:
    with pytest.raises(EvidenceError, match="the text of a note is lines"):
        signed(text, [LOG])


@pytest.mark.parametrize(
    "text", ["\n", "\n\n\n", "a\n\n", "\x7f\x85\xa0\u2028\ufeff\n", "— log.example AAAA\n", "🙂\n"]
)
def test_a_text_may_have_empty_lines_and_whatever_else_is_no_control_character_of_ascii(text: str) -> None:
    assert opened(signed(text, [LOG]), [LOG.public]).text == text


def test_a_note_without_a_signature_is_not_made() -> None:
    with pytest.raises(EvidenceError, match="a note has at least one signature"):
        signed(TEXT, [])


def raw(text: bytes) -> bytes:
    """A note that is signed rightly, whatever its text is."""
    value = LOG.key_id + LOG.sign(text)
    return text + b"\n\xe2\x80\x94 " + LOG.name.encode() + b" " + base64.b64encode(value) + b"\n"


@pytest.mark.parametrize("text", [b"\xff\n", b"\xed\xa0\x80\n", b"\xc0\x8a\n", b"a\tb\n", b"a\r\n", b"\0\n", b"\x1f\n"])
def test_a_note_that_is_no_text_is_refused_even_when_it_is_signed(text: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"not in UTF-8|a control character"):
        opened(raw(text), [LOG.public])
    assert opened(raw(b"a\n"), [LOG.public]).text == "a\n"


GOOD = line_of(LOG, TEXT)
VALUE = GOOD.split(" ")[2].strip()


@pytest.mark.parametrize(
    "lines",
    [
        *("", "\n", GOOD[:-1], GOOD.replace("— ", "- "), GOOD.replace("— ", "—  "), GOOD.replace("— ", "—\xa0")),
        *(GOOD.replace("— ", "— + "), GOOD[:-1] + " \n", GOOD[:-1] + "=\n", GOOD.replace(" " + VALUE, "\xa0" + VALUE)),
        *(GOOD + "\n", GOOD + "more\n", "more\n" + GOOD, GOOD + "— \n", GOOD + "— x\n", GOOD + "— x \n"),
        *(GOOD + "— x AAAAAA==\n", GOOD + "— x AAAAAAA\n", GOOD + "— x AAAAAAB=\n", GOOD + "— x AAAA-AA=\n"),
        *(GOOD + "— a+b AAAAAAA=\n", GOOD + "— a\u2003b AAAAAAA=\n", GOOD + "—  AAAAAAA=\n"),
    ],
)
def test_lines_that_are_no_signatures_are_refused(lines: str) -> None:
    with pytest.raises(EvidenceError):
        opened(note_of(TEXT, lines), [LOG.public])
    assert opened(note_of(TEXT, GOOD + "— x AAAAAAA=\n"), [LOG.public]).unknown


DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def test_base64_that_others_would_read_alike_is_refused() -> None:
    """The last digit of a signature has two bits that say nothing: whoever may set them changes a byte unseen."""
    assert VALUE.endswith("=")
    for more in (1, 2, 3):
        alike = f"{VALUE[:-2]}{DIGITS[DIGITS.index(VALUE[-2]) + more]}="
        assert base64.b64decode(alike) == base64.b64decode(VALUE)
        with pytest.raises(EvidenceError, match="a line of the note is no signature"):
            opened(note_of(TEXT, f"— {LOG.name} {alike}\n"), [LOG.public])


def test_a_note_has_a_limited_number_of_signatures_and_of_bytes() -> None:
    line = "— x AAAAAAA=\n"
    assert opened(note_of(TEXT, GOOD, line * 99), [LOG.public]).text == TEXT
    with pytest.raises(EvidenceError, match="more than 100 signatures"):
        opened(note_of(TEXT, GOOD, line * 100), [LOG.public])
    long = "a" * (MOST_BYTES - len(signed("\n", [LOG]))) + "\n"
    assert opened(signed(long, [LOG]), [LOG.public]).text == long
    with pytest.raises(EvidenceError, match="more than 1000000 bytes"):
        opened(signed("a" + long, [LOG]), [LOG.public])


def test_sixteen_large_signatures_are_taken() -> None:
    large = [Signature(f"witness{number}.example", b"1234", bytes(5000)) for number in range(15)]
    assert len(opened(signed(TEXT, [LOG], large), [LOG.public]).unknown) == 15


def test_whoever_signs_again_keeps_the_signatures_of_others_and_replaces_its_own() -> None:
    first = opened(signed(TEXT, [LOG, STRANGER]), [LOG.public])
    data = signed(TEXT, [WITNESS, LOG], [*first.signatures, *first.unknown])
    assert data == note_of(TEXT, line_of(STRANGER, TEXT), line_of(WITNESS, TEXT), line_of(LOG, TEXT))


@dataclass(frozen=True)
class Weak:
    """A key with the id of another: ids are short, so whoever wants one can find it."""

    name: str
    key_id: bytes

    def is_signed(self, text: bytes, signature: bytes) -> bool:
        return not text and not signature


def test_two_keys_that_cannot_be_told_apart_are_refused() -> None:
    data = signed(TEXT, [LOG])
    assert opened(data, [LOG.public, public_key(LOG.public.vkey)]).text == TEXT
    with pytest.raises(EvidenceError, match="two keys have the name and the id"):
        opened(data, [LOG.public, Weak(LOG.name, LOG.key_id)])


@given(keys)
def test_a_key_is_read_back_as_it_is_written(key: PrivateKey) -> None:
    name, key_id, encoded = key.public.vkey.split("+", 2)
    public = base64.b64decode(encoded)
    assert (name, public[0], len(public)) == (key.name, 1, 33)
    assert bytes.fromhex(key_id) == hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    assert public_key(key.public.vkey) == key.public
    assert private_key(key.skey).public == key.public
    assert key.skey.startswith(f"PRIVATE+KEY+{name}+{key_id}+")
    assert private_key(key.skey).sign(b"text") == key.sign(b"text")


@given(keys, st.integers(0, 10_000), st.characters(exclude_categories=["Cs"]))
def test_a_key_with_any_other_character_is_refused(key: PrivateKey, place: int, other: str) -> None:
    for written, read in ((key.public.vkey, public_key), (key.skey, private_key)):
        where = place % len(written)
        for damaged in (written[:where] + other + written[where + 1 :], written[:where], written + other):
            if damaged != written:
                with pytest.raises(EvidenceError):
                    read(damaged)


VKEY = LOG.public.vkey


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "a key is written as its name"),
        (VKEY.replace(LOG.key_id.hex(), LOG.key_id.hex().upper()), "a key is written as its name"),
        (VKEY.replace(LOG.key_id.hex(), "0" + LOG.key_id.hex()), "a key is written as its name"),
        (VKEY.replace(LOG.key_id.hex(), "00000000"), "the id `00000000` is not that of the key of `evidence.example"),
        (f" {VKEY}", "a key is written as its name"),
        (f"{VKEY}\n", "a key is written as its name"),
        (f"a+00000000+{to_base64(bytes([4]) + bytes(32))}", "the key is none of Ed25519"),
        (f"a+00000000+{to_base64(bytes([1]) + bytes(31))}", "the key is none of Ed25519"),
        (f"a+00000000+{to_base64(bytes([1]) + bytes(33))}", "the key is none of Ed25519"),
        ("a+00000000+", "a key is written as its name"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(written: str, why: str) -> None:
    with pytest.raises(EvidenceError, match=why.replace(".", r"\.")):
        public_key(written)


def test_a_private_key_is_shown_nowhere() -> None:
    seed = seed_of(LOG)
    assert seed not in repr(LOG)
    assert seed not in str(LOG)
    assert LOG.public.vkey in repr(LOG)
    for damaged in (LOG.skey[1:], LOG.skey.lower(), LOG.skey[:-1], LOG.skey.replace(LOG.key_id.hex(), "00000000")):
        with pytest.raises(EvidenceError) as caught:
            private_key(damaged)
        assert seed[:8] not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_public_key_is_not_taken_for_a_private_one() -> None:
    with pytest.raises(EvidenceError, match=r"a private key begins with `PRIVATE\+KEY\+`"):
        private_key(VKEY)
    with pytest.raises(EvidenceError):
        public_key(LOG.skey)


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33), bytes(64)])
def test_a_seed_of_another_length_makes_no_key(seed: bytes) -> None:
    with pytest.raises(EvidenceError, match=f"has {len(seed)} bytes, not 32"):
        PrivateKey("log.example", seed)
    with pytest.raises(EvidenceError, match=f"has {len(seed)} bytes, not 32"):
        PublicKey("log.example", seed)


@pytest.mark.parametrize("name", ["", "+", "a+b", "\ud800", "a\x00", *(f"a{space}b" for space in WHITE_SPACE)])
def test_a_name_with_a_space_or_a_plus_is_none(name: str) -> None:
    assert not is_key_name(name)
    with pytest.raises(EvidenceError, match="is no name of a key"):
        PrivateKey(name, bytes(32))


@pytest.mark.parametrize("name", ["a", "журнал.example/1", "a\u200bb", "a\u180eb", "—", "a\x7f"])
def test_a_name_may_have_every_other_character(name: str) -> None:
    key = PrivateKey(name, bytes(32))
    assert opened(signed(TEXT, [key]), [key.public]) == Note(
        TEXT, (Signature(name, key.key_id, key.sign(TEXT.encode())),)
    )


def test_a_signature_of_another_length_is_wrong() -> None:
    for value in (b"\0", bytes(63), bytes(65), LOG.sign(TEXT.encode()) + b"\0"):
        with pytest.raises(EvidenceError, match="is wrong"):
            opened(note_of(TEXT, Signature(LOG.name, LOG.key_id, value).line), [LOG.public])


@given(st.binary(max_size=70))
def test_bytes_have_one_base64(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@given(st.text("AB/+=-_ \né", max_size=9))
def test_what_is_read_as_base64_is_exactly_that(text: str) -> None:
    data = from_base64(text)
    assert data is None or to_base64(data) == text
