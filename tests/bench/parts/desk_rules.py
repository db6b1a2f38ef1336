"""The rules of a large legal desk, as files: of the shapes that real law has, with examples in each.

Theory: what the commands cost hangs on what stands in the files, so a rule here is about as long as those that
ship with the product: two or three lines, two languages, four to six scenarios. Nothing is left to chance, every
day and place follows from the number of the rule, and each scenario says what the rule says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from compliance.model.period import ONE_DAY
from tests.bench.parts.desk_lists import BLOC, COUNTRIES, Country, Lists

WORDS: Final = ("gambling", "alcohol", "tobacco", "medicine", "crypto-asset", "loan", "lottery", "cosmetic-surgery")
KINDS: Final = ("article", "opinion", "video", "advertisement")
SHAPES: Final = "LPMLPGLOPMLPGLPMLPGL"
"""L: a listed publisher, P: a promotion, M: a listed mention, G: made by a machine, O: an order about one page."""
CHANGED: Final = 10
_KIND: Final = {"L": "listed", "P": "promotion", "M": "mention", "G": "generated", "O": "order"}
_TEXT: Final = {
    "en": "If you are in {place}, please note that {act} applies: number {number} of the duties to inform readers.",
    "ru": "Если вы находитесь в стране {place}, имейте в виду: действует {act}, обязанность номер {number}.",
    "de": "Wenn Sie sich in {place} befinden, beachten Sie bitte: {act} gilt, Hinweispflicht Nummer {number}.",
    "fr": "Si vous êtes en {place}, veuillez noter que {act} s'applique : obligation d'informer numéro {number}.",
    "es": "Si usted está en {place}, tenga en cuenta que se aplica {act}: deber de informar número {number}.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What differs from rule to rule."""

    number: int
    status: str
    countries: tuple[Country, ...]
    first_day: date
    last_day: date | None
    severity: str
    placement: str = "top"
    act: str = "the Notices Act"
    is_reviewed: bool = True
    has_exception: bool = False

    @property
    def shape(self) -> str:
        return SHAPES[self.number % len(SHAPES)]

    @property
    def id(self) -> str:
        return f"{self.countries[0].code.lower()}-{_KIND[self.shape]}-{self.number:04}"

    @property
    def is_shared(self) -> bool:
        """Whether it refers to the notice of another rule: one in ten does."""
        return self.number % 100 >= 90

    @property
    def word(self) -> str:
        return WORDS[self.number % len(WORDS)]

    @property
    def kind(self) -> str:
        return KINDS[self.number % len(KINDS)]

    @property
    def url(self) -> str:
        return f"https://court.example/articles/{self.number}"

    @property
    def elsewhere(self) -> str:
        """A place in none of its countries."""
        return next(each.code for each in COUNTRIES if each not in self.countries)


class Example(NamedTuple):
    """A scenario."""

    name: str
    day: date
    given: dict[str, str]
    expect: str
    because: str | None = None


def make_rule(number: int) -> Rule:
    first_day = date(2015, 1, 1) + timedelta(days=number * 37 % 4000)
    first = number % len(COUNTRIES)
    return Rule(
        number,
        status="draft" if number % 10 == 3 else "active",
        countries=tuple(COUNTRIES[(first + 3 * each) % len(COUNTRIES)] for each in range(1 + number % 3)),
        first_day=first_day,
        last_day=first_day + timedelta(days=2000) if number % 10 == 6 else None,
        severity=("inform", "alert")[number % 2],
    )


def make_rules(number: int, *, is_changed: bool) -> list[Rule]:
    """Rules; of the changed ones, ten differ, each in another way and spread over the shapes."""
    rules = [make_rule(each) for each in range(number)]
    if is_changed:
        for each, place in enumerate(changed_numbers(number)):
            rules[place] = _changed(rules[place], each)
    return rules


def changed_numbers(number: int) -> list[int]:
    """Which rules differ; none is a draft, and none is referred to."""
    step = number // CHANGED
    return [each * step + each * 6 % step for each in range(CHANGED)]


