"""What runs by a clock: systemd reads it, it is shut in as the service is, and it may write what it has to."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from compliance.cli import main
from tests.components import missing, program
from tests.deploy.test_units import COMMAND, DEPLOY, OPERATIONS, SERVICE, lines, values

TIMERS = ("compliance-geo.timer", "compliance-compact.timer")
GEO, COMPACT = (each.replace(".timer", ".service") for each in TIMERS)
UNITS = tuple(sorted(each.name for each in DEPLOY.glob("*.service")))
MOST = 2.0
"""The exposure that a unit may have, of 10, as `systemd-analyze security` counts it."""


def called(unit: str) -> list[str]:
    """The command of a unit, without the program."""
    (line,) = values(unit, "ExecStart")
    program_, *arguments = line.split()
    assert program_ == COMMAND
    return arguments


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_to_little(unit: str) -> None:
    done = subprocess.run(
        [program("systemd-analyze"), "security", "--offline=true", "--no-pager", str(DEPLOY / unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    if found is None:
        missing("`systemd-analyze security` cannot judge a file here")
    assert float(found[1]) <= MOST


@pytest.mark.parametrize("timer", TIMERS)
def test_systemd_finds_nothing_wrong_with_a_timer_and_what_it_starts(timer: str, tmp_path: Path) -> None:
    service = timer.replace(".timer", ".service")
    for unit in (timer, service):
        text = "\n".join(lines(unit)).replace(COMMAND, sys.executable)
        (tmp_path / unit).write_text(text + "\n", encoding="utf-8")
    paths = [str(tmp_path / timer), str(tmp_path / service)]
    done = subprocess.run(
        [program("systemd-analyze"), "verify", *paths], capture_output=True, text=True, check=False, timeout=60
    )
    if re.search(r"Failed to (initialize|connect|set ?up)", done.stderr):
        missing("`systemd-analyze` cannot verify here")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("timer", TIMERS)
def test_a_timer_makes_up_for_what_was_missed_and_not_all_at_one_minute(timer: str) -> None:
    assert values(timer, "Persistent") == ["yes"] or values(timer, "Persistent") == ["true"]
    assert values(timer, "RandomizedDelaySec") != []
    assert values(timer, "WantedBy") == ["timers.target"]
    assert values(timer.replace(".timer", ".service"), "Type") == ["oneshot"]
    assert values(timer.replace(".timer", ".service"), "WantedBy") == [], "only the timer starts it"


@pytest.mark.parametrize("unit", [GEO, COMPACT])
def test_what_is_run_is_a_command_that_reads_the_settings_of_the_service(unit: str) -> None:
    assert values(unit, "WorkingDirectory") == values(SERVICE, "WorkingDirectory")
    found: click.Command | None = main
    for word in called(unit):
        if word.startswith("$"):
            break
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None
    assert "config" in {each.name for each in found.params}


def shut_in(unit: str) -> set[str]:
    return set(lines(unit)[lines(unit).index("NoNewPrivileges=yes") :]) - {
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    }


def test_what_makes_the_log_small_is_the_user_of_the_service_and_reaches_nobody() -> None:
    for name in ("User", "DynamicUser", "StateDirectory", "StateDirectoryMode", "UMask", "LimitCORE"):
        assert values(COMPACT, name) == values(SERVICE, name) != []
    alone = {"PrivateNetwork=yes", "RestrictAddressFamilies=none"}
    assert shut_in(COMPACT) - shut_in(SERVICE) == alone
    assert shut_in(SERVICE) - shut_in(COMPACT) == {"RestrictAddressFamilies=AF_INET AF_INET6"}


def test_what_renews_databases_has_the_powers_of_nobody_and_writes_beside_them_only() -> None:
    assert shut_in(SERVICE) - shut_in(GEO) == {"PrivateUsers=yes"}, "it is root, whose files others may read"
    assert shut_in(GEO) <= shut_in(SERVICE)
    assert values(GEO, "User") == values(GEO, "DynamicUser") == values(GEO, "ReadWritePaths") == []
    (state,) = values(GEO, "StateDirectory")
    shown = re.findall(r"^# (geo_databases = .*)$", "\n".join(lines("compliance.toml")), re.MULTILINE)
    for text in (shown[0].partition('["')[2], *re.findall(r"/var/lib/\w+/[\w.-]+\.mmdb", OPERATIONS)):
        assert text.startswith(f"/var/lib/{state}/")
    assert int(values(GEO, "UMask")[0], 8) & 0o044 == 0


def test_where_databases_come_from_may_be_said_without_a_new_command() -> None:
    assert called(GEO)[-1] == "$SOURCE", "without braces, so that nothing stands there if nothing is said"
    assert values(GEO, "Environment") == ["SOURCE="]
    assert "Environment=SOURCE=https://" in "\n".join(lines(GEO))


def test_no_unit_says_a_setting_that_the_file_of_settings_should_say() -> None:
    for unit in UNITS:
        assert not any("COMPLIANCE_" in each for each in values(unit, "Environment"))


def test_each_timer_is_named_in_the_documents() -> None:
    for unit in TIMERS:
        assert f"(../deploy/{unit})" in OPERATIONS
