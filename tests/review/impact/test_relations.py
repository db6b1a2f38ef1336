"""Notices whose rules bind by several relations: one entity is looked at, and where it stands in each of them."""

from __future__ import annotations

from compliance.model.truth import TRUE
from compliance.review.impact.groups import Group, folded
from tests.review.impact.comparing import TINY, compared, sentences, simple, told
from tests.tiny import ruleset

NEVER_STALE = TINY["list.yaml"].replace("retrieved_on: 2026-01-01", "retrieved_on: 9999-12-31")
ENDED = NEVER_STALE.replace("last_day: none", "last_day: 2023-12-31")
"""Somebody stood in this register ..."""
LATER = NEVER_STALE.replace("x/list", "y/list").replace("radio", "paper")
LATER = LATER.replace("2021-01-01", "2025-06-01")
"""... before somebody else stood in that one."""


def rules(place: str, second: str = "content.quotes", *, later: str = LATER) -> dict[str, str]:
    """One notice, asked for by two rules with another `for_each` and another register each."""
    one = simple(
        f"mention.designated_as: x/list; reader.location: {place}", "a", ("when:", "for_each: content.mentions\nwhen:")
    )
    other = simple(
        f"mention.designated_as: y/list; reader.location: {place}", "b", ("when:", f"for_each: {second}\nwhen:")
    )
    own, scenarios = other.index("notice:"), other.index("scenarios:")
    other = f"{other[:own]}notice: {{ref: a}}\n{other[scenarios:]}"
    return {**TINY, "list.yaml": ENDED, "y.yaml": later, "a.yaml": one, "b.yaml": other}


def without(name: str) -> dict[str, str]:
    return {file: text for file, text in rules("RU").items() if file != name}


def test_no_page_is_asked_about_that_speaks_of_two_people_on_days_that_they_do_not_share() -> None:
    see, of_whom = "added: From 2020-01-01, readers in `BY` additionally see it", "where it speaks of somebody"
    mention, quote = "`content.mentions`", "`content.quotes`"
    assert sorted(sentences(rules("RU"), rules("[RU, BY]"))) == [
        f"{see} as possible, {of_whom} whom no file declares and {mention} does not have them and {quote} has them",
        f"{see} as possible, {of_whom} whom no file declares and {mention} has them",
        f"{see}, {of_whom} in `x/list`, not in `y/list` and {mention} has them",
        f"{see}, {of_whom} in `y/list`, not in `x/list` and {quote} has them",
    ]


def test_whoever_an_example_speaks_of_is_on_its_day_what_is_said_of_them() -> None:
    for old, new in ((rules("RU"), rules("[RU, BY]")), (rules("RU"), without("b.yaml"))):
        for change in compared(old, new):
            assert change.exhaustive
            for group in change.groups:
                assert registers_said(group) in ([], registers_of(group)) or group.unclear, group


def registers_said(group: Group) -> list[str]:
    """The registers in which a group says that somebody stands."""
    said = [each.key for one in group.conditions if one.dimension.about == "WHO" for each in one.choices]
    return [name for name in ("x/list", "y/list") if any(f"somebody in `{name}`" in each for each in said)]


def registers_of(group: Group) -> list[str]:
    """The registers in which the entity of its example stands on the day of the example."""
    known = ruleset(rules("RU"))
    names = ("x/list", "y/list")
    return [each for each in names if known.designated(group.example.entity, each, group.example.day) is TRUE]


def test_a_rule_that_binds_by_another_relation_is_told_by_where_somebody_stands() -> None:
    found = sentences(rules("RU"), rules("RU", "content.links_to"))
    readers, of_whom = "From 2020-01-01, readers in `RU`", "where it speaks of somebody in `y/list`, not in `x/list`"
    link, quote = "`content.links_to`", "`content.quotes`"
    assert [each for each in found if "whom no file declares" not in each] == [
        f"removed: {readers} no longer see it, {of_whom} and {link} does not have them and {quote} has them",
        f"added: {readers} additionally see it, {of_whom} and {link} has them and {quote} does not have them",
    ]
    assert len(found) == 4, "and the same of somebody undeclared, as possible"


def test_somebody_new_in_a_register_is_told_once_for_all_relations() -> None:
    found = sentences(rules("RU"), rules("RU", later=LATER.replace("entity: paper", "entity: radio")))
    whose = "On pages whose `content.mentions` or `content.quotes` has"
    assert found == [
        f"removed: {whose} `paper` from 2025-06-01, readers in `RU` no longer see it, where `content.quotes` has them",
        f"added: {whose} `radio` from 2025-06-01, readers in `RU` additionally see it, where `content.quotes` has them",
    ]


def test_that_a_fact_need_not_be_known_is_told_with_what_is_known_and_not_again() -> None:
    (change,) = compared(rules("RU"), without("b.yaml"))
    known = next(group for group in change.groups if (group.unclear, group.before) == (False, "required"))
    shown = folded(change.groups)
    assert len(shown) == len(change.groups) - 1, "data has every group"
    assert [(group.says, group.also) for group in shown if group.also] == [(known.says, ("content.mentions",))]
    (line,) = (each for each in told(rules("RU"), without("b.yaml")).text() if "also with" in each)
    assert line.endswith("and `content.quotes` has them, also with `content.mentions` not known")
