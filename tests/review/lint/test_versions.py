"""Checks of what follows one another: days that overlap, days that are missing, and rules that add nothing."""

from __future__ import annotations

import pytest

from compliance.review.lint import Finding, Level
from tests.review.lint.clean import ALWAYS, findings, ids, in_rule, pointed_at, territory


def again(
    *conditions: str, days: str = "first_day: 2020-01-01, last_day: none", more: str = "", name: str = "again"
) -> str:
    """A second rule that asks for the notice of the first."""
    lines = conditions or ("publisher.designated_as: x/list", "reader.location: RU")
    return "\n".join((
        "language: 1", f"rule: {name}", "title: Again", "status: active", "owner: desk@example.org",
        "review_by: 2030-01-01", "legal_basis:", "  - {title: An act, confidence: A}",
        f"effective: {{{days}, timezone: Europe/Moscow}}", "when:", *(f"  {line}" for line in lines),
        *([more] if more else []), "notice: {ref: warn}", "scenarios:",
        *(
            f"  - {{name: {expect}, date: 2021-06-01, given: {{publisher: radio}}, expect: {expect}}}"
            for expect in ("required", "none", "possible")
        ), "",
    ))  # fmt: skip


def until(day: str) -> str:
    return in_rule(f"status: active\neffective: {{first_day: 2020-01-01, last_day: {day}, timezone: Europe/Moscow}}")


def found(*blocks: str) -> list[tuple[str, str]]:
    """What is found of rules and lists that follow one another, with the words."""
    wanted = {"overlapping-periods", "gapped-periods", "duplicate-rule", "shadowed-rule"}
    return [(each.id, each.message) for each in findings(*blocks) if each.id in wanted]


# -- rules ----------------------------------------------------------------------------------------------


def test_rules_that_meet_end_to_end_are_in_order() -> None:
    assert found(until("2024-12-31"), again(days="first_day: 2025-01-01, last_day: none")) == []


def test_rules_that_say_the_same_on_the_same_days_overlap() -> None:
    assert found(until("2025-03-31"), again(days="first_day: 2025-01-01, last_day: none")) == [
        ("overlapping-periods", "`again` and `warn` say the same from 2025-01-01 to 2025-03-31")
    ]


def test_a_gap_between_versions_of_a_rule_is_a_warning() -> None:
    later = again(
        "publisher.designated_as: x/list", "reader.location: [RU, BY]", days="first_day: 2025-01-03, last_day: none"
    )
    (finding,) = (each for each in findings(until("2024-12-31"), later) if each.id == "gapped-periods")
    assert finding.message == "between `warn` and `again` no rule holds from 2025-01-01 to 2025-01-02"
    assert (finding.severity, pointed_at(finding)) == (Level.WARNING, "effective")


def test_rules_on_other_values_are_no_versions_of_each_other() -> None:
    other = again(
        "publisher.designated_as: x/list", "reader.location: BY", days="first_day: 2025-01-03, last_day: none"
    )
    assert found(until("2024-12-31"), other) == []


def test_a_draft_beside_an_active_rule_is_its_next_version() -> None:
    assert found(again().replace("status: active", "status: draft")) == []


def test_the_same_rule_twice_is_a_duplicate_in_whatever_order_its_lines_are() -> None:
    assert found(again("reader.location: RU", "publisher.designated_as: x/list")) == [
        ("duplicate-rule", "`warn` asks for `warn` under the same conditions on the same days as `again`")
    ]


NARROW = ("publisher.designated_as: x/list", "reader.location: RU-SAR", "content.kind: [article, opinion]")


@pytest.mark.parametrize(
    "conditions",
    [
        NARROW,
        (
            "publisher.designated_as: x/list",
            "reader.location: RU",
            "any_of: [{content.kind: article}, {content.paid: 'yes'}]",
        ),
        ("any_of: [{reader.location: RU-SAR}, {reader.location: RU-KGD}]", "publisher.designated_as: x/list"),
    ],
)
def test_a_rule_that_fires_only_where_another_one_does_adds_nothing(conditions: tuple[str, ...]) -> None:
    assert found(again(*conditions)) == [
        ("shadowed-rule", "`again` adds nothing: `warn` asks for `warn` whenever it does")
    ]


