"""Data that a notice shows: who of those whom a rule can name has none on the day."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from compliance.review.lint import Finding, Level
from tests.review.lint.clean import DAY, findings, in_rule, pointed_at, when
from tests.review.lint.test_versions import again

MISSING: Final = "missing-value"
LIST: Final = "publisher.designated_as: x/list"


def shows(
    value: str = "loss", *, text: str = "{loss} % lose.", missing: str = "", of: str = "publisher", more: str = ""
) -> str:
    """A block that gives the notice of the rule a slot for data."""
    instead = f", missing: {{en: {missing}}}" if missing else ""
    return in_rule(
        *([more] if more else []), "notice:", "  purpose: legal-duty", "  placement: footer", "  conditional: true",
        f"  slots: {{loss: {{type: percent, value: {value}, of: {of}{instead}}}}}",
        f'  text: {{en: "{text}", ru: "{text}"}}',
    )  # fmt: skip


def has(name: str = "loss", days: str = "first_day: none, last_day: none") -> str:
    """A block that gives the entity of the register data."""
    return f'# in an entity\nvalues: {{{name}: [{{value: "7", {days}}}]}}\n'


def entity(name: str, value: str = "", *, parent: str = "") -> str:
    data = f'values: {{{value}: [{{value: "7", first_day: none, last_day: none}}]}}\n' if value else ""
    above = f"parent: {parent}\n" if parent else ""
    return f"language: 1\nentity: {name}\ntitle: {name}\ndomains: [{name}.example]\n{above}{data}"


def register(*entities: str, ended: str = "") -> str:
    """A block that puts these into the register, and one that has left it."""
    listed = ", listed_on: {day: 2021-01-01}, last_day: "
    rows = [f"  - {{entity: {each}{listed}none}}\n" for each in entities]
    rows += [f"  - {{entity: {ended}{listed}2022-01-01}}\n"] if ended else []
    return f"# in a register\nentries:\n{''.join(rows)}"


def missing(*blocks: str, day: date = DAY) -> list[Finding]:
    return [each for each in findings(*blocks, day=day) if each.id == MISSING]


def said(*blocks: str, day: date = DAY) -> list[str]:
    return [each.message for each in missing(*blocks, day=day)]


def test_data_that_everybody_on_the_list_has_is_not_missed() -> None:
    assert said(shows(), has()) == []


def test_data_that_nobody_on_the_list_has_is_a_warning_with_the_nearest_name() -> None:
    (finding,) = missing(shows(), has("losss"))
    assert finding.message == "`{loss}` of the notice `warn` shows `loss`, which no entity that `warn` can name has"
    assert finding.help == "the nearest is `losss`; until then readers get `…`"
    assert (finding.severity, pointed_at(finding)) == (Level.WARNING, "loss")
    (finding,) = missing(shows())
    assert finding.help.startswith("write it under `values` of the entity;")


def test_some_on_the_list_without_data_are_counted_and_the_first_are_named() -> None:
    names = [f"e{number}" for number in range(8)]
    others = [entity(name) for name in names]
    (finding,) = missing(shows(), has(), register("radio", *names), *others)
    assert finding.message == (
        "`{loss}` of the notice `warn` has no value on 2026-01-15 for 8 of 9 entities that `warn` can name: "
        "`e0`, `e1`, `e2`, `e3`, `e4`, `e5` and 2 more"
    )
    assert finding.help == "write the value of that day under `values` of each; until then readers get `…`"


def test_words_for_missing_data_make_it_advice() -> None:
    (finding,) = missing(shows(missing="Most"))
    assert finding.severity is Level.ADVICE
    assert finding.help.endswith("until then readers get the words under `missing`")


def test_a_slot_that_no_words_use_misses_nothing() -> None:
    assert said(shows(text="Most lose.")) == []


def test_a_figure_that_was_not_renewed_is_found_when_its_last_day_has_passed() -> None:
    quarter = has(days="first_day: 2025-10-01, last_day: 2026-01-15")
    assert said(shows(), quarter, day=date(2026, 1, 15)) == []
    (message,) = said(shows(), quarter, day=date(2026, 1, 16))
    assert "has no value on 2026-01-16 for 1 of 1 entities that `warn` can name: `radio`" in message


@pytest.mark.parametrize(("first", "asked"), [("2026-03-01", "2026-03-01"), ("2020-01-01", "2026-01-15")])
def test_a_rule_that_has_not_begun_is_asked_on_its_first_day(first: str, asked: str) -> None:
    begins = f"effective: {{first_day: {first}, last_day: none, timezone: Europe/Moscow}}"
    (message,) = said(shows(more=begins), has(days="first_day: 2027-01-01, last_day: none"))
    assert f"no value on {asked} for" in message


def test_a_child_has_the_data_of_its_parent() -> None:
    child = entity("child", parent="radio")
    assert said(shows(), has(), register("radio", "child"), child) == []
    assert len(said(shows(), has(), register("radio", "child"), entity("child"))) == 1
    (message,) = said(shows(), has(days="first_day: none, last_day: 2025-12-31"), register("child"), child)
    assert "has no value on 2026-01-15 for 1 of 1" in message


def test_who_left_the_list_needs_no_data() -> None:
    assert said(shows(), has(), register("radio", ended="gone"), entity("gone")) == []
    last_day = date(2022, 1, 1)
    assert len(said(shows(), has(), register("radio", ended="gone"), entity("gone"), day=last_day)) == 1


def test_a_rule_that_is_retired_names_nobody() -> None:
    assert said(shows(more="status: retired")) == []
    assert len(said(shows(more="status: draft"))) == 1


def test_a_rule_that_names_nobody_may_be_about_anybody_who_has_such_data() -> None:
    anybody = when("reader.location: RU")
    assert said(anybody, shows()) == ["`{loss}` of the notice `warn` shows `loss`, which no entity has"]
    assert said(anybody, shows(), has()) == []
    (message,) = said(anybody, shows(), has(days="first_day: none, last_day: 2025-12-31"), entity("bank", "loss"))
    assert message.endswith("for 1 of 2 entities that have `loss`: `radio`")


def test_lines_that_all_hold_narrow_and_a_choice_widens_whom_a_rule_names() -> None:
    others = (entity("bank"), register("radio", "bank"))
    for lines in ((LIST, "publisher: radio"), ("publisher: radio", LIST)):
        assert said(shows(), has(), *others, when(*lines, "reader.location: RU")) == []
    assert len(said(shows(), has(), *others, when(LIST, "publisher: bank", "reader.location: RU"))) == 1
    choice = ("any_of:", "  - publisher: radio", "  - publisher: bank")
    assert len(said(shows(), has(), entity("bank"), when("reader.location: RU", *choice))) == 1
    anybody = ("any_of:", "  - publisher: bank", "  - content.kind: video")
    assert said(shows(), has(), entity("bank"), when("reader.location: RU", *anybody)) == []


def test_what_is_shown_of_a_mention_is_asked_of_those_whom_the_rule_binds() -> None:
    others = (entity("bank"), register("radio", "bank"))
    bound = (
        when("publisher: bank", "mention.designated_as: x/list"),
        shows(of="mention", more="for_each: content.mentions"),
    )
    (message,) = said(*bound, has(), *others)
    assert "for 1 of 2 entities that `warn` can name: `bank`" in message
    assert said(*bound, has(), entity("bank"), register("radio")) == []


def test_a_notice_that_several_rules_ask_for_is_told_once_where_it_is_written() -> None:
    (finding,) = missing(shows(), again(LIST, "reader.location: BY"))
    assert "no entity that `again`, `warn` can name has" in finding.message
    assert finding.span is not None
    assert finding.span.path == "warn.yaml"
    assert len(missing(shows(), has("other"), again("publisher: paper"))) == 2
