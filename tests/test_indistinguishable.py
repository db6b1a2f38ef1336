"""Who reads leaves no trace: two sets of readers of the same pages leave the same records and files, but for counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec

from compliance import Reader
from compliance.audit.record import CountersRecord, encode
from compliance.content.facts import Content
from tests.test_recording import Node

NONCE = "00" * 16
PAGES = [Content(publisher="radio.example", url=f"https://radio.example/{number}") for number in range(6)]
ONE: Sequence[Reader] = [Reader(country="RU"), Reader(subdivision="UA-43"), Reader()]
OTHER: Sequence[Reader] = [Reader(country="US"), Reader(country="DE"), Reader(address="203.0.113.7")]


def left(
    directory: Path, readers: Sequence[Reader], times: int, seed: int
) -> tuple[list[bytes], list[tuple[str, int]]]:
    """What is left when pages were published one after the other, and then read: records without nonces, and files."""
    node, chance = Node(directory), Random(seed)  # noqa: S311 - which pages are read, not a secret
    for page in PAGES:
        node.check(page)  # the publisher's own, as each is published
    for _ in range(times):
        node.check(chance.choice(PAGES), chance.choice(readers))
    node.close()
    records = [each for each in node.records() if not isinstance(each, CountersRecord)]
    said = sorted(encode(msgspec.structs.replace(each, nonce=NONCE)) for each in records)
    files = [
        (re.sub("[0-9a-f]{6,}", "#", path.name), path.stat().st_size)
        for path in (directory / "evidence").rglob("*")
        if path.is_file() and path.suffix != ".seg"
    ]
    return said, sorted(files)


def test_other_readers_leave_the_same_records_and_files(tmp_path: Path) -> None:
    few = left(tmp_path / "one", ONE, 9, seed=1)
    many = left(tmp_path / "other", OTHER, 60, seed=2)
    assert few == many
    assert len(few[0]) > len(PAGES)
