"""Rule files: conditions, exceptions, doubt, notices and scenarios, as the model holds them."""

from __future__ import annotations

from datetime import date

import pytest

from compliance.language.rules import EXPECTED
from compliance.model.facts import FACTS, PERSONAL_FACTS, FactValue, Members, OneOf
from compliance.model.notice import Suppressible
from compliance.model.period import Period
from compliance.model.rule import (
    AnyOf,
    Block,
    Fixity,
    IfUnknown,
    LawStatus,
    Line,
    Placement,
    Purpose,
    Reach,
    Severity,
    Status,
)
from compliance.model.territory import LocationSet
from tests.language.reading import conditions, given, loaded, messages, problems, rule, warn
from tests.tiny import TINY

SECOND = TINY["warn.yaml"].replace("rule: warn", "rule: second")
BOUND = ("when:\n", "for_each: content.mentions\nwhen:\n")
NOTICE = "notice:\n"
POSSIBLE = TINY["warn.yaml"][TINY["warn.yaml"].index("  text_if_possible") : TINY["warn.yaml"].index("  short")]
OF_A_MENTION = (
    ("publisher.designated_as: x/list", "mention.designated_as: x/list"),
    ("publisher.designated_as: review", "mention.designated_as: review"),
)
POLICY = "  publisher.designated_as: review\n"


def lines(block: Block) -> list[tuple[str, set[str]]]:
    return [(line.fact, set(line.values)) for line in block.lines if isinstance(line, Line)]


# -- the rule -------------------------------------------------------------------------------------------


def test_a_rule_keeps_what_its_file_says() -> None:
    summary = "title: A warning\nsummary: >\n  In two\n  lines."
    found = rule(
        ("title: A warning", f"{summary}\nlaw_status:\n  - {{from: 2019-01-01, is: adopted}}"),
        ("last_day: none", "last_day: 2030-12-31"),
    )
    assert (found.id, found.title, found.summary.strip(), found.owner) == (
        "warn",
        "A warning",
        "In two lines.",
        "desk@example.org",
    )
    assert (found.status, found.review_by) == (Status.ACTIVE, date(2030, 1, 1))
    assert found.effective == Period(date(2020, 1, 1), date(2030, 12, 31), "Europe/Moscow")
    assert found.zone == "Europe/Moscow"
    assert found.law_status == ((date(2019, 1, 1), LawStatus.ADOPTED),)
    (basis,) = found.legal_basis
    assert (basis.title, basis.article, basis.href, basis.confidence) == ("An act", "1", "https://law.example/act", "A")
    assert found.span is not None
    assert (found.span.path, found.span.line, found.span.column) == ("warn.yaml", 2, 7)


@pytest.mark.parametrize("status", Status)
def test_every_state_of_the_desk_can_be_written(status: Status) -> None:
    assert rule(("status: active", f"status: {status}")).status is status


@pytest.mark.parametrize("status", LawStatus)
def test_every_step_of_a_law_can_be_written(status: LawStatus) -> None:
    found = rule(("effective:", f"law_status: [{{from: 2020-01-01, is: {status}}}]\neffective:"))
    assert [step for _, step in found.law_status] == [status]


@pytest.mark.parametrize("day", ["2024-2-30", "2024-02-30", "20240220", "2024-02-20T00:00", "tomorrow", "२०२४-०२-२०"])
def test_a_day_is_written_in_one_way_only(day: str) -> None:
    assert messages(warn(("review_by: 2030-01-01", f"review_by: {day}"))) == [f"`{day}` is not a calendar day"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("26.07.2023", "2023-07-26"),
        ("7.8.2023", "2023-08-07"),
        ("07/26/2023", "2023-07-26"),
        ("26-07-2023", "2023-07-26"),
        ("2/2/2023", "2023-02-02"),
        ("2023-7-6", "2023-07-06"),
        ("2023/07/26", "2023-07-26"),
    ],
)
def test_a_day_written_in_another_way_is_answered_with_the_right_one(written: str, day: str) -> None:
    (problem,) = problems(warn(("review_by: 2030-01-01", f"review_by: {written}")))
    assert problem.help == f"write `{day}`"


@pytest.mark.parametrize("written", ["07/08/2023", "7-8-2023", "31.02.2023", "29/02/2023", "2023-13-01", "26.07-2023"])
def test_a_day_that_may_mean_two_or_none_is_not_guessed(written: str) -> None:
    (problem,) = problems(warn(("review_by: 2030-01-01", f"review_by: {written}")))
    assert problem.help == "write it as YYYY-MM-DD, for example 2024-02-20"