def _changed(rule: Rule, how: int) -> Rule:
    """The rule with one thing changed, as a desk changes rules."""
    wider = (*rule.countries, next(each for each in COUNTRIES if each not in rule.countries))
    return (
        replace(rule, first_day=rule.first_day + timedelta(days=90)),
        replace(rule, countries=wider),
        replace(rule, act="the Notices Act as amended"),
        replace(rule, status="draft"),
        replace(rule, countries=(rule.countries[0], wider[-1])),
        replace(rule, last_day=rule.first_day + timedelta(days=3000)),
        replace(rule, severity="critical"),
        replace(rule, is_reviewed=False),
        replace(rule, has_exception=True),
        replace(rule, placement="footer"),
    )[how]


# -- as a file ----------------------------------------------------------------------------------------


def rule_text(rule: Rule, lists: Lists) -> str:
    """The file of a rule."""
    conditions = _conditions(rule, lists)
    fact = next(iter(conditions))
    when = "".join(f"  {each}: {value}\n" for each, value in conditions.items())
    for_each = "for_each: content.mentions\n" if rule.shape == "M" else ""
    kind = "court-document" if rule.shape == "M" else "press-release"
    unless = f"unless:\n  content.kind: {kind}\n\n" if rule.has_exception or rule.shape == "M" else ""
    second = "content.mentions: review" if rule.shape == "M" else "reader.location: show  # in doubt readers are told"
    review = f"  {fact}: {'review' if rule.is_reviewed else 'show'}\n"
    return (
        f"# Read by the desk together with the act; ask before changing the words.\nlanguage: 1\nrule: {rule.id}\n"
        f"title: Duty {rule.number} of {rule.act}\n"
        f"summary: >\n  What the publisher has to say to readers in {rule.countries[0].code}, and from when.\n"
        "  The words follow the law, and whoever changes them asks the desk.\n"
        f"status: {rule.status}\nowner: desk@example.org\nreview_by: {2026 + rule.number % 3}-01-15\n\n"
        f"legal_basis:\n"
        f'  - {{title: {rule.act}, article: "{rule.number}", href: "https://law.example/act/1", confidence: A}}\n'
        f'  - {{title: A decree, article: "1(2)", href: "https://law.example/decree/{rule.number}", confidence: B}}\n\n'
        f"effective: {{first_day: {rule.first_day}, last_day: {rule.last_day or 'none'}, "
        f"timezone: {rule.countries[0].zone}}}\n\n"
        f"{for_each}when:\n{when}\n{unless}if_unknown:\n{review}  {second}\n\n"
        f"{_notice(rule)}\nscenarios:\n{''.join(map(_scenario, _examples(rule, lists)))}"
    )


def _conditions(rule: Rule, lists: Lists) -> dict[str, str]:
    """The lines of `when`; on the first one hangs what a person has to settle."""
    countries = [each.code for each in rule.countries]
    places = f"[{', '.join(countries)}]"
    if rule.shape == "L":
        return {"publisher.designated_as": lists.of_rule(rule.number), "reader.location": places}
    if rule.shape == "P":
        return {"content.promotes": rule.word, "reader.location": places}
    if rule.shape == "M":
        return {"mention.designated_as": lists.of_rule(rule.number), "publisher.complies_with": countries[0]}
    if rule.shape == "G":
        return {
            "content.ai_generated": "[partly, fully]",
            "content.kind": rule.kind,
            "reader.location": f"[{', '.join([*countries, BLOC])}]",
        }
    return {"content.url": f'"{rule.url}"', "reader.location": places}


def _notice(rule: Rule) -> str:
    if rule.is_shared:
        return f"notice: {{ref: {make_rule(rule.number - len(SHAPES)).id}}}\n"
    place = "after-first-mention" if rule.shape == "M" else rule.placement
    effects = "  effects: {suppress: [share, comment]}\n" if rule.shape == "L" else ""
    local = rule.countries[0].language
    words = "".join(f"    {tag}: >-\n      {_words(rule, tag)}\n" for tag in dict.fromkeys((local, "en")))
    return (
        f"notice:\n  purpose: {'reader-safety' if rule.shape == 'L' else 'legal-duty'}\n  severity: {rule.severity}\n"
        f"  placement: {place}\n  conditional: true                    # the words hold for every reader\n"
        f"{effects}  text:\n{words}"
    )


def _words(rule: Rule, language: str) -> str:
    said = _TEXT[language].format(place=rule.countries[0].code, act=rule.act, number=rule.number)
    if rule.shape == "M":
        return f"({{mention.title}}) {said}"
    return f"{{publisher.title}}: {said}" if rule.shape == "L" else said


