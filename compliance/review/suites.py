"""Suites: questions put to all rules together, and whether what comes out is what was expected.

Theory: a case is decided as a reader's page is, by the index that serves, which is made once for all cases.
Only where something is wrong the plain evaluator is asked, for the nearest reason. Everything that is wrong
with a case is said at once, and nothing that only follows from something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from compliance.content.facts import Content, facts_of
from compliance.content.publisher import Directory
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.reading import Atom, Reading
from compliance.errors import Problem, RequestError, RulesError, Span
from compliance.model.decision import Decision, Instance
from compliance.model.facts import Facts
from compliance.model.rule import Rule, Status
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.suite import Case, Expected, Question, Suite
from compliance.model.truth import FALSE
from compliance.review.coverage import Coverage
from compliance.review.results import strongest
from compliance.review.scenarios import hangs_on, why

PLACE: Final = "reader.location"
MOST_TEXT: Final = 300
"""How much of a text is repeated where a piece of it is missing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A question made ready: the page and everything that is known of it."""

    question: Question
    content: Content
    facts: Facts


@dataclass(frozen=True, slots=True)
class Decided:
    """One case as it was decided."""

    ruleset: Ruleset
    page: Page
    case: Case
    day: date
    facts: Facts
    days: LawDays
    decision: Decision


Texts = Mapping[str, Sequence[str]]
Words = Callable[[Decided], Texts]
"""The texts of each notice as the reader of a case gets them."""


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What came of one case; there are no problems where it is as expected."""

    suite: str
    case: str
    expected: str
    found: str
    span: Span
    problems: tuple[Problem, ...] = ()


