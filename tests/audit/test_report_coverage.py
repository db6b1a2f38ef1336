"""Coverage: a notice counts as shown if the pipeline of its page says so, in its words, and nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from compliance.audit.rendered import Confirmed
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
from compliance.audit.table import Footnote, Words
from tests.audit.logs import nonce
from tests.audit.reporting import HEX, Made
from tests.audit.test_reports import OTHER, OUTCOME, confirmed, data, everything, table


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