def test_a_period_may_be_open_at_either_end_and_may_be_one_day() -> None:
    period = "{first_day: 2020-01-01, last_day: none, timezone: Europe/Moscow}"
    for first, last in (("none", "none"), ("2020-02-29", "2020-02-29"), ("none", "2020-02-29")):
        found = rule((period, f"{{first_day: {first}, last_day: {last}, timezone: Europe/Moscow}}")).effective
        assert [str(day).lower() for day in (found.first_day, found.last_day)] == [first, last]


# -- conditions -----------------------------------------------------------------------------------------


def test_each_line_of_when_is_a_condition_and_a_list_is_any_of_these() -> None:
    found = rule(conditions("content.kind: [article, opinion]", "reader.location: NO"))
    assert lines(found.when) == [("content.kind", {"article", "opinion"}), ("reader.location", {"NO"})]
    assert [line.span.line for line in found.each_line() if line.span] == [11, 12]


@pytest.mark.parametrize("key", ["anyof", "any-of", "anyOf", "any of", "any", "ANY_OF"])
def test_any_of_is_recognised_however_it_is_misspelt(key: str) -> None:
    (problem,) = problems(warn(conditions(f"{key}: [{{content.kind: article}}]")))
    assert (problem.message, problem.help) == (f"unknown fact `{key}`", "the nearest is `any_of`")


def test_any_of_holds_blocks_which_may_hold_any_of_again() -> None:
    found = rule(
        conditions(
            "any_of:", "  - {content.kind: article}", "  - any_of: [{content.paid: 'yes'}, {reader.location: RU}]"
        )
    )
    (outer,) = found.when.lines
    assert isinstance(outer, AnyOf)
    first, second = outer.blocks
    assert lines(first) == [("content.kind", {"article"})]
    (inner,) = second.lines
    assert isinstance(inner, AnyOf)
    assert [lines(block) for block in inner.blocks] == [[("content.paid", {"yes"})], [("reader.location", {"RU"})]]
    assert [line.fact for line in found.each_line()] == ["content.kind", "content.paid", "reader.location"]


def test_a_day_is_asked_with_a_period() -> None:
    found = rule(conditions("content.date_published: {first_day: 1990-08-01, last_day: none}"))
    (line,) = found.when.lines
    assert isinstance(line, Line)
    assert line.period == Period(date(1990, 8, 1), None)


def test_unless_is_one_exception_as_a_map_and_several_as_a_list() -> None:
    one = rule(("if_unknown:", "unless: {content.kind: opinion, content.language: en}\nif_unknown:"))
    several = rule(("if_unknown:", "unless: [{content.kind: opinion}, {content.language: en}]\nif_unknown:"))
    assert [lines(block) for block in one.unless] == [[("content.kind", {"opinion"}), ("content.language", {"en"})]]
    assert [lines(block) for block in several.unless] == [
        [("content.kind", {"opinion"})],
        [("content.language", {"en"})],
    ]


def test_for_each_binds_the_entities_that_the_content_mentions() -> None:
    found = rule(
        BOUND,
        ("publisher.designated_as: x/list", "mention.designated_as: x/list"),
        (POLICY, "  content.mentions: review\n"),
    )
    assert found.for_each == "content.mentions"
    assert found.if_unknown == {"content.mentions": IfUnknown.REVIEW}


@pytest.mark.parametrize("fact", [name for name, spec in FACTS.items() if spec.domain is not None])
def test_a_closed_fact_takes_the_words_of_its_domain_and_no_other(fact: str) -> None:
    domain = FACTS[fact].domain or ()
    written = ", ".join(f'"{word}"' for word in domain)
    assert lines(rule(conditions(f"{fact}: [{written}]")).when) == [(fact, set(domain))]
    assert messages(warn(conditions(f"{fact}: slip"))) == [f"`{fact}` is never `slip`"]


