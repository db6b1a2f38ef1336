"""A small world with nine zones: a listed and an unlisted publisher, and what readers in some places are to see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from compliance.model.iso3166 import ALIASES
from compliance.model.territory import PLACES
from tests.tiny import TINY

_RULE: Final = """\
language: 1
rule: {name}
title: A rule of {name}
status: active
owner: desk@example.org
review_by: 2030-01-01
legal_basis:
  - {{title: An act, article: "1", href: "https://law.example/act", confidence: A}}
effective: {{first_day: 2020-01-01, last_day: {last_day}, timezone: Europe/Moscow}}
when:
{when}
notice:
  purpose: reader-safety
  severity: alert
  placement: footer
  text:
    en: Words of {name}.
  text_if_possible:
    en: Perhaps words of {name}.
scenarios:
  - name: elsewhere
    date: 2021-06-01
    given: {{publisher: radio, reader.location: US}}
    expect: none
"""
HELD: Final = """\
language: 1
territory: held
title: Held
timezone: Europe/Moscow
members:
  - {code: UA-14, extent: partly, first_day: 2020-01-01, last_day: none}
  - {code: UA-43, extent: whole, first_day: 2020-01-01, last_day: none}
labelled_as: [RU]
sources:
  - {title: A map, confidence: B}
"""


def rule(name: str, *when: str, last_day: str = "none") -> str:
    """A rule file whose words are its name's."""
    return _RULE.format(name=name, when="\n".join(f"  {line}" for line in when), last_day=last_day)


WORLD: Final[Mapping[str, str]] = {
    **TINY,
    "held.yaml": HELD,
    "in-held.yaml": rule("in-held", "reader.location: held", "publisher: radio"),
    "in-france.yaml": rule("in-france", "reader.location: FR", "content.kind: article"),
    "in-belarus.yaml": rule("in-belarus", "reader.location: BY"),
}
"""Zones: nobody knows; Russia, a region of it, and what it calls its own; Ukraine, and what is held for sure; France;
Belarus; all others."""
COUNTRIES: Final = frozenset({"BY", "FR", "RU", "UA", "US"})
"""Countries that have all zones between them."""


def in_few_countries(patch: pytest.MonkeyPatch) -> None:
    """Have tables made of the places of few countries: the time for one goes into looking up all the others."""
    patch.setattr("compliance.exporting.PLACES", frozenset(filter(_is_near, PLACES)))
    patch.setattr("compliance.exporting.ALIASES", {code: ALIASES[code] for code in filter(_is_near, ALIASES)})


def _is_near(code: str) -> bool:
    return code.partition("-")[0] in COUNTRIES
