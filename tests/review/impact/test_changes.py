"""What is said of an edit: of a rule, a register, an entity, a territory."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from compliance.review.impact.report import Moved
from compliance.review.impact.words import Part
from tests.review.impact.comparing import TINY, compared, edited, groups, sentences, simple, told

LISTED = "where `publisher.designated_as` has `x/list`"
PAPER = """\
    last_day: none
  - entity: paper
    listed_on: {day: 2026-01-10, source: x, confidence: A}
    last_day: none
"""
WITH_PAPER = edited(("    last_day: none\n", PAPER), file="list.yaml")["list.yaml"]
TERRITORY = """\
language: 1
territory: t
title: T
members:
  - {codes: [DE, AT], extent: whole, first_day: none, last_day: none}
sources:
  - {title: An act}
"""
FOR_EACH = ("when:", "for_each: content.mentions\nwhen:")


def without(name: str) -> dict[str, str]:
    return {file: text for file, text in TINY.items() if file != name}


# -- rules --------------------------------------------------------------------------------------------------


def test_a_rule_that_goes_is_told_as_removed_and_one_that_comes_as_added() -> None:
    (gone,) = compared(TINY, without("warn.yaml"))
    assert (gone.removed, gone.added, gone.title) == (("warn",), (), "A warning")
    assert sentences(TINY, without("warn.yaml")) == [
        f"removed: From 2020-01-01, readers in `RU` no longer see it, {LISTED}"
    ]
    assert sentences(without("warn.yaml"), TINY) == [
        f"added: From 2020-01-01, readers in `RU` additionally see it, {LISTED}"
    ]


@pytest.mark.parametrize("status", ["retired", "draft"])
def test_a_rule_that_no_longer_fires_is_removed(status: str) -> None:
    after = edited(("status: active", f"status: {status}"))
    assert sentences(TINY, after) == [f"removed: From 2020-01-01, readers in `RU` no longer see it, {LISTED}"]
    assert sentences(TINY, after, draft=True) == []


@pytest.mark.parametrize(
    ("edit", "days"),
    [
        (("last_day: none, timezone", "last_day: 2026-05-31, timezone"), "From 2026-06-01"),
        (("first_day: 2020-01-01", "first_day: 2021-01-01"), "From 2020-01-01 to 2020-12-31"),
        (
            ("Europe/Moscow}", "Europe/Moscow, suspended: [{first_day: 2026-03-01, last_day: 2026-03-31}]}"),
            "From 2026-03-01 to 2026-03-31",
        ),
    ],
)
def test_days_on_which_a_rule_is_no_longer_in_effect_are_named(edit: tuple[str, str], days: str) -> None:
    assert sentences(TINY, edited(edit)) == [f"removed: {days}, readers in `RU` no longer see it, {LISTED}"]


def test_a_condition_that_says_the_same_in_other_words_changes_nothing() -> None:
    old = {"a.yaml": simple("content.kind: [article, opinion]")}
    new = {"a.yaml": simple("any_of: [{content.kind: article}, {content.kind: opinion}]")}
    (change,) = compared(old, new)
    assert (change.changed, change.groups, change.differs, change.exhaustive) == (("simple",), (), False, True)
    assert [line for line in told(old, new).text() if "no decision and no word" in line]


def test_a_rule_with_another_id_for_the_same_notice_is_no_change() -> None:
    old, new = ({"a.yaml": simple("content.kind: article", name, ("notice:", "notice:\n  id: n"))} for name in "ab")
    (change,) = compared(old, new)
    assert (change.removed, change.added, change.groups) == (("a",), ("b",), ())


def test_a_notice_that_another_one_takes_the_place_of_is_removed_though_its_rules_are_the_same() -> None:
    conditions = "publisher.designated_as: x/list; reader.location: RU"
    old = {**TINY, "s.yaml": simple(conditions)}
    new = {**TINY, "s.yaml": simple(conditions, "simple", ("legal-duty", "legal-duty\n  supersedes: [warn]"))}
    assert sentences(old, new) == [f"removed: From 2020-01-01, readers in `RU` no longer see it, {LISTED}"]
    assert [change.notice for change, _ in groups(old, new)] == ["warn"]
    circle = edited(("purpose: reader-safety", "purpose: reader-safety\n  supersedes: [simple]"))
    assert sentences({**circle, "s.yaml": old["s.yaml"]}, {**circle, "s.yaml": new["s.yaml"]}) == [
        f"added: From 2020-01-01, readers in `RU` additionally see it, {LISTED}"
    ]


def test_what_a_rule_does_about_facts_that_are_not_known_shows_where_they_are_not() -> None:
    after = edited(("if_unknown:\n  publisher.designated_as: review\n", ""))
    assert sentences(TINY, after) == []
    assert sentences(TINY, after, unclear=True) == [
        (
            "added: From 2020-01-01, with `publisher.designated_as` or `reader.location` not known, "
            "readers in `RU` additionally see it as possible, which was held for review"
        )
    ]


def test_exceptions_days_and_languages_are_told_apart_by_what_rules_see() -> None:
    exception = "unless:\n  content.date_published: {first_day: none, last_day: 2009-12-31}\nnotice:"
    old = {"a.yaml": simple("content.language: ru")}
    new = {"a.yaml": simple("content.language: [ru, de-AT]", "simple", ("notice:", exception))}
    assert sentences(old, new) == [
        (
            "removed: From 2020-01-01, readers no longer see it, "
            "where `content.date_published` is until 2009-12-31 and `content.language` is `ru`"
        ),
        (
            "added: From 2020-01-01, readers additionally see it as possible, "
            "where `content.date_published` is from 2010-01-01 and `content.language` is `de`"
        ),
        (
            "added: From 2020-01-01, readers additionally see it, "
            "where `content.date_published` is from 2010-01-01 and `content.language` is `de-AT`"
        ),
    ]


def test_pages_publishers_and_all_other_words_are_named() -> None:
    pages = "content.url: https://a.example/x", "content.url: [https://a.example/x, https://a.example/y]"
    assert sentences({"a.yaml": simple(pages[0])}, {"a.yaml": simple(pages[1])}) == [
        "added: From 2020-01-01, readers additionally see it, where `content.url` is `https://a.example/y`"
    ]
    named = "publisher: radio", "publisher: [radio, paper]"
    assert sentences({**TINY, "s.yaml": simple(named[0])}, {**TINY, "s.yaml": simple(named[1])}) == [
        "added: From 2020-01-01, readers additionally see it, where `publisher` is `paper`"
    ]
    wider = "content.kind: article", "content.subject: x"
    assert sentences({"a.yaml": simple(wider[0])}, {"a.yaml": simple(wider[1])})[0] == (
        "removed: From 2020-01-01, readers no longer see it, "
        "where `content.kind` is `article` and `content.subject` does not have `x`"
    )
    assert "`content.kind` is not `article`" in sentences({"a.yaml": simple(wider[0])}, {"a.yaml": simple(wider[1])})[1]


def test_of_too_many_classes_some_are_tried_and_that_is_said() -> None:
    facts = "content.kind: article; content.surface: web; content.audience: public; content.age_rating: 18+; "
    facts += "content.paid: yes; content.genre: news; content.subject: x; reader.location: [RU, BY, DE]; "
    old, new = ({"a.yaml": simple(f"{facts}content.promotes: {words}")} for words in ("[a]", "[b]"))
    (change,) = compared(old, new)
    assert not change.exhaustive
    kinds = {(group.kind.value, group.unclear) for group in change.groups}
    assert {("removed", False), ("added", False)} <= kinds
    assert "in some cases readers in `BY`, `DE` and `RU` no longer see it, where" in sentences(old, new)[0]
    assert any(line.endswith("[not exhaustive]") for line in told(old, new).text())


# -- words --------------------------------------------------------------------------------------------------


def test_words_are_compared_in_every_language_and_what_is_not_words_part_by_part() -> None:
    after = edited(
        ("в списке.", "внесено в список."), ("placement: footer", "placement: top\n  link: https://x.example")
    )
    (change,) = compared(TINY, after)
    required = next(group for group in change.groups if group.before == "required")
    assert required.parts == (
        Part("text in ru", "{publisher.title} в списке.", "{publisher.title} внесено в список."),
        Part("link", "null", '"https://x.example"'),
        Part("placement", '"footer"', '"top"'),
    )
    possible = next(group for group in change.groups if group.before == "possible")
    assert [part.name for part in possible.parts] == ["link", "placement"]


def test_words_of_days_are_told_for_their_days() -> None:
    days = "wordings:\n    - {first_day: none, last_day: 2026-06-30, text: {en: Mind this.}}\n"
    days += "    - {first_day: 2026-07-01, last_day: none, text: {en: Mind that.}}"
    old = {"a.yaml": simple("content.kind: article")}
    new = {"a.yaml": simple("content.kind: article", "simple", ("text: {en: Mind this.}", days))}
    assert sentences(old, new) == [
        "words: From 2026-07-01, readers get it otherwise (text in en), where `content.kind` is `article`"
    ]


def test_of_words_that_take_turns_all_are_compared() -> None:
    turns = "rotation:\n    every: item\n    texts: [{en: One.}, {en: Two.}]"
    old = {"a.yaml": simple("content.kind: article", "simple", ("text: {en: Mind this.}", turns))}
    new = {"a.yaml": old["a.yaml"].replace("Two.", "Three.")}
    (group, *_) = compared(old, new)[0].groups
    assert [(part.name, part.before, part.after) for part in group.parts if "text" in part.name] == [
        ("text in en (turn 2)", "Two.", "Three.")
    ]


# -- registers and entities ---------------------------------------------------------------------------------


def test_a_new_entry_concerns_the_pages_of_that_entity_from_its_day() -> None:
    new = {**TINY, "list.yaml": WITH_PAPER}
    before, later = sorted(sentences(TINY, new))
    assert before == "added: On pages of `paper` from 2026-01-10 to 2026-01-31, readers in `RU` additionally see it"
    assert later == (
        "added: On pages of `paper` from 2026-02-01, readers in `RU` additionally see it, which was held for review"
    )


def test_an_entry_that_ends_is_told_as_removed_and_where_the_copy_is_old_as_held() -> None:
    new = edited(("    last_day: none\n", "    last_day: 2025-12-31\n"), file="list.yaml")
    assert sorted(sentences(TINY, new)) == [
        "removed: On pages of `radio` from 2026-01-01 to 2026-01-31, readers in `RU` no longer see it",
        "removed: On pages of `radio` from 2026-02-01, readers in `RU` no longer see it: it is held for review",
    ]


def test_a_fresher_copy_settles_who_is_not_in_it() -> None:
    new = edited(("retrieved_on: 2026-01-01", "retrieved_on: 2026-03-01"), file="list.yaml")
    (said,) = sentences(TINY, new)
    assert said.startswith(
        "weaker: On pages of `paper` from 2026-02-01 to 2026-03-31, readers in `RU` have nothing held"
    )


def test_an_entity_that_gets_its_designation_from_another_is_told_with_it() -> None:
    child = {"child.yaml": "language: 1\nentity: child\ntitle: A child\nparent: radio\n"}
    new = edited(("    last_day: none\n", "    last_day: 2025-12-31\n"), file="list.yaml", also=child)
    assert any("`child` or `radio`" in each for each in sentences({**TINY, **child}, new))
    orphan = {**TINY, **child, "child.yaml": child["child.yaml"].replace("parent: radio\n", "")}
    (first, *_) = sentences({**TINY, **child}, orphan)
    assert first.startswith("removed: On pages of `child` from 2021-01-01")


def test_a_domain_that_no_longer_means_anybody_takes_the_notice_from_its_pages() -> None:
    new = edited(("domains: [radio.example]", "domains: []"), file="radio.yaml")
    assert (
        "removed: On pages of `radio.example` from 2021-01-01, readers in `RU` no longer see it: it is held for review"
        in (sentences(TINY, new))
    )


def test_an_entity_that_is_declared_now_needs_no_review_any_more() -> None:
    new = {**TINY, "new.yaml": "language: 1\nentity: daily\ntitle: The Daily\n"}
    (said,) = [each for each in sentences(TINY, new) if "`daily`" in each]
    assert said.startswith("weaker: On pages of `daily` from 2020-01-01 to 2026-01-31")


def test_a_name_in_the_words_is_told_as_words() -> None:
    new = edited(("title: Radio", "title: Radio Nova"), file="radio.yaml")
    said = [(change, group) for change, group in groups(TINY, new) if group.kind == "words"]
    assert [list(group.who) for _, group in said] == [["radio"]]
    (group,) = [group for _, group in said]
    assert group.example.before.said is not None
    assert group.example.after.said is not None
    assert group.example.before.said.texts[0] == ("text in en", "Radio is on the list.")
    assert group.example.after.said.texts[0] == ("text in en", "Radio Nova is on the list.")
    assert "    + text in en: Radio Nova is on the list." in list(told(TINY, new).text())


def test_another_date_that_starts_the_effect_concerns_those_whose_dates_differ() -> None:
    both = '    listed_on: {day: 2021-01-01, source: "https://law.example/list", confidence: A}\n'
    files = edited((both, both + "    announced_on: {day: 2020-06-01}\n"), file="list.yaml")
    later = {
        **files,
        "warn.yaml": files["warn.yaml"].replace("if_unknown:", "arms: {x/list: announced_on}\nif_unknown:"),
    }
    assert sentences(files, later) == [
        "added: On pages of `radio` from 2020-06-01 to 2020-12-31, readers in `RU` additionally see it"
    ]


def test_an_order_that_a_publisher_no_longer_answers_to() -> None:
    old, new = (
        {
            **TINY,
            "radio.yaml": f"{TINY['radio.yaml']}answers_to: [{order}]\n",
            "s.yaml": simple("publisher.answers_to: RU"),
        }
        for order in ("RU", "CZ")
    )
    assert sentences(old, new) == ["removed: On pages of `radio` from 2020-01-01, readers no longer see it"]


def test_mentioned_entities_are_told_by_what_they_are_and_by_name_where_that_changed() -> None:
    conditions = "mention.designated_as: x/list; reader.location: {}"
    old, wider = (
        {**TINY, "s.yaml": simple(conditions.format(place), "simple", FOR_EACH)} for place in ("RU", "[RU, BY]")
    )
    assert sentences(old, wider) == [
        (
            "added: From 2020-01-01, readers in `BY` additionally see it as possible, "
            "where `content.mentions` has somebody perhaps in `x/list`"
        ),
        (
            "added: From 2020-01-01, readers in `BY` additionally see it, "
            "where `content.mentions` has somebody in `x/list`"
        ),
    ]
    listed = [each for each in sentences(old, {**old, "list.yaml": WITH_PAPER}) if "mentions" in each]
    assert listed == [
        (
            "stronger: On pages whose `content.mentions` has `paper` from 2026-02-01, "
            "readers in `RU` see it as required, no longer as possible only"
        ),
        (
            "added: On pages whose `content.mentions` has `paper` from 2026-01-10 to 2026-01-31, "
            "readers in `RU` additionally see it"
        ),
    ]


# -- places and zones ---------------------------------------------------------------------------------------


def place(old: str, new: str, also: Mapping[str, str] | None = None) -> list[str]:
    """What is said where the places of a rule change."""
    sides = [
        {"a.yaml": simple("content.paid: yes" + (f"; reader.location: {each}" if each else "")), **(also or {})}
        for each in (old, new)
    ]
    return [each.partition("From 2020-01-01, ")[2].partition(", where")[0] for each in sentences(*sides)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("RU", "[RU, BY]", ["readers in `BY` additionally see it"]),
        ("RU", "", ["readers in every place but `RU` additionally see it"]),
        ("RU", "t", ["readers in `RU` no longer see it", "readers in `t` additionally see it"]),
        ("[DE, AT, CH]", "CH", ["readers in `t` no longer see it"]),
        ("[DE, AT, CH]", "[CH, AT]", ["readers in `DE` no longer see it"]),
        (
            "GB",
            "GB-LND",
            [
                "readers in other parts of `GB-ENG` and other parts of `GB` no longer see it",
                (
                    "readers in `GB-ENG` without a known part and `GB` without a known part see it as possible only, "
                    "no longer as required"
                ),
            ],
        ),
    ],
)
def test_places_are_said_by_territory_by_what_is_left_out_or_by_code(old: str, new: str, said: list[str]) -> None:
    assert place(old, new, {"t.yaml": TERRITORY}) == said


def test_a_member_that_joins_a_territory_is_told_from_its_day_on() -> None:
    joins = "  - {code: CH, extent: whole, first_day: 2026-12-01, last_day: none}\nsources:"
    old = {"t.yaml": TERRITORY, "a.yaml": simple("reader.location: t")}
    assert sentences(old, {**old, "t.yaml": TERRITORY.replace("sources:", joins)}) == [
        "added: From 2026-12-01, readers in `CH` additionally see it"
    ]


def test_what_is_counted_in_another_zone_is_told_and_is_a_change() -> None:
    (change,) = compared(TINY, edited(("timezone: Europe/Moscow", "timezone: Asia/Tokyo")))
    assert change.moved == (Moved("rule", "warn", "Europe/Moscow", "Asia/Tokyo"),)
    assert (change.groups, change.differs) == ((), True)
    (change,) = compared(TINY, edited(("arms: listed_on", "arms: listed_on\ntimezone: Asia/Tokyo"), file="list.yaml"))
    assert change.moved == (Moved("register", "x/list", "that of the rule", "Asia/Tokyo"),)
    zoned = {"t.yaml": TERRITORY, "a.yaml": simple("reader.location: t")}
    (change,) = compared(zoned, {**zoned, "t.yaml": TERRITORY.replace("title: T", "title: T\ntimezone: Asia/Tokyo")})
    assert change.moved == (Moved("territory", "t", "that of the rule", "Asia/Tokyo"),)


# -- drafts, and what is passed over ------------------------------------------------------------------------


def test_only_drafts_that_changed_are_told_and_nothing_twice() -> None:
    draft = ("status: active", "status: draft")
    old = {**TINY, "d.yaml": simple("content.kind: article", "simple", draft)}
    new = {**TINY, "d.yaml": simple("content.kind: [article, opinion]", "simple", draft)}
    assert sentences(old, new) == []
    assert sentences(old, new, draft=True) == [
        "added: From 2020-01-01, readers additionally see it, where `content.kind` is `opinion`"
    ]
    active = {**TINY, "d.yaml": simple("content.kind: article")}
    assert sentences(old, active, draft=True) == []
    assert sentences(old, active) == [
        "added: From 2020-01-01, readers additionally see it, where `content.kind` is `article`"
    ]


def test_notices_that_nothing_can_have_changed_are_passed_over() -> None:
    many = {f"r{number}.yaml": simple("content.kind: article", f"r{number}") for number in range(5)}
    after = {**many, "r3.yaml": simple("content.kind: opinion", "r3")}
    assert [change.notice for change in compared(many, after)] == ["r3"]
    assert compared({**TINY, **many}, {**TINY, **many, "list.yaml": WITH_PAPER})[0].notice == "warn"
    assert len(compared({**TINY, **many}, {**TINY, **many, "list.yaml": WITH_PAPER})) == 1


def test_what_nobody_knows_in_two_zones_is_told_where_it_becomes_one_unknown() -> None:
    """Unknown, a register is one unknown for each zone in which it is asked: here that decides what is certain."""
    shared = ("notice:", "notice:\n  id: n")
    tokyo = ("Europe/Moscow", "Asia/Tokyo")
    exception = ("notice:", "unless:\n  publisher.designated_as: x/list\nnotice:")
    old = {
        **TINY,
        "a.yaml": simple("publisher.designated_as: x/list; reader.location: RU", "a", shared),
        "b.yaml": simple("reader.location: RU", "b", shared, tokyo, exception),
    }
    new = {**old, "list.yaml": TINY["list.yaml"].replace("arms:", "timezone: Europe/Moscow\narms:")}
    changes = {change.notice: change for change in compared(old, new)}
    told = [(group.kind, group.before, group.after) for group in changes["n"].groups if group.unclear]
    assert ("stronger", "possible", "required") in told
    assert not changes["n"].exhaustive