@pytest.mark.parametrize(
    ("fact", "good", "bad"),
    [
        ("content.promotes", "a-word-2", "Two Words"),
        ("content.language", "sr-Latn", "english"),
        ("publisher.answers_to", "RU", "RUS"),
        ("reader.location", "UA-43", "UA-99"),
        ("publisher", "radio", "raido"),
        ("publisher.designated_as", "x/list", "x/lost"),
        ("content.mentions", "radio", "raido"),
    ],
)
def test_an_open_fact_takes_what_has_the_form_or_is_declared(fact: str, good: str, bad: str) -> None:
    assert lines(rule(conditions(f"{fact}: {good}")).when) == [(fact, {good})]
    (problem,) = problems(warn(conditions(f"{fact}: {bad}")))
    assert f"`{bad}`" in problem.message
    assert problem.help


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("content.payed", "content.paid"),
        ("content.Kind", "content.kind"),
        ("contnt.kind", "content.kind"),
        ("kind", "content.kind"),
        ("reader.localtion", "reader.location"),
    ],
)
def test_a_fact_that_is_misspelt_is_answered_with_the_nearest(slip: str, meant: str) -> None:
    (problem,) = problems(warn(conditions("reader.location: RU", f"{slip}: x")))
    assert (problem.message, problem.help) == (f"unknown fact `{slip}`", f"the nearest is `{meant}`")


@pytest.mark.parametrize("slip", ["content.sponsored", "content.type", "reader.country", "publisher.name"])
def test_a_fact_with_another_name_is_answered_with_all_of_its_kind_and_no_guess(slip: str) -> None:
    (problem,) = problems(warn(conditions("reader.location: RU", f"{slip}: x")))
    kind = slip.partition(".")[0]
    listed = ", ".join(fact for fact in FACTS if fact.startswith(f"{kind}."))
    assert problem.help == f"the facts of `{kind}` are: {listed}"


@pytest.mark.parametrize("fact", sorted(PERSONAL_FACTS))
def test_facts_about_the_readers_person_are_never_asked(fact: str) -> None:
    (problem,) = problems(warn(conditions("reader.location: RU", f"{fact}: x")))
    assert problem.message == f"`{fact}` is not asked"
    assert problem.help is not None
    assert problem.help.startswith("put the condition in the words of the notice")


@pytest.mark.parametrize("word", ["unknown", "perhaps radio"])
@pytest.mark.parametrize("fact", ["content.kind", "content.mentions", "reader.location", "content.language"])
def test_a_rule_cannot_ask_for_doubt(fact: str, word: str) -> None:
    assert messages(warn(conditions(f"{fact}: {word}"))) == [f"a rule cannot ask for `{word}`"]


# -- doubt ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [IfUnknown.SHOW, IfUnknown.REVIEW])
def test_a_rule_says_for_each_fact_what_follows_when_it_is_not_known(answer: IfUnknown) -> None:
    found = rule((POLICY, f"  publisher.designated_as: {answer}\n"))
    assert found.policy("publisher.designated_as") is answer
    assert found.policy("reader.location") is IfUnknown.SHOW


def test_skip_is_taken_with_its_reason() -> None:
    found = rule((POLICY, "  publisher.designated_as: {answer: skip, reason: we know all of them}\n"))
    assert found.if_unknown == {"publisher.designated_as": IfUnknown.SKIP}
    assert found.skip_reasons == {"publisher.designated_as": "we know all of them"}


@pytest.mark.parametrize("written", ["skip", "{answer: skip}", '{answer: skip, reason: ""}'])
def test_skip_without_a_reason_is_refused(written: str) -> None:
    (message,) = messages(warn((POLICY, f"  publisher.designated_as: {written}\n")))
    assert "reason" in message


# -- the notice -----------------------------------------------------------------------------------------


def test_a_notice_has_the_id_of_its_rule_and_quiet_defaults() -> None:
    notice = rule(("  severity: alert\n", "")).notice
    assert (notice.id, notice.purpose, notice.placement) == ("warn", Purpose.READER_SAFETY, Placement.FOOTER)
    assert (notice.severity, notice.fixity, notice.reach) == (Severity.INFORM, Fixity.EQUIVALENT, Reach.WHERE_POSSIBLE)
    assert (notice.conditional, notice.link, notice.group) == (False, None, None)
    assert (notice.effects.suppress, notice.supersedes) == ((), ())


def test_a_notice_keeps_what_is_written() -> None:
    written = """\
notice:
  id: the-notice
  fixity: exact
  reach: everywhere
  link: https://a.example/x
  group: risk
  effects: {suppress: [like, share]}
  supersedes: [the-notice]
  slots: {publisher.title: {en: somebody}}
"""
    notice = rule((NOTICE, written)).notice
    assert (notice.id, notice.fixity, notice.reach) == ("the-notice", Fixity.EXACT, Reach.EVERYWHERE)
    assert (notice.link, notice.group, notice.effects.suppress) == ("https://a.example/x", "risk", ("like", "share"))
    assert (notice.supersedes, notice.slots) == (("the-notice",), {"publisher.title": {"en": "somebody"}})


