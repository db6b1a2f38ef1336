"""Who vouches for a bundle is known before anything of it is believed, and no byte of it can be another."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import bundle
from compliance.audit.checkpoint import Checkpoint, signed_checkpoint
from compliance.audit.note import opened, signed
from compliance.errors import EvidenceError, RulesError
from compliance.signed.signature import MOST_VERSION, Statement, digest_of, sign, verified
from tests.signed.building import KEY, OTHER, TODAY, admission, built
from tests.tiny import TINY

MANIFEST = b"{}"
SAID = Statement(digest_of(MANIFEST), 7, date(2026, 3, 1), date(2026, 3, 31))


def refused(note: bytes, manifest: bytes = MANIFEST) -> str:
    with pytest.raises(EvidenceError) as raised:
        verified(note, manifest, [KEY.public])
    return str(raised.value)


def test_what_is_signed_can_be_read_by_a_person() -> None:
    assert SAID.text == (
        "compliance rule bundle, format 1\n"
        "manifest sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\n"
        "version 7\n"
        "signed on 2026-03-01\n"
        "last day 2026-03-31\n"
    )
    assert replace(SAID, last_day=None).text == SAID.text.removesuffix("last day 2026-03-31\n")


@given(
    st.builds(
        Statement,
        st.just(digest_of(MANIFEST)),
        st.integers(1, MOST_VERSION),
        st.dates(),
        st.none() | st.dates(),
    )
)
def test_what_was_signed_is_what_is_read(statement: Statement) -> None:
    found = verified(sign(statement, KEY), MANIFEST, [OTHER.public, KEY.public])
    assert (found.statement, found.by) == (statement, ("desk.example/rules",))


def test_all_known_keys_that_signed_are_named_and_others_are_passed_over() -> None:
    both = signed(SAID.text, [KEY, OTHER])
    assert verified(both, MANIFEST, [KEY.public, OTHER.public]).by == ("desk.example/rules", "other.example")
    assert verified(both, MANIFEST, [KEY.public]).by == ("desk.example/rules",)


def test_a_signature_of_another_bundle_or_by_another_key_is_refused() -> None:
    assert refused(sign(SAID, KEY), b"{ }") == "the signature is that of another bundle"
    assert refused(sign(SAID, OTHER)) == "no known key has signed the note"


def test_a_key_that_signs_checkpoints_has_signed_no_bundle_by_that() -> None:
    note = signed_checkpoint(Checkpoint("desk.example/rules", 7, bytes([1]) * 32), [KEY])
    assert opened(note, [KEY.public]).is_signed_by(KEY.public)
    assert refused(note) == "what was signed is no bundle"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("format 1", "format 2"),
        ("version 7", "version 07"),
        ("version 7", "version 0"),
        ("version 7", f"version {MOST_VERSION + 1}"),
        ("version 7", "version -7"),
        ("version 7\n", ""),
        ("signed on", "signed  on"),
        ("last day 2026-03-31\n", "last day 2026-03-31\nmore\n"),
        ("compliance rule", "more\ncompliance rule"),
    ],
)
def test_a_text_of_another_form_is_refused_whoever_signed_it(before: str, after: str) -> None:
    assert before in SAID.text
    assert refused(signed(SAID.text.replace(before, after), [KEY])) == "what was signed is no bundle"


@pytest.mark.parametrize(("before", "after"), [("2026-03-01", "2026-02-29"), ("2026-03-31", "0000-01-01")])
def test_a_day_that_there_is_not_is_refused(before: str, after: str) -> None:
    note = signed(SAID.text.replace(before, after), [KEY])
    assert refused(note) == "what was signed names a day that there is not"


@given(st.data())
def test_no_byte_of_a_signature_can_be_another(data: st.DataObject) -> None:
    note = sign(SAID, KEY)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != note[place]))
    altered = note[:place] + bytes([other]) + note[place + 1 :]
    with pytest.raises(EvidenceError):
        verified(altered, MANIFEST, [KEY.public])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {name: TINY[name] for name in ("radio.yaml", "paper.yaml")}
    return built(tmp_path_factory.mktemp("small") / "small.bundle", days=30, files=files)


def let_in(data: bytes) -> bundle.Bundle:
    return admission(Path("nowhere")).admitted(bundle.read(BytesIO(data), "it"), "it")


def test_a_bundle_with_any_byte_altered_is_refused_or_is_what_it_was(small: Path) -> None:
    """Every byte: only what says nothing of the rules, dates of entries for example, may be another."""
    data, harmless = small.read_bytes(), 0
    good = let_in(data)
    for place in range(len(data)):
        try:
            found = let_in(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
        except RulesError:
            continue
        harmless += 1
        assert found == good
    assert 0 < harmless < len(data) / 4


def test_other_rules_with_the_signature_of_a_good_bundle_are_refused(small: Path) -> None:
    """As by somebody who has no key and all tools: each digest is right again."""
    other = built(small.with_name("other.bundle"), files=TINY, key=None)
    with zipfile.ZipFile(small) as archive:
        signature = archive.read(bundle.SIGNATURE)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr(bundle.SIGNATURE, signature)
    with pytest.raises(RulesError, match="`it` is not served: the signature is that of another bundle"):
        let_in(other.read_bytes())


def test_signing_says_the_day_and_not_the_hour() -> None:
    assert f"signed on {TODAY}\n" in Statement(digest_of(b""), 1, TODAY).text
