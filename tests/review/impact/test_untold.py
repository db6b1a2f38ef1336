"""Changes that are easy to pass over: hidden behind other notices, other people, other days, or very many cases."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compliance.review.impact import compare
from tests.examples import are_all
from tests.review.impact.comparing import TINY, compared, edited, groups, sentences, simple, told

FOR_EACH = ("when:", "for_each: content.mentions\nwhen:")
LIST = TINY["list.yaml"]
NOTHING = "no decision and no word changes"
WIDE = (
    "content.genre: [news, satire]; content.ai_generated: [partly, fully]; content.surface: [web, app]; "
    'content.audience: [public, children]; content.paid: "yes"; content.human_review: none; content.language: en'
)
"""Lines of which far more than 4,096 combinations can be asked."""
LINES = ("content.kind: opinion", "content.genre: satire", "content.ai_generated: fully", "content.surface: app")


@pytest.fixture(autouse=True)
def fewer_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found among some hundred questions is found among the first of thousands."""
    if not are_all():
        monkeypatch.setattr(compare, "MOST", 512)


def entity(name: str, more: str = "") -> str:
    return f"language: 1\nentity: {name}\ntitle: {name.title()}\n{more}"


def superseding(rule: str, *weaker: str, status: str = "active") -> str:
    notice = f"notice:\n  supersedes: [{', '.join(weaker)}]" if weaker else "notice:"
    return simple("content.kind: article", rule, ("notice:", notice), ("status: active", f"status: {status}"))


# -- other notices ------------------------------------------------------------------------------------------


def test_a_notice_that_goes_because_a_circle_opens_elsewhere_is_told() -> None:
    old = {"a.yaml": superseding("a", "b"), "b.yaml": superseding("b", "c"), "c.yaml": superseding("c", "a")}
    for status in ("draft", "retired"):
        old["c.yaml"] = superseding("c", "a", status=status)
        new = {**old, "c.yaml": superseding("c", status=status)}
        assert sentences(old, new) == [
            "removed: From 2020-01-01, readers no longer see it, where `content.kind` is `article`"
        ]
        assert [change.notice for change, _ in groups(old, new) if not change.draft] == ["b"]


def test_a_draft_that_goes_is_told_beside_an_active_rule_of_the_same_notice_that_goes() -> None:
    of_n = ("notice:", "notice:\n  id: n")
    old = {
        "a.yaml": simple("reader.location: RU", "a", of_n),
        "d.yaml": simple("reader.location: BY", "d", of_n, ("status: active", "status: draft")),
        "k.yaml": simple("reader.location: KZ", "k", of_n),
    }
    (said,) = sentences(old, {"k.yaml": old["k.yaml"]}, draft=True)
    assert said == "removed: From 2020-01-01, readers in `BY` and `RU` no longer see it"


# -- other people -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("relation", ["publisher", "mention"])
def test_a_register_that_says_less_of_those_who_stand_in_another_one_only_is_told(relation: str) -> None:
    edits = [("notice:", f"if_unknown: {{{relation}.designated_as: review}}\nnotice:")]
    edits += [FOR_EACH] if relation == "mention" else []
    other = LIST.replace("x/list", "x/other").replace("entity: radio", "entity: paper")
    rule = simple(f"{relation}.designated_as: x/list", "simple", *edits)
    old = {
        "r.yaml": rule,
        "radio.yaml": entity("radio"),
        "paper.yaml": entity("paper"),
        "a.yaml": LIST,
        "b.yaml": other,
    }
    new = {**old, "a.yaml": LIST.replace("complete: true", "complete: false")}
    of = "of `paper`" if relation == "publisher" else "whose `content.mentions` has `paper`"
    assert sentences(old, new) == [
        f"added: On pages {of} from 2020-01-01 to 2026-01-31, readers have it held for review"
    ]


@pytest.mark.parametrize("names", ["[{name: Bell, strength: weak}, Big Radio]", "[{name: Big Radio, forms: [Bell]}]"])
def test_a_name_that_perhaps_meant_a_listed_organisation_and_no_longer_does_is_told(names: str) -> None:
    rule = simple("mention.designated_as: x/list", "simple", FOR_EACH)
    paper = entity("paper")
    old = {
        "r.yaml": rule,
        "list.yaml": LIST,
        "paper.yaml": paper,
        "radio.yaml": entity("radio", f"names: {{en: {names}}}\n"),
    }
    new = {**old, "radio.yaml": entity("radio", "names: {en: [Big Radio]}\n")}
    pages = "On pages whose `content.mentions` has `bell` from 2021-01-01"
    assert sentences(old, new) == [f"removed: {pages}, readers no longer see it, which was possible"]


