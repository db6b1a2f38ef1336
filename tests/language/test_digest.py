"""Two digests: `meaning` follows what can change a decision or its words, `source` follows every byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.language.digest import source
from tests.language.reading import loaded
from tests.tiny import TINY, changed

PLACES = """\
language: 1
territory: places
title: Places
members:
  - {code: UA-43, extent: whole, first_day: 2014-03-18, last_day: none}
areas:
  - id: line
    margin_km: 5
    geometry: {type: Polygon, coordinates: [[[34, 45], [36, 45], [35, 46], [34, 45]]]}
    source: drawn by hand
sources:
  - {title: An order}
"""
WHOLE = {**TINY, "places.yaml": PLACES}
TEXT = TINY["warn.yaml"][TINY["warn.yaml"].index("  text:\n") : TINY["warn.yaml"].index("  text_if_possible")]
WHOLE_TEXT = TINY["warn.yaml"][TINY["warn.yaml"].index("  text:\n") : TINY["warn.yaml"].index("scenarios:")]
ROTATION = "  rotation: {every: month, start: 2024-01-01, texts: [{en: One.}, {en: Two.}]}\n"
WORDINGS = """\
  wordings:
    - first_day: 2024-01-01
      last_day: none
      text: {en: New.}
      text_if_possible: {en: "If you are there."}
      short: {en: Short.}
      fixity: exact
    - {first_day: none, last_day: 2023-12-31, text: {en: Old.}, text_if_possible: {en: "If you are there, old."}}
