"""How many items of an archive are affected: each decided in both rule sets, for readers in every place.

Theory: an item is affected if for readers somewhere, or for readers of whom nobody knows where they are, a
notice comes out otherwise or reads otherwise. Texts are looked through with the names of each side, as a
service would. Only notices that may have changed are asked, and of all places one for each way in which their
rules can tell places apart; so an archive costs what changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from compliance.content.facts import Content
from compliance.content.mentioned import NOTHING, Look, Looked, told, with_mentions
from compliance.content.publisher import Directory
from compliance.engine.memo import Memo
from compliance.engine.reading import PLACE
from compliance.model.facts import Facts
from compliance.model.rule import IfUnknown
from compliance.model.territory import LocationSet, code_of
from compliance.review.impact.compare import Comparison
from compliance.review.impact.groups import GRAVITY, Kind
from compliance.review.impact.places import in_words
from compliance.review.impact.sides import Result, Side, differing

MOST_EXAMPLES: Final = 5
MOST_REMEMBERED: Final = 65_536


@dataclass(frozen=True, slots=True)
class Example:
    """An affected item: the number of its line, its URL, where readers are, and what they get."""

    line: int
    url: str | None
    place: str | None
    before: str
    after: str


@dataclass
class Counted:
    """What changes in an archive as of a day."""

    day: date
    items: int = 0
    affected: int = 0
    by_notice: dict[str, dict[Kind, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    examples: dict[tuple[str, Kind], list[Example]] = field(default_factory=lambda: defaultdict(list))

    def text(self) -> Iterator[str]:
        """Line by line, for a terminal."""
        yield f"content: {self.affected} of {self.items} item(s) affected as of {self.day}"
        for notice, kind, count in self._rows():
            yield f"  {notice}: {count} {kind.value}"
            for each in self.examples[notice, kind]:
                url = f" ({each.url})" if each.url else ""
                yield f"    line {each.line}{url}, {_where(each)}: {each.before}, now {each.after}"

    def markdown(self) -> Iterator[str]:
        """Line by line, for a pull request."""
        yield from (f"### Content: {self.affected} of {self.items} item(s) affected as of {self.day}", "")
        for notice, kind, count in self._rows():
            lines = ", ".join(str(each.line) for each in self.examples[notice, kind])
            yield f"- `{notice}`: {count} {kind.value} (for example line {lines})"

    def data(self) -> dict[str, object]:
        """The same as data."""
        notices = [
            {
                "notice": notice,
                "kind": kind,
                "items": count,
                "examples": [
                    {
                        "line": each.line,
                        "url": each.url,
                        "place": each.place,
                        "before": each.before,
                        "after": each.after,
                    }
                    for each in self.examples[notice, kind]
                ],
            }
            for notice, kind, count in self._rows()
        ]
        return {"as_of": self.day, "items": self.items, "affected": self.affected, "notices": notices}

    def _rows(self) -> list[tuple[str, Kind, int]]:
        rows = [(notice, kind, count) for notice, kinds in self.by_notice.items() for kind, count in kinds.items()]
        return sorted(rows, key=lambda row: (GRAVITY.index(row[1]), row[0]))


def _where(example: Example) -> str:
    return (
        f"readers in {in_words(example.place, code_of(example.place))}"
        if example.place
        else "readers whose place is not known"
    )


Changes = Mapping[Kind, tuple[str | None, Result, Result]]
"""Of each kind the first place in which something changes (None is an unknown place), before and after."""


@dataclass(frozen=True)
class _Ready:
    """A notice, with the places to ask for and the facts that have a say in it."""

    comparison: Comparison
    places: Sequence[str | None]
    facts: tuple[str, ...]
    is_widest_unknown: bool
    """Whether a notice that is none for a reader of unknown place is none everywhere: so unless a rule skips."""

    @classmethod
    def of(cls, comparison: Comparison, day: date) -> _Ready:
        classes = comparison.place_classes(day)
        places = [] if classes is None else [each.items[0] for each in classes.choices if each.known]
        lines = comparison.lines
        facts = {*lines.atoms, *lines.relations, *(each.fact for each in comparison.onlookers if each.matters)}
        rules = (*comparison.old.rules, *comparison.new.rules)
        skips = any(IfUnknown.SKIP in rule.if_unknown.values() for rule in rules)
        return cls(comparison, (None, *places), tuple(sorted(facts - {PLACE})), not skips)


def _unseen(_content: Content, _directory: Directory) -> Looked:
    return NOTHING


class Archive:
    """Notices that may have changed, ready to be asked about items."""

    def __init__(self, comparisons: Sequence[Comparison], day: date) -> None:
        """Find the places to ask for.

        Args:
            comparisons: the notices.
            day: the civil day to ask for, in every zone.
        """
        self.day, self.counted = day, Counted(day)
        self._ready = [_Ready.of(each, day) for each in comparisons]
        self._known: Memo[Changes] = Memo(MOST_REMEMBERED)

    def note(self, line: int, content: Content, sides: tuple[tuple[Side, Look], tuple[Side, Look]]) -> None:
        """Count an item.

        Args:
            line: where it stands in the file, from 1.
            content: the page.
            sides: the old and the new rule set, each with what looks for its names.

        Raises:
            RequestError: with every fact of it that cannot be read.
        """
        old, new = (self._facts(content, side, look) for side, look in sides)
        self.counted.items += 1
        affected = False
        for number, ready in enumerate(self._ready):
            key = number, tuple((old.get(fact), new.get(fact)) for fact in ready.facts)
            changes = self._known.get(key)
            if changes is None:
                changes = self._known.put(key, self._changes(ready, old, new))
            affected = affected or bool(changes)
            for kind, (place, before, after) in changes.items():
                notice = ready.comparison.old.notice
                self.counted.by_notice[notice][kind] += 1
                if len(examples := self.counted.examples[notice, kind]) < MOST_EXAMPLES:
                    examples.append(Example(line, content.url, place, before.word, after.word))
        self.counted.affected += affected

    def _facts(self, content: Content, side: Side, look: Look) -> Facts:
        """What a side knows of an item; where nothing can have changed, nobody looks through its texts."""
        _, facts, looked = told(content, side.directory, look if self._ready else _unseen)
        return with_mentions(facts, looked)

    def _changes(self, ready: _Ready, old: Facts, new: Facts) -> Changes:
        """What changes for an item."""
        found: dict[Kind, tuple[str | None, Result, Result]] = {}
        for place in ready.places:
            where = LocationSet.unknown() if place is None else LocationSet.of([place])
            before_all = ready.comparison.old.results({**old, PLACE: where}, self.day)
            after_all = ready.comparison.new.results({**new, PLACE: where}, self.day)
            for _, before, after in differing(before_all, after_all):
                found.setdefault(Kind.of(before.word, after.word), (place, before, after))
            if place is None and ready.is_widest_unknown and not before_all and not after_all:
                break
        return found
