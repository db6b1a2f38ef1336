"""What every check looks at: the rule set, the day, and the files that it was read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from compliance.errors import Span
from compliance.language.source import List
from compliance.mentions.names import AsWritten, Inflector, Name, names_of
from compliance.model.facts import FACTS, Kind
from compliance.model.notice import Wording
from compliance.model.overlay import OverlayRow
from compliance.model.period import Period
from compliance.model.rule import Line, Rule, Status
from compliance.model.ruleset import Ruleset
from compliance.model.territory import Territory
from compliance.review.lint.places_in_files import Files

PLACE: Final = "reader.location"


class Look:
    """A rule set on a day, with what several checks ask of it."""

    def __init__(
        self,
        ruleset: Ruleset,
        day: date,
        files: Files,
        overlays: Sequence[OverlayRow] = (),
        inflector: Inflector | None = None,
    ) -> None:
        self.ruleset = ruleset
        self.day = day
        self.files = files
        self.overlays = overlays
        self._inflector = inflector or AsWritten()

    @cached_property
    def names(self) -> Sequence[Name]:
        """The names of all entities, as they are looked for in texts."""
        return names_of(self.ruleset.entities.values(), self._inflector)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are not retired: the desk still works with them."""
        return tuple(rule for rule in self.ruleset.rules.values() if rule.status is not Status.RETIRED)

    @cached_property
    def rules_by_notice(self) -> Mapping[str, Sequence[Rule]]:
        """Every rule, also the retired ones, by the notice that it asks for."""
        found: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.ruleset.rules.values():
            found[rule.notice.id].append(rule)
        return found

    def place_lines(self) -> Iterator[tuple[Rule, Line]]:
        """Every line on places, with its rule."""
        for rule in self.rules:
            for line in rule.each_line():
                if FACTS[line.fact].kind is Kind.PLACE:
                    yield rule, line

    def territories_of(self, line: Line) -> list[Territory]:
        """The territories that a line names, by id."""
        return [self.ruleset.territories[each] for each in sorted(line.values & self.ruleset.territories.keys())]

    def places_of(self, rule: Rule) -> frozenset[str]:
        """Every code that the rule asks for in `when`, itself or through a member on a day of the rule."""
        found: set[str] = set()
        for line in rule.when.each_line():
            if FACTS[line.fact].kind is Kind.PLACE:
                territories = self.territories_of(line)
                found |= line.values - {territory.id for territory in territories}
                for territory in territories:
                    found |= {member.code for member in territory.members if meet(member.period, rule.effective)}
        return frozenset(found)

    def rule_span(self, rule: Rule, *path: str | int) -> Span | None:
        """Where a part of a rule stands, or the rule itself."""
        return self.files.span("rule", rule.id, *path) or rule.span

    def written_in(self, rule: Rule) -> Rule:
        """The rule in which the notice of another one is written out."""
        asking = self.rules_by_notice[rule.notice.id]
        return next((each for each in asking if self.files.node("rule", each.id, "notice", "ref") is None), rule)

    def wording_span(self, rule: Rule, wording: Wording, *path: str) -> Span | None:
        """Where a wording stands among those of the rule, whose file may have them in another order."""
        begins, above = str(wording.period.first_day or "none"), ("notice", "wordings")
        items = self.files.node("rule", rule.id, *above)
        numbers = range(len(items.items)) if isinstance(items, List) else ()
        found = (each for each in numbers if self.files.word("rule", rule.id, *above, each, "first_day") == begins)
        number = next(found, None)
        return self.rule_span(rule, *above) if number is None else self.rule_span(rule, *above, number, *path)

    def member_span(self, territory: str, number: int) -> Span | None:
        """Where the code of the member with this number stands; one item may declare several."""
        items = self.files.node("territory", territory, "members")
        seen = 0
        for index, _ in enumerate(items.items if isinstance(items, List) else ()):
            for key in ("code", "codes"):
                spans = list(self.files.spans_of_texts("territory", territory, "members", index, key).values())
                if number < seen + len(spans):
                    return spans[number - seen]
                seen += len(spans)
        return self.files.span("territory", territory)


def meet(one: Period, other: Period) -> bool:
    """Whether two periods have a day in common; their gaps and zones left aside."""
    begins = max((day for day in (one.first_day, other.first_day) if day), default=None)
    ends = min((day for day in (one.last_day, other.last_day) if day), default=None)
    return begins is None or ends is None or begins <= ends


def few(words: list[str], most: int = 6) -> str:
    """Some words for a sentence, in backticks, and how many more there are."""
    shown = ", ".join(f"`{word}`" for word in words[:most])
    return shown if len(words) <= most else f"{shown} and {len(words) - most} more"
