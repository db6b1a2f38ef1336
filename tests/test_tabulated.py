"""Tables: the same whoever reads, made once more from their records, and what readers everywhere are shown."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.answer import Answer
from compliance.assemble import Moment, Question, assemble
from compliance.audit.record import decode, encode
from compliance.audit.table import OutcomeRecord, Row, TableRecord, Words, key_of
from compliance.engine.decide import decide
from compliance.engine.index import Index
from compliance.engine.memo import Memo
from compliance.model.decision import Decision
from compliance.model.facts import FactValue
from compliance.model.period import Period
from compliance.model.ruleset import LawDays, Ruleset
from compliance.model.territory import LocationSet
from compliance.tabulated import Stamp, Tabulated, decided, replayed, table_of
from tests.audit.tables import days, questions, worded
from tests.engine.days import DAY, DAYS
from tests.engine.strategies import PLACES
from tests.engine.words import PLACE

STAMP = Stamp(bytes(range(16)), date(2026, 9, 1))
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
CODES = [*PLACES, "UA-30", "FR", "MQ", "US-NY"]
LANGUAGES: Sequence[list[str]] = (["ru"], ["en-GB", "ru"], ["de"], ["de-CH", "en"], ["fr"], [])
EVERYWHERE = [None, *CODES]
few = settings(max_examples=24, suppress_health_check=list(HealthCheck), deadline=None)
many = settings(few, max_examples=300)


def made(ruleset: Ruleset | Index, question: Question, on: LawDays) -> Tabulated:
    return table_of(ruleset if isinstance(ruleset, Index) else Index(ruleset), question, on, STAMP)


def read_back(table: Tabulated) -> Tabulated:
    """A table as it stands in the log."""
    record, outcome = decode(encode(table.record)), decode(encode(table.outcome))
    assert isinstance(record, TableRecord)
    assert isinstance(outcome, OutcomeRecord)
    return Tabulated(record, outcome)


def at(place: str | None) -> LocationSet:
    return LocationSet.unknown() if place is None else LocationSet.of([place])


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def answered(ruleset: Ruleset, question: Question, on: LawDays, place: str | None, languages: list[str]) -> Answer:
    """The answer that a reader in a place gets."""
    asked = replace(question, facts={**question.facts, PLACE: at(place)}, location=at(place))
    decision = decide(ruleset, asked.facts, on)
    return assemble(ruleset, asked, decision, Moment(NOW, on, None, None), languages)


def shown_to(answer: Answer) -> list[tuple[object, ...]]:
    return [
        (
            *(each.id, each.entity, each.status, each.display, each.placements, each.unknowns, each.rules),
            *(each.approximated, each.reach, digest(each.text), digest(each.short)),
        )
        for each in answer.notices
    ]


def recorded_for(outcome: OutcomeRecord, row: Row, answer: Answer) -> list[tuple[object, ...]]:
    """What a row says that a reader is shown who has the languages of an answer."""
    found: list[tuple[object, ...]] = []
    for each, language in zip(outcome.shown(row), (notice.language for notice in answer.notices), strict=True):
        words = outcome.words[each.words]
        text = words.text[language]
        found.append(
            (
                *(each.id, each.entity, each.status, each.display, each.placements, each.unknowns, each.rules),
                *(each.approximated, each.reach, text, words.short.get(language, text)),
            )
        )
    return found


def footnotes_of(outcome: OutcomeRecord, row: Row, answer: Answer) -> bool:
    notes = [outcome.footnotes[number] for number in row.footnotes]
    said = [(each.id, each.entities, each.language, digest(each.text)) for each in answer.footnotes]
    texts = [(note, outcome.words[note.words]) for note in notes]
    return said == [
        (note.id, note.entities, each.language, words.text[each.language])
        for (note, words), each in zip(texts, answer.footnotes, strict=True)
    ]


# -- laws -----------------------------------------------------------------------------------------------


def is_made_once_more(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    table = made(ruleset, question, on)
    found = read_back(table)
    assert found == table
    assert replayed(found.record, Index(ruleset)) == table


def says_what_readers_get(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    outcome = made(ruleset, question, on).outcome
    for number, place in enumerate(EVERYWHERE):
        answer = answered(ruleset, question, on, place, LANGUAGES[number % len(LANGUAGES)])
        row = outcome.row(place)
        assert recorded_for(outcome, row, answer) == shown_to(answer)
        assert footnotes_of(outcome, row, answer)


def words_have_all_their_languages(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    outcome = made(ruleset, question, on).outcome
    for words in outcome.words:
        assert words.default in words.text
        assert words.short.keys() <= words.text.keys()
    unspoken = answered(ruleset, question, on, None, ["tlh"])
    defaults = [outcome.words[each.words].default for each in outcome.shown(outcome.row(None))]
    assert [each.language for each in unspoken.notices] == defaults


def holds_on_each_of_its_days(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    index = Index(ruleset)
    table = made(index, question, on)
    stretch = table.record.stretch
    for zone, step in product(DAYS, range(-8, 9)):
        day = DAY + timedelta(days=step)
        kept = stretch.zones.get(zone, stretch)
        is_open = stretch.zones and zone not in stretch.zones
        if is_open or day in Period(kept.first_day, kept.last_day):
            usual = {each: _some_day(table.record, each) for each in on}
            assert made(index, question, {**usual, zone: day}) == table


def _some_day(record: TableRecord, zone: str) -> date:
    kept = record.stretch.zones.get(zone, record.stretch)
    return kept.last_day or kept.first_day or DAY


@few
@given(worded(), questions(), days())
def test_a_table_is_made_once_more_from_its_record_and_the_rules_alone(
    ruleset: Ruleset, question: Question, on: LawDays
) -> None:
    is_made_once_more(ruleset, question, on)


@few
@given(worded(), questions(), days())
def test_a_table_says_what_readers_everywhere_are_shown_word_for_word(
    ruleset: Ruleset, question: Question, on: LawDays
) -> None:
    says_what_readers_get(ruleset, question, on)
    words_have_all_their_languages(ruleset, question, on)


@few
@given(worded(), questions(), days())
def test_on_each_of_its_days_the_table_is_the_same_bytes(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    holds_on_each_of_its_days(ruleset, question, on)


@pytest.mark.prove
@many
@given(worded(), questions(), days())
def test_tables_of_any_rules_are_complete_and_keep(ruleset: Ruleset, question: Question, on: LawDays) -> None:
    is_made_once_more(ruleset, question, on)
    says_what_readers_get(ruleset, question, on)
    holds_on_each_of_its_days(ruleset, question, on)


@few
@given(
    worded(),
    questions(),
    days(),
    st.frozensets(st.sampled_from([*CODES, "UA-63/-zone-a", "UA-14/+zone-a"]), min_size=1),
)
def test_for_a_reader_in_one_of_several_places_it_is_decided_again_from_the_record(
    ruleset: Ruleset, question: Question, on: LawDays, where: frozenset[str]
) -> None:
    record = read_back(made(ruleset, question, on)).record
    found = decided(record, Index(ruleset), LocationSet(where))
    asked: dict[str, FactValue] = {**question.facts, PLACE: LocationSet(where)}
    assert _said(found) == _said(decide(ruleset, asked, on))


def _said(decision: Decision) -> tuple[object, ...]:
    return decision.instances, decision.unknowns, decision.stale


@few
@given(worded(), st.lists(st.tuples(questions(), days()), min_size=2, max_size=3))
def test_what_is_kept_of_other_tables_changes_none(ruleset: Ruleset, asked: list[tuple[Question, LawDays]]) -> None:
    index, kept = Index(ruleset), Memo[Words](64)
    for page, on in (*asked, *asked):
        table = table_of(index, page, on, STAMP, kept=kept)
        assert table == made(ruleset, page, on)
        assert table.outcome.key == key_of(encode(table.outcome)) == table.record.outcome
        assert replayed(table.record, index, kept) == table
