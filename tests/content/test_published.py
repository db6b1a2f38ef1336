"""When a page was published: a moment is every day that it may be, and rubbish is no day at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.content.published import days_of

CIVIL = [timezone(timedelta(minutes=quarter * 15)) for quarter in range(-48, 57)]
"""Every offset of a quarter of an hour from UTC-12 to UTC+14."""
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 1), timezones=st.sampled_from(CIVIL))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("2022-07-01", ["2022-07-01"]),
        ("2022-07-01T00:30:00+03:00", ["2022-06-30", "2022-07-01"]),
        ("2022-07-01T12:00:00Z", ["2022-07-01", "2022-07-02"]),
        ("2022-07-01T11:00:00Z", ["2022-06-30", "2022-07-01", "2022-07-02"]),
        ("2022-07-01t11:00z", ["2022-06-30", "2022-07-01", "2022-07-02"]),
        ("2022-07-01 23:59:59,999-1200", ["2022-07-01", "2022-07-02", "2022-07-03"]),
        ("2022-07-01T000000+14", ["2022-06-29", "2022-06-30", "2022-07-01"]),
        ("2022-07-01T10", ["2022-06-30", "2022-07-01", "2022-07-02"]),
        ("2022-07-01T10:00:00", ["2022-06-30", "2022-07-01", "2022-07-02"]),
        ("2022-07-01 10:00", ["2022-06-30", "2022-07-01", "2022-07-02"]),
        ("0001-01-01T10:00:00", ["0001-01-01", "0001-01-02"]),
        ("9999-12-31T23:00:00-12:00", ["9999-12-31"]),
    ],
)
def test_a_moment_is_every_day_that_it_is_somewhere(written: str, days: list[str]) -> None:
    assert list(days_of(written)) == days


@given(moments)
def test_no_civil_zone_has_another_day_than_those_found(moment: datetime) -> None:
    found = set(days_of(moment.isoformat()))
    utc = moment.astimezone(UTC)
    assert found == {utc.astimezone(zone).date().isoformat() for zone in CIVIL}
    assert len(found) in {2, 3}


@given(moments)
def test_without_its_offset_a_moment_is_no_more_certain(moment: datetime) -> None:
    assert moment.date().isoformat() in days_of(moment.isoformat())
    assert len(days_of(moment.replace(tzinfo=None).isoformat())) == 3


@given(st.dates())
def test_a_bare_day_is_that_day(day: date) -> None:
    assert days_of(day.isoformat()) == (day.isoformat(),)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2022",
        "2022-07",
        "20220701",
        "2022-W26-5",
        "2022-07-010",
        "2022-07-01x",
        "2022-07-01T",
        "2022-07-01T1",
        "2022-07-01x10:00",
        "2022-07-01T24:00:00",
        "2022-07-01T10:60:00",
        "2022-07-01T10:00:00+",
        "2022-07-01T10:00:00 +03:00",
        "2022-07-01T10:00:00+24:00",
        "2022-07-01T10:00:00+03:00[Europe/Moscow]",
        "2022-07-01T10:00:00ZZ",
        "2022-02-30T10:00:00Z",
        "2022-07-01T10:00:00Z\n",
        "٢٠٢٢-07-01",
        "01/07/2022",
    ],
)
def test_what_is_not_wholly_a_day_or_a_moment_is_none(written: str) -> None:
    assert days_of(written) == ()
