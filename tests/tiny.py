"""The smallest rule set that has everything, and ways to change it: for tests that need rules of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from compliance.store import known_zones

TINY: Final[Mapping[str, str]] = {
    "warn.yaml": """\
language: 1
rule: warn
title: A warning
status: active
owner: desk@example.org
review_by: 2030-01-01
legal_basis:
  - {title: An act, article: "1", href: "https://law.example/act", confidence: A}
effective: {first_day: 2020-01-01, last_day: none, timezone: Europe/Moscow}
when:
  publisher.designated_as: x/list
  reader.location: RU
if_unknown:
  publisher.designated_as: review
notice:
  purpose: reader-safety
  severity: alert
  placement: footer
  text:
    en: "{publisher.title} is on the list."
    ru: "{publisher.title} в списке."
  text_if_possible:
    en: If you are in Russia, take care.
    ru: Если вы в России, будьте осторожны.
  short: {en: "{publisher.title}: listed"}
scenarios:
  - name: listed
    date: 2021-06-01
    given: {publisher: radio, reader.location: RU}
    expect: required
  - name: elsewhere
    date: 2021-06-01
    given: {publisher: radio, reader.location: US}
    expect: none
  - name: place not known
    date: 2021-06-01
    given: {publisher: radio, reader.location: unknown}
    expect: possible
    because: reader.location unknown
""",
    "radio.yaml": """\
language: 1
entity: radio
title: Radio
names: {en: [The Radio]}
domains: [radio.example]
""",
    "paper.yaml": """\
language: 1
entity: paper
title: Paper
domains: [paper.example]
""",
    "list.yaml": """\
language: 1
register: x/list
title: A list
authority: An authority
legal_basis:
  - {title: An act}
complete: true
retrieved_on: 2026-01-01
fresh_for: 30 days
arms: listed_on
entries:
  - entity: radio
    listed_on: {day: 2021-01-01, source: "https://law.example/list", confidence: A}
    last_day: none
""",
}


def changed(file: str, *edits: tuple[str, str], also: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tiny rule set with texts in one file replaced, and with further files."""
    text = TINY[file]
    for old, new in edits:
        if old not in text:
            msg = f"{old!r} is not in {file}"
            raise ValueError(msg)
        text = text.replace(old, new)
    return {**TINY, file: text, **(also or {})}


def written(directory: Path, files: Mapping[str, str] = TINY) -> Path:
    """A rule directory with `files`."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def ruleset(files: Mapping[str, str] = TINY) -> Ruleset:
    """The rule set of `files`, without touching a disk."""
    return load({name: text.encode() for name, text in files.items()}, known_zones())
