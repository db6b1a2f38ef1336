"""Signed bundles of the tiny rule set, by keys that everybody knows, and what lets them in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from compliance import bundle
from compliance.audit.note import PrivateKey
from compliance.dictionary import table_of
from compliance.signed.admission import Admission
from compliance.signed.rules import SignedRules
from compliance.signed.signature import Statement, digest_of, sign
from compliance.store import read_files, read_rules
from tests.tiny import changed, written

KEY: Final = PrivateKey("desk.example/rules", bytes(32))
OTHER: Final = PrivateKey("other.example", bytes([1]) * 32)
TODAY: Final = date(2026, 3, 1)
FRESH: Final = changed("list.yaml", ("retrieved_on: 2026-01-01", "retrieved_on: 2026-02-20"), ("30 days", "60 days"))
"""Rules whose register is fresh until 2026-04-21."""


def built(
    path: Path,
    version: int = 1,
    *,
    files: Mapping[str, str] = FRESH,
    key: PrivateKey | None = KEY,
    signed_on: date = TODAY,
    days: int | None = None,
    commit: str | None = None,
) -> Path:
    """A bundle, signed unless there is no key, that may be believed for some days after it was signed."""
    rules = written(path.parent / f"rules of {path.name}", files)
    ruleset = read_rules(rules)  # no scenario is asked: whoever serves it asks them
    last = None if days is None else signed_on + timedelta(days=days)

    def signed(manifest: bytes) -> bytes:
        assert key is not None
        return sign(Statement(digest_of(manifest), version, signed_on, last), key)

    bundle.write(path, read_files(rules), ruleset, table_of(ruleset), commit=commit, sign=signed if key else None)
    return path


def admission(directory: Path, today: date = TODAY, max_age: int | None = None) -> Admission:
    """What lets bundles in that `KEY` has signed."""
    return Admission([KEY.public], max_age, directory / "newest.json", lambda: today)


def of_file(path: Path, max_age: int | None = None) -> SignedRules:
    """A bundle in a file, as settings name it; the data are beside it."""
    return SignedRules((KEY.public.vkey,), str(path.parent / "data"), path=path, max_age=max_age)
