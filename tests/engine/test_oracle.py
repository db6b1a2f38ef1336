"""The engine against the oracle: no difference, and planted mistakes are seen at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from compliance.engine import reading, worlds
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.model import territory
from compliance.model.decision import Decision
from compliance.model.designation import Register
from compliance.model.facts import FactValue, Members, OneOf
from compliance.model.ruleset import Ruleset
from compliance.model.truth import FALSE, UNKNOWN
from tests.engine.oracle import oracle
from tests.engine.strategies import DAYS, facts, rulesets

Questions = tuple[Ruleset, list[dict[str, FactValue]]]
TOGETHER = 5
"""So many questions are put to one rule set: what its index keeps of one is used for the next."""
QUESTIONS: st.SearchStrategy[Questions] = st.tuples(rulesets(), st.lists(facts(), min_size=TOGETHER, max_size=TOGETHER))
SHARDS = 20
CASES = 100_000
EACH_RUN = 150
SEEN_WITHIN = 5_000


class DisagreementError(AssertionError):
    """The engine and the oracle answer differently."""


def listed(decision: Decision) -> list[Any]:
    return sorted(
        (each.notice.id, each.entity or "", each.status.value, each.display.value, each.unknowns, each.rules)
        for each in decision.instances
    )


def compare(questions: Questions) -> None:
    """The plain evaluator against the oracle, and the index against the plain evaluator in all that it says."""
    ruleset, asked = questions
    index = Index(ruleset)
    for known in asked:
        plain = decide(ruleset, known, DAYS)
        # the same list: the engine names neither a page without a bound entity nor an entity not named
        expected = sorted((key.notice, key.bound or "", *said) for key, said in oracle(ruleset, known, DAYS).items())
        if listed(plain) != expected:
            raise DisagreementError(f"plain:  {listed(plain)}\noracle: {expected}")
        if index.decide(known, DAYS) != plain:
            raise DisagreementError(f"index: {index.decide(known, DAYS)}\nplain: {plain}")


@settings(max_examples=EACH_RUN, suppress_health_check=list(HealthCheck))
@given(QUESTIONS)
def test_the_engine_and_the_oracle_agree_on_every_question(questions: Questions) -> None:
    compare(questions)


@pytest.mark.prove
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_engine_and_the_oracle_agree_on_a_hundred_thousand_questions(shard: int) -> None:
    @seed(shard)
    @settings(max_examples=CASES // SHARDS // TOGETHER, suppress_health_check=list(HealthCheck))
    @given(QUESTIONS)
    def agree(questions: Questions) -> None:
        compare(questions)

    agree()


def unknown_counts_as_false(patch: pytest.MonkeyPatch) -> None:
    right = reading.Reading.truth
    patch.setattr(reading.Reading, "truth", lambda *asked: FALSE if right(*asked) is UNKNOWN else right(*asked))


def skip_asks_for_some_instead_of_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(worlds, "_some_then_all", lambda fires, _: any(fires.values()))


def partly_counts_as_wholly(patch: pytest.MonkeyPatch) -> None:
    right = reading.Reading.targets
    patch.setattr(reading.Reading, "targets", lambda *asked: dict.fromkeys(right(*asked), ()))


def a_piece_is_the_whole_code(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(territory, "marks_of", lambda _: {})


def copies_never_grow_old(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Register, "is_stale", lambda *_: False)


def there_is_nothing_but_what_was_named(patch: pytest.MonkeyPatch) -> None:
    right = reading.Reading.value

    def value(self: reading.Reading, fact: str) -> FactValue:
        known = right(self, fact)
        if isinstance(known, Members):
            return Members(known.certain, known.perhaps)
        return OneOf(known.values) if isinstance(known, OneOf) and known.values else known

    patch.setattr(reading.Reading, "value", value)


MUTATIONS = [
    unknown_counts_as_false,
    skip_asks_for_some_instead_of_all,
    partly_counts_as_wholly,
    a_piece_is_the_whole_code,
    copies_never_grow_old,
    there_is_nothing_but_what_was_named,
]


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_the_oracle_sees_a_planted_mistake_at_once(
    mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most within the first hundred cases. The bound lies far above what was ever needed (about 400): what
    Hypothesis draws differs between versions of Python and with the modules loaded, in spite of the seed."""

    @seed(7)
    @settings(max_examples=SEEN_WITHIN, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(QUESTIONS)
    def agree(questions: Questions) -> None:
        compare(questions)

    mutation(monkeypatch)
    with pytest.raises(DisagreementError):
        agree()