"""
SAME = [
    ("warn.yaml", "title: A warning\n", "title: A warning  # a comment\n"),
    ("warn.yaml", "title: A warning\n", "\n\ntitle:    'A warning'\n"),
    ("warn.yaml", "title: A warning\n", "title: A warning\nsummary: For colleagues.\n"),
    ("warn.yaml", "desk@example.org", "others@example.org"),
    ("warn.yaml", "review_by: 2030-01-01", "review_by: 2031-01-01"),
    ("warn.yaml", "name: listed", "name: otherwise"),
    ("warn.yaml", "expect: possible", "expect: review"),
    (
        "warn.yaml",
        "2021-06-01\n    given: {publisher: radio, reader.location: RU}",
        "2022-06-01\n    given: {publisher: radio}",
    ),
    ("warn.yaml", "reader.location: RU\nif", "reader.location: [RU]\nif"),
    ("warn.yaml", "designated_as: review", "designated_as: review\n  reader.location: show"),
    ("warn.yaml", "If you are in Russia, take care.", ">-\n      If you are in\n      Russia, take care."),
    ("warn.yaml", "severity: alert\n  placement: footer", "placement: footer\n  severity: alert"),
    ("radio.yaml", "title: Radio\n", "title: Radio\nowner: desk@example.org\nreview_by: 2030-01-01\n"),
    ("radio.yaml", "title: Radio\n", "title: Radio\nsources: [{title: A page}]\n"),
    ("list.yaml", "last_day: none", "last_day: none\n    note: a note"),
    ("places.yaml", "- {title: An order}", "- {title: Another order}"),
    ("places.yaml", "code: UA-43", "codes: [UA-43]"),
    ("places.yaml", "source: drawn by hand", "source: drawn anew\n    drawn_on: 2026-01-01\n    note: a note"),
    ("places.yaml", "margin_km: 5", "margin_km: 5.0"),
    ("places.yaml", "type: Polygon, coordinates: [[[34, 45], [36, 45], [35, 46], [34, 45]]]",
     "type: MultiPolygon, coordinates: [[[[34, 45.0], [36, 45], [35, 46], [34, 45]]]]"),
]  # fmt: skip
OTHER = [
    ("warn.yaml", "rule: warn", "rule: warn-2"),
    ("warn.yaml", "title: A warning", "title: The warning"),
    ("warn.yaml", "status: active", "status: draft"),
    ("warn.yaml", "title: An act", "title: The act"),
    ("warn.yaml", 'article: "1"', 'article: "2"'),
    ("warn.yaml", "https://law.example/act", "https://law.example/acts"),
    ("warn.yaml", "confidence: A", "confidence: B"),
    ("warn.yaml", "first_day: 2020-01-01", "first_day: 2020-01-02"),
    ("warn.yaml", "last_day: none", "last_day: 2040-01-01"),
    ("warn.yaml", "Europe/Moscow", "Europe/Berlin"),
    ("warn.yaml", "reader.location: RU\nif", "reader.location: BY\nif"),
    ("warn.yaml", "reader.location: RU\nif", "reader.location: RU\n  content.kind: article\nif"),
    ("warn.yaml", "if_unknown", "unless: {content.kind: opinion}\nif_unknown"),
    ("warn.yaml", "designated_as: review", "designated_as: show"),
    ("warn.yaml", "when:\n", "for_each: content.mentions\nwhen:\n"),
    ("warn.yaml", "reader-safety", "legal-duty"),
    ("warn.yaml", "severity: alert", "severity: critical"),
    ("warn.yaml", "placement: footer", "placement: top"),
    ("warn.yaml", "notice:\n", "notice:\n  id: other\n"),
    ("warn.yaml", "notice:\n", "notice:\n  reach: everywhere\n"),
    ("warn.yaml", "notice:\n", "notice:\n  conditional: true\n"),
    ("warn.yaml", "notice:\n", "notice:\n  fixity: exact\n"),
    ("warn.yaml", "notice:\n", "notice:\n  link: https://a.example\n"),
    ("warn.yaml", "notice:\n", "notice:\n  group: risk\n"),
    ("warn.yaml", "notice:\n", "notice:\n  effects: {suppress: share}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  supersedes: warn\n"),
    ("warn.yaml", "notice:\n", "notice:\n  slots: {publisher.title: {en: x}}\n"),
    ("warn.yaml", "is on the list.", "is in the list."),
    ("warn.yaml", "take care.", "beware."),
    ("warn.yaml", ": listed", ": put on a list"),
    ("warn.yaml", "    en: If you are in Russia, take care.\n    ru: Если вы в России, будьте осторожны.\n",
     "    ru: Если вы в России, будьте осторожны.\n    en: If you are in Russia, take care.\n"),
    ("warn.yaml", "notice:\n", "notice:\n  nothing_before: true\n"),
    ("warn.yaml", "placement: footer", "placement: [footer, top]"),
    ("warn.yaml", "placement: footer", "placement: [footer, overlay]\n  corner: upper-left"),
    ("warn.yaml", "placement: footer", "placement: [footer, overlay]\n  corner: [upper-left, upper-right]"),
    ("warn.yaml", "notice:\n", "notice:\n  media: {video: {min_seconds: 3}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  media: {video: {min_seconds: 4}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  media: {video: {placement: overlay}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  short_form: if_impractical\n"),
    ("warn.yaml", "notice:\n", "notice:\n  effects: {withhold: true}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  effects: {mark: true}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  effects: {metadata: {a: b}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  effects: {metadata: {a: c}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  effects: {editorial_task: look at it}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  group: {name: risk, rank: 1}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  group: {name: risk, rank: 2}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  merge: footnote\n"),
    ("warn.yaml", "notice:\n", "notice:\n  translations: {ru: draft}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  translations: {ru: reviewed}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  slots: {size: {type: number, value: size}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  slots: {size: {type: text, value: size}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  slots: {size: {type: text, value: length}}\n"),
    ("warn.yaml", "notice:\n", "notice:\n  slots: {size: {type: text, value: size, missing: {en: x}}}\n"),
    ("warn.yaml", TEXT, ROTATION),
    ("warn.yaml", TEXT, ROTATION.replace("One.", "Other.")),
    ("warn.yaml", TEXT, ROTATION.replace("2024-01-01", "2024-01-02")),
    ("warn.yaml", TEXT, ROTATION.replace("month", "year")),
    ("warn.yaml", WHOLE_TEXT, WORDINGS),
    ("warn.yaml", WHOLE_TEXT, WORDINGS.replace("2024-01-01", "2024-01-02")),
    ("warn.yaml", WHOLE_TEXT, WORDINGS.replace("2023-12-31", "2023-12-30")),
    ("warn.yaml", WHOLE_TEXT, WORDINGS.replace("{en: New.}", "{en: Newer.}")),
    ("warn.yaml", WHOLE_TEXT, WORDINGS.replace("If you are there.", "If you are here.")),
    ("warn.yaml", WHOLE_TEXT, WORDINGS.replace("{en: Short.}", "{en: Shorter.}")),
    ("warn.yaml", WHOLE_TEXT, WORDINGS.replace("fixity: exact", "fixity: idea")),
    ("radio.yaml", "title: Radio", "title: The Radio"),
    ("radio.yaml", "[The Radio]", "[The Radio, Radio One]"),
    ("radio.yaml", "radio.example", "radio-one.example"),
    ("radio.yaml", "title: Radio\n", "title: Radio\nparent: paper\n"),
    ("radio.yaml", "title: Radio\n", "title: Radio\nanswers_to: []\n"),
    ("paper.yaml", "title: Paper\n", "title: Paper\nexcludes: [radio]\n"),
    ("list.yaml", "title: A list", "title: The list"),
    ("list.yaml", "An authority", "The authority"),
    ("list.yaml", "complete: true", "complete: false"),
    ("list.yaml", "2026-01-01", "2026-01-02"),
    ("list.yaml", "30 days", "31 days"),
    ("list.yaml", "day: 2021-01-01", "day: 2021-01-02"),
    ("list.yaml", "entity: radio", "entity: paper"),
    ("list.yaml", "last_day: none", "last_day: unknown"),
    ("list.yaml", "last_day: none", "last_day: 2025-01-01"),
    ("list.yaml", "arms:", "timezone: Europe/Moscow\narms:"),
    ("places.yaml", "territory: places", "territory: more-places"),
    ("places.yaml", "UA-43", "UA-40"),
    ("places.yaml", "whole", "partly"),
    ("places.yaml", "2014-03-18", "2014-03-19"),
    ("places.yaml", "title: Places", "title: Places\ntimezone: Europe/Kyiv"),
    ("places.yaml", "title: Places", "title: Places\nlabelled_as: [RU]"),
    ("places.yaml", "title: Places", "title: Places\ntime_zones: [Europe/Moscow]"),
    ("places.yaml", "last_day: none}", "last_day: none, area: line}"),
    ("places.yaml", "id: line", "id: other"),
    ("places.yaml", "margin_km: 5", "margin_km: 6"),
    ("places.yaml", "[36, 45]", "[36, 45.5]"),
]  # fmt: skip


def edited(file: str, old: str, new: str) -> dict[str, str]:
    assert old in WHOLE[file]
    return {**WHOLE, file: WHOLE[file].replace(old, new, 1)}


@pytest.mark.parametrize(("file", "old", "new"), SAME)
def test_what_changes_neither_a_decision_nor_its_words_leaves_the_meaning(file: str, old: str, new: str) -> None:
    before, after = loaded(WHOLE), loaded(edited(file, old, new))
    assert after.meaning == before.meaning
    assert after.source != before.source


@pytest.mark.parametrize(("file", "old", "new"), OTHER)
def test_what_can_change_a_decision_or_its_words_changes_the_meaning(file: str, old: str, new: str) -> None:
    before, after = loaded(WHOLE), loaded(edited(file, old, new))
    assert after.meaning != before.meaning
    assert after.source != before.source


def test_each_of_these_changes_has_a_meaning_of_its_own() -> None:
    meanings = [loaded(edited(*change)).meaning for change in OTHER]
    assert len(set(meanings)) == len(meanings)


def test_the_names_of_the_files_count_for_the_source_only() -> None:
    moved = {f"rules/{name}": text for name, text in WHOLE.items()}
    assert loaded(moved).meaning == loaded(WHOLE).meaning
    assert loaded(moved).source != loaded(WHOLE).source


def test_the_order_of_what_a_rule_does_in_doubt_has_no_meaning() -> None:
    policies = ("  publisher.designated_as: review\n", "  reader.location: review\n")
    one, other = ("".join(each) for each in (policies, policies[::-1]))
    files = [changed("warn.yaml", (policies[0], each)) for each in (one, other)]
    assert loaded(files[0]).meaning == loaded(files[1]).meaning != loaded(TINY).meaning


FILES = st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), st.binary(max_size=5), max_size=4)


@given(FILES, FILES)
def test_the_source_digest_is_equal_only_for_equal_bytes(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert (source(one) == source(other)) is (one == other)
    assert source(dict(reversed(one.items()))) == source(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": b"bc"}, {"ab": b"c"}),
        ({"a": b"", "b": b""}, {"a": b"b"}),
        ({"a": b"x"}, {"a": b"x", "": b""}),
        ({}, {"": b""}),
    ],
)
def test_bytes_do_not_move_between_names_and_contents(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert source(one) != source(other)
