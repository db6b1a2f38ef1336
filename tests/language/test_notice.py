"""Notices as the language reads them: words with days and in turns, slots, groups, places, effects."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.language.keys import names
from compliance.language.layout import SURFACES
from compliance.model.facts import FACTS
from compliance.model.notice import (
    Corner,
    Every,
    Fixity,
    Merge,
    Placement,
    Rotation,
    ShortForm,
    SlotType,
    Translation,
    Whose,
)
from compliance.model.period import Period
from compliance.model.rule import Notice
from tests.language.reading import loaded, messages, rule, warn
from tests.tiny import TINY

TEXT = TINY["warn.yaml"]
WORDS = TEXT[TEXT.index("  text:\n") : TEXT.index("scenarios:")]
NOTICE = TEXT[TEXT.index("notice:\n") : TEXT.index("scenarios:")]
ONE_TEXT = "  conditional: true\n  text: {en: Take care.}\n"


def read(lines: str, words: str = ONE_TEXT) -> Notice:
    """The notice of the tiny rule set with other words and further keys."""
    return rule((WORDS, words + lines)).notice


def second(rank: int, more: str = "", rule_id: str = "other") -> str:
    """Another rule of the same group."""
    group = f"  group: {{name: risk, rank: {rank}}}\n{more}"
    return TEXT.replace("rule: warn", f"rule: {rule_id}").replace(WORDS, ONE_TEXT + group)


# -- words ----------------------------------------------------------------------------------------------


def test_wordings_are_kept_in_the_order_of_their_days_whatever_the_order_of_the_file() -> None:
    found = read(
        """\
  wordings:
    - {first_day: 2024-01-01, last_day: none, text: {en: New.}, fixity: exact, source: an order}
    - {first_day: none, last_day: 2022-12-31, text: {en: Old.}, short: {en: O.}}
