"""Hard situations of real law, each a rule directory that says what the language can do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from compliance.engine.decide import decide
from compliance.language.load import load
from compliance.review.scenarios import run
from compliance.store import known_zones

SITUATIONS: Final = sorted(path for path in (Path(__file__).parent / "situations").iterdir() if path.is_dir())


@pytest.mark.parametrize("directory", SITUATIONS, ids=lambda path: path.name)
def test_a_situation_can_be_said_and_its_scenarios_come_out_as_expected(directory: Path) -> None:
    files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*.yaml")}
    outcomes = list(run(load(files, known_zones(), root=directory.name)))
    assert [str(each.problem) for each in outcomes if each.problem is not None] == []
    found = {each.found for each in outcomes}
    assert "none" in found
    assert found - {"none"}


def test_every_situation_of_the_catalogue_has_its_rules() -> None:
    assert [path.name for path in SITUATIONS] == [f"S{number:02}" for number in range(1, 25)]


def test_a_draft_is_tried_out_and_never_fires() -> None:
    """S22: its scenario says that it would, and the rule set that holds it asks for nothing."""
    path = Path(__file__).parent / "situations" / "S22"
    ruleset = load({each.name: each.read_bytes() for each in path.glob("*.yaml")}, known_zones())
    (scenario, _) = ruleset.rules["a-bill"].scenarios
    assert scenario.expect == "required"
    days = dict.fromkeys(ruleset.zones, scenario.date)
    assert decide(ruleset, scenario.given, days, explain=True).instances == ()
