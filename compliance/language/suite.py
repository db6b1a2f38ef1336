"""Suite files: questions to the whole rule set, below a directory named `tests`.

Theory: a suite speaks of a rule set that is loaded already, so what it names (notices, registers, entities)
is looked up there, and a suite that cannot be read never keeps a rule set from being served. `expect` is a
word, a map of notices to words, or a map of days or places to either of them; which one it is, its keys say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from compliance.errors import Problem, RulesError, Span, nearest
from compliance.language.fields import KEBAB, LANGUAGE_TAG, Collector, Fields
from compliance.language.keys import names
from compliance.language.question import UNKNOWN_PLACE, Asked, page_of, places_of, reader_of
from compliance.language.rules import EXPECTED, because_of, given_facts
from compliance.language.source import Broken, List, Map, Node, Text, in_utf_8, read
from compliance.language.syntax import LINE_BREAK
from compliance.model.period import parse_day
from compliance.model.ruleset import LANGUAGE_VERSION, Ruleset
from compliance.model.suite import Case, Expected, Question, Suite, Written
from compliance.model.territory import PLACES, LocationSet

DIRECTORY: Final = "tests"
"""The directory, anywhere below that of the rules, whose files are suites."""
MOST_CASES: Final = 10_000
"""How many combinations one question may have."""
PLACE: Final = "reader.location"
RULE_FILES: Final = ("rule", "entity", "register", "territory")
HEAD_HELP: Final = f"begin it with `language: {LANGUAGE_VERSION}` and `suite: its-name`"
_DECLARES: Final = re.compile(rf"""["']?({"|".join((*RULE_FILES, "suite"))})["']?[ \t]*:""")
_Axis = Sequence[str]


def load_suites(files: Mapping[str, bytes], ruleset: Ruleset, *, root: str = "") -> tuple[Suite, ...]:
    """The suites that `files` (path to bytes) hold, in the order of their paths.

    Args:
        files: every suite file, by its path under `root`.
        ruleset: what the suites ask; what they name must be in it.
        root: what to put before a path where a problem names it.

    Raises:
        RulesError: with every problem of every file.
    """
    to = Collector(frozenset())
    found = []
    for path in sorted(files):
        tree, problems = read(f"{root}/{path}" if root else path, files[path])
        to.problems.extend(problems)
        if tree is not None and (suite := _file(tree, to)) is not None:
            found.append(suite)
    known = {
        "notice": ruleset.notices,
        "register": ruleset.registers,
        "entity": ruleset.entities,
        "territory": ruleset.territories,
        "area": [area.id for territory in ruleset.territories.values() for area in territory.areas],
    }
    for reference in to.references:
        if reference.id not in known[reference.kind]:
            help_ = (
                nearest(reference.id, known[reference.kind])
                or f"the rules that are asked have no such {reference.kind}"
            )
            to.fail(reference.span, f"unknown {reference.kind} `{reference.id}`", help_)
    if to.problems:
        raise RulesError(sorted(to.problems, key=_place))
    return tuple(found)


def misplaced(path: str, data: bytes) -> Problem | None:
    """That a file under `tests/` is a rule file, which nobody would load there; None if it is none.

    A file that cannot be read counts as what it seems to be: a rule with a slip is still missed.
    """
    path = in_utf_8(path)
    tree, _ = read(path, data)
    if tree is None:
        lines = LINE_BREAK.split(data.replace(b"\0", b"").decode("utf-8-sig", "replace"))
        seen = [(number, line, match) for number, line in enumerate(lines, 1) if (match := _DECLARES.match(line))]
        if not seen or "suite" in {match[1] for _, _, match in seen}:
            return None
        number, line, match = seen[0]
        return _misplaced(Span(path, number, match.start(1) + 1, len(match[1]), line))
    keys = [tree.key(kind) for kind in RULE_FILES] if isinstance(tree, Map) else []
    return next((_misplaced(key.span) for key in keys if key is not None), None)


def _misplaced(span: Span) -> Problem:
    help_ = f"move it to another folder: under `{DIRECTORY}/` stand suites"
    return Problem(f"rule files under `{DIRECTORY}/` are not loaded", span, help_)


def _file(tree: Node, to: Collector) -> Suite | None:
    if not isinstance(tree, Map):
        if not isinstance(tree, Broken):
            to.fail(tree.span, "a suite is a map", HEAD_HELP)
        return None
    for kind in RULE_FILES:
        if (key := tree.key(kind)) is not None:
            to.problems.append(_misplaced(key.span))
            return None
    fields = Fields(tree, "a suite", to, names("suite"))
    if tree.get("suite") is None and not fields.is_misspelled("suite"):
        to.fail(tree.span, "this is no suite", HEAD_HELP)
        return None
    return _suite(fields)


def _suite(fields: Fields) -> Suite | None:
    to = fields.to
    version = fields.text_node("language", required=True)
    if version is not None and version.text != str(LANGUAGE_VERSION):
        to.fail(version.span, f"unknown rule language `{version.text}`", f"use `language: {LANGUAGE_VERSION}`")
    name = fields.id("suite", KEBAB, "rfe-rl-readers") if fields.map.get("suite") is not None else None
    title = fields.text("title", required=True)
    pinned = fields.day("as_of")
    languages = tuple(tag.text for tag in fields.texts("languages") if _is_tag(tag, to))
    drafts = bool(fields.flag("drafts", default=False))
    fields.text("owner")
    has_day = pinned is not None or fields.map.get("as_of") is not None or fields.is_misspelled("as_of")
    questions = [_question(item, to, languages, has_day=has_day) for item in fields.maps("questions", required=True)]
    fields.refuse_twins("questions", "question", "suite")
    if name is None or not to.declare("suite", name):
        return None
    whole = tuple(question for question in questions if question is not None)
    return Suite(name.text, title or "", whole, pinned, drafts, name.span)


def _question(node: Map, to: Collector, languages: tuple[str, ...], *, has_day: bool) -> Question | None:
    fields = Fields(node, "a question", to, names("question"))
    problems = len(to.problems)
    name = fields.text("name", required=True)
    asked = _asked(fields)
    days = _days(fields, has_day=has_day)
    cases = _cases(fields, days, asked)
    only, because = bool(fields.flag("only", default=False)), because_of(fields)
    says, says_not = _fragments(fields, "says"), _fragments(fields, "says_not")
    language = fields.text_node("language")
    if len(to.problems) > problems or name is None or (language is not None and not _is_tag(language, to)):
        return None
    _refuse_idle(fields, cases)
    return Question(
        name=name,
        span=node.span,
        cases=cases,
        page=asked.page,
        given=asked.given,
        only=only,
        because=because,
        says=says,
        says_not=says_not,
        languages=languages if language is None else (language.text,),
    )


def _refuse_idle(fields: Fields, cases: Sequence[Case]) -> None:
    """What can never fail tests nothing."""
    only, because = fields.map.key("only"), fields.map.key("because")
    if only is not None and not any(case.expected.notices for case in cases):
        fields.to.fail(only.span, "`only` says nothing beside a single word", "name the notices under `expect`")
    if because is not None and not any(case.expected.hangs for case in cases):
        help_ = "expect `possible` or `review`, or leave `because` out"
        fields.to.fail(because.span, "nothing that is expected hangs on a fact that is not known", help_)
    says = fields.map.get("says")
    for notice, _ in says.entries if isinstance(says, Map) else ():
        if not any(case.expected.may_have(notice.text) for case in cases):
            fields.to.fail(notice.span, f"nothing that is expected has words of `{notice.text}`", "name it in `expect`")


def _asked(fields: Fields) -> Asked:
    """What is said of the page and of the reader's place, which may be said in one way only."""
    to = fields.to
    node = fields.map_of("given")
    known = given_facts(node, to)
    given: dict[str, Written] = {}
    ways: list[Text] = []
    for key, value in node.entries if node else ():
        if key.text == PLACE:
            ways.append(key)
        elif isinstance(value, Text):
            given[key.text] = value.text
        elif isinstance(value, List):
            given[key.text] = tuple(item.text for item in value.items if isinstance(item, Text))
    page, reader, places = page_of(fields), reader_of(fields), places_of(fields)
    ways += [way for word in ("reader", "places") if (way := fields.map.key(word)) is not None]
    if len(ways) > 1:
        message = f"the reader's place is given twice, as `{ways[0].text}` and as `{ways[1].text}`"
        to.fail(ways[1].span, message, "keep one")
    if not any(fields.map.get(key) is not None or fields.is_misspelled(key) for key in ("given", "content")):
        to.fail(fields.map.span, "a question says something of a page", "add `content:` or `given:`")
    location = known.get(PLACE)
    return Asked(page, given, location if isinstance(location, LocationSet) else reader, places)


def _days(fields: Fields, *, has_day: bool) -> list[str]:
    """The days of a question as they are written; none where it has that of its suite."""
    to = fields.to
    date, dates = fields.map.key("date"), fields.map.key("dates")
    if date is not None and dates is not None:
        to.fail(dates.span, "a question has `date` or `dates`, not both", "keep one")
    found = [text for key in ("date", "dates") for text in fields.texts(key, required=fields.map.get(key) is not None)]
    if date is None and dates is None and not has_day and not fields.is_misspelled("date"):
        help_ = "add `date:` or `dates:`, or `as_of:` to the suite"
        to.fail(fields.map.span, "a question needs a day, or what comes out would change with the calendar", help_)
    days = [text for text in found if fields.as_day(text, f"`{text.text}`") is not None]
    return list(_once(days, to))


def _once(texts: Sequence[Text], to: Collector) -> Iterator[str]:
    """The texts, of which none may stand twice."""
    seen: set[str] = set()
    for text in texts:
        if text.text in seen:
            to.fail(text.span, f"`{text.text}` is listed twice", "keep one")
        else:
            yield text.text
        seen.add(text.text)


def _cases(fields: Fields, days: list[str], asked: Asked) -> tuple[Case, ...]:
    """Every combination of the days and places, with what is expected of it."""
    to = fields.to
    node = fields.node("expect", required=True)
    places: Mapping[str, LocationSet | None] = asked.places or {"": asked.reader}
    if max(1, len(days)) * len(places) > MOST_CASES:
        to.fail(fields.map.span, f"the question has more than {MOST_CASES} cases", "split it")
        return ()
    if node is None:
        return ()
    is_matrix = fields.map.get("dates") is not None, fields.map.get("places") is not None
    axes = (days if is_matrix[0] else [], [*asked.places] if is_matrix[1] else [])
    found = _leaves(node, axes, to)
    cases = []
    for day, place in product(days or [""], places):
        expected = found.get((day if axes[0] else "", place))
        if expected is not None:
            cases.append(Case(expected, parse_day(day) if day else None, place or None, places[place]))
    return tuple(cases)


def _leaves(node: Node, axes: tuple[_Axis, _Axis], to: Collector) -> dict[tuple[str, str], Expected]:
    """What is expected on each day and in each place; what is written once holds for all of them."""
    days, places = axes
    keys = [key for key, _ in node.entries] if isinstance(node, Map) else []
    is_by_day = any(parse_day(key.text) for key in keys)
    is_by_place = any(_is_place(key.text, places) for key in keys)
    if isinstance(node, Map) and is_by_day:
        parts = _parts(node, days, "dates", to)
        return {(day, p): e for day, part in parts for (_, p), e in _leaves(part, ([], places), to).items()}
    if isinstance(node, Map) and is_by_place:
        parts = _parts(node, places, "places", to)
        return {(d, place): e for place, part in parts for (d, _), e in _leaves(part, (days, []), to).items()}
    expected = _expected(node, to)
    return {} if expected is None else dict.fromkeys(product(days or [""], places or [""]), expected)


def _is_place(key: str, places: _Axis) -> bool:
    return key in PLACES or (key == UNKNOWN_PLACE and bool(places))


def _parts(node: Map, axis: _Axis, word: str, to: Collector) -> Iterator[tuple[str, Node]]:
    """What is expected for each day or place of an axis; none may be left out, and none be added."""
    for key, value in node.entries:
        if key.text in axis:
            yield key.text, value
        else:
            help_ = nearest(key.text, axis) or f"list it under `{word}`, or name notices here"
            to.fail(key.span, f"`{key.text}` is none of the `{word}` of the question", help_)
    missing = [name for name in axis if node.get(name) is None]
    if missing and node.is_whole:
        named = ", ".join(f"`{name}`" for name in missing)
        to.fail(node.span, f"`expect` says nothing of {named}", "say it for each, or once for all")


def _expected(node: Node, to: Collector) -> Expected | None:
    """A word for the strongest result, or a word for each notice."""
    if isinstance(node, Text):
        return Expected(strongest=node.text) if _is_result(node, to) else None
    if not isinstance(node, Map):
        if not isinstance(node, Broken):
            help_ = f"write one of: {', '.join(EXPECTED)}; or `notice: word`, one on a line"
            to.fail(node.span, "`expect` is a word, or a map of notices to words", help_)
        return None
    if not node.entries and node.is_whole:
        to.fail(node.span, "`expect` names no notice", "write `expect: none` if nothing should come out")
    notices = {}
    for key, value in node.entries:
        to.refer("notice", key)
        word = Fields(Map({}, node.file, node.start), "`expect`", to, ()).as_text(value, f"`{key.text}`")
        if word is not None and _is_result(word, to):
            notices[key.text] = word.text
    return Expected(notices) if notices else None


def _is_result(node: Text, to: Collector) -> bool:
    if node.text in EXPECTED:
        return True
    to.fail(node.span, f"unknown expectation `{node.text}`", f"use one of: {', '.join(EXPECTED)}")
    return False


def _fragments(fields: Fields, key: str) -> dict[str, tuple[str, ...]]:
    """Pieces of text for each notice, with single spaces as in the notice itself."""
    found = {}
    node = fields.map_of(key)
    for notice, value in node.entries if node else ():
        fields.to.refer("notice", notice)
        texts = list(fields.each_text(value, f"`{notice.text}`"))
        if not texts and isinstance(value, List) and not value.items:
            fields.to.fail(value.span, f"`{notice.text}` is empty", "write at least one piece of its text")
        found[notice.text] = tuple(" ".join(text.text.split()) for text in texts)
    return found


def _is_tag(tag: Text, to: Collector) -> bool:
    if LANGUAGE_TAG.fullmatch(tag.text):
        return True
    to.fail(tag.span, f"`{tag.text}` is not a language tag", "write it like `en`, `pt-BR` or `sr-Latn`")
    return False


def _place(problem: Problem) -> tuple[str, int, int]:
    span = problem.span
    return (span.path, span.line, span.column) if span else ("", 0, 0)
