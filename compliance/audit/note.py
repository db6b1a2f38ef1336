"""Signed notes: a text, and under it who signed it.

Theory: a key is known by its name and its id together; the id is a short hash of name, kind and key. Whoever opens
a note says which keys it knows. Signatures of others are passed over, so that a log can change its key and witnesses
can sign too; a wrong one of a known key refuses the whole note, and so does one without any right one. Nobody sees
the text before that. A note has one form only: base64 that other programs would read alike, but that nobody writes,
is refused, so that no byte of what was verified can change.

The private key is kept in the form of Go's `note`. It is nowhere shown: not in a message, not in a `repr`.

Source: C2SP signed-note (v1.0.0), with its Ed25519 signatures (RFC 8032); golang.org/x/mod/sumdb/note for the form
of private keys, the most signatures, and as the reference of behaviour. Unlike it we verify each signature of a
known key, also a second one of the same, as the specification has it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from compliance.errors import EvidenceError, visible

MOST_BYTES: Final = 1_000_000
"""The largest note that is opened."""
MOST_SIGNATURES: Final = 100
KEY_SIZE: Final = 32
"""Bytes of a public key, and of the seed that a private one is made from."""
_ID_SIZE: Final = 4
_ED25519: Final = b"\x01"
_PRIVATE: Final = "PRIVATE+KEY+"
_ID: Final = re.compile("[0-9a-f]{8}")
_CONTROL: Final = re.compile("[\x00-\x09\x0b-\x1f]")
_DASH: Final = "\N{EM DASH} "


class Verifier(Protocol):
    """A public key that signatures of notes are verified with."""

    @property
    def name(self) -> str:
        """The name of the key."""

    @property
    def key_id(self) -> bytes:
        """Four bytes."""

    def is_signed(self, text: bytes, signature: bytes) -> bool:
        """Whether a signature of a text is by this key."""


class Signer(Protocol):
    """A private key that notes are signed with."""

    @property
    def name(self) -> str:
        """The name of the key."""

    @property
    def key_id(self) -> bytes:
        """Four bytes."""

    def sign(self, text: bytes) -> bytes:
        """The signature of a text."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 key that verifies, with the name of whoever signs with it."""

    name: str
    key: bytes

    def __post_init__(self) -> None:
        """Refuse what no note could name.

        Raises:
            EvidenceError: the name is none, or the key has another length.
        """
        if not is_key_name(self.name):
            raise EvidenceError(
                f"`{visible(self.name)}` is no name of a key: it is empty, or has a space or a `+` in it"
            )
        if len(self.key) != KEY_SIZE:
            raise EvidenceError(f"the key of `{visible(self.name)}` has {len(self.key)} bytes, not {KEY_SIZE}")

    @property
    def key_id(self) -> bytes:
        """The first bytes of a hash of name, kind and key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_ID_SIZE]

    @property
    def vkey(self) -> str:
        """The key in writing, as others configure it."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(_ED25519 + self.key)}"

    def is_signed(self, text: bytes, signature: bytes) -> bool:
        """Whether a signature of a text is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """An Ed25519 key that signs."""

    __slots__ = ("_private", "public")

    def __init__(self, name: str, seed: bytes) -> None:
        """Make the key of a seed: 32 random bytes, which nobody else may have.

        Raises:
            EvidenceError: the name is none, or the seed has another length.
        """
        if len(seed) != KEY_SIZE:
            raise EvidenceError(f"the seed of a private key has {len(seed)} bytes, not {KEY_SIZE}")
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(name, self._private.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        """The public half alone."""
        return f"PrivateKey({self.public.vkey!r})"

    @property
    def name(self) -> str:
        """The name of the key."""
        return self.public.name

    @property
    def key_id(self) -> bytes:
        """That of the public key."""
        return self.public.key_id

    @property
    def skey(self) -> str:
        """The key in writing: for one file, and for nothing that others read."""
        return f"{_PRIVATE}{self.name}+{self.key_id.hex()}+{to_base64(_ED25519 + self._private.private_bytes_raw())}"

    def sign(self, text: bytes) -> bytes:
        """The signature of a text."""
        return self._private.sign(text)


def public_key(vkey: str) -> PublicKey:
    """The key that stands in writing.

    Raises:
        EvidenceError: it is damaged, or of another kind than Ed25519.
    """
    name, key_id, key = _parts(vkey)
    found = PublicKey(name, key)
    if found.key_id != key_id:
        raise EvidenceError(f"the id `{key_id.hex()}` is not that of the key of `{visible(name)}`")
    return found


def private_key(skey: str) -> PrivateKey:
    """The private key that stands in writing.

    Raises:
        EvidenceError: it is damaged, or of another kind than Ed25519. The message has nothing of the key.
    """
    if not skey.startswith(_PRIVATE):
        raise EvidenceError(f"a private key begins with `{_PRIVATE}`")
    name, key_id, seed = _parts(skey.removeprefix(_PRIVATE))
    found = PrivateKey(name, seed)
    if found.key_id != key_id:
        raise EvidenceError("the id of the private key is not that of its public key")
    return found


def _parts(written: str) -> tuple[str, bytes, bytes]:
    """Name, id and key, without its kind; of a private key nothing may be shown."""
    name, _, rest = written.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = from_base64(encoded)
    if not is_key_name(name) or _ID.fullmatch(key_id) is None or not key:
        raise EvidenceError("a key is written as its name, its id in eight hex digits and base64, with `+` between")
    if key[:1] != _ED25519 or len(key) != 1 + KEY_SIZE:
        raise EvidenceError("the key is none of Ed25519, the only kind that is read here")
    return name, bytes.fromhex(key_id), key[1:]


def is_key_name(name: str) -> bool:
    """Whether a key may have this name."""
    is_text = _CONTROL.search(name) is None and _encoded(name) is not None
    return is_text and name != "" and "+" not in name and not any(each.isspace() for each in name)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who says to have signed a note: name and id of the key, and the bytes of the signature."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line of the note, with its end."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that a known key signed.

    `signatures` are those of known keys, each verified and none twice; `unknown` are of others, and prove nothing.
    """

    text: str
    signatures: tuple[Signature, ...]
    unknown: tuple[Signature, ...] = ()

    def is_signed_by(self, key: Verifier) -> bool:
        """Whether a key that the note was opened with has signed it."""
        return (key.name, key.key_id) in {(each.name, each.key_id) for each in self.signatures}


