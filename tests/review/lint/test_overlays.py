"""What overlays take away is listed with its reason, in every command run that knows of an overlay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from compliance.cli import main
from compliance.language.overlays import COLUMNS
from compliance.review.lint import lint
from tests.review.lint.clean import ALWAYS, CLEAN, DAY, pointed_at, territory, when, with_parts
from tests.tiny import ruleset, written

RULES = with_parts(
    territory(f"code: UA-14, extent: partly, {ALWAYS}", name="held"), when("reader.location: held"), files=CLEAN
)
HEAD = ",".join(COLUMNS.known)
ADDED = "203.0.113.0/24,,held,none,none,,us,"
REMOVED = '203.0.113.0/26,,held,2026-01-01,2026-06-30,remove,us,"2026-01-01: moved, they say"'


def removals(*rows: str, day: date = DAY) -> list[str]:
    overlays = {"nets.csv": "\n".join((HEAD, *rows)).encode()}
    found = lint(ruleset(RULES), day, {path: text.encode() for path, text in RULES.items()}, overlays)
    return [f"{pointed_at(each)}: {each.message}" for each in found.findings if each.id == "overlay-removes"]


def test_each_row_that_removes_is_listed_with_its_reason() -> None:
    (told,) = removals(ADDED, REMOVED)
    assert told == (
        "203.0.113.0/26: a network is taken out of `held` from 2026-01-01 to 2026-06-30: 2026-01-01: moved, they say"
    )
    (told,) = removals(",AS64500,held,none,none,remove,us,2026-01-01: x")
    assert told == "AS64500: an autonomous system is taken out of `held` from ever on: 2026-01-01: x"


def test_a_removal_that_has_ended_is_no_longer_listed() -> None:
    assert removals(REMOVED, day=date(2026, 6, 30))
    assert removals(REMOVED, day=date(2026, 7, 1)) == []


def test_a_territory_that_only_an_overlay_names_is_used() -> None:
    alone = with_parts(territory(f"code: UA-14, extent: partly, {ALWAYS}", name="held"), files=CLEAN)

    def orphans(overlays: dict[str, bytes]) -> list[str]:
        found = lint(ruleset(alone), DAY, {path: text.encode() for path, text in alone.items()}, overlays)
        return [str(each.help) for each in found.findings if each.id == "orphan"]

    (help_,) = orphans({})
    assert help_.endswith("if an overlay names it, name that one with `--overlay`")
    assert orphans({"nets.csv": f"{HEAD}\n{ADDED}\n".encode()}) == []


def run(*arguments: str, status: int = 0) -> Any:
    found = CliRunner().invoke(main, ["lint", "rules", "--as-of", "2026-01-15", "--json", *arguments])
    assert found.exit_code == status, found.output
    return json.loads(found.stdout)


def ids(said: Any, kind: str = "findings") -> Sequence[str]:
    return [each["id"] for each in said[kind]]


@pytest.fixture
def nets(clean: Path) -> Path:
    """Rules, and an overlay beside them."""
    written(clean / "rules", RULES)
    path = clean / "nets.csv"
    path.write_text("\n".join((HEAD, REMOVED)), encoding="utf-8")
    return path


def test_overlays_are_looked_at_if_they_are_named_or_configured(nets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "overlay-removes" not in ids(run())
    (finding,) = [each for each in run("--overlay", "nets.csv")["findings"] if each["id"] == "overlay-removes"]
    assert (finding["severity"], finding["span"]["path"], finding["span"]["line"]) == ("advice", "nets.csv", 2)
    monkeypatch.setenv("COMPLIANCE_GEO_OVERLAYS", "nets.csv")
    assert (
        list(ids(run("--overlay", "nets.csv"))).count("overlay-removes")
        == list(ids(run())).count("overlay-removes")
        == 1
    )


def test_a_comment_in_an_overlay_sets_a_removal_aside(nets: Path) -> None:
    nets.write_text(f"{HEAD}\n# lint: ignore overlay-removes because it is right\n{REMOVED}\n", encoding="utf-8")
    said = run("--overlay", "nets.csv")
    assert "overlay-removes" not in ids(said)
    assert ids(said, "ignored") == ["overlay-removes"]


PAGE = Path(__file__).parents[3] / "docs" / "lint" / "overlay-removes.md"


def test_the_page_shows_how_a_removal_is_set_aside_in_csv(nets: Path) -> None:
    table = PAGE.read_text(encoding="utf-8").partition("```csv\n")[2].partition("```")[0]
    nets.write_text(table.replace("donetsk-held", "held"), encoding="utf-8")
    said = run("--overlay", "nets.csv", "--select", "overlay-removes")
    assert (ids(said), ids(said, "ignored")) == ([], ["overlay-removes"])


def test_an_overlay_that_cannot_be_read_is_said_to_be_that(nets: Path) -> None:
    nets.write_text(f"{HEAD}\n{REMOVED.replace('held', 'hled')}\n", encoding="utf-8")
    assert run("--overlay", "nets.csv", status=2)["problems"][0]["message"] == "unknown territory `hled`"
    nets.unlink()
    assert "`nets.csv` cannot be read" in run("--overlay", "nets.csv", status=2)["problems"][0]["message"]