@pytest.mark.parametrize(
    "second",
    [
        again("publisher.designated_as: x/list", "reader.location: [RU-SAR, GE]"),
        again(*NARROW, days="first_day: 2019-01-01, last_day: none"),
        again(*NARROW, more="if_unknown: {content.kind: review, publisher.designated_as: review}"),
        again(*NARROW).replace("Europe/Moscow", "Europe/Minsk"),
        again(*NARROW).replace("status: active", "status: draft"),
        again("reader.location: RU-SAR", "content.kind: article"),
    ],
)
def test_a_rule_that_may_fire_elsewhere_is_not_shadowed(second: str) -> None:
    assert "shadowed-rule" not in ids(second)


def test_a_rule_with_an_exception_shadows_only_rules_that_have_it_too() -> None:
    excepted = in_rule("unless: {content.kind: court-document}")
    assert found(excepted, again(*NARROW)) == []
    more = "unless:\n  - {content.kind: [court-document, comment]}"
    assert [id_ for id_, _ in found(excepted, again(*NARROW, more=more))] == ["shadowed-rule"]


# -- entries and members --------------------------------------------------------------------------------


def entries(*items: str) -> str:
    rows = "".join(f"  - {{entity: radio, {item}}}\n" for item in items)
    return f"# in a register\nentries:\n{rows}"


FIRST = "listed_on: {day: 2021-01-01}, last_day: 2022-12-31"


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("listed_on: {day: 2023-01-01}, last_day: none", []),
        (
            "listed_on: {day: 2022-12-31}, last_day: none",
            [("overlapping-periods", "twice from 2022-12-31 to 2022-12-31")],
        ),
        ("listed_on: {day: 2023-01-02}, last_day: none", [("gapped-periods", "from 2023-01-01 to 2023-01-01")]),
        (
            "listed_on: {day: 2020-01-01}, last_day: none",
            [("overlapping-periods", "twice from 2021-01-01 to 2022-12-31")],
        ),
        ("listed_on: {day: 2020-01-01}, last_day: unknown", []),
    ],
)
def test_entries_of_one_entity_follow_one_another(second: str, expected: list[tuple[str, str]]) -> None:
    both = found(entries(FIRST, second))
    assert [id_ for id_, _ in both] == [id_ for id_, _ in expected]
    assert all(words in message for (_, message), (_, words) in zip(both, expected, strict=True))


def test_an_entry_that_lasts_hides_no_later_overlap() -> None:
    """The second ends within the first; the third still overlaps with the first."""
    items = ("listed_on: {day: 2021-01-01}, last_day: none", FIRST, "listed_on: {day: 2024-01-01}, last_day: none")
    assert [message for _, message in found(entries(*items))] == [
        "`radio` stands in `x/list` twice from 2021-01-01 to 2022-12-31",
        "`radio` stands in `x/list` twice from 2024-01-01 on",
    ]


def overlap(*items: str) -> Finding:
    (finding,) = (each for each in findings(entries(*items)) if each.id == "overlapping-periods")
    return finding


def test_several_bodies_under_one_entity_are_a_note_where_a_note_tells_them_apart() -> None:
    one, other = "listed_on: {day: 2021-01-01}, last_day: none", "listed_on: {day: 2021-01-01}, last_day: none"
    assert overlap(one, other).severity is Level.WARNING
    assert overlap(f"{one}, note: Latvia", f"{other}, note: Latvia").severity is Level.WARNING
    assert overlap(f"{one}, note: Latvia", f"{other}, note: Netherlands").severity is Level.NOTE


def test_members_that_lie_in_one_another_on_one_day_overlap() -> None:
    lands = territory(f"codes: [GB-LND, FR], extent: whole, {ALWAYS}", f"code: GB, extent: whole, {ALWAYS}")
    assert found(lands) == [
        ("overlapping-periods", "`GB-LND` is a member of `lands`, and so is `GB`, in which it lies, on the same days")
    ]
    apart = lands.replace(
        "code: GB, extent: whole, first_day: none, last_day: none",
        "code: GB, extent: whole, first_day: none, last_day: 1999-12-31",
    )
    assert (
        found(apart.replace("whole, first_day: none, last_day: none", "whole, first_day: 2000-01-01, last_day: none"))
        == []
    )


def test_a_member_that_leaves_and_comes_back_has_a_gap() -> None:
    lands = territory(
        "code: RU-SAR, extent: whole, first_day: 2014-01-01, last_day: 2015-12-31",
        "code: RU-SAR, extent: partly, first_day: 2016-02-01, last_day: none",
    )
    assert found(lands) == [
        ("gapped-periods", "`RU-SAR` is no member of `lands` from 2016-01-01 to 2016-01-31, and is before and after")
    ]
    assert found(lands.replace("2016-02-01", "2016-01-01")) == []