def opened(data: bytes, keys: Iterable[Verifier]) -> Note:
    """The note, once a known key is seen to have signed it.

    Raises:
        EvidenceError: these bytes are no note, no known key has signed them, or a signature of one is wrong.
    """
    known = _by_name_and_id(keys)
    text, found = taken_apart(data)
    verified: dict[tuple[str, bytes], Signature] = {}
    unknown: dict[Signature, None] = {}
    written = text.encode()
    for signature in found:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            unknown[signature] = None
        elif key.is_signed(written, signature.value):
            verified.setdefault((signature.name, signature.key_id), signature)
        else:
            raise EvidenceError(f"the signature of `{_shown(signature)}` is wrong")
    if not verified:
        raise EvidenceError("no known key has signed the note")
    return Note(text, tuple(verified.values()), tuple(unknown))


def signed(text: str, signers: Iterable[Signer], others: Iterable[Signature] = ()) -> bytes:
    """The note: a text with the signatures that it has already, and those of signers behind them.

    Raises:
        EvidenceError: no note can have this text, or nobody signs it.
    """
    encoded = _encoded(text)
    if encoded is None or not text.endswith("\n") or _CONTROL.search(text):
        raise EvidenceError("the text of a note is lines, each with its end, without other control characters")
    new = [Signature(each.name, each.key_id, each.sign(encoded)) for each in signers]
    again = {(each.name, each.key_id) for each in new}
    lines = [each.line for each in (*(old for old in others if (old.name, old.key_id) not in again), *new)]
    if not lines:
        raise EvidenceError("a note has at least one signature")
    return encoded + b"\n" + "".join(lines).encode()


def taken_apart(data: bytes) -> tuple[str, list[Signature]]:
    """The text of a note, its last line with its end, and its signatures, of which nothing is known yet.

    Raises:
        EvidenceError: these bytes are no note.
    """
    if len(data) > MOST_BYTES:
        raise EvidenceError(f"the note has more than {MOST_BYTES} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise EvidenceError("the note is not in UTF-8") from error
    if _CONTROL.search(whole):
        raise EvidenceError("the note has a control character in it")
    text, blank, rest = whole.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise EvidenceError("the note has no lines of signatures behind a blank line")
    lines = rest.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise EvidenceError(f"the note has more than {MOST_SIGNATURES} signatures")
    return f"{text}\n", [_signature(line) for line in lines]


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    value = from_base64(encoded)
    if not line.startswith(_DASH) or not is_key_name(name) or value is None or len(value) <= _ID_SIZE:
        raise EvidenceError("a line of the note is no signature")
    return Signature(name, value[:_ID_SIZE], value[_ID_SIZE:])


def _by_name_and_id(keys: Iterable[Verifier]) -> dict[tuple[str, bytes], Verifier]:
    found: dict[tuple[str, bytes], Verifier] = {}
    for key in keys:
        if found.setdefault((key.name, key.key_id), key) != key:
            raise EvidenceError(f"two keys have the name and the id `{_shown(key)}`")
    return found


def _shown(key: Verifier | Signature) -> str:
    return f"{visible(key.name)}+{key.key_id.hex()}"


def to_base64(data: bytes) -> str:
    """Bytes in base64, as all these formats have it: the standard alphabet, with padding."""
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes | None:
    """The bytes that a text is the base64 of; None where it is not exactly that."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if to_base64(data) == text else None


def _encoded(text: str) -> bytes | None:
    """A text in UTF-8; None where it has halves of characters."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None