""",
        "  conditional: true\n  fixity: template\n",
    )
    assert [each.text["en"] for each in found.wordings] == ["Old.", "New."]
    assert [each.fixity for each in found.wordings] == [Fixity.TEMPLATE, Fixity.EXACT]
    assert [each.period for each in found.wordings] == [Period(None, date(2022, 12, 31)), Period(date(2024, 1, 1))]
    assert (found.text, found.wordings[1].source) == ({}, "an order")


@pytest.mark.parametrize("every", Every)
def test_words_may_take_turns_in_every_way(every: Every) -> None:
    start = "" if every is Every.ITEM else ", start: 2024-01-31"
    found = read(
        f"  rotation: {{every: {every}, texts: [{{en: One.}}, {{en: Two.}}]{start}}}\n", "  conditional: true\n"
    )
    day = None if every is Every.ITEM else date(2024, 1, 31)
    assert found.rotation == Rotation(every, ({"en": "One."}, {"en": "Two."}), day)


def test_words_stand_in_one_place_only() -> None:
    both = "  rotation: {every: item, texts: [{en: One.}, {en: Two.}]}\n"
    assert len(messages(warn((WORDS, ONE_TEXT + both)))) == 1
    assert len(messages(warn((WORDS, "  conditional: true\n")))) == 1


def test_the_conditional_wording_is_asked_of_a_rotation_too() -> None:
    rotation = "  rotation: {every: item, texts: [{en: One.}, {en: Two.}]}\n"
    (message,) = messages(warn((WORDS, rotation)))
    assert "`text_if_possible`" in message
    assert read(rotation + "  text_if_possible: {en: If.}\n", "").text_if_possible == {"en": "If."}


def test_the_states_of_translations_are_those_of_the_languages_that_it_has() -> None:
    found = read("  translations: {ru: draft, en: reviewed}\n", "  conditional: true\n  text: {en: E., ru: R.}\n")
    assert found.translations == {"en": Translation.REVIEWED, "ru": Translation.DRAFT}
    dated = "  wordings: [{first_day: none, last_day: none, text: {de: D.}}]\n  translations: {de: machine}\n"
    assert read(dated, "  conditional: true\n").translations == {"de": Translation.MACHINE}


# -- slots ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SlotType)
def test_a_slot_may_hold_a_value_of_every_type(kind: SlotType) -> None:
    words = '  conditional: true\n  text: {en: "It is {size_2}."}\n'
    found = read(f"  slots: {{size_2: {{type: {kind}, value: the-size, missing: {{en: much}}}}}}\n", words)
    slot = found.values["size_2"]
    assert (slot.type, slot.value, slot.of, slot.missing) == (kind, "the-size", Whose.PUBLISHER, {"en": "much"})


def test_a_slot_may_hold_a_value_of_the_bound_entity() -> None:
    slot = "  slots: {number: {type: text, value: number, of: mention}}\n"
    words = f'  conditional: true\n  text: {{en: "No. {{number}}"}}\n{slot}'
    files = warn(("when:\n", "for_each: content.mentions\nwhen:\n"), (WORDS, words))
    assert loaded(files).rules["warn"].notice.values["number"].of is Whose.MENTION


def test_values_that_nobody_shows_need_no_type() -> None:
    values = "values:\n  size:\n    - {value: anything, first_day: none, last_day: none}\n"
    slot = (WORDS, '  conditional: true\n  text: {en: "{x}"}\n  slots: {x: {type: number, value: size}}\n')
    radio = {"radio.yaml": TINY["radio.yaml"] + values}
    assert messages(warn(also=radio)) == []
    (message,) = messages(warn(slot, also=radio))
    assert message == "`anything` is not a number, and notice `warn` shows it as one"


def test_words_for_a_title_and_slots_of_ones_own_stand_side_by_side() -> None:
    words = '  conditional: true\n  text: {en: "{publisher.title} {x}"}\n'
    found = read("  slots: {x: {type: text, value: x}, publisher.title: {en: It}}\n", words)
    assert (found.slots, list(found.values)) == ({"publisher.title": {"en": "It"}}, ["x"])


# -- groups ---------------------------------------------------------------------------------------------


def test_a_higher_rank_supersedes_the_lower_ones_of_its_group() -> None:
    files = {"b.yaml": second(2, rule_id="b"), "c.yaml": second(3, rule_id="c"), "d.yaml": second(2, rule_id="d")}
    rules = loaded({**TINY, "warn.yaml": second(1, rule_id="warn"), **files}).rules
    above = {name: each.notice.supersedes for name, each in rules.items()}
    assert above == {"warn": (), "b": ("warn",), "c": ("b", "d", "warn"), "d": ("warn",)}
    assert {each.notice.group for each in rules.values()} == {"risk"}


def test_another_group_and_no_rank_stand_outside() -> None:
    plain = second(9, rule_id="b").replace("{name: risk, rank: 9}", "risk")
    other = second(9, rule_id="c").replace("name: risk", "name: other-risk")
    rules = loaded({**TINY, "warn.yaml": second(1, rule_id="warn"), "b.yaml": plain, "c.yaml": other}).rules
    assert {each.notice.supersedes for each in rules.values()} == {()}


def test_what_was_written_is_kept_beside_what_the_rank_says() -> None:
    files = {"b.yaml": second(2, "  supersedes: c\n", "b"), "c.yaml": second(2, rule_id="c")}
    rules = loaded({**TINY, "warn.yaml": second(1, rule_id="warn"), **files}).rules
    assert rules["b"].notice.supersedes == ("c", "warn")


def test_a_notice_about_the_page_takes_the_place_of_none_about_a_mention() -> None:
    """It speaks of somebody else; the other way round nobody is left without words."""
    bound = second(1, rule_id="b").replace("when:\n", "for_each: content.mentions\nwhen:\n")
    rules = loaded({**TINY, "warn.yaml": second(2, rule_id="warn"), "b.yaml": bound}).rules
    assert rules["warn"].notice.supersedes == ()
    graver = bound.replace("rank: 1", "rank: 3")
    rules = loaded({**TINY, "warn.yaml": second(2, rule_id="warn"), "b.yaml": graver}).rules
    assert rules["b"].notice.supersedes == ("warn",)


def test_rules_that_share_a_notice_share_what_its_rank_says() -> None:
    referring = TEXT.replace("rule: warn", "rule: c").replace(NOTICE, "notice: {ref: warn}\n")
    files = {"warn.yaml": second(2, rule_id="warn"), "b.yaml": second(1, rule_id="b"), "c.yaml": referring}
    rules = loaded({**TINY, **files}).rules
    assert rules["c"].notice == rules["warn"].notice
    assert rules["c"].notice.supersedes == ("b",)


# -- places and effects ---------------------------------------------------------------------------------


def test_the_first_of_several_places_is_the_place() -> None:
    found = read("", ONE_TEXT).placements
    assert found == (Placement.FOOTER,)
    several = rule(("placement: footer", "placement: [top, site-wide]")).notice
    assert (several.placement, several.placements) == (Placement.TOP, (Placement.TOP, Placement.SITE_WIDE))


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_may_have_a_form_of_its_own(surface: str) -> None:
    found = read(f"  media: {{{surface}: {{min_seconds: 2.5, contrast: 4.5, placement: top}}}}\n").layout.media
    assert list(found) == [surface]
    medium = found[surface]
    assert (medium.min_seconds, medium.contrast, medium.placement) == (2.5, 4.5, Placement.TOP)
    assert (medium.min_area_percent, medium.min_font_ratio) == (None, None)


def test_the_surfaces_are_those_that_a_fact_names() -> None:
    assert FACTS["content.surface"].domain == SURFACES


@given(st.sampled_from(["min_seconds", "min_area_percent", "min_font_ratio", "contrast"]), st.text("0123456789.,-e"))
def test_a_number_is_read_as_it_stands_or_refused(key: str, written: str) -> None:
    found = messages(warn((WORDS, f'{ONE_TEXT}  media: {{video: {{{key}: "{written}"}}}}\n')))
    if found:
        assert len(found) == 1
    else:
        value = getattr(read(f'  media: {{video: {{{key}: "{written}"}}}}\n').layout.media["video"], key)
        assert value == float(written) > 0


def test_corners_are_kept_in_the_order_of_the_file() -> None:
    edit = ("placement: footer", "placement: [footer, overlay]\n  corner: [lower-right, upper-left]")
    assert rule(edit).notice.layout.corners == (Corner.LOWER_RIGHT, Corner.UPPER_LEFT)
    only_in_a_medium = (
        "placement: footer",
        "placement: footer\n  media: {video: {placement: overlay}}\n  corner: upper-left",
    )
    assert rule(only_in_a_medium).notice.layout.corners == (Corner.UPPER_LEFT,)


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        ("", ShortForm.NEVER),
        ("  short: {en: C.}\n", ShortForm.IF_IMPRACTICAL),
        ("  short: {en: C.}\n  short_form: if_impractical\n", ShortForm.IF_IMPRACTICAL),
        ("  short_form: never\n", ShortForm.NEVER),
    ],
)
def test_short_words_may_stand_for_the_text_where_there_are_some(lines: str, form: ShortForm) -> None:
    assert read(lines).short_form is form


def test_short_words_of_one_wording_are_short_words() -> None:
    dated = "  wordings: [{first_day: none, last_day: none, text: {de: D.}, short: {de: S.}}]\n"
    assert read(dated, "  conditional: true\n").short_form is ShortForm.IF_IMPRACTICAL
    assert (
        read(f"{dated}  short_form: if_impractical\n", "  conditional: true\n").short_form is ShortForm.IF_IMPRACTICAL
    )


def test_effects_are_kept() -> None:
    found = read(
        """\
  effects:
    suppress: [like]
    withhold: true
    mark: true
    metadata: {b: "2", a:x: "1"}
    editorial_task: Look at it.
