"""Lists and rule directories for the tests of `compliance import`, without a disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from compliance.review.importing.known import known
from compliance.review.importing.lists import read_list
from compliance.review.importing.plan import Plan, plan
from compliance.review.importing.register_file import Copy
from compliance.review.importing.rows import How, LeftOut, Listing
from compliance.store import known_zones

HEAD: Final = """\
language: 1
register: x/list                     # the one list
title: A list
authority: An authority
legal_basis:
  - {title: An act}
complete: true
retrieved_on: 2026-01-01             # by hand
fresh_for: 30 days
arms: listed_on
timezone: Europe/Moscow
"""
RADIO: Final = """\
# Two services of one company.
language: 1
entity: radio
title: The Radio
names:
  en: [The Radio, Radio Ltd.]        # as it calls itself
not_names:
  ru: [радиоприёмник]
domains: [radio.example]
parent: holding
"""
HOLDING: Final = "language: 1\nentity: holding\ntitle: Holding Company\nexcludes: [paper]\n"
LISTED: Final = """\
entries:
  - entity: radio                    # decided before it was listed
    decided_on: {day: 2020-12-01, source: "https://law.example/1", confidence: A}
    listed_on: {day: 2021-01-01, source: "https://law.example/2", confidence: A}   # in the gazette
    last_day: none
    note: with all its services
"""
FILES: Final[Mapping[str, str]] = {
    "registers/list.yaml": HEAD + LISTED,
    "entities/radio.yaml": RADIO,
    "entities/holding.yaml": HOLDING,
}
COPY: Final = Copy(date(2026, 2, 1), "B")


def rows(*items: Mapping[str, Any] | tuple[str, str]) -> bytes:
    """Lines of JSON; a pair is a name and its day."""
    objects = [{"name": each[0], "listed_on": each[1]} if isinstance(each, tuple) else each for each in items]
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects).encode()


def listing(data: bytes | str, form: str | None = None, **how: Any) -> Listing:
    """What is read of a list."""
    return read_list(data.encode() if isinstance(data, str) else data, "list", How(**how), form)


def planned(data: bytes | str, files: Mapping[str, str] = FILES, copy: Copy = COPY, **how: Any) -> Plan:
    """What importing a list into some files would change."""
    written = {path: text.encode() for path, text in files.items()}
    return plan(listing(data, **how), known(written, "x/list"), written, "entities/list", copy)


def applied(files: Mapping[str, str], made: Plan) -> dict[str, str]:
    """The files after the import; they can be loaded."""
    after = {**files, **{path: data.decode() for path, data in made.files.items()}}
    loaded(after)
    return after


def loaded(files: Mapping[str, str]) -> Ruleset:
    """The rule set of some files."""
    return load({path: text.encode() for path, text in files.items()}, known_zones())


def said(made: Plan) -> list[tuple[str, str]]:
    """The changes as pairs of kind and entity."""
    return [(change.kind.value, change.entity) for change in made.changes]


def reasons(left_out: Iterable[LeftOut]) -> dict[int | None, str]:
    """Why each line is left out."""
    return {each.line: each.reason for each in left_out}
