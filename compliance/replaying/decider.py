"""Recorded tables decided by a rule set, what is alike in all that goes into it only once.

Theory: a table follows from the rule set, the days, what the caller called the publisher, the turns of rotating words,
and the facts that rules name, beside the publisher and the surface that words and their places rest on. A fact that no
rule names goes into nothing. The reference of a page goes in where the turn of words is not recorded, and where other
rules may name that page; then it is part of what has to be alike.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from compliance.audit.table import Stretch, TableRecord, Words
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.model.ruleset import Ruleset
from compliance.tabulated import Tabulated, replayed

MOST_ANSWERS: Final = 65_536
MOST_WORDS: Final = 16_384
_PAGE: Final = "content.url"
_ALWAYS: Final = frozenset({"publisher", "content.surface"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes of a table, without what is copied from its record."""

    outcome: str
    """The key of the outcome."""
    stretch: Stretch
    turns: Mapping[str, int]


class Decider:
    """Decides recorded tables by one rule set."""

    def __init__(self, ruleset: Ruleset, most: int = MOST_ANSWERS) -> None:
        """Make a rule set ready.

        Args:
            ruleset: by which tables are decided.
            most: so many answers are kept.
        """
        self.ruleset = ruleset
        self._index = Index(ruleset)
        self._words: Memo[Words] = Memo(MOST_WORDS)
        self._answers: Memo[Answer] = Memo(most)
        self._minded = _minded(ruleset)
        self.decided = 0
        """How many tables were not like one before."""

    def table(self, record: TableRecord) -> Tabulated:
        """The table as it comes out now.

        Raises:
            RecordError: the facts of the record cannot be read.
        """
        self.decided += 1
        return replayed(record, self._index, self._words)

    def answer(self, record: TableRecord) -> Answer:
        """What comes of it, remembered where all that goes in is the same.

        Raises:
            RecordError: the facts of the record cannot be read.
        """
        key = self._key(record)
        found = self._answers.get(key)
        if found is None:
            again = self.table(record).record
            found = Answer(again.outcome, again.stretch, again.turns)
            if again.turns.keys() <= record.turns.keys():  # else the page itself had a say in its words
                self._answers.put(key, found)
        return found

    def _key(self, record: TableRecord) -> Hashable:
        """Equal for records of which the same comes."""
        facts = tuple((name, value) for name, value in record.known_facts().items() if name in self._minded)
        by_page = _PAGE in self._minded and record.ruleset != self.ruleset.meaning
        page = record.content if by_page else None
        turns = tuple(sorted(record.turns.items()))
        return facts, page, record.called, turns, msgspec.json.encode(record.stretch)


def _minded(ruleset: Ruleset) -> frozenset[str]:
    """The facts that go into decisions."""
    named = {line.fact for rule in ruleset.active_rules for line in rule.each_line()}
    bound = {rule.for_each for rule in ruleset.active_rules if rule.for_each is not None}
    return _ALWAYS | named | bound