def piece_of(rule: Rule) -> str:
    """A piece of its English words that no other rule has."""
    return f"number {rule.number} of the duties"


def _scenario(example: Example) -> str:
    because = f"    because: {example.because} unknown\n" if example.because else ""
    return (
        f"  - name: {example.name}\n    date: {example.day}\n    given: {given_text(example.given)}\n"
        f"    expect: {example.expect}\n{because}"
    )


# -- examples -----------------------------------------------------------------------------------------


def _examples(rule: Rule, lists: Lists) -> list[Example]:
    """What every shape is tried with, and what only some can be."""
    due = due_facts(rule, lists)
    fact = next(iter(due))
    before, day = rule.first_day - ONE_DAY, rule.first_day + timedelta(days=30)
    found = [
        Example("the first day", rule.first_day, due, "required"),
        Example("the day before", before, due, "none"),
        _another(rule, lists, day),
    ]
    if rule.last_day is not None:
        found.append(Example("the day after the last", rule.last_day + ONE_DAY, due, "none"))
    if rule.shape != "M":
        found += [
            Example("read elsewhere", day, {**due, "reader.location": rule.elsewhere}, "none"),
            Example(
                "the place is not known", day, {**due, "reader.location": "unknown"}, "possible", "reader.location"
            ),
        ]
    if rule.shape == "L":
        unknown = Example(
            "a publisher that nobody declared",
            day,
            {**due, "publisher": "some-site.example"},
            _doubt(rule),
            "publisher.designated_as",
        )
    elif rule.shape == "M":
        found.append(Example("named in a judgment", day, {**due, "content.kind": "court-document"}, "none"))
        perhaps = {**due, fact: f"[perhaps {lists.member(rule.number)}]"}
        unknown = Example("perhaps named", day, perhaps, "review", fact)
    else:
        unknown = Example("nobody said it", day, {**due, fact: "unknown"}, _doubt(rule), fact)
    found.append(unknown)
    if rule.has_exception and rule.shape != "M":
        found.append(Example("an exception", day, {**due, "content.kind": "press-release"}, "none"))
    return found


def due_facts(rule: Rule, lists: Lists) -> dict[str, str]:
    """Facts for which it is due, the one first that a person may have to settle."""
    place = {"reader.location": rule.countries[0].code}
    if rule.shape == "L":
        due = {"publisher": lists.member(rule.number), "content.kind": "article", **place}
    elif rule.shape == "P":
        due = {"content.promotes": f"[{rule.word}]", "content.kind": "article", **place}
    elif rule.shape == "M":
        named = {"content.mentions": f"[{lists.member(rule.number)}]", "content.kind": "article"}
        due = {**named, "publisher.complies_with": f"[{rule.countries[0].code}]"}
    elif rule.shape == "G":
        due = {"content.ai_generated": "fully", "content.kind": rule.kind, **place}
    else:
        due = {"content.url": f'"{rule.url}"', "content.kind": "article", **place}
    return due


def _another(rule: Rule, lists: Lists, day: date) -> Example:
    """A page about which it does not ask; of a list that has gaps nobody knows who is not on it."""
    differs = {
        "L": {"publisher": lists.stranger(rule.number)},
        "P": {"content.promotes": "nothing"},
        "M": {"publisher.complies_with": "nothing"},
        "G": {"content.ai_generated": "none"},
        "O": {"content.url": f'"{rule.url}/other"'},
    }[rule.shape]
    given = {**due_facts(rule, lists), **differs}
    if rule.shape == "L" and not lists.is_complete(rule.number):
        return Example("not on a list with gaps", day, given, _doubt(rule), "publisher.designated_as")
    return Example("another page", day, given, "none")


def _doubt(rule: Rule) -> str:
    """What comes out where a person has to settle something, if the rule says so."""
    return "review" if rule.is_reviewed else "possible"


def given_text(facts: Mapping[str, str]) -> str:
    """Facts as they are written in a file."""
    return f"{{{', '.join(f'{fact}: {value}' for fact, value in facts.items())}}}"


def shared_by_none(rules: Sequence[Rule]) -> list[Rule]:
    """Active rules whose notice no other rule refers to, of the shapes that a suite can ask about."""
    return [rule for rule in rules if rule.status == "active" and rule.shape in "LP" and rule.number % 100 < 70]
