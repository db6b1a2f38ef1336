"""The benchmark of the edge compares like with like, and judges what it measured."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from compliance import Checker
from compliance.edge.table import EdgeTable
from tests import components
from tests.bench.http import edge_figures, edge_rates, nginx
from tests.bench.parts import http_edge
from tests.bench.parts.http_edge import (
    CACHED,
    FRAGMENT,
    FRAGMENT_FILE,
    PAGE,
    PAGE_FILE,
    PLACES,
    PUBLISHERS,
    TOLD,
    Served,
    Visit,
    asking,
    compared,
    differing,
    serving,
    tabled,
    visits,
)
from tests.bench.parts.http_load import WRK, Asked
from tests.deploy.edging import due
from tests.edge.world import WORLD
from tests.tiny import written

SEEN = visits(len(PLACES) * 6)
RATES = {FRAGMENT: 70_000.0, FRAGMENT_FILE: 80_000.0, PAGE: 20_000.0, PAGE_FILE: 60_000.0, CACHED: 30_000.0}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> EdgeTable:
    return tabled(Checker.open(written(tmp_path_factory.mktemp("rules"), WORLD)), SEEN, ("radio", "paper"))


def served(rates: dict[str, float]) -> Served:
    found = {name: [Asked(rate, 0.2, 1.0, 0), Asked(rate / 2, 0.4, 1.0, 0)] for name, rate in rates.items()}
    return Served(found, {name: [0.9, 1.0] for name in rates})


def program() -> str:
    return nginx() or components.missing("`nginx` is not installed")


def test_only_notices_from_the_table_are_judged_against_the_same_bytes_as_files() -> None:
    [kept] = edge_figures(served(RATES), is_quick=False)
    assert (kept.measured, kept.limit, kept.is_kept) == ("0.88x", ">= 0.85x", True)
    [missed] = edge_figures(served({**RATES, FRAGMENT: 67_000.0}), is_quick=False)
    assert (missed.measured, missed.is_kept) == ("0.84x", False)
    assert edge_figures(served(RATES), is_quick=True)[0].is_kept is None


def test_ratios_are_those_of_the_same_round_and_a_file_is_compared_with_nothing() -> None:
    lines = edge_rates(served(RATES)).splitlines()[2:]
    assert len(lines) == len(TOLD)
    assert f"| {PAGE} | 15,000 | 0.33x | 0.30 | 1.00 | 95% |" in lines
    assert f"| {PAGE_FILE} | 45,000 |  | 0.30 | 1.00 | 95% |" in lines


def test_each_page_is_asked_once_from_places_and_of_publishers_in_turn(tmp_path: Path) -> None:
    assert set(Counter((each.country, each.region) for each in SEEN).values()) == {len(SEEN) // len(PLACES)}
    assert len(PLACES) % len(PUBLISHERS)  # else a publisher had all its readers in one place
    sent = re.findall(r'"GET (\S+) HTTP/1.1\\r\\n', asking(SEEN, tmp_path).read_text(encoding="ascii"))
    assert sent == [each.path for each in SEEN]
    assert b"CF-IPCountry: UA\r\nCF-Region-Code: 43\r\n\r\n" in Visit("/a", "UA", "43").request


def test_pages_of_a_table_differ_by_place_and_by_publisher(table: EdgeTable) -> None:
    assert len({due(table, each.path, each.country, each.region) for each in SEEN}) > len(PLACES)


def test_every_server_sends_what_was_written_and_is_asked_by_wrk(
    table: EdgeTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By one that takes its time: a second at full speed costs two seconds of processors."""
    monkeypatch.setattr(http_edge, "_SCRIPT", f"{http_edge._SCRIPT}delay = function() return 50 end\n")
    path = program()
    if not Path(WRK).exists():
        components.missing("`wrk` is not installed")
    found = compared(path, table, SEEN, tmp_path, is_quick=True, tell=lambda _: None)
    assert set(found.found) == set(found.busy) == set(TOLD)
    assert all(found.rate(name) > 0 for name in TOLD)


def test_an_answer_with_other_bytes_is_seen(table: EdgeTable, tmp_path: Path) -> None:
    with serving(program(), table, SEEN, tmp_path) as edge:
        (tmp_path / "notices" / "a" / "3.html").write_bytes(b"other")
        (tmp_path / "pages" / "a" / "4.html").write_bytes(b"other")
        assert differing(edge, tmp_path, 6) == [f"{FRAGMENT}: /a/3.html", f"{PAGE}: /a/4.html"]


def test_a_server_that_answers_wrong_is_not_measured(
    table: EdgeTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.bench.parts.http_edge.SIZE", 1_000)
    monkeypatch.setattr("tests.bench.parts.http_edge.NOTICE", "<p>no notices</p>")
    with pytest.raises(SystemExit, match=f"{PAGE}: /a/0.html"):
        compared(program(), table, SEEN, tmp_path, is_quick=True, tell=lambda _: None)
