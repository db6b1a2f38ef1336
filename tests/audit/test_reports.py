"""Reports count what the records of the log say, no more and no less, and tell what they rest on."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.audit.log_files import LogFiles
from compliance.audit.record import (
    AnyRecord,
    Counted,
    CountersRecord,
    ErasureRecord,
    ModeRecord,
    RenderedRecord,
    encode,
)
from compliance.audit.rendered import Confirmed
from compliance.audit.report import GROUPINGS, REPORTS, Asked, InUse, Report, as_data, asked_of, in_use
from compliance.audit.report_coverage import (
    MISSING,
    NO_NOTICE,
    NO_TABLE,
    OTHER_PAGE,
    OTHER_WORDS,
    SHOWN,
    UNCONFIRMED,
    stood,
)
from compliance.audit.report_patterns import STATES, UNKNOWN
from compliance.audit.reports import Reporter
from compliance.audit.table import Footnote, OutcomeRecord, Row, Shown, Stretch, TableRecord, Words
from compliance.audit.views import VIEWS, Views
from compliance.errors import EvidenceError, RequestError
from tests.audit.logs import log_of, nonce, written
from tests.audit.reporting import FIRST, HEX, PLACES, RULESETS, Made, counted, logs, ruleset

DAY = date(2026, 9, 9)
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def report(made: Made, directory: Path, name: str = "decisions", **given: str) -> Report:
    with closing(made.reporter(directory)) as reporter:
        return reporter.report(name, asked_of({key: (value,) for key, value in given.items()}), DAY)


def data(made: Made, directory: Path, name: str = "decisions", **given: str) -> Any:
    return as_data(report(made, directory, name, **given))


def days() -> st.SearchStrategy[date | None]:
    return st.none() | st.integers(-1, 7).map(lambda step: FIRST + timedelta(days=step))


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """Anything that may be asked of the logs."""
    since, until = draw(days()), draw(days())
    if since and until and until < since:
        since, until = until, since

    def maybe(*values: str) -> str | None:
        return draw(st.sampled_from([None, None, None, *values]))

    return Asked(
        rule=maybe("r1", "r9"),
        notice=maybe("agent"),
        entity=maybe("radio"),
        place=maybe("RU-MOW", "GB-LND", "FR", UNKNOWN),
        content=maybe("https://a.example/1"),
        publisher=maybe("daily"),
        status=maybe(*STATES),
        since=since,
        until=until,
        ruleset=maybe(RULESETS[1]),
        by=tuple(draw(st.lists(st.sampled_from(GROUPINGS), max_size=4, unique=True))),
    )


@some
@given(logs(), questions())
def test_a_report_counts_what_one_counts_record_by_record(
    tmp_path_factory: pytest.TempPathFactory, made: Made, asked: Asked
) -> None:
    with closing(made.reporter(tmp_path_factory.mktemp("log"))) as reporter:
        found = reporter.report("decisions", asked, DAY)
    due = found.sections[0]
    width = len(asked.by)
    rows = {row[:width]: list(row[width:]) for row in due.rows}
    assert rows == counted(made, asked)
    assert len(rows) == len(due.rows)


@some
@given(logs(), st.integers(1, 5))
def test_rows_that_are_left_out_are_counted(tmp_path_factory: pytest.TempPathFactory, made: Made, limit: int) -> None:
    directory = tmp_path_factory.mktemp("log")
    whole = report(made, directory, by="rule,place,day").sections[0]
    part = report(made, directory, by="rule,place,day", limit=str(limit)).sections[0]
    assert part.rows == whole.rows[:limit]
    assert len(part.rows) + part.left_out == len(whole.rows)


# -- a log with everything ---------------------------------------------------------------------------------

NOTICE = Shown(
    id="agent", entity="radio", status="required", display="show", placements=("top",), words=0, rules=("r1",)
)
PERHAPS = msgspec.structs.replace(NOTICE, status="possible", unknowns=("publisher.designated_as",))
NOWHERE = msgspec.structs.replace(NOTICE, status="possible", unknowns=("reader.location",))
OTHER = "1" * 64
OUTCOME = OutcomeRecord(
    nonce=nonce(5),
    day=FIRST,
    words=(Words(default="en", text={"en": HEX, "ru": "2" * 64}, short={"en": "3" * 64}),),
    notices=(NOTICE, PERHAPS, NOWHERE),
    rows=(Row(notices=()), Row(notices=(0,), places=("RU",)), Row(notices=(1,), places=("DE",)), Row(notices=(2,))),
    elsewhere=0,
    unknown=3,
)


def table(number: int, day: date = FIRST, **more: Any) -> TableRecord:
    said = {
        "content": f"https://a.example/{number}",
        "facts": {"publisher": "daily"},
        "ruleset": RULESETS[0],
        "outcome": OUTCOME.key,
        **more,
    }
    return TableRecord(
        nonce=nonce(number), day=day, source=RULESETS[0], semantics=1, stretch=Stretch(first_day=FIRST), **said,
    )  # fmt: skip


def confirmed(number: int, of: TableRecord, *texts: str) -> RenderedRecord:
    notices = tuple(Confirmed(id="agent", entity="radio", language="en", text=text) for text in texts)
    return RenderedRecord(nonce=nonce(number), day=FIRST, content=of.content, table=of.key, notices=notices)


def counters(number: int, place: str | None, count: int, status: str = "required") -> CountersRecord:
    counts = (Counted(notice="agent", status=status, display="show", count=count, place=place),)
    return CountersRecord(
        nonce=nonce(number), day=FIRST, counted_on=FIRST, ruleset=RULESETS[0], least=10, counts=counts, withheld=2
    )


def everything() -> Made:
    tables = [table(number) for number in range(4)]
    stop = ModeRecord(nonce=nonce(90), day=FIRST, mode="table", reason="the disk is full", missed=12)
    confirmations = [
        confirmed(50, tables[0], HEX),
        confirmed(51, tables[1], OTHER),
        confirmed(52, tables[2]),
        confirmed(53, tables[2], OTHER, "3" * 64),
    ]
    counts = [counters(60, "RU", 30), counters(61, "RU", 12), counters(62, None, 40, "possible")]
    records: list[AnyRecord] = [ruleset(0, FIRST, 1), stop, OUTCOME, *tables, *confirmations, *counts]
    return Made(records, [(each, OUTCOME) for each in tables])


def test_answers_are_counted_without_pages_and_unknown_places_are_named(tmp_path: Path) -> None:
    found = data(everything(), tmp_path, by="notice,place")["answers"]["rows"]
    assert found == [
        {"notice": "agent", "place": "RU", "required": 42, "possible": 0, "held": 0},
        {"notice": "agent", "place": "unknown", "required": 0, "possible": 40, "held": 0},
    ]
    [row] = data(everything(), tmp_path, place="unknown")["answers"]["rows"]
    assert row == {"required": 0, "possible": 40, "held": 0}
    elsewhere = data(everything(), tmp_path, by="notice", place="DE")["answers"]
    assert elsewhere["rows"] == []
    assert "none is named `DE`" in elsewhere["note"]


def test_a_report_says_how_many_counts_are_too_small_to_be_told(tmp_path: Path) -> None:
    found = data(everything(), tmp_path)
    assert (found["basis"]["least"], found["basis"]["suppressed"]) == (10, 6)
    assert "6 counts were too small" in found["answers"]["note"]


@pytest.mark.parametrize(
    "given", [{"rule": "r1"}, {"entity": "radio"}, {"content": "https://a.example/1"}, {"publisher": "daily"}]
)
def test_what_counts_of_answers_do_not_tell_is_not_made_up(tmp_path: Path, given: dict[str, str]) -> None:
    found = data(everything(), tmp_path, **given)["answers"]
    assert found["rows"] == []
    assert next(iter(given)) in found["note"]


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_what_it_rests_on(tmp_path: Path, name: str) -> None:
    basis = data(everything(), tmp_path, name)["basis"]
    size = len(everything().records)
    assert (basis["size"], basis["counted"], basis["generated"]) == (size, size, "2026-09-09")
    assert (basis["rulesets"], basis["unsealed"]) == ((RULESETS[0],), None)
    assert basis["outages"] == ({"day": "2026-03-01", "reason": "the disk is full", "missed": 12},)
    note = LogFiles(tmp_path).checkpoint()
    assert note is not None
    assert basis["root"] == note.decode().split("\n")[2]


def test_whether_records_wait_is_said(tmp_path: Path) -> None:
    with closing(everything().reporter(tmp_path)) as reporter:
        segments = tmp_path / "segments"
        segments.mkdir()
        assert reporter.report("rulesets", Asked(), DAY).basis.unsealed is False
        (segments / "worker-1-000001.seg").write_bytes(b"")
        assert reporter.report("rulesets", Asked(), DAY).basis.unsealed is True


def test_pages_that_lack_a_confirmation_are_listed_with_what_they_lack(tmp_path: Path) -> None:
    found = data(everything(), tmp_path, "coverage")
    assert [row["tables"] for row in found["totals"]["rows"]] == [2, 1, 1]
    rows = {row["content"]: row for row in found["lacking"]["rows"]}
    assert sorted(rows) == ["https://a.example/1", "https://a.example/3"]
    assert rows["https://a.example/1"]["other_words"] == ("agent (radio)",)
    assert rows["https://a.example/3"]["unconfirmed"] == ("agent (radio)",)
    assert rows["https://a.example/3"]["table"] == table(3).key
    assert data(everything(), tmp_path, "coverage", place="DE")["lacking"]["rows"] == []


def misfits(made: Made, directory: Path, **given: str) -> list[tuple[object, ...]]:
    rows = data(made, directory, "coverage", **given)["misfits"]["rows"]
    return [(row["content"], row["table"], row["notices"], row["why"]) for row in rows]


def test_a_confirmation_without_a_table_is_listed(tmp_path: Path) -> None:
    made = everything()
    assert misfits(made, tmp_path) == []
    made.records.append(confirmed(54, table(77), HEX))
    assert misfits(made, tmp_path) == [("https://a.example/77", table(77).key, ("agent (radio)",), NO_TABLE)]
    assert len(misfits(made, tmp_path, content="https://a.example/77")) == 1
    assert misfits(made, tmp_path, content="https://a.example/1") == []


@pytest.mark.parametrize("is_first", [False, True])
def test_a_confirmation_of_another_page_makes_no_table_complete(tmp_path: Path, *, is_first: bool) -> None:
    made = everything()
    other = msgspec.structs.replace(confirmed(54, table(3), HEX), content="https://evil.example/zzz")
    made.records.insert(3 if is_first else len(made.records), other)
    found = data(made, tmp_path, "coverage")
    assert [row["tables"] for row in found["totals"]["rows"]] == [2, 1, 1]
    assert "https://a.example/3" in {row["content"] for row in found["lacking"]["rows"]}
    assert misfits(made, tmp_path) == [("https://evil.example/zzz", table(3).key, ("agent (radio)",), OTHER_PAGE)]
    right = confirmed(55, table(3), HEX)
    made.records += [right, msgspec.structs.replace(other, nonce=nonce(56), notices=())]
    assert [row["tables"] for row in data(made, tmp_path, "coverage")["totals"]["rows"]] == [3, 1, 0]


def test_a_confirmation_counts_where_it_or_its_table_names_no_page(tmp_path: Path) -> None:
    made = everything()
    made.records += [msgspec.structs.replace(confirmed(54, table(3), HEX), content=None)]
    assert [row["tables"] for row in data(made, tmp_path, "coverage")["totals"]["rows"]] == [3, 1, 0]
    nameless = table(9, content=None)
    made.records += [nameless, msgspec.structs.replace(confirmed(55, nameless, HEX), content="https://a.example/9")]
    assert [row["tables"] for row in data(made, tmp_path, "coverage")["totals"]["rows"]] == [4, 1, 0]
    assert misfits(made, tmp_path) == []


def test_notices_that_a_table_does_not_have_are_listed_and_the_others_count(tmp_path: Path) -> None:
    made = everything()
    more = tuple(Confirmed(id=id_, entity="radio", language="en", text=HEX) for id_ in ("agent", "agnet"))
    made.records.append(msgspec.structs.replace(confirmed(54, table(3)), notices=more))
    assert [row["tables"] for row in data(made, tmp_path, "coverage")["totals"]["rows"]] == [3, 1, 0]
    assert misfits(made, tmp_path) == [("https://a.example/3", table(3).key, ("agnet (radio)",), NO_NOTICE)]
    assert data(made, tmp_path, "coverage", limit="1")["misfits"]["left_out"] == 0


def test_misfits_that_are_left_out_are_counted(tmp_path: Path) -> None:
    made = everything()
    made.records += [confirmed(60 + number, table(70 + number), HEX) for number in range(3)]
    found = data(made, tmp_path, "coverage", limit="2")["misfits"]
    assert ([row["table"] for row in found["rows"]], found["left_out"]) == ([table(72).key, table(71).key], 1)


def test_unknown_facts_are_told_with_how_many_tables_hang_on_them_and_what_to_do(tmp_path: Path) -> None:
    with closing(everything().reporter(tmp_path)) as given_advice:
        given_advice.close()
    advice = {"publisher.designated_as": "declare it"}
    with closing(Reporter(tmp_path, advice=advice)) as reporter:
        rows = as_data(reporter.report("unknowns", Asked(), DAY))["unknowns"]["rows"]
        assert rows == [{"fact": "publisher.designated_as", "tables": 4, "notices": ("agent",), "advice": "declare it"}]
        there = as_data(reporter.report("unknowns", Asked(place=UNKNOWN), DAY))["unknowns"]["rows"]
        assert [row["fact"] for row in there] == ["reader.location"]
        assert as_data(reporter.report("unknowns", Asked(place="RU"), DAY))["unknowns"]["rows"] == []


def test_a_table_whose_rule_set_was_replaced_is_not_what_later_answers_rest_on(tmp_path: Path) -> None:
    made = everything()
    made.records.append(ruleset(1, FIRST + timedelta(days=10), 99))
    made.records.append(table(9, FIRST + timedelta(days=11), ruleset=RULESETS[1]))

    def tables(day: int) -> int:
        on = (FIRST + timedelta(days=day)).isoformat()
        return int(data(made, tmp_path, on=on)["totals"]["rows"][0]["number"])

    assert [tables(day) for day in (-1, 0, 9, 10, 11, 12)] == [0, 4, 4, 5, 1, 1]


def test_a_place_that_no_table_names_counts_as_what_it_lies_in(tmp_path: Path) -> None:
    [row] = data(everything(), tmp_path, place="RU-MOW")["due"]["rows"]
    assert (row["tables"], row["required"]) == (4, 4)
    finer = msgspec.structs.replace(OUTCOME, rows=(Row(notices=()), Row(notices=(1,), places=("RU-MOW",))), unknown=0)
    made = everything()
    made.records += [finer, table(8, outcome=finer.key)]
    rows = {row["place"]: row for row in data(made, tmp_path, by="place")["due"]["rows"]}
    assert (rows["RU-MOW"]["required"], rows["RU-MOW"]["possible"]) == (4, 1)
    assert (rows["RU"]["required"], rows["RU"]["possible"]) == (4, 0)


def test_a_page_may_be_named_as_its_address_is_written(tmp_path: Path) -> None:
    found = data(everything(), tmp_path, content="http://A.example/1/?session=7")
    assert found["totals"]["rows"][0]["number"] == 1


def test_a_rule_set_that_the_log_does_not_know_is_said(tmp_path: Path) -> None:
    assert data(everything(), tmp_path, ruleset="aaaa")["totals"]["rows"][0]["number"] == 4
    with pytest.raises(RequestError, match="no such rule set"):
        report(everything(), tmp_path, ruleset="ffff")


def test_without_views_or_with_views_that_do_not_fit_there_is_no_report(tmp_path: Path) -> None:
    with closing(everything().reporter(tmp_path)) as reporter:
        (tmp_path / VIEWS).unlink()
        with pytest.raises(EvidenceError, match="no views"):
            reporter.report("decisions", Asked(), DAY)
    made = everything()
    with closing(made.reporter(tmp_path)) as reporter:
        written(tmp_path, log_of([encode(each) for each in made.records[:3]]))
        with pytest.raises(EvidenceError, match="do not fit"):
            reporter.report("decisions", Asked(), DAY)


def test_views_of_another_log_of_the_same_size_make_no_report(tmp_path: Path) -> None:
    made = everything()
    with closing(made.reporter(tmp_path)) as reporter:
        written(tmp_path, log_of([encode(each) for each in (*made.records[:-1], counters(63, "RU", 99))]))
        with pytest.raises(EvidenceError, match=r"made of other leaves.*compliance verify"):
            reporter.report("decisions", Asked(), DAY)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE classes SET tables = tables + 1",
        "UPDATE daily SET tables = tables - 1",
        "DELETE FROM tables WHERE content IN (SELECT MIN(content) FROM tables)",
        "DELETE FROM meta WHERE name = 'mark'",
        "UPDATE meta SET value = 'seven' WHERE name = 'size'",
        "UPDATE meta SET value = 4000 WHERE name = 'size'",
        "UPDATE meta SET value = 99 WHERE name = 'mark'",
        "UPDATE patterns SET said = '{'",
        "UPDATE patterns SET said = '[]'",
        "UPDATE events SET day = -5",
        "DROP TABLE counts",
    ],
)
def test_views_that_contradict_themselves_make_no_report(tmp_path: Path, change: str) -> None:
    with closing(everything().reporter(tmp_path)) as reporter:
        with closing(sqlite3.connect(tmp_path / VIEWS)) as database:
            database.execute(change)
            database.commit()
        with pytest.raises(EvidenceError, match="compliance audit rebuild"):
            reporter.report("decisions", Asked(), DAY)


@some
@given(st.data())
def test_random_bytes_in_the_views_make_a_report_or_say_so(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    directory = tmp_path_factory.mktemp("log")
    with closing(everything().reporter(directory)) as reporter:
        whole = bytearray((directory / VIEWS).read_bytes())
        at = data.draw(st.integers(0, len(whole) - 1))
        noise = data.draw(st.binary(min_size=1, max_size=4096))
        (directory / VIEWS).write_bytes(bytes(whole[:at] + noise + whole[at + len(noise) :]))
        for each in directory.glob(f"{VIEWS}-*"):
            each.unlink()
        for name in REPORTS:
            with suppress(EvidenceError):
                reporter.report(name, Asked(by=("content", "place")), DAY)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_that_nobody_compared_the_views_with_the_log(tmp_path: Path, name: str) -> None:
    assert any("`compliance verify`" in note for note in report(everything(), tmp_path, name).notes)


def test_after_counts_were_erased_there_is_no_report_before_views_are_made_anew(tmp_path: Path) -> None:
    made = everything()
    leaf = len(made.records) - 1
    with closing(made.reporter(tmp_path)) as reporter:
        gone = ErasureRecord(nonce=nonce(98), day=FIRST, leaves=(leaf,), hashes=(HEX,), reason="asked for")
        entries = [encode(each) for each in (*made.records, gone)]
        written(tmp_path, log_of(entries, erased=[leaf]))
        with closing(Views.open(tmp_path / VIEWS)) as views:
            views.take(leaf + 1, encode(gone))
        with pytest.raises(EvidenceError, match="do not fit"):
            reporter.report("decisions", Asked(), DAY)


# -- parts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("announced", "decided", "expected"),
    [
        ([(5, 1)], {}, {1: (InUse(5, None),)}),
        ([(5, 1), (9, 2)], {}, {1: (InUse(5, 9),), 2: (InUse(9, None),)}),
        ([(5, 1), (7, 1), (9, 2)], {}, {1: (InUse(5, 9),), 2: (InUse(9, None),)}),
        ([(5, 1), (9, 2), (12, 1)], {}, {1: (InUse(5, 9), InUse(12, None)), 2: (InUse(9, 12),)}),
        ([(5, 1), (5, 2), (9, 2)], {}, {1: (InUse(5, 9),), 2: (InUse(5, None),)}),
        ([], {3: (4, 8)}, {3: (InUse(4, None),)}),
        ([(6, 1)], {3: (4, 8), 1: (6, 6)}, {3: (InUse(4, 6),), 1: (InUse(6, None),)}),
    ],
)
def test_a_rule_set_is_in_use_until_another_one_is_taken_up(
    announced: list[tuple[int, int]], decided: dict[int, tuple[int, int]], expected: dict[int, tuple[InUse, ...]]
) -> None:
    assert in_use(announced, decided) == expected


WORDS = msgspec.structs.replace(
    OUTCOME, words=(*OUTCOME.words, Words(default="en", text={"en": "4" * 64})),
    footnotes=(Footnote(id="agent", entities=("radio", "paper"), words=1),),
)  # fmt: skip
WHO = ("agent", "radio")


@pytest.mark.parametrize(
    ("said", "way"),
    [
        (None, UNCONFIRMED),
        ((), MISSING),
        ((("agent", "radio", "en", HEX),), SHOWN),
        ((("agent", "radio", "ru", "2" * 64),), SHOWN),
        ((("agent", "radio", "en", "3" * 64),), SHOWN),
        ((("agent", "radio", "en", "4" * 64),), SHOWN),
        ((("agent", "radio", "en", OTHER),), OTHER_WORDS),
        ((("agent", "paper", "en", HEX),), MISSING),
        ((("agent", None, "en", HEX),), MISSING),
        ((("other", "radio", "en", HEX),), MISSING),
    ],
)
def test_a_notice_is_shown_only_in_its_own_words(said: Any, way: str) -> None:
    assert stood([WHO], said, WORDS).ways == {WHO: way}


def test_places_are_read_in_any_case_and_all_problems_are_said_at_once() -> None:
    assert asked_of({"place": ["ru-mow"]}).place == "RU-MOW"
    with pytest.raises(RequestError) as caught:
        asked_of({"place": ["XX"], "until": ["2026-01-01"], "since": ["2026-02-01"], "limit": ["0"], "rul": ["x"]})
    assert {each.where for each in caught.value.problems} == {"place", "until", "limit", "rul"}


def test_all_places_of_these_tests_are_places() -> None:
    assert {asked_of({"place": [place]}).place for place in PLACES} == set(PLACES)