@dataclass
class Suites:
    """Suites that are ready to be asked of a rule set."""

    ruleset: Ruleset
    suites: Sequence[Suite]
    words: Words
    _pages: dict[int, Page] = field(init=False)
    _ready: dict[bool, tuple[Ruleset, Index]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read every page.

        Raises:
            RulesError: with everything in the questions that no caller could ask.
        """
        directory = Directory.of(self.ruleset.entities.values(), self.ruleset.registers, self.ruleset.words)
        problems: list[Problem] = []
        self._pages = {}
        for question in (question for suite in self.suites for question in suite.questions):
            try:
                self._pages[id(question)] = _page(question, directory)
            except RequestError as error:
                problems += [Problem(each.message, question.span, each.help) for each in error.problems]
        if problems:
            raise RulesError(problems)

    def run(
        self,
        as_of: date | None = None,
        coverage: Coverage | None = None,
        wanted: Callable[[Suite, Question, Case], bool] | None = None,
    ) -> Iterator[CaseOutcome]:
        """The outcome of every case, or of those that are `wanted`, question by question.

        Args:
            as_of: takes the place of the day of each suite; questions with a day of their own keep it.
            coverage: is told what each case tried.
            wanted: which cases to ask; left out, all.
        """
        for suite in self.suites:
            ruleset, index = self._index(drafts=suite.drafts)
            for question in suite.questions:
                cases = [case for case in question.cases if wanted is None or wanted(suite, question, case)]
                page = self._pages[id(question)]
                came_out: list[Decided] = []
                for case in cases:
                    day = case.day or as_of or suite.as_of
                    if day is None:
                        raise ValueError(f"`{question.name}` has no day")  # the language refuses it
                    facts = page.facts if case.location is None else {**page.facts, PLACE: case.location}
                    days = dict.fromkeys(ruleset.zones, day)
                    decision = index.on(day).decide(facts)
                    asked = Decided(ruleset, page, case, day, facts, days, decision)
                    yield _outcome(suite, asked, self.words)
                    if coverage is not None:
                        came_out.append(asked)
                _note(came_out, ruleset, coverage)

    def _index(self, *, drafts: bool) -> tuple[Ruleset, Index]:
        """The rule set that a suite asks, and its index; each is made once."""
        if drafts not in self._ready:
            ruleset = _with_drafts(self.ruleset) if drafts else self.ruleset
            self._ready[drafts] = ruleset, Index(ruleset)
        return self._ready[drafts]


def label(question: Question, case: Case) -> str:
    """The name of a case: that of its question, and where it stands in the matrix."""
    where = ", ".join(each for each in (case.day.isoformat() if case.day else None, case.place) if each)
    return f"{question.name} ({where})" if len(question.cases) > 1 and where else question.name


def _with_drafts(ruleset: Ruleset) -> Ruleset:
    rules = ruleset.rules.items()
    return ruleset.with_rules(
        {name: replace(rule, status=Status.ACTIVE) if rule.status is Status.DRAFT else rule for name, rule in rules}
    )


def _page(question: Question, directory: Directory) -> Page:
    content = Content(**question.page, facts=question.given)
    return Page(question, content, facts_of(content, directory))


def _note(came_out: Sequence[Decided], ruleset: Ruleset, coverage: Coverage | None) -> None:
    """Count a question for the rules whose notices it names or gets, in each of its cases."""
    if coverage is None or not came_out:
        return
    found = {instance.notice.id for asked in came_out for instance in asked.decision.instances}
    notices = found | came_out[0].page.question.notices
    rules = [rule for notice in sorted(notices) for rule in ruleset.rules_of_notice.get(notice, ())]
    for asked in came_out:
        for rule in rules:
            coverage.note(rule.id, ruleset, asked.facts, asked.days)


def _outcome(suite: Suite, asked: Decided, words: Words) -> CaseOutcome:
    question, expected = asked.page.question, asked.case.expected
    found: dict[str, list[Instance]] = {}
    for instance in asked.decision.instances:
        found.setdefault(instance.notice.id, []).append(instance)
    name = label(question, asked.case)
    wrong = list(_wrong(asked, found, words))
    if expected.strongest is not None:
        wanted, came = expected.strongest, strongest(asked.decision.instances)
    else:
        wanted, came = _results(expected.notices), _results(_words_of(found, expected.notices))
    problems = tuple(Problem(f"question `{name}` {message}", question.span, help_) for message, help_ in wrong)
    return CaseOutcome(suite.name, name, wanted, came, question.span, problems)


def _words_of(found: Mapping[str, Sequence[Instance]], named: Iterable[str]) -> dict[str, str]:
    return {
        notice: strongest(found.get(notice, ())) for notice in (*named, *(each for each in found if each not in named))
    }


def _results(results: Mapping[str, str]) -> str:
    return ", ".join(f"{notice}: {word}" for notice, word in results.items())


def _wrong(asked: Decided, found: Mapping[str, Sequence[Instance]], words: Words) -> Iterator[tuple[str, str | None]]:
    """Everything that is wrong with a case: a message, and the nearest reason."""
    expected, question = asked.case.expected, asked.page.question
    failed: set[str] = set()
    if expected.strongest is not None and expected.strongest != (came := strongest(asked.decision.instances)):
        failed.update(found)
        yield f"expects {expected.strongest}, and the rules say {_said(found) or came}", _reason(asked, sorted(found))
    for notice, word in expected.notices.items():
        came = strongest(found.get(notice, ()))
        if came != word:
            failed.add(notice)
            yield f"expects {word} of `{notice}`, and the rules say {came}", _reason(asked, [notice])
    if question.only and expected.notices:
        for notice in (each for each in found if each not in expected.notices):
            yield f"expects no other notice, and the rules ask for `{notice}`", _reason(asked, [notice])
    if question.because is not None and expected.hangs and not failed:
        yield from _hanging(question.because, expected, found)
    yield from _unsaid(asked, found, words, failed)


def _hanging(
    because: str, expected: Expected, found: Mapping[str, Sequence[Instance]]
) -> Iterator[tuple[str, str | None]]:
    """What is possible or held, and does not hang on a fact; one of all notices is enough where none is named."""
    named = [notice for notice, word in expected.notices.items() if word in {"possible", "review"}]
    for notices in [[notice] for notice in named] or [list(found)]:
        unknowns = {fact for notice in notices for each in found.get(notice, ()) for fact in each.unknowns}
        if because not in unknowns:
            of = f" of `{notices[0]}`" if len(named) > 1 else ""
            yield f"rests on `{because}` unknown, and it is not what decides{of}", hangs_on(sorted(unknowns))


def _said(found: Mapping[str, Sequence[Instance]]) -> str:
    return " and ".join(f"{strongest(each)} of `{notice}`" for notice, each in found.items())


def _unsaid(
    asked: Decided, found: Mapping[str, Sequence[Instance]], words: Words, failed: set[str]
) -> Iterator[tuple[str, str | None]]:
    """Pieces of text that are missing, and those that should be."""
    question, expected = asked.page.question, asked.case.expected
    texts = words(asked) if question.says or question.says_not else {}
    for notice, pieces in question.says.items():
        if notice not in found:
            if expected.strongest not in {None, "none"} and not failed:
                yield f"has no words of `{notice}`: nobody asks for it", _reason(asked, [notice])
            continue
        for piece in pieces:
            if not any(piece in text for text in texts[notice]):
                yield f"does not read `{piece}` in `{notice}`", _reading(texts[notice])
    for notice, pieces in question.says_not.items():
        for piece in pieces:
            if reading := [text for text in texts.get(notice, ()) if piece in text]:
                yield f"reads `{piece}` in `{notice}`", _reading(reading)


def _reading(texts: Sequence[str]) -> str:
    whole = " / ".join(texts)
    return f"it reads: {whole if len(whole) <= MOST_TEXT else whole[:MOST_TEXT] + '…'}"


def _reason(asked: Decided, notices: Sequence[str]) -> str | None:
    """The nearest reason why something came out of some notices, or did not."""
    ruleset = asked.ruleset
    for gone in asked.decision.not_applied:
        if gone.notice in notices:
            return gone.because
    rules = {rule.id: rule for notice in notices for rule in ruleset.rules_of_notice.get(notice, ())}
    if not rules and notices:
        by_status = sorted({rule.status.value for rule in ruleset.rules.values() if rule.notice.id in notices})
        return f"only rules with `status: {' or '.join(by_status)}` ask for it, and they do not fire"
    if not rules:
        return _nearest(asked)
    alone = ruleset.with_rules(rules)
    return why(alone, asked.facts, asked.days, decide(alone, asked.facts, asked.days, explain=True))


def _nearest(asked: Decided) -> str | None:
    """Why the rule that came nearest to asking for something does not: the one with the fewest lines that fail."""
    reading = Reading(asked.ruleset, asked.facts, asked.days)
    rules = asked.ruleset.active_rules
    if not rules:
        return "no rule is active"

    def distance(rule: Rule) -> tuple[int, str]:
        truths = [reading.truth(Atom.of(line, rule.zone)) for line in rule.when.each_line()]
        return sum(truth is FALSE for truth in truths), rule.id

    rule = min(rules, key=distance)
    alone = asked.ruleset.with_rules({rule.id: rule})
    reason = why(alone, asked.facts, asked.days, decide(alone, asked.facts, asked.days, explain=True))
    return f"the nearest is `{rule.id}`: {reason}"
