"""How often somebody may do something, in any stretch of time whatever."""

from __future__ import annotations

from bisect import bisect_left
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.keys.bucket import MINUTE, Bucket, at_once

RATES = st.integers(1, 100_000)
PAUSES = st.lists(st.integers(0, MINUTE // 10) | st.integers(0, 1000), min_size=1, max_size=200)


def taken(bucket: Bucket, pauses: list[int]) -> list[int]:
    """The moments at which something was done, of those at which somebody tried."""
    now, done = 0, []
    for pause in pauses:
        now += pause
        if bucket.take(now) == 0:
            done.append(now)
    return done


@given(RATES, st.integers(1, 50), PAUSES)
def test_no_stretch_of_time_has_more_than_the_rate_gives_and_what_may_be_done_at_once(
    rate: int, burst: int, pauses: list[int]
) -> None:
    done = taken(Bucket(rate, burst), pauses)
    for first, begin in enumerate(done):
        for last in range(first, len(done)):
            assert last - first + 1 <= burst + (done[last] - begin) * rate / MINUTE


@given(RATES, st.integers(1, 50), PAUSES)
def test_whoever_waits_as_long_as_he_is_told_may_go_on_and_no_sooner(rate: int, burst: int, pauses: list[int]) -> None:
    now, bucket = 0, Bucket(rate, burst)
    for pause in pauses:
        now += pause
        assert bucket.wait(now) == bucket.wait(now)
        told = bucket.wait(now)
        wait = bucket.take(now)
        assert wait == told
        if wait:
            assert bucket.wait(now + wait - 1) == 1
            now += wait
            assert bucket.take(now) == 0


@given(RATES, st.integers(1, 50))
def test_whoever_asks_as_often_as_he_may_is_never_told_to_wait(rate: int, burst: int) -> None:
    price = -(-MINUTE // rate)
    assert taken(Bucket(rate, burst), [price] * 100) == [price * each for each in range(1, 101)]


@given(RATES)
def test_at_once_a_bucket_gives_what_it_says_and_not_one_more(rate: int) -> None:
    bucket = Bucket(rate)
    assert 1 <= bucket.burst == at_once(rate) <= rate
    assert len(taken(bucket, [0] * min(bucket.burst, 2000))) == min(bucket.burst, 2000)
    while bucket.burst > 2000 and bucket.take(0) == 0:
        pass
    assert bucket.take(0) > 0


def test_a_refusal_costs_nothing() -> None:
    bucket = Bucket(60, 1)
    assert bucket.take(0) == 0
    assert [bucket.take(each) for each in (1, 2, 3)] == [999_999_999, 999_999_998, 999_999_997]
    assert bucket.take(1_000_000_000) == 0


@pytest.mark.parametrize("threads", [8])
def test_threads_together_get_no_more_than_one(threads: int) -> None:
    bucket, got = Bucket(600, 100), list[int]()

    def ask() -> None:
        got.extend(1 for _ in range(100) if bucket.take(0) == 0)

    workers = [Thread(target=ask) for _ in range(threads)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(got) == 100


def test_the_first_stretch_begins_when_the_first_thing_is_done() -> None:
    """A clock may begin anywhere."""
    done = taken(Bucket(60, 2), [10**18, 0, 0])
    assert bisect_left(done, 10**18 + 1) == 2
