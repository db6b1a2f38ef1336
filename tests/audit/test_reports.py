"""Reports count what the records of the log say, no more and no less, and tell what they rest on."""

from __future__ import annotations

import shutil
from contextlib import closing
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
from compliance.audit.report_patterns import STATES, UNKNOWN
from compliance.audit.report_unknowns import Advice
from compliance.audit.reports import Reporter
from compliance.audit.table import OutcomeRecord, Row, Shown, Stretch, TableRecord, Words
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
    assert "how many counts were too small to be told: 6" in found["answers"]["note"]
    now = everything()
    now.records = [
        msgspec.structs.replace(each, withheld=0) if isinstance(each, CountersRecord) else each for each in now.records
    ]
    found = data(now, tmp_path)
    assert found["basis"]["suppressed"] is None
    assert "would tell of a reader" in found["answers"]["note"]


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


def test_whether_records_wait_is_not_known_of_a_copy_of_the_log_alone(tmp_path: Path) -> None:
    with closing(everything().reporter(tmp_path)) as reporter:
        assert reporter.report("rulesets", Asked(), DAY).basis.unsealed is None
        (tmp_path / "segments").mkdir()
        assert reporter.report("rulesets", Asked(), DAY).basis.unsealed is False
        shutil.rmtree(tmp_path / "sealed")
        assert reporter.report("rulesets", Asked(), DAY).basis.unsealed is None


ADVICE = {"publisher.designated_as": Advice("name it", "declare it", "mend the register")}


def unknowns(made: Made, directory: Path, **given: Any) -> Any:
    made.reporter(directory).close()
    with closing(Reporter(directory, advice=ADVICE)) as reporter:
        return as_data(reporter.report("unknowns", Asked(**given), DAY))["unknowns"]


def test_unknown_facts_are_told_with_how_many_tables_hang_on_them_and_what_to_do(tmp_path: Path) -> None:
    [row] = unknowns(everything(), tmp_path)["rows"]
    advice = "mend the register"
    assert row == {"fact": "publisher.designated_as", "tables": 4, "notices": ("agent",), "advice": advice}
    assert unknowns(everything(), tmp_path, place="RU")["rows"] == []


def test_where_the_reader_is_is_no_finding_for_tables_leave_it_open(tmp_path: Path) -> None:
    found = unknowns(everything(), tmp_path, place=UNKNOWN)
    assert found["rows"] == []
    assert "`reader.location` is left out" in found["note"]
    assert "reader.location" not in unknowns(everything(), tmp_path)["note"]


def test_what_to_do_follows_from_how_the_publisher_is_known(tmp_path: Path) -> None:
    made = everything()
    unknown = {"publisher": {"unknown": True}}
    made.records += [table(10, facts=unknown), table(11, facts={}), table(12, facts=unknown, called="a.example")]
    [row] = unknowns(made, tmp_path)["rows"]
    assert row["tables"] == 7
    assert row["advice"] == "of 2: name it; of 1: declare it; of 4: mend the register"


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


def test_places_are_read_in_any_case_and_all_problems_are_said_at_once() -> None:
    assert asked_of({"place": ["ru-mow"]}).place == "RU-MOW"
    with pytest.raises(RequestError) as caught:
        asked_of({"place": ["XX"], "until": ["2026-01-01"], "since": ["2026-02-01"], "limit": ["0"], "rul": ["x"]})
    assert {each.where for each in caught.value.problems} == {"place", "until", "limit", "rul"}


def test_all_places_of_these_tests_are_places() -> None:
    assert {asked_of({"place": [place]}).place for place in PLACES} == set(PLACES)
