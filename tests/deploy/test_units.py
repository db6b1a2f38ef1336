"""The units are ones that systemd reads, and commands find the evidence of the service by the shipped settings."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from compliance.config import Settings
from tests.components import missing, program

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SERVICE, SEALER = "compliance.service", "compliance-sealer.service"
UNITS = (SERVICE, SEALER)
COMMAND = "/opt/compliance/bin/compliance"
SHIPPED = Settings.of(tomllib.loads((DEPLOY / "compliance.toml").read_text(encoding="utf-8")))


def lines(unit: str) -> list[str]:
    return (DEPLOY / unit).read_text(encoding="utf-8").splitlines()


def values(unit: str, name: str) -> list[str]:
    return [line.partition("=")[2] for line in lines(unit) if line.startswith(f"{name}=")]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(unit: str, tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    path = tmp_path / unit
    path.write_text("\n".join(lines(unit)).replace(COMMAND, str(Path(sys.executable))) + "\n", encoding="utf-8")
    done = subprocess.run([analyze, "verify", str(path)], capture_output=True, text=True, check=False, timeout=60)
    if "Failed to" in done.stderr and "Unknown" not in done.stderr:
        missing("`systemd-analyze` cannot verify here")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_writes_where_the_shipped_settings_say_and_no_variable_says_otherwise(unit: str) -> None:
    (state,) = values(unit, "StateDirectory")
    assert SHIPPED.data_dir == f"/var/lib/{state.split()[0]}"
    assert not any("COMPLIANCE_" in each for each in values(unit, "Environment"))
    assert values(unit, "WorkingDirectory") == ["/etc/compliance"]


def test_the_sealer_is_the_same_user_as_shut_in_and_alone_has_the_directory_of_the_key() -> None:
    for name in ("User", "DynamicUser", "UMask", "StateDirectoryMode"):
        assert values(SEALER, name) == values(SERVICE, name) != []
    begin = "NoNewPrivileges=yes"
    assert lines(SEALER)[lines(SEALER).index(begin) :] == lines(SERVICE)[lines(SERVICE).index(begin) :]
    text = "\n".join(lines(SEALER))
    told = tomllib.loads("\n".join(re.findall(r"^#   ((?:seal_seconds|evidence_key) = .*)$", text, re.MULTILINE)))
    settings = Settings.of(told)
    assert settings.seal_seconds == 0
    assert Path(settings.evidence_key or "").parent == Path("/var/lib", values(SEALER, "StateDirectory")[0].split()[1])
    assert "compliance-key" not in values(SERVICE, "StateDirectory")[0].split()


def test_the_documents_run_commands_as_the_user_and_in_the_directories_of_the_units() -> None:
    for block in re.findall(r"^```\w*\n(.*?)^```$", OPERATIONS, re.DOTALL | re.MULTILINE):
        if "DynamicUser=yes" not in block:
            continue
        for name in ("User", "StateDirectory", "StateDirectoryMode", "UMask"):
            (value,) = values(SERVICE, name)
            assert re.search(rf"\b{name}={value}\b", block), name
        assert "--config /etc/compliance/compliance.toml" in block
    assert OPERATIONS.count("DynamicUser=yes") >= 1


def test_each_unit_is_named_in_the_documents() -> None:
    for unit in UNITS:
        assert f"(../deploy/{unit})" in OPERATIONS