"""
    ).effects
    assert (found.suppress, found.withhold, found.mark) == (("like",), True, True)
    assert (list(found.metadata.items()), found.editorial_task) == ([("a:x", "1"), ("b", "2")], "Look at it.")
    quiet = read("  effects: {mark: false}\n").effects
    assert (quiet.withhold, quiet.mark, quiet.metadata, quiet.editorial_task) == (False, False, {}, None)


def test_what_contradicts_may_be_declared_anywhere() -> None:
    other = TEXT.replace("rule: warn", "rule: other")
    rules = loaded(warn((WORDS, f"{ONE_TEXT}  conflicts_with: other\n"), also={"other.yaml": other})).rules
    assert rules["warn"].notice.conflicts_with == ("other",)


def test_whether_instances_are_merged_is_said() -> None:
    assert read("").merge is Merge.EACH
    assert read("  merge: footnote\n").merge is Merge.FOOTNOTE


def test_two_rules_that_write_one_notice_in_another_order_write_the_same() -> None:
    one = """\
  translations: {en: draft, ru: reviewed}
  effects: {metadata: {a: x, b: y}}
  media: {app: {contrast: 2}, web: {contrast: 3}}
"""
    other = """\
  media: {web: {contrast: 3}, app: {contrast: 2}}
  effects: {metadata: {b: y, a: x}}
  translations: {ru: reviewed, en: draft}
