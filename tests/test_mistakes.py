"""Mistakes that a lawyer makes, planted one at a time into the shipped rules: each is caught where it stands.

`load` refuses the file, `test` finds a scenario or a suite that no longer holds, `lint` asks whether it is meant.
Where a mistake has to be shown is looked up in the text that was planted, so that rules may change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

import pytest

from compliance.cli.testing import texts_of
from compliance.errors import Problem, RulesError, Span
from compliance.language import source
from compliance.language.load import load
from compliance.language.suite import load_suites
from compliance.model.ruleset import Ruleset
from compliance.review.lint import lint
from compliance.review.scenarios import run
from compliance.review.suites import Suites
from compliance.store import known_zones
from tests.language.prey import MOST_FILES, Files, closure, shipped, suites

DAY: Final = date(2026, 11, 28)
RISK: Final = "ru/undesirable-organization-reader-risk.yaml"
CRYPTO: Final = "uk/cryptoasset-risk-warning.yaml"
RETOUCHED: Final = "no/retouched-person-mark.yaml"
BELARUS: Final = "by/extremist-formation-reader-risk.yaml"
DEEPFAKE: Final = "eu/deepfake-disclosure.yaml"
UNION: Final = "territories/eu.yaml"
MENTION: Final = "ru/foreign-agent-mention-label.yaml"
AGENTS: Final = "registers/ru-foreign-agents.yaml"
UNDESIRABLE: Final = "registers/ru-undesirable-organizations.yaml"
RADIO: Final = "entities/rfe-rl.yaml"
SVABODA: Final = "entities/radio-svaboda.yaml"
META: Final = "entities/meta-platforms.yaml"
READERS: Final = "tests/rfe-rl-readers.yaml"
MEMBERS: Final = "tests/members-of-the-eu.yaml"


@dataclass(frozen=True, slots=True)
class Mistake:
    """In `file`, `old` became `new`; a person would look for it at `at`, in what was planted or else in the file.

    It has to be shown in `shown_in`, if that is another file: what a register says decides scenarios of rules.
    """

    caught_by: str
    file: str
    old: str
    new: str
    at: str
    says: tuple[str, ...]
    shown_in: str | None = None


@dataclass(frozen=True, slots=True)
class Caught:
    """What was said, by whom, and where."""

    by: str
    span: Span | None
    text: str


@cache
def tree(path: str, data: bytes) -> tuple[source.Node | None, list[Problem]]:
    """What is read of a file; all but one are the same for every mistake."""
    return source.read(path, data)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("load", "suite"):
        monkeypatch.setattr(f"compliance.language.{module}.read", tree)


def written(name: str) -> str:
    """A shipped file of rules, or a suite."""
    data = suites()[name.removeprefix("tests/")] if name.startswith("tests/") else shipped()[name]
    return data.decode()


def block(name: str, first: str, below: str) -> str:
    """The lines of a shipped file from `first` to the line before `below`."""
    text = written(name)
    return text[text.index(first) : text.index(below, text.index(first))]


def planted(mistake: Mistake) -> tuple[Files, Files, str]:
    """The rule files and the suites with the mistake in them, and the file in which it has to be shown.

    What cannot be loaded stands among the files that it names, directly or not, if those are few.
    """
    before = written(mistake.file)
    assert before.count(mistake.old) == 1, f"{mistake.file} says something else now: plant {mistake.new!r} elsewhere"
    after = before.replace(mistake.old, mistake.new)
    files = dict(shipped())
    if mistake.caught_by == "load" and len(near := closure(mistake.file)) <= MOST_FILES:
        files = near
    asked = dict(suites())
    if mistake.file.startswith("tests/"):
        asked[mistake.file.removeprefix("tests/")] = after.encode()
    else:
        files[mistake.file] = after.encode()
    return files, asked, after if mistake.shown_in is None else written(mistake.shown_in)


def place(text: str, mistake: Mistake) -> tuple[str, int, int]:
    """File, line and column at which a person would look for the mistake."""
    if mistake.at in mistake.new:
        begin = text.index(mistake.new) + mistake.new.index(mistake.at)
    else:
        assert text.count(mistake.at) == 1, f"{mistake.at!r} stands in the file {text.count(mistake.at)} times"
        begin = text.index(mistake.at)
    line = text.count("\n", 0, begin) + 1
    return f"rules/{mistake.shown_in or mistake.file}", line, begin - text.rfind("\n", 0, begin)


def caught(files: Files, asked: Files) -> Iterator[Caught]:
    """What an author is told: problems of the files, else what fails, else what lint has not found before."""
    try:
        ruleset = load(files, known_zones(), root="rules")
        failed = [outcome.problem for outcome in run(ruleset) if outcome.problem is not None]
        loaded = load_suites(asked, ruleset, root="rules/tests")
    except RulesError as error:
        is_suite = all(problem.span and problem.span.path.startswith("rules/tests/") for problem in error.problems)
        yield from (Caught("test" if is_suite else "load", each.span, str(each)) for each in error.problems)
        return
    failed += [problem for outcome in Suites(ruleset, loaded, texts_of).run() for problem in outcome.problems]
    yield from (Caught("test", each.span, str(each)) for each in failed)
    if not failed:
        yield from (Caught("lint", span, text) for text, span in findings(ruleset, files) if text not in usual())


def findings(ruleset: Ruleset, files: Files) -> Iterator[tuple[str, Span | None]]:
    report = lint(ruleset, DAY, {f"rules/{name}": data for name, data in files.items()})
    return ((f"{each.severity}[{each.id}]: {each.message}\n  help: {each.help}", each.span) for each in report.findings)


@cache
def usual() -> frozenset[str]:
    """What lint finds in the shipped rules as they are."""
    files = dict(shipped())
    return frozenset(text for text, _ in findings(load(files, known_zones(), root="rules"), files))


GB: Final = "qualifying-cryptoasset\n  reader.location: GB\n"
"""The lines that say for whom a rule is; scenarios name the place, too."""
WORDS: Final = "  text_if_possible:"
BYE: Final = "by-extremist-formation-reader-ris"
MISTAKES: Final = {
    # codes and names of places
    "UK for GB": Mistake("load", CRYPTO, GB, GB.replace("GB", "UK"), "UK", ("unknown place `UK`", "write `GB`")),
    "three letters for two": Mistake("load", CRYPTO, GB, GB.replace("GB", "GBR"), "GBR", ("place `GBR`", "`GB`")),
    "a code in lower case": Mistake("load", CRYPTO, GB, GB.replace("GB", "gb"), "gb", ("place `gb`", "`GB`")),
    "a Cyrillic letter": Mistake("load", CRYPTO, GB, GB.replace("GB", "GВ"), "GВ", ("write `GB`", "Latin letters")),
    "a list without brackets": Mistake("load", CRYPTO, GB, GB.replace("GB", "GB, IE"), "GB, IE", ("place `GB, IE`",)),
    "no value": Mistake("load", CRYPTO, GB, GB.replace(" GB", ""), "\n\nunless", ("`reader.location` is empty",)),
    "Crimea in another state": Mistake(
        "load", RISK, "reader.location: UA-43}", "reader.location: RU-CR}", "RU-CR", ("place `RU-CR`", "`UA-43`")),
    "a territory misspelt": Mistake(
        "load", RISK, "controlled]\n", "controled]\n", "ua-russia-controled", ("nearest is `ua-russia-controlled`",)),
    "a member twice": Mistake("load", UNION, "[GP, MQ", "[FR, GP, MQ", "FR", ("`FR` is a member twice",)),
    "a comma forgotten": Mistake("load", UNION, "HU, IE", "HU IE", "HU IE", ("unknown place `HU IE`",)),
    "a member state left out": Mistake(
        "test", UNION, "LV, LT, LU", "LV, LU", "name: a deepfake, for readers in each member state",
        ("eu-deepfake-disclosure", "say none"), MEMBERS),
    "a neighbour taken for a member state": Mistake(
        "test", UNION, "MT, NL", "ME, MT, NL", "name: a deepfake, for readers around them",
        ("eu-deepfake-disclosure", "say required"), MEMBERS),
    "the place of another law": Mistake(
        "test", BELARUS, ": BY\n\nif", ": RU\n\nif", "name: Radio Svaboda, reader in Minsk", ("says none", "not `RU`")),
    # facts, keys and words
    "a fact misspelt": Mistake("load", CRYPTO, GB, GB.replace("tion", "ton"), "reader.locaton", ("`reader.location`",)),
    "a key misspelt": Mistake("load", CRYPTO, "if_unknown:", "if_unknwon:", "if_unknwon", ("is `if_unknown`",)),
    "a key in capitals": Mistake("load", CRYPTO, "status: active", "Status: active", "Status", ("is `status`",)),
    "a word in capitals": Mistake("load", CRYPTO, "status: active", "status: Active", "Active", ("draft, active",)),
    "a list for a value": Mistake("load", CRYPTO, "status: active", "status: [active]", "[", ("`status` is one text",)),
    "any_of misspelt": Mistake("load", RETOUCHED, "  any_of:", "  anyof:", "anyof", ("the nearest is `any_of`",)),
    "a word that is never so": Mistake(
        "load", RETOUCHED, "- {content.kind: advertisement}", "- {content.kind: advert}", "advert",
        ("is never `advert`",)),
    "true for yes": Mistake(
        "load", RETOUCHED, "- {content.paid: yes}", "- {content.paid: true}", "true", ("is never `true`", "yes, no")),
    "an exception for no fact": Mistake(
        "load", CRYPTO, "audience: professional-", "audiance: professional-", "content.audiance",
        ("`content.audience`",)),
    "a subject misspelt": Mistake(
        "test", CRYPTO, GB, GB.replace("asset", "assets"), "name: sponsored post",
        ("is not `qualifying-cryptoassets`",)),
    "an answer misspelt": Mistake("load", CRYPTO, "s: review  #", "s: reveiw  #", "reveiw", ("show, review, skip",)),
    "skipped without a reason": Mistake("load", RISK, "n: show  # a", "n: skip  # a", "skip", ("a written reason",)),
    "a severity misspelt": Mistake("load", CRYPTO, "severity: alert", "severity: alret", "alret", ("inform, alert",)),
    "a slot misspelt": Mistake(
        "load", RISK, "{publisher.title} has", "{publisher.tittle} has", "{publisher.tittle}", ("`publisher.title`",)),
    "a brace lost": Mistake(
        "load", RISK, "{publisher.title} has", "{publisher.title has", "{", ("belongs to no slot",)),
    # days
    "month 13": Mistake("load", RETOUCHED, "y: 2022-07-01, last_day: none, t", "y: 2022-13-01, last_day: none, t",
        "2022-13-01", ("not a calendar day", "YYYY-MM-DD")),
    "a day as in a letter": Mistake("load", RETOUCHED, "y: 2022-07-01, last_day: none, t",
        "y: 01.07.2022, last_day: none, t", "01.07.2022", ("not a calendar day", "write `2022-07-01`")),
    "the 31st of April": Mistake("load", AGENTS, "2021-04-23", "2021-04-31", "2021-04-31", ("not a calendar day",)),
    "an end before the start": Mistake(
        "load", RETOUCHED, "last_day: none, t", "last_day: 2021-07-01, t", "last_day", ("before the first day",)),
    "no last day": Mistake(
        "load", RETOUCHED, ", last_day: none, t", ", t", "{first_day: 2022-07-01, t", ("`last_day`",)),
    "a year with its digits swapped": Mistake(
        "test", RISK, "y: 2015-06-03,", "y: 2051-06-03,", "name: reader in Moscow",
        ("in effect from 2051-06-03 only",)),
    "a listing in a wrong year": Mistake("test", AGENTS, "day: 2021-04-23", "day: 2041-04-23",
        "name: news story that names Meduza", ("`meduza` is in `ru/foreign-agent` from 2041",), MENTION),
    "a zone misspelt": Mistake("load", RISK, "Moscow}", "Moskow}", "Europe/Moskow", ("is `Europe/Moscow`",)),
    "a number for days": Mistake("load", AGENTS, "fresh_for: 30 days", "fresh_for: 30", "30", ("like `30 days`",)),
    "a review that is due": Mistake("lint", CRYPTO, "by: 2027-10-08", "by: 2025-10-08", "2025", ("review-is-due",)),
    "a copy from the future": Mistake("lint", AGENTS, "on: 2026-07-10", "on: 2027-07-10", "2027", ("unlikely-date",)),
    "a review in another decade": Mistake("lint", CRYPTO, "by: 2027-10-08", "by: 2072-10-08", "2072", ("five years",)),
    "a rule that has ended": Mistake("lint", RETOUCHED, "none, timezone", "2024-12-01, timezone", "2024", ("[ended]",)),
    # names of other things
    "a register misspelt": Mistake(
        "load", RISK, "as: ru/undesirable-organization\n", "as: ru/undesirable-organisation\n",
        "ru/undesirable-organisation", ("unknown register", "is `ru/undesirable-organization`")),
    "a notice misspelt": Mistake("load", RISK, "  placement: footer\n", f"  placement: footer\n  supersedes: [{BYE}]\n",
        BYE, ("unknown notice", f"the nearest is `{BYE}k`")),
    "a notice misspelt in a suite": Mistake("test", READERS, "UA-43: {ru-unde", "UA-43: {ru-umde",
        "ru-umdesirable", ("unknown notice", "is `ru-undesirable-organization-reader-risk`")),
    "a place that a suite does not ask": Mistake(
        "test", READERS, "      US: none\n", "      GB: none\n      US: none\n", "GB", ("none of the `places`",)),
    "an entity misspelt": Mistake(
        "load", AGENTS, "y: meduza\n", "y: meduzza\n", "meduzza", ("the nearest is `meduza`",)),
    "a parent misspelt": Mistake("load", SVABODA, "parent: rfe-rl", "parent: rferl", "rferl", ("nearest is `rfe-rl`",)),
    "a title for an id": Mistake("load", META, "[whatsapp]", "[WhatsApp]", "WhatsApp", ("is not the id of an entity",)),
    "a name for an id": Mistake(
        "load", SVABODA, "y: radio-svaboda", "y: Radio Svaboda", "Radio Svaboda", ("is not a name for an entity",)),
    "an address for a domain": Mistake(
        "load", RADIO, "- rferl.org", "- https://www.rferl.org", "https", ("not a domain", "write `www.rferl.org`")),
    "listed twice at once": Mistake("lint", AGENTS, "last_day: 2023-11-30", "last_day: none",
        "entity: tv-rain\n    listed_on:\n      day: 2023-12-01", ("overlapping-periods", "`tv-rain` stands in")),
    "a list that was cut": Mistake("load", UNDESIRABLE, "count: 418", "count: 419", "419", ("has 418", "was cut")),
    # sources and words
    "a source without https": Mistake(
        "load", CRYPTO, "https://www.hand", "www.hand", "www.hand", ("not a web address", "https://")),
    "a grade that there is not": Mistake("load", CRYPTO, "ce: B", "ce: E", "E", ("unknown confidence", "A, B, C, D")),
    "a source from memory": Mistake("lint", CRYPTO, "ce: B", "ce: D", "legal_basis", ("weak-source",)),
    "no owner": Mistake("load", CRYPTO, "owner: legal@example.org\n", "", "language: 1", ("a rule needs `owner`",)),
    "no words for readers in an unknown place": Mistake(
        "load", CRYPTO, block(CRYPTO, WORDS, "\nscenarios:"), "", "purpose", ("needs `text_if_possible`",)),
    "a country for a language": Mistake("lint", RISK, "    uk: >-", "    ua: >-", "ua", ("trap-code", "write `uk`")),
    "a translation left out": Mistake(
        "lint", BELARUS, block(BELARUS, "    ru: >-", "  slots:"), "", "text:  #", ("missing-translation", "`ru`")),
    # scenarios
    "an expectation that is not so": Mistake("test", RISK, "UA-30}\n    expect: none", "UA-30}\n    expect: possible",
        "name: reader in Kyiv", ("`reader in Kyiv` expects possible", "the rule says none")),
    "an expectation misspelt": Mistake(
        "load", CRYPTO, "expect: poss", "expect: pos", "posible", ("required, possible",)),
    "a publisher misspelt": Mistake("test", RISK, "r: radio-svaboda,", "r: radio-svoboda,", "name: the Belarus service",
        ("says review", "the nearest is `radio-svaboda`")),
    "a sentence misquoted in a suite": Mistake("test", READERS, "Russian passport", "Russian pasport",
        "name: from the listing on", ("does not read `hold a Russian pasport`",)),
    # signs
    "a tab": Mistake(
        "load", CRYPTO, "\n  content.audience: p", "\n\tcontent.audience: p", "\t", ("a tab cannot stand",)),
    "indented too far": Mistake("load", CRYPTO, GB, GB.replace("  r", "    r"), "reader.loc", ("indented deeper",)),
    "a key twice": Mistake(
        "load", CRYPTO, GB, f"{GB}  reader.location: JE\n", "reader.location: JE", ("is written twice",)),
    "no space after a colon": Mistake("load", RADIO, "title: Radio", "title:Radio", ":", ("needs a space",)),
    "a colon in a text": Mistake("load", RADIO, "title: Radio", "title: Radio: F", ": F", ("needs quotation marks",)),
    "a quotation mark left open": Mistake("load", RETOUCHED, "nb: Ret", 'nb: "Ret', '"', ("mark is not closed",)),
    "a bracket left open": Mistake("load", RISK, "controlled]\n", "controlled\n", "[RU, ua", ("`[` is not closed",)),
    "a bracket never opened": Mistake(
        "load", RADIO, "[радио свободно]", "радио свободно]", "]", ("`]` closes nothing",)),
    "two versions": Mistake("load", CRYPTO, "  severity: alert\n",
        "<<<<<<< HEAD\n  severity: alert\n=======\n  severity: critical\n>>>>>>> desk\n", "<", ("two versions",)),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_caught_where_it_stands(mistake: Mistake) -> None:
    files, asked, text = planted(mistake)
    found, here = list(caught(files, asked)), place(text, mistake)
    assert {each.by for each in found} == {mistake.caught_by}
    assert len(found) == 1 or mistake.caught_by != "load"  # one mistake is one problem; it may break many scenarios
    told = [each.text for each in found if each.span and (each.span.path, each.span.line, each.span.column) == here]
    assert any(all(word in each for word in mistake.says) for each in told), "\n".join(each.text for each in found)


def test_nothing_is_caught_in_the_rules_as_they_are() -> None:
    assert list(caught(dict(shipped()), dict(suites()))) == []


def test_whoever_names_a_file_that_was_deleted_is_shown() -> None:
    files = {name: data for name, data in shipped().items() if name != "entities/belsat.yaml"}
    found = list(caught(files, dict(suites())))
    named = [name for name, data in sorted(files.items()) if b"entity: belsat\n" in data]
    assert [(each.by, each.span and each.span.path) for each in found] == [("load", f"rules/{name}") for name in named]
    for each in found:
        assert "unknown entity `belsat`" in each.text
        assert each.span is not None
        assert each.span.text.strip() == "- entity: belsat"


def test_a_copy_of_a_rule_is_shown_with_the_place_of_the_other() -> None:
    (found,) = caught({**shipped(), "eu/zz-copy.yaml": shipped()[DEEPFAKE]}, dict(suites()))
    line = written(DEEPFAKE).split("\n").index("rule: eu-deepfake-disclosure") + 1
    assert found.span is not None
    assert (found.by, found.span.path, found.span.line) == ("load", "rules/eu/zz-copy.yaml", line)
    assert f"the other is rules/{DEEPFAKE}:{line}" in found.text


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (RETOUCHED, "  reader.location: NO\n  any_of", '  reader.location: "NO"\n  any_of'),
        (RISK, 'article: "20.33"', "article: 20.33"),
        (RETOUCHED, "{content.paid: yes}", '{content.paid: "yes"}'),
        (RETOUCHED, "date: 2022-07-01", "date: '2022-07-01'"),
    ],
)
def test_quotation_marks_that_were_forgotten_turn_nothing_into_something_else(file: str, old: str, new: str) -> None:
    """Norway is not false, and a number of a section keeps its last zero."""
    before = written(file)
    assert before.count(old) == 1
    changed = {**closure(file), file: before.replace(old, new).encode()}
    assert load(changed, known_zones()).meaning == load(closure(file), known_zones()).meaning
