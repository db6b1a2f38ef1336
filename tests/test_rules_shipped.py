"""The shipped rules: they load, they keep their own promises, and every statement says where it comes from."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from compliance import Checker, Content, Reader
from compliance.language.load import load
from compliance.model.designation import Milestone
from compliance.model.rule import Status
from compliance.review.lint import lint
from compliance.review.scenarios import run
from compliance.store import known_zones, read_files, read_with_files

RULES = Path(__file__).resolve().parent.parent / "rules"
LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
FILES: Final = {
    path.relative_to(RULES).as_posix(): yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506
    for path in sorted(RULES.rglob("*.yaml"))
    if path.relative_to(RULES).parts[0] != "tests"  # suites: tests/test_suites_shipped.py asks them
}
"""Every file as plain text values: what the model leaves out (owners, notes, sources) counts here too."""
ORGANISATIONS = {
    "bellingcat", "belsat", "deutsche-welle", "dw-belarus", "example-daily", "icfj", "jx-fund", "meduza",
    "meta-platforms", "novaya-gazeta-europe", "radio-svaboda", "rfe-rl", "taliban", "the-insider",
    "truth-hounds", "tv-rain", "whatsapp",
}  # fmt: skip
"""Organisations, each looked at. A natural person is never flagged: whoever adds a name here checks that."""
LISTED = Path(__file__).resolve().parent / "golden" / "listed-organisations.txt"
"""Those whose files `compliance import` made, in `entities/ru-undesirable`; the same holds for them."""
PERSON = re.compile(r"[А-ЯЁ][А-Яа-яЁё-]+ [А-ЯЁ][а-яё]+ [А-ЯЁ][а-яё]+(вич|вна|ична)\b.*")
WRITTEN_ON = date(2026, 9, 22)
"""The day of the newest copy of a register, when the rules were last looked at."""


def of_kind(kind: str) -> list[Any]:
    found = [pytest.param(each, id=each[kind]) for each in FILES.values() if kind in each]
    assert found
    return found


each_rule = pytest.mark.parametrize("rule", of_kind("rule"))
each_register = pytest.mark.parametrize("register", of_kind("register"))
each_territory = pytest.mark.parametrize("territory", of_kind("territory"))


def is_a_link(text: str | None) -> bool:
    return bool(text and re.match(r"https?://[^/]+", text))


def test_the_rules_load_and_every_scenario_of_theirs_holds(checker: Checker) -> None:
    outcomes = list(run(checker.ruleset))
    assert [str(outcome.problem) for outcome in outcomes if outcome.problem] == []
    assert len(outcomes) >= 4 * len(checker.ruleset.rules)
    assert checker.ruleset.active_rules


def test_a_file_says_its_language_first_and_stands_where_its_id_says() -> None:
    for path, file in FILES.items():
        assert next(iter(file.items())) == ("language", "1"), path
        kind = next(kind for kind in ("rule", "entity", "register", "territory") if kind in file)
        folder, _, name = path.removesuffix(".yaml").partition("/")
        ids = {
            "rule": f"{folder}-{name}",
            "entity": name.removeprefix("ru-undesirable/"),
            "territory": name,
            "register": name.replace("-", "/", 1).removesuffix("s"),
        }
        assert file[kind].lower() == ids[kind], path


@each_rule
def test_a_rule_names_its_law_a_source_how_sure_it_is_and_when_to_look_again(rule: dict[str, Any]) -> None:
    for basis in rule["legal_basis"]:
        assert basis["title"]
        assert is_a_link(basis["href"])
        assert basis["confidence"] in "ABCD"
    assert date.fromisoformat(rule["review_by"]) > WRITTEN_ON
    assert rule["owner"]
    assert rule["summary"]


@each_rule
def test_an_active_rule_rests_on_sources_of_the_grades_a_and_b(rule: dict[str, Any]) -> None:
    if rule["status"] == "active":
        assert {basis["confidence"] for basis in rule["legal_basis"]} <= {"A", "B"}
        assert any(basis.get("article") for basis in rule["legal_basis"])


@each_rule
def test_a_rule_has_scenarios_in_which_it_fires_stays_silent_and_does_not_know(rule: dict[str, Any]) -> None:
    expected = [scenario["expect"] for scenario in rule["scenarios"]]
    assert len(expected) >= 4
    assert {"required", "none"} <= set(expected)
    assert {"possible", "review"} & set(expected)
    names = [scenario["name"] for scenario in rule["scenarios"]]
    assert len(set(names)) == len(names)


@each_rule
def test_a_reader_whose_place_is_not_known_is_never_skipped(rule: dict[str, Any]) -> None:
    answer = rule.get("if_unknown", {}).get("reader.location", "show")
    assert answer == "show"


@each_rule
def test_a_notice_speaks_english_and_every_slot_has_words_to_stand_in(rule: dict[str, Any]) -> None:
    notice = rule["notice"]
    words = {key: notice[key] for key in ("text", "text_if_possible", "short") if key in notice}
    slots = {slot for each in words.values() for text in each.values() for slot in re.findall(r"\{([^}]*)\}", text)}
    assert slots <= {"publisher.title", "mention.title"}
    for slot in slots - {"mention.title"}:
        assert set(notice["slots"][slot]) == set(notice["text"])
    assert notice.get("conditional") == "true" or notice["text_if_possible"]


@each_rule
def test_a_rule_that_labels_third_parties_is_switched_off(rule: dict[str, Any]) -> None:
    if rule.get("for_each"):
        assert rule["status"] == "draft"


@each_register
def test_a_register_names_its_authority_and_every_claim_its_source(register: dict[str, Any]) -> None:
    assert register["authority"]
    assert register["timezone"]
    assert all(is_a_link(basis["href"]) for basis in register["legal_basis"])
    assert date.fromisoformat(register["review_by"]) > WRITTEN_ON
    for entry in register["entries"]:
        claims = [entry[step.value] for step in Milestone if step.value in entry]
        for claim in (each for one in claims for each in (one if isinstance(one, list) else [one])):
            assert is_a_link(claim["source"])
            assert claim["confidence"] in {"A", "B"}
            assert date.fromisoformat(claim["day"]) <= date.fromisoformat(register["retrieved_on"])
        assert register["arms"] in entry
        assert "last_day" in entry


ASKED_FOR = {"EU", "france-with-departments", "ua-russia-controlled"}
"""The territories that rules ask for; the others are there for rules that publishers write."""


def test_the_territories_that_a_rule_asks_for_are_known(checker: Checker) -> None:
    asked = {value for rule in checker.ruleset.rules.values() for line in rule.each_line() for value in line.values}
    assert asked & checker.ruleset.territories.keys() == ASKED_FOR


@each_territory
def test_a_territory_says_where_its_list_comes_from(territory: dict[str, Any]) -> None:
    assert territory["sources"]
    grades = {"A", "B"} if territory["territory"] in ASKED_FOR else {"A", "B", "C"}
    assert all(is_a_link(each["href"]) and each["confidence"] in grades for each in territory["sources"])
    assert date.fromisoformat(territory["review_by"]) > WRITTEN_ON


def test_only_organisations_are_declared_and_no_natural_person(checker: Checker) -> None:
    listed = set(LISTED.read_text(encoding="utf-8").split())
    assert {path.stem for path in (RULES / "entities" / "ru-undesirable").glob("*.yaml")} == listed
    assert set(checker.ruleset.entities) == ORGANISATIONS | listed
    assert [each for each in checker.ruleset.entities.values() if PERSON.fullmatch(each.title)] == []
    flagged = {entry.entity for register in checker.ruleset.registers.values() for entry in register.entries}
    assert listed <= flagged <= ORGANISATIONS | listed
    assert {entry.entity for entry in checker.ruleset.registers["ru/undesirable-organization"].entries} >= listed


def test_every_listing_of_undesirable_organisations_is_there_once(checker: Checker) -> None:
    register = FILES["registers/ru-undesirable-organizations.yaml"]
    notes = [entry["note"] for entry in register["entries"] if "note" in entry]
    assert len(set(notes)) == len(notes)
    assert len(register["entries"]) == int(register["count"]) == 418
    days = Counter(entry["listed_on"]["day"] for entry in register["entries"] if isinstance(entry["listed_on"], dict))
    assert (min(days), max(days), days["2026-09-11"]) == ("2015-07-29", "2026-09-22", 7)


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("Freedom House, Inc.", "freedom-house"),
        ("«Проект Медиа»", "project-media"),
        ("Transparency International", "transparency-international"),
        ("https://cpj.org/news/", "committee-to-protect-journalists"),
        ("Stichting Bellingcat", "bellingcat"),
        ("BDR Novaja Gazeta-Europe", "novaya-gazeta-europe"),
    ],
)
def test_a_listed_organisation_is_found_by_its_names(checker: Checker, name: str, entity: str) -> None:
    assert checker.store.current.directory.identify(name.strip("«»")) == {entity}


@pytest.mark.parametrize("name", ["Квартира", "Нет войне", "No war", "ФАС", "RBS", "Новое поколение", "Proekt"])
def test_a_word_that_also_means_something_else_is_no_publisher(checker: Checker, name: str) -> None:
    assert checker.store.current.directory.identify(name) == frozenset()


def test_no_domain_is_declared_twice(checker: Checker) -> None:
    domains = [domain for entity in checker.ruleset.entities.values() for domain in entity.domains]
    assert len(set(domains)) == len(domains)
    directory = checker.store.current.directory
    assert {name: found for name, found in directory.names.items() if len(found) > 1} == {}


def test_sources_disagree_on_when_rfe_rl_was_designated_and_the_listing_counts(checker: Checker) -> None:
    register = checker.ruleset.registers["ru/undesirable-organization"]
    (entry,) = checker.ruleset.entries(register.id, "rfe-rl")
    decided = entry.claims[Milestone.DECIDED_ON]
    assert [claim.day for claim in decided] == [date(2024, 2, 2), date(2024, 2, 20)]
    assert len({claim.source for claim in decided}) == 2
    assert register.arms is Milestone.LISTED_ON
    assert register.period(entry).first_day == date(2024, 2, 20)
    assert register.zone == "Europe/Moscow"
    assert (entry.last_day, entry.last_day_unknown) == (None, False)


ALL_FRESH = date(2026, 8, 9)
"""The last day on which every copy of a register was fresh."""


def test_lint_has_nothing_grave_to_say_but_what_files_set_aside_with_a_reason() -> None:
    ruleset, files = read_with_files(RULES)
    report = lint(ruleset, ALL_FRESH, files).only(lambda name: name != "unlikely-date")  # a later copy is no slip
    assert [str(finding) for finding in report.findings if finding.severity.is_grave] == []
    assert {each.finding.id for each in report.ignored} == {"orphan", "parts-left-out"}
    assert [finding for finding in report.findings if finding.id == "ignore-without-finding"] == []


def test_copies_that_grew_old_are_all_that_lint_warns_of_on_the_day_of_the_rules() -> None:
    ruleset, files = read_with_files(RULES)
    grave = {finding.id for finding in lint(ruleset, WRITTEN_ON, files).findings if finding.severity.is_grave}
    assert grave == {"stale-register"}


def test_every_finding_on_the_shipped_rules_has_a_place() -> None:
    ruleset, files = read_with_files(RULES)
    findings = lint(ruleset, date(2040, 1, 1), files).findings
    assert len({finding.id for finding in findings}) > 5
    assert [finding for finding in findings if finding.span is None] == []


def test_comments_and_scenarios_are_no_part_of_the_meaning_and_words_are(checker: Checker) -> None:
    files = read_files(RULES)
    path = "ru/undesirable-organization-reader-risk.yaml"
    remark = {
        **files,
        path: files[path] + b"  - {name: one more, date: 2024-02-19, given: {publisher: rfe-rl}, expect: none}\n# x\n",
    }
    comma = {**files, path: files[path].replace(b"please note that", b"please note, that", 1)}
    same, other = load(remark, known_zones()), load(comma, known_zones())
    assert same.meaning == checker.ruleset.meaning != other.meaning
    assert len({same.source, other.source, checker.ruleset.source}) == 3


def test_the_place_of_a_rule_set_is_no_part_of_its_source(checker: Checker) -> None:
    assert load(read_files(RULES), known_zones(), root="elsewhere").source == checker.ruleset.source


@pytest.mark.parametrize("country", ["RU", "BY", "FR", "DE", "GB", "US", "NO", "IN", "KR", "CN", "ES", "JP"])
@pytest.mark.parametrize("publisher", ["example-daily", "rferl.org"])
def test_an_ordinary_article_of_which_little_is_said_shows_no_legal_label(
    checker: Checker, country: str, publisher: str
) -> None:
    """Whatever hangs on what nobody said of the content is held for a person, and not printed."""
    answer = checker.check(Content(publisher=publisher), Reader(country=country), as_of=WRITTEN_ON)
    printed = [notice.id for notice in answer.notices if notice.display == "show"]
    at_risk = {"RU": ["ru-undesirable-organization-reader-risk"]} if publisher == "rferl.org" else {}
    assert printed == at_risk.get(country, [])


def test_the_desk_states_are_those_of_the_readme() -> None:
    text = (RULES / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (active|draft|retired) \|", text, flags=re.MULTILINE))
    assert rows == {file["rule"]: file["status"] for file in FILES.values() if "rule" in file}
    assert set(rows.values()) <= set(Status)
