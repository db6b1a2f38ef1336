"""The power may go at any call: what was promised is there, and what was not is no alarm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.audit.cuts import moments_of
from tests.audit.mutants import POWER

FEW, MANY = 2_000, 50_000
"""Images of disks in every run, and in the proof."""


def broken_promises(images: int) -> Iterator[str]:
    """What is wrong with so many images."""
    tried = seed = 0
    while tried < images:
        for moment in moments_of(seed):
            yield from (f"with seed {seed}, {each}" for each in moment.broken_promises())
            tried += 1
        seed += 1


def test_a_power_cut_takes_no_acknowledged_record_and_raises_no_alarm() -> None:
    assert next(broken_promises(FEW), None) is None


@pytest.mark.prove
def test_a_power_cut_at_any_of_many_moments_takes_no_acknowledged_record() -> None:
    assert next(broken_promises(MANY), None) is None


@pytest.mark.parametrize("mistake", POWER)
def test_a_power_cut_brings_every_mistake_to_light(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    POWER[mistake](monkeypatch)
    assert next(broken_promises(FEW), None) is not None