def test_words_are_kept_by_language_the_first_being_the_default() -> None:
    notice = rule(
        ("    en: If you are in Russia, take care.\n", "    en: >-\n      If you  are in\n\n      Russia.\n")
    ).notice
    assert list(notice.text) == ["en", "ru"]
    assert notice.text["en"] == "{publisher.title} is on the list."
    assert notice.text_if_possible["en"] == "If you are in Russia."


@pytest.mark.parametrize("tag", ["fr", "pt-BR", "sr-Latn", "zh-Hant-TW", "es-419", "be-tarask", "kok"])
def test_language_tags_of_every_usual_form_are_taken(tag: str) -> None:
    text = rule(('    ru: "{publisher.title}', f'    {tag}: "{{publisher.title}}')).notice.text
    assert list(text) == ["en", tag]


@pytest.mark.parametrize("part", Suppressible)
def test_every_part_of_a_page_can_be_suppressed(part: Suppressible) -> None:
    assert rule((NOTICE, f"notice:\n  effects: {{suppress: {part}}}\n")).notice.effects.suppress == (part.value,)


@pytest.mark.parametrize("placement", Placement)
def test_every_placement_can_be_written(placement: Placement) -> None:
    assert rule(("placement: footer", f"placement: {placement}")).notice.placement is placement


def test_the_conditional_wording_may_be_left_out_where_the_text_is_conditional_already() -> None:
    assert rule((POSSIBLE, "  conditional: true\n")).notice.conditional
    for edit in ("", "  conditional: false\n"):
        assert messages(warn((POSSIBLE, edit))) == [
            "a notice needs `text_if_possible` for readers whose place is not known"
        ]


@pytest.mark.parametrize("slot", ["{publisher.title}", "{mention.title}"])
@pytest.mark.parametrize("key", ["text", "short"])
def test_a_slot_of_a_mention_needs_a_bound_entity(key: str, slot: str) -> None:
    old = {"text": '"{publisher.title} is on the list."', "short": '"{publisher.title}: listed"'}[key]
    edit = (old, f'"about {slot}"')
    assert messages(warn(edit)) == ([] if "publisher" in slot else ["`{mention.title}` needs a bound entity"])
    assert messages(warn(edit, BOUND)) == []


@pytest.mark.parametrize(
    "words",
    ["{publisher.name}", "{ publisher.title }", "{}", "{0}", "{publisher.title", "a } b", "{{publisher.title}}"],
)
def test_a_brace_that_is_no_slot_never_reaches_a_reader(words: str) -> None:
    assert messages(warn(('"{publisher.title} is on the list."', f"'{words}'"))) != []


# -- scenarios ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expect", EXPECTED)
def test_every_expectation_can_be_written(expect: str) -> None:
    assert rule(("expect: required", f"expect: {expect}")).scenarios[0].expect == expect


def test_a_scenario_keeps_its_place_and_the_fact_it_rests_on() -> None:
    scenario = rule().scenarios[2]
    assert (scenario.name, scenario.date, scenario.because) == ("place not known", date(2021, 6, 1), "reader.location")
    assert scenario.span.line == TINY["warn.yaml"].split("- name: place")[0].count("\n") + 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("content.kind: article", OneOf(frozenset({"article"}))),
        ("content.kind: [article, opinion]", OneOf(frozenset({"article", "opinion"}))),
        ("content.paid: unknown", OneOf(frozenset({"yes", "no"}))),
        ("content.language: unknown", OneOf(other=True)),
        ("content.date_published: 2009-12-17", OneOf(frozenset({"2009-12-17"}))),
        ("publisher: radio.example", OneOf(frozenset({"radio.example"}))),
        ("content.promotes: medicine", Members(frozenset({"medicine"}))),
        ("content.promotes: [medicine, perhaps gambling]", Members(frozenset({"medicine"}), frozenset({"gambling"}))),
        ("content.promotes: [medicine, perhaps medicine]", Members(frozenset({"medicine"}))),
        ("content.promotes: [medicine, unknown]", Members(frozenset({"medicine"}), other=True)),
        ("content.promotes: unknown", Members(other=True)),
        ("content.promotes: nothing", Members()),
        ("content.promotes: []", Members()),
        ("content.mentions: perhaps radio", Members(perhaps=frozenset({"radio"}))),
        ("publisher.designated_as: [x/list]", Members(frozenset({"x/list"}))),
        ("reader.location: [RU, UA-43]", LocationSet.of(["RU", "UA-43"], "given")),
        ("reader.location: unknown", LocationSet.unknown()),
        ("reader.location: [RU, unknown]", LocationSet(frozenset({"RU"}), anywhere=True, basis=("given",))),
    ],
)
def test_what_is_given_is_known_exactly_so_far(written: str, value: FactValue) -> None:
    name = written.partition(":")[0]
    assert rule(given(written)).scenarios[0].given == {name: value}


