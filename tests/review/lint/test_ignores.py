"""Comments that set findings aside: where they stand, what they need, and what becomes of those that are wrong."""

from __future__ import annotations

import pytest

from compliance.review.lint import Level, lint
from tests.review.lint.clean import CLEAN, DAY, findings, in_rule, pointed_at, report, with_parts
from tests.tiny import ruleset

LATE = "review_by: 2025-12-31"
WHY = "because counsel answers in February"


@pytest.mark.parametrize(
    "lines",
    [
        (f"{LATE}  # lint: ignore review-is-due {WHY}",),
        (f"{LATE} #lint:ignore review-is-due {WHY}",),
        (f"# lint: ignore review-is-due {WHY}", LATE),
        (f"# lint: ignore review-is-due {WHY}", "", "# a remark", LATE),
        (f"# lint: ignore date-cliff, review-is-due {WHY}", LATE),
        (f"# lint: ignore review-is-due date-cliff {WHY}", LATE),
    ],
)
def test_a_finding_is_set_aside_on_its_line_or_on_the_line_before(lines: tuple[str, ...]) -> None:
    found = report(with_parts(in_rule(*lines)))
    assert "review-is-due" not in {each.id for each in found.findings}
    assert [(each.finding.id, each.because) for each in found.ignored] == [
        ("review-is-due", "counsel answers in February")
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (LATE, f"# lint: ignore review-is-due {WHY}"),
        (f"# lint: ignore review-is-due {WHY}", "owner: desk@example.org", LATE),
        (f"{LATE}  # lint: ignore ended {WHY}",),
        (f"{LATE}  # lint ignore review-is-due {WHY}",),
        (f"{LATE}  # we lint: ignore-review-is-due {WHY}",),
    ],
)
def test_a_comment_elsewhere_or_about_something_else_sets_nothing_aside(lines: tuple[str, ...]) -> None:
    found = report(with_parts(in_rule(*lines)))
    assert "review-is-due" in {each.id for each in found.findings}
    assert found.ignored == ()


@pytest.mark.parametrize(
    ("comment", "lacks"),
    [
        ("# lint: ignore review-is-due", "gives no reason"),
        ("# lint: ignore review-is-due because", "gives no reason"),
        ("# lint: ignore review-is-due because   ", "gives no reason"),
        ("# lint: ignore because we said so", "names no check"),
        ("# lint: ignore", "names no check"),
    ],
)
def test_a_comment_without_a_reason_or_an_id_is_a_finding_and_sets_nothing_aside(comment: str, lacks: str) -> None:
    found = {each.id: each for each in findings(in_rule(f"{LATE}  {comment}"))}
    assert found.keys() == {"review-is-due", "ignore-without-reason"}
    finding = found["ignore-without-reason"]
    assert (finding.severity, pointed_at(finding)) == (Level.WARNING, comment.rstrip())
    assert finding.message == f"this comment sets nothing aside: it {lacks}"


def test_a_comment_that_matches_nothing_is_advice_for_each_id_that_does_not() -> None:
    comment = f"# lint: ignore review-is-due, ended, reviw-is-due {WHY}"
    found = findings(in_rule(f"{LATE}  {comment}"))
    assert [(each.id, each.severity) for each in found] == [("ignore-without-finding", Level.ADVICE)] * 2
    assert {each.message for each in found} == {
        "nothing here is found by `ended` on this day",
        "no check has the id `reviw-is-due`",
    }
    assert {each.help for each in found} >= {"the nearest is `review-is-due`"}


def test_one_comment_sets_all_findings_of_its_id_on_the_line_aside() -> None:
    place = in_rule(
        "when:",
        "  publisher.designated_as: x/list",
        f"  # lint: ignore parts-left-out {WHY}",
        "  reader.location: [FI, NL]",
    )
    assert len([each for each in report(with_parts(place)).ignored if each.finding.id == "parts-left-out"]) == 2


def test_words_in_a_text_that_are_no_comment_are_none() -> None:
    assert findings(in_rule('summary: "write lint: ignore review-is-due"')) == ()


def test_without_files_rules_are_looked_at_and_no_comment_is_read() -> None:
    files = with_parts(in_rule(f"{LATE}  # lint: ignore review-is-due {WHY}"))
    found = lint(ruleset(files), DAY)
    assert [each.id for each in found.findings] == ["review-is-due"]
    assert found.findings[0].span is not None
    assert found.findings[0].span.path == "warn.yaml"
    assert found.ignored == ()


def test_a_file_with_a_byte_order_mark_or_laid_out_as_one_map_has_places_too() -> None:
    flow = "{language: 1, entity: radio, title: Radio, domains: [radio.example], review_by: 2025-01-01}"
    files = {**CLEAN, "radio.yaml": f"\ufeff{flow}"}
    (finding,) = report(files).findings
    assert (finding.id, pointed_at(finding)) == ("review-is-due", "2025-01-01")


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    blocks = (
        in_rule("status: active", LATE, "legal_basis:", "  - {title: An act}"),
        "# in an entity\nreview_by: 2025-01-01\n",
    )
    found = findings(*blocks)
    places = [(each.span.path, each.span.line) for each in found if each.span]
    assert len(places) == len(found) == 3
    assert places == sorted(places)


def test_a_finding_shows_what_where_and_what_to_do() -> None:
    (finding,) = findings(in_rule(LATE))
    assert str(finding).splitlines() == [
        "warning[review-is-due]: `warn` was to be reviewed by 2025-12-31",
        "  --> warn.yaml:6:12",
        "   6 | review_by: 2025-12-31",
        "                  ^^^^^^^^^^",
        "  help: read the law again and set a new `review_by`",
    ]
