"""Rules past their last day go on being served: nothing that they said is lost, and no register says no any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from compliance import Answer, Checker, Content, Reader, bundle
from compliance.audit.log_files import LogFiles
from compliance.check import Asked
from compliance.cli import main
from compliance.config import Settings
from compliance.engine.decide import decide
from compliance.exporting import Item, exported
from compliance.kept import KeptAnswers, Page
from compliance.language.freshness import growing_old
from compliance.model.decision import NoticeStatus
from compliance.model.period import ONE_DAY
from compliance.model.ruleset import Ruleset
from compliance.replaying.again import What
from compliance.store import Snapshot, open_snapshot
from compliance.web.app import create_app
from compliance.web.opening import opened
from tests.engine.strategies import DAY, ZONES, Facts, facts, rulesets
from tests.replaying.logs import leaf_of, leaves_of, replayed, seal, table
from tests.signed.building import FRESH, KEY, TODAY, built, of_file
from tests.tiny import written
from tests.web.asking import Asker

LAST = date(2026, 3, 11)
"""The last day of a bundle that is believed for ten days."""
PAPER = Content(publisher="paper.example", url="https://paper.example/a")
"""A page of a publisher that stands in no register."""
RADIO = Content(publisher="radio.example", url="https://radio.example/a")
IN_RUSSIA, IN_NORWAY = Reader(country="RU"), Reader(country="NO")


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("compliance.check._now", lambda: instant)
        yield


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("old") / "rules.bundle", days=10, commit="ab" * 20)


@pytest.fixture(scope="module")
def checker(path: Path) -> Checker:
    """A checker that has the bundle since it was fresh."""
    with at(noon(TODAY)):
        return Checker.open(of_file(path))


def asked(checker: Checker, day: date, content: Content = PAPER, reader: Reader = IN_RUSSIA) -> Answer:
    with at(noon(day)):
        return checker.check(content, reader)


def shown(answer: Answer) -> list[tuple[str, str, str]]:
    return [(each.id, each.status, each.display) for each in answer.notices]


def test_absence_is_a_no_on_the_last_day_and_unknown_on_the_next(checker: Checker) -> None:
    last, late = asked(checker, LAST), asked(checker, LAST + ONE_DAY)
    assert (shown(last), last.stale, last.unknowns) == ([], (), ())
    assert shown(late) == [("warn", "possible", "hold")]
    assert late.unknowns == ("publisher.designated_as",)
    assert [(each.register, each.retrieved_on, each.fresh_until) for each in late.stale] == [
        (None, TODAY, LAST),
        ("x/list", date(2026, 2, 20), LAST),
    ]


def test_presence_does_not_lapse(checker: Checker) -> None:
    notices = [("warn", "required", "show")]
    assert shown(asked(checker, LAST, RADIO)) == shown(asked(checker, LAST + 300 * ONE_DAY, RADIO)) == notices


def test_an_answer_says_that_the_rules_are_stale_where_no_register_mattered(checker: Checker) -> None:
    assert asked(checker, LAST, PAPER, IN_NORWAY).stale == ()
    late = asked(checker, LAST + ONE_DAY, PAPER, IN_NORWAY)
    assert late.notices == ()
    assert [each.register for each in late.stale] == [None]


@pytest.mark.parametrize("content", [PAPER, RADIO])
@pytest.mark.parametrize("reader", [IN_RUSSIA, IN_NORWAY, Reader()])
def test_no_answer_holds_beyond_the_moment_at_which_the_rules_are_stale(
    checker: Checker, content: Content, reader: Reader
) -> None:
    stale = datetime(2026, 3, 12, tzinfo=UTC)
    answer = asked(checker, LAST, content, reader)
    assert answer.valid_until is not None
    assert stale - timedelta(hours=3) <= datetime.fromisoformat(answer.valid_until) <= stale
    with at(stale - timedelta(seconds=7)):
        assert checker.check(content, reader).cache.max_age <= 7
    late = asked(checker, LAST + ONE_DAY, content, reader)
    assert late.valid_until is None or datetime.fromisoformat(late.valid_until) > stale


def test_a_preview_of_a_later_day_is_of_stale_rules(checker: Checker) -> None:
    with at(noon(TODAY)):
        assert [each.register for each in checker.check(PAPER, IN_NORWAY, as_of=LAST).stale] == []
        assert [each.register for each in checker.check(PAPER, IN_NORWAY, as_of=LAST + ONE_DAY).stale] == [None]


def test_what_is_kept_of_answers_ends_when_the_rules_are_stale(checker: Checker) -> None:
    kept, page = KeptAnswers(checker, 1_000_000), Page(Asked(PAPER), is_kept=True)
    moments = [noon(LAST), *(datetime(2026, 3, 11, hour, 30, tzinfo=UTC) for hour in (20, 21, 22, 23))]
    for moment in [*moments, datetime(2026, 3, 12, tzinfo=UTC), noon(LAST + ONE_DAY)]:
        with at(moment):
            told = kept.answer(page, IN_NORWAY, checker.moment())
            assert told.body == checker.check(PAPER, IN_NORWAY).to_json()


def test_a_table_for_the_edge_ends_when_the_rules_are_stale(checker: Checker) -> None:
    with at(noon(LAST)):
        table_ = exported(checker, [Item(Asked(RADIO), "a page")], is_recorded=False).table
    assert table_.basis.valid_until is not None
    assert table_.basis.valid_until <= datetime(2026, 3, 12, tzinfo=UTC)


# -- what it means ------------------------------------------------------------------------------------------


def test_rules_that_no_register_outlives_mean_what_they_mean_unsigned(tmp_path: Path, path: Path) -> None:
    plain = open_snapshot(written(tmp_path / "rules", FRESH)).ruleset
    assert growing_old(plain, TODAY, date(2026, 4, 21)).meaning == plain.meaning
    shorter = growing_old(plain, TODAY, date(2026, 4, 20))
    assert shorter.meaning != plain.meaning
    assert (shorter.source, shorter.rules) == (plain.source, plain.rules)
    with at(noon(TODAY)):
        assert Checker.open(of_file(path)).ruleset.meaning == growing_old(plain, TODAY, LAST).meaning


def test_scenarios_are_asked_of_the_rules_as_they_were_signed(tmp_path: Path) -> None:
    """One asks about a day on which the bundle is long stale; it says what the rules mean, not how old they are."""
    later = FRESH["warn.yaml"] + (
        "  - name: later\n    date: 2026-04-01\n    given: {publisher: paper, reader.location: RU}\n    expect: none\n"
    )
    with at(noon(TODAY)):
        checker = Checker.open(of_file(built(tmp_path / "a.bundle", days=10, files={**FRESH, "warn.yaml": later})))
    assert shown(asked(checker, date(2026, 4, 1))) == [("warn", "possible", "hold")]


def days(day: date) -> dict[str, date]:
    return dict.fromkeys(ZONES, day)


@given(rulesets(), facts(), st.integers(-40, 40))
def test_until_its_last_day_a_rule_set_decides_as_if_it_never_grew_old(rules: Ruleset, known: Facts, left: int) -> None:
    last = DAY + timedelta(days=left)
    old = growing_old(rules, DAY, last)
    on = min(DAY, last)
    now, then = decide(rules, known, days(on)), decide(old, known, days(on))
    assert (now.instances, now.unknowns, now.stale) == (then.instances, then.unknowns, then.stale)


@given(rulesets(skip=False, supersede=False), facts(), st.integers(0, 40))
def test_growing_old_hides_no_notice_and_makes_none_certain(rules: Ruleset, known: Facts, ago: int) -> None:
    old = growing_old(rules, DAY, DAY - timedelta(days=1 + ago))
    now, then = decide(rules, known, days(DAY)), decide(old, known, days(DAY))
    before = {(each.notice.id, each.entity): each.status for each in now.instances}
    after = {(each.notice.id, each.entity): each.status for each in then.instances}
    assert before.keys() <= after.keys()
    certain = {key for key, status in after.items() if status is NoticeStatus.REQUIRED}
    assert all(before.get(key) is NoticeStatus.REQUIRED for key in certain)


# -- evidence -----------------------------------------------------------------------------------------------


def log_of(directory: Path, snapshot: Snapshot, kept: Snapshot | None = None) -> Path:
    """A log of tables before and after the last day, with the bundle of `kept` beside it."""
    files = LogFiles(directory)
    tables = [table(snapshot, content, day) for content in (PAPER, RADIO) for day in (TODAY, LAST, LAST + 9 * ONE_DAY)]
    named = {"ruleset": snapshot.ruleset.meaning, "source": snapshot.ruleset.source}
    seal(directory, leaves_of([leaf_of(files, kept or snapshot, **named), *tables]))
    return directory


def test_what_stale_rules_decided_is_replayed_to_the_same(checker: Checker, tmp_path: Path) -> None:
    _, tally = replayed(log_of(tmp_path / "log", checker.store.current))
    assert (tally.tables, tally.same, tally.findings) == (6, 6, [])


def test_a_bundle_in_the_log_without_its_last_day_is_not_what_was_served(checker: Checker, tmp_path: Path) -> None:
    """The mistake that the test before is there to find: what is kept beside the log has to grow old alike."""
    snapshot = checker.store.current
    ageless = replace(snapshot, ruleset=replace(snapshot.ruleset, signed_on=None, fresh_until=None))
    _, tally = replayed(log_of(tmp_path / "log", snapshot, ageless))
    assert (tally.same, [each.what for each in tally.findings]) == (0, [What.UNDECIDED])
    assert "this version reads another meaning out of it" in tally.findings[0].reason


def test_what_is_kept_as_evidence_has_the_days_and_no_signature(checker: Checker, tmp_path: Path) -> None:
    snapshot = checker.store.current
    (tmp_path / "kept").write_bytes(bundle.packed(snapshot.files, snapshot.ruleset))
    whole = bundle.read(tmp_path / "kept", "it")
    assert (whole.fresh, whole.signature, whole.commit) == ((TODAY, LAST), None, None)
    again = open_snapshot(tmp_path / "kept")
    assert (again.ruleset.meaning, again.ruleset.fresh_until) == (snapshot.ruleset.meaning, LAST)


def test_rules_that_are_signed_again_are_kept_as_evidence_once(tmp_path: Path) -> None:
    """Whoever signs each day would have a copy of all rules beside the log for each."""
    plain = open_snapshot(written(tmp_path / "rules", FRESH))
    for last, is_same in ((date(2026, 4, 20), False), (date(2026, 4, 21), False), (date(2026, 4, 22), True)):
        again = growing_old(plain.ruleset, TODAY, last)
        kept = bundle.packed(plain.files, again)
        assert (kept == bundle.packed(plain.files, plain.ruleset)) is is_same
        (tmp_path / "kept").write_bytes(kept)
        assert open_snapshot(tmp_path / "kept").ruleset.meaning == again.meaning


# -- what operators see -------------------------------------------------------------------------------------


def test_readiness_says_who_vouches_for_the_rules_and_that_they_are_stale(checker: Checker) -> None:
    asker = Asker(create_app(checker))

    def ready(day: date) -> tuple[int, str, dict[str, object]]:
        with at(noon(day)), pytest.MonkeyPatch.context() as patch:
            patch.setattr("compliance.web.api.today", lambda: day)
            response = asker.send(None, "GET", "/readyz")
            assert response.json is not None
            return response.status_code, response.json["status"], response.json["rules"]

    signed = {
        "by": ["desk.example/rules"],
        "version": 1,
        "signed_on": "2026-03-01",
        "fresh_until": "2026-03-11",
        "commit": "ab" * 20,
    }
    assert ready(LAST)[2] == {"loaded": True, "detail": "in use", "problems": [], "signed": signed}
    status, said, rules = ready(LAST + ONE_DAY)
    assert (status, said, rules["loaded"], rules["signed"]) == (200, "degraded", True, signed)
    assert rules["detail"] == "the rules are stale, their last day was 2026-03-11: no register says no any more"


def test_numbers_tell_how_old_signed_rules_are_and_nothing_of_rules_that_do_not_grow_old(
    checker: Checker, tmp_path: Path
) -> None:
    def numbers(of: Checker, day: date) -> list[str]:
        with at(noon(day)):
            text = Asker(create_app(of)).send(None, "GET", "/metrics").text
        return [
            line for line in text.splitlines() if line.startswith(("compliance_rules_age", "compliance_rules_stale"))
        ]

    assert numbers(checker, LAST) == ["compliance_rules_age_days 10", "compliance_rules_stale 0"]
    assert numbers(checker, LAST + ONE_DAY) == ["compliance_rules_age_days 11", "compliance_rules_stale 1"]
    assert numbers(Checker.open(written(tmp_path / "rules", FRESH)), LAST) == []


def test_the_command_says_that_the_rules_are_too_old_to_say_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very bundle that was served last is let in after its last day."""
    path = built(tmp_path / "rules.bundle", days=10)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLIANCE_RULES_KEYS", KEY.public.vkey)
    monkeypatch.setattr("compliance.check._now", lambda: noon(TODAY))
    configured = Settings.of({"rules_keys": [KEY.public.vkey], "rules_dir": str(path)})
    opened(configured).watch(0)()
    monkeypatch.setattr("compliance.check._now", lambda: noon(LAST + ONE_DAY))
    asked_ = ["check", "--rules", "rules.bundle", "--publisher", "paper.example", "--country", "NO"]
    done = CliRunner().invoke(main, asked_)
    assert "too old to say no: the rules, signed on 2026-03-01\n" in done.output