"""
    words = "  conditional: true\n  text: {en: E., ru: R.}\n"
    twin = (
        TEXT.replace("rule: warn", "rule: other")
        .replace("notice:\n", "notice:\n  id: warn\n")
        .replace(WORDS, words + other)
    )
    files = warn((WORDS, words + one), also={"other.yaml": twin})
    assert messages(files) == []
    turned = twin.replace("{en: E., ru: R.}", "{ru: R., en: E.}")
    assert len(messages({**files, "other.yaml": turned})) == 1


@pytest.mark.parametrize("words", ["rotation", "wordings"])
def test_the_order_of_languages_counts_wherever_words_stand(words: str) -> None:
    """The first is the default."""
    lines = {
        "rotation": "  rotation: {every: item, texts: [{en: E., ru: R.}, {en: E2., ru: R2.}]}\n",
        "wordings": "  wordings: [{first_day: none, last_day: none, text: {en: E., ru: R.}}]\n",
    }[words]
    twin = TEXT.replace("rule: warn", "rule: other").replace("notice:\n", "notice:\n  id: warn\n")
    same = twin.replace(WORDS, f"  conditional: true\n{lines}")
    files = warn((WORDS, f"  conditional: true\n{lines}"), also={"other.yaml": same})
    assert messages(files) == []
    assert len(messages({**files, "other.yaml": same.replace("{en: E., ru: R.}", "{ru: R., en: E.}")})) == 1


@pytest.mark.parametrize("section", ["wording", "rotation", "slot", "group", "effects", "medium"])
def test_inner_maps_know_the_keys_of_their_tables_only(section: str) -> None:
    places = {
        "wording": "  wordings: [{first_day: none, last_day: none, text: {en: T.}, %s: x}]\n",
        "rotation": "  rotation: {every: item, texts: [{en: T.}, {en: U.}], %s: x}\n",
        "slot": "  text: {en: T.}\n  slots: {x: {type: text, value: x, %s: x}}\n",
        "group": "  text: {en: T.}\n  group: {name: risk, rank: 1, %s: x}\n",
        "effects": "  text: {en: T.}\n  effects: {mark: true, %s: x}\n",
        "medium": "  text: {en: T.}\n  media: {web: {contrast: 2, %s: x}}\n",
    }
    (message,) = messages(warn((WORDS, "  conditional: true\n" + places[section] % "zzzz")))
    assert message.startswith("unknown key `zzzz` in ")
    assert "zzzz" not in names(section)