@pytest.mark.parametrize(("slot", "text"), [("{type: percent, value: b}", "10.5"), ("{type: text, value: a}", "70.5")])
def test_a_slot_that_other_data_fills_is_told_of_those_who_have_it(slot: str, text: str) -> None:
    slots = ("notice:", "notice:\n  slots:\n    loss: {type: percent, value: a}")
    rule = simple("content.kind: article", "simple", slots, ("{en: Mind this.}", '{de: "{loss} %"}'))
    values = 'values:\n  a: [{value: "70.5", first_day: none, last_day: none}]\n'
    values += '  b: [{value: "10.5", first_day: none, last_day: none}]\n'
    old = {"r.yaml": rule, "x.yaml": entity("radio", values), "y.yaml": entity("child", "parent: radio\n")}
    new = {**old, "r.yaml": rule.replace("{type: percent, value: a}", slot)}
    first = next(group for _, group in groups(old, new) if not group.unclear)
    assert sorted(first.who) == ["child", "radio"]
    assert first.example.before.said is not None
    assert first.example.after.said is not None
    shown = text if "text" in slot else text.replace(".", ",")
    assert (first.example.before.said.texts[0][1], first.example.after.said.texts[0][1]) == ("70,5 %", f"{shown} %")


# -- other days ---------------------------------------------------------------------------------------------


def test_somebody_who_is_listed_only_after_a_suspension_is_told_of() -> None:
    rest = "timezone: Europe/Moscow, suspended: [{first_day: 2026-11-01, last_day: 2027-01-31}]}"
    rule = simple("mention.designated_as: x/list", "simple", FOR_EACH, ("timezone: Europe/Moscow}", rest))
    old = {"r.yaml": rule, "l.yaml": LIST.replace("2021-01-01", "2027-03-01"), "e.yaml": entity("radio")}
    new = {**old, "r.yaml": rule.replace("status: active", "status: retired")}
    assert [said for said in sentences(old, new) if "`content.mentions` has somebody in `x/list`" in said]


# -- very many cases ----------------------------------------------------------------------------------------


def with_exceptions(*blocks: str) -> Mapping[str, str]:
    unless = "".join("  - " + block.replace("; ", "\n    ") + "\n" for block in blocks)
    return excepting(f"content.kind: [article, opinion]; {WIDE}", f"unless:\n{unless}")


def excepting(conditions: str, unless: str) -> Mapping[str, str]:
    return {"r.yaml": simple(conditions, "simple", ("notice:", f"{unless}notice:"))}


MANY = [f"content.promotes: x{each}; content.subject: y{each}; content.genre: satire" for each in range(20)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["content.kind: article; content.language: fr"], ["; ".join((*LINES, "content.audience: children"))]),
        pytest.param(MANY, [*MANY, "; ".join((*LINES, "content.audience: children"))], marks=pytest.mark.prove),
        (MANY, [*MANY[:-1], MANY[-1].replace("content.subject: y19; ", "")]),
    ],
)
def test_an_exception_that_is_wider_is_told_also_where_not_everything_can_be_asked(
    before: list[str], after: list[str]
) -> None:
    kinds = {group.kind.value for change, group in groups(with_exceptions(*before), with_exceptions(*after))}
    assert "removed" in kinds


def test_a_block_that_is_narrower_is_told_also_where_not_everything_can_be_asked() -> None:
    days = "{first_day: 2020-01-01, last_day: 2020-12-31}"
    block = f"{{content.kind: opinion, content.product_date: {days}, content.subject: x}}"
    rule = simple(f"{WIDE}; any_of: [{{content.kind: article}}, {block}]")
    new = rule.replace("2020-12-31}", "2020-06-30}")
    assert "removed" in {group.kind.value for _, group in groups({"r.yaml": rule}, {"r.yaml": new})}


def test_a_rule_that_goes_is_told_however_many_rules_ask_for_its_notice() -> None:
    tags = [f"a{letter}" for letter in "abcdefghijklmnopqr"]
    of_n = ("notice:", "notice:\n  id: n")
    old = {f"{tag}.yaml": simple(WIDE.replace("language: en", f"language: {tag}"), tag, of_n) for tag in tags}
    (change,) = compared(old, {name: text for name, text in old.items() if name != "ar.yaml"})
    assert (change.removed, change.exhaustive) == (("ar",), False)
    assert {group.kind.value for group in change.groups} == {"removed"}


def test_what_was_compared_in_part_only_is_never_said_to_be_the_same() -> None:
    """Here one exception is written as two: nothing changes, but there are too many cases to know."""
    one, two = "unless:\n  content.promotes: [b, c]\n", "unless:\n  - content.promotes: b\n  - content.promotes: c\n"
    small, large = (
        told(excepting(lines, one), excepting(lines, two))
        for lines in ("content.kind: article", f"content.kind: article; {WIDE}")
    )
    assert (small.summary(), small.is_open) == (NOTHING, False)
    assert told(TINY, edited(("A warning", "A warning of the desk"))).data()["exhaustive"] is True
    assert not large.differs
    assert large.is_open
    assert large.summary() == "no change was found, but 1 notice(s) could not be compared in every case"
    assert large.data()["exhaustive"] is False