def test_an_example_does_not_say_of_a_mention_what_no_caller_could_say_and_registers_do() -> None:
    denied = ("publisher: radio", "content.mentions: radio, mention.designated_as: nothing")
    bound = (("{publisher.title}", "{mention.title}"), BOUND, *OF_A_MENTION, denied)
    assert messages(warn(*bound)) == ["`mention.designated_as` is not given: it follows from the registers"] * 3


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "content.kind: perhaps article",
            "`content.kind` has exactly one value, and `perhaps` is for facts that have several",
        ),
        ("content.kind: [article, unknown]", "`unknown` stands alone"),
        ("content.kind: []", "`content.kind` has exactly one value, and the list is empty"),
        ("content.promotes: [nothing, medicine]", "`nothing` stands alone"),
        ("reader.location: EU", "unknown place `EU`"),
        ("reader.location: []", "a reader is always somewhere, and the list is empty"),
        (
            "reader.location: perhaps RU",
            "`reader.location` has exactly one value, and `perhaps` is for facts that have several",
        ),
        ("reader.passport: RU", "`reader.passport` is not asked"),
        ("content.mentions: somebody", "unknown entity `somebody`"),
        ("publisher.designated_as: perhaps x/lost", "unknown register `x/lost`"),
        ("content.kind: {a: b}", "a value of `content.kind` is one text"),
    ],
)
def test_what_is_given_and_means_nothing_is_refused(written: str, message: str) -> None:
    assert messages(warn(given(written))) == [message]


def test_each_item_that_means_nothing_is_reported() -> None:
    assert messages(warn(given("reader.location: [RU, UK, Ukraine]", "content.kind: [artcle, opinoin]"))) == [
        "unknown place `UK`",
        "unknown place `Ukraine`",
        "`content.kind` is never `artcle`",
        "`content.kind` is never `opinoin`",
    ]


# -- what follows from another problem ------------------------------------------------------------------


@pytest.mark.parametrize(
    "edits",
    [
        [conditions("reader.location: *a"), (NOTICE, "if_unknown: {reader.location: show}\nnotice:\n")],
        [("when:\n", "whne:\n")],
        [conditions("reader.localtion: RU"), (NOTICE, "if_unknown: {reader.location: show}\nnotice:\n")],
        [("if_unknown:\n", "unles: {content.kind: opinion}\nif_unknown:\n  content.kind: show\n")],
        [("when:\n", "for_eahc: content.mentions\nwhen:\n"), *OF_A_MENTION],
        [("when:\n", "for_each: [content.mentions]\nwhen:\n"), *OF_A_MENTION],
        [("text_if_possible:", "text_if_posible:")],
        [(POSSIBLE, "  conditional: yes\n")],
        [(POSSIBLE, "  condtional: true\n")],
        [("purpose: reader-safety", "purpose: safety\n  reach: everywhere")],
        [("title: A warning", "title: *a")],
        [("notice:\n", "notcie:\n")],
        [("x/list\n", "x/lost\n")],
    ],
)
def test_one_slip_is_one_problem(edits: list[tuple[str, str]]) -> None:
    assert len(messages(warn(*edits))) == 1


def test_a_notice_that_cannot_be_read_is_not_missed_where_it_is_referred_to() -> None:
    head, _, tail = SECOND.partition("notice:\n")
    second = f"{head}notice: {{ref: warn}}\nscenarios:{tail.partition('scenarios:')[2]}"
    assert messages(warn(also={"second.yaml": second})) == []
    assert messages(warn(("notice:\n", "notcie:\n"), also={"second.yaml": second})) == [
        "unknown key `notcie` in a rule"
    ]
    assert messages(warn(("title: A", "title: A: b"), also={"second.yaml": second})) == [
        "a text that holds `: ` needs quotation marks"
    ]


def test_a_rule_that_refers_to_a_notice_has_it() -> None:
    head, _, tail = SECOND.partition("notice:\n")
    second = f"{head}notice: {{ref: warn}}\nscenarios:{tail.partition('scenarios:')[2]}"
    ruleset = loaded(warn(also={"second.yaml": second}))
    assert ruleset.rules["second"].notice == ruleset.rules["warn"].notice
    assert [rule_.id for rule_ in ruleset.rules_of_notice["warn"]] == ["second", "warn"]
