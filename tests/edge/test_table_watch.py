"""`compliance table --watch`: a table that follows rules, pages and the calendar, and is never worse off for it."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from compliance import Checker
from compliance.cli import main, pages, table_watch
from compliance.cli.pages import Asked
from compliance.cli.table import _Making
from compliance.cli.table_watch import Keeper, keep, look
from compliance.edge.table import EdgeTable
from tests.edge.world import WORLD, in_few_countries, rule
from tests.tiny import ruleset, written
from tests.web.process import eventually

BY = "in-belarus.yaml"
NEW = {**WORLD, BY: WORLD[BY].replace("Words of in-belarus.", "New words.")}
BROKEN = {**WORLD, BY: WORLD[BY].replace("severity: alert", "severity: alrt")}
NEW_DIGEST = ruleset(NEW).meaning
OUT = Path("out")


def lines(count: int) -> str:
    asked = [{"content": {"url": f"https://radio.example/{number}", "publisher": "radio"}} for number in range(count)]
    return "".join(f"{json.dumps(each)}\n" for each in asked)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    written(tmp_path / "rules", WORLD)
    (tmp_path / "pages.jsonl").write_text(lines(2), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLIANCE_RULES_DIR", "rules")
    in_few_countries(monkeypatch)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a busy disk is not what these tests are about
    return tmp_path


class Desk:
    """A keeper without its thread, and what it says."""

    def __init__(self, then: Sequence[str] = ()) -> None:
        self.checker = Checker.open("rules")
        self.said: list[str] = []
        making = _Making(self.checker, "nginx", OUT, as_json=False)
        file = Path("pages.jsonl")
        self.keeper = Keeper(self.checker, file, making, then, self.said.append, threading.Event())
        self.keeper.first(pages.asked(file)[0], look(file))

    def rules(self, files: dict[str, str]) -> bool:
        """Whether rules are in use once they were written."""
        written(Path("rules"), files)
        return self.checker.store.reload()


def config() -> str:
    return OUT.joinpath("compliance.conf").read_text(encoding="utf-8")


def fragments() -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(OUT.glob("fragments/*.html")))


def test_a_change_of_rules_asks_for_a_new_table_which_has_the_new_words() -> None:
    desk = Desk()
    assert not desk.keeper.wake.is_set()
    assert "New words." not in fragments()
    assert desk.rules(dict(NEW))
    assert desk.keeper.wake.is_set()
    assert desk.keeper.reload()
    assert "New words." in fragments()
    assert desk.checker.ruleset.meaning in config()
    assert desk.said == []


def test_rules_with_errors_leave_the_last_good_table_as_it_was() -> None:
    desk = Desk()
    before = config(), fragments()
    assert not desk.rules(dict(BROKEN))
    assert not desk.keeper.wake.is_set()
    assert desk.keeper.reload()
    assert (config(), fragments()) == before


def test_pages_that_change_are_read_again_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    Path("pages.jsonl").write_text(lines(3), encoding="utf-8")
    assert desk.keeper.look() != desk.keeper.seen()
    assert desk.keeper.reload()
    assert desk.keeper.look() == desk.keeper.seen()
    assert "# pages: 3, " in config()
    monkeypatch.setattr("compliance.cli.pages.asked", lambda _: 1 / 0)
    assert desk.keeper.reload()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (lines(2) + '{"content": {"ulr": "x"}}\n', "pages.jsonl:3 content"),
        ("[", "is not JSON"),
        ('{"content": {"publisher": "radio"}}\n' * 2, "content.url"),
    ],
)
def test_pages_that_cannot_be_read_are_told_once_and_newer_rules_count_for_the_former_ones(
    text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(["sh", "-c", "echo >> told"])
    before = config(), fragments()
    Path("pages.jsonl").write_text(text, encoding="utf-8")
    assert not desk.keeper.reload()
    assert (config(), fragments()) == before
    now = time.monotonic()
    for later in (10, 1000):  # tried again, they are no better
        monkeypatch.setattr(table_watch, "monotonic", lambda later=later: now + later)
        desk.keeper.look_at_clock()
    assert desk.rules(dict(NEW))
    assert not desk.keeper.reload()
    assert ("# pages: 2, " in config(), "New words." in fragments()) == (True, True)
    assert not desk.keeper.reload()
    assert Path("told").read_text(encoding="utf-8").count("\n") == 2
    (said,) = desk.said
    assert "no new table, the last good one stays" in said
    assert why in said
    Path("pages.jsonl").write_text(lines(4), encoding="utf-8")
    assert desk.keeper.reload()
    assert ("# pages: 4, " in config(), desk.said[1:]) == (True, ["all is well again"])


def test_whoever_was_not_told_of_newer_rules_is_told_though_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(["sh", "-c", "echo >> told; test ! -e broken"])
    Path("pages.jsonl").write_text("[", encoding="utf-8")
    Path("broken").touch()
    desk.rules(dict(NEW))
    assert not desk.keeper.reload()
    Path("broken").unlink()
    for _ in range(3):
        assert not desk.keeper.reload()
    assert Path("told").read_text(encoding="utf-8").count("\n") == 3
    assert [said[:20] for said in desk.said] == ["the new table stands", "no new table, the la"]


def test_pages_that_change_while_a_command_starts_are_read_again() -> None:
    desk = Desk()
    before = desk.keeper.seen()
    Path("pages.jsonl").write_text(lines(3), encoding="utf-8")
    desk.keeper.first(desk.keeper._asked, before)
    assert desk.keeper.look() != desk.keeper.seen()
    assert desk.keeper.reload()
    assert "# pages: 3, " in config()


def test_a_file_of_pages_that_is_gone_is_told_and_read_when_it_is_back() -> None:
    desk = Desk()
    os.rename("pages.jsonl", "elsewhere")
    assert not desk.keeper.reload()
    assert "`pages.jsonl` cannot be read: no such file or directory" in desk.said[0]
    os.rename("elsewhere", "pages.jsonl")
    assert desk.keeper.reload()


def test_the_command_is_run_after_the_files_are_there_and_again_until_it_ends_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(["sh", "-c", "cp out/compliance.conf seen && test ! -e broken"])
    assert Path("seen").read_text(encoding="utf-8") == config()
    Path("broken").touch()
    desk.rules(dict(NEW))
    assert not desk.keeper.reload()
    assert Path("seen").read_text(encoding="utf-8") == config()
    assert desk.said == ["the new table stands there, but `sh` failed: it ended with status 1: nothing was said"]
    Path("broken").unlink()
    now = time.monotonic()
    desk.keeper.look_at_clock()
    assert len(desk.said) == 1  # it is too early
    monkeypatch.setattr(table_watch, "monotonic", lambda: now + 60)
    desk.keeper.look_at_clock()
    assert desk.said[-1] == "all is well again"


def test_trials_come_later_and_later_and_the_same_trouble_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr(table_watch, "monotonic", lambda: clock[0])
    desk = Desk(["sh", "-c", "echo >> tried; exit 1"])
    for _ in range(300):
        clock[0] += 1.0
        desk.keeper.look_at_clock()
    tried = Path("tried").read_text(encoding="utf-8").count("\n")
    assert 8 <= tried <= 12
    assert len(desk.said) == 1


def test_a_table_whose_time_is_over_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule ends with this day, in Moscow; from the next one on it asks for nothing."""
    last = datetime.now(UTC).astimezone().date()  # noqa: TID251 - a day of the calendar, near which the test is
    files = {**WORLD, BY: rule("in-belarus", "reader.location: BY", last_day=(last + timedelta(days=2)).isoformat())}
    written(Path("rules"), files)
    desk = Desk()
    assert desk.keeper._basis is not None
    until = desk.keeper._basis.valid_until
    assert until is not None
    assert "Words of in-belarus." in fragments()
    desk.keeper.look_at_clock()
    before = config()
    snapshot = desk.checker.store.current
    monkeypatch.setattr("compliance.check._now", lambda: until)
    desk.keeper.look_at_clock()
    assert desk.checker.store.current is snapshot
    assert before != config()
    later = desk.keeper._basis.valid_until
    assert later is None or later > until


def test_what_nobody_foresaw_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    with monkeypatch.context() as patch:
        patch.setattr("compliance.cli.table_files.write", lambda *_: 1 / 0)
        desk.rules(dict(NEW))
        with pytest.raises(ZeroDivisionError):
            desk.keeper.reload()
    now = time.monotonic()
    monkeypatch.setattr(table_watch, "monotonic", lambda: now + 60)
    desk.keeper.look_at_clock()
    assert "New words." in fragments()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Tells when a command looks for changes, and has it do so often."""
    begun = threading.Event()

    def keep_often(keeper: Keeper, checker: Checker, _: float, stopped: threading.Event) -> None:
        def waited(_: float) -> bool:
            begun.set()
            return threading.Event.wait(stopped, 0.02)

        monkeypatch.setattr(stopped, "wait", waited)
        keep(keeper, checker, 0.02, stopped)

    monkeypatch.setattr("compliance.cli.table.keep", keep_often)
    before = signal.getsignal(signal.SIGTERM)
    yield begun
    assert signal.getsignal(signal.SIGTERM) == before


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["table", "pages.jsonl", "--format", "nginx", "--output", "out", *arguments])


def followed(kept: threading.Event, *arguments: str, meanwhile: Callable[[], object], end: int) -> Result:
    """What a command did that goes on until it is told to stop, once something was done meanwhile."""

    def do() -> None:
        try:
            assert kept.wait(20)
            meanwhile()
        finally:
            os.kill(os.getpid(), end)

    thread = threading.Thread(target=do)
    thread.start()
    done = run("--watch", *arguments)
    thread.join()
    return done


@pytest.mark.parametrize("told_to_stop", [signal.SIGTERM, signal.SIGINT])
def test_the_command_follows_files_until_it_is_told_to_stop(kept: threading.Event, told_to_stop: int) -> None:
    found: list[bool] = []

    def work() -> None:
        written(Path("rules"), dict(NEW))
        found.append(eventually(lambda: NEW_DIGEST in config(), seconds=20))
        Path("pages.jsonl").write_text(lines(5), encoding="utf-8")
        found.append(eventually(lambda: "# pages: 5, " in config(), seconds=20))
        os.kill(os.getpid(), signal.SIGHUP)
        found.append(eventually(lambda: Path("told").read_text(encoding="utf-8").count("\n") > 3, seconds=20))

    done = followed(kept, "--then", "sh -c 'echo >> told'", meanwhile=work, end=told_to_stop)
    assert (found, done.exit_code, done.stdout) == ([True] * 3, 0, "")
    assert done.stderr.count("out: table ") > 3
    assert "New words." in fragments()


def test_each_table_is_told_as_json_where_that_is_asked_for(kept: threading.Event) -> None:
    done = followed(kept, "--json", meanwhile=lambda: None, end=signal.SIGTERM)
    assert json.loads(done.stdout)["pages"] == 2


def test_without_watching_the_command_is_run_once_and_its_failure_is_one_of_ours() -> None:
    assert run("--then", "touch told").exit_code == 0
    assert Path("told").exists()
    done = run("--then", "sh -c 'exit 4'")
    assert (done.exit_code, "the table stands there, but `sh` failed: it ended with status 4" in done.stderr) == (
        2,
        True,
    )
    assert OUT.joinpath("compliance.conf").exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--watch"], "`--watch` is for files: say with `--output` where they go"),
        (["--then", "x"], "`--then` is for files: say with `--output` where they go"),
        (["--format", "json", "--output", "out", "--then", "x 'y"], "`--then` has a quote that does not end"),
        (["--format", "json", "--output", "out", "--then", "''"], "`--then` is a list of words"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: list[str], why: str) -> None:
    done = CliRunner().invoke(main, ["table", "pages.jsonl", *arguments])
    assert (done.exit_code, why in done.stderr) == (2, True), done.stderr
    assert not OUT.exists()


def test_whoever_looks_for_changes_has_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLIANCE_RELOAD_SECONDS", "0")
    done = run("--watch")
    assert (done.exit_code, "`reload_seconds` is 0, which is never" in done.stderr) == (2, True)


def test_pages_from_standard_input_are_not_looked_at_again() -> None:
    made: list[int] = []

    def make(asked: Sequence[Asked]) -> EdgeTable:
        made.append(len(asked))
        return _Making(checker, "nginx", OUT, as_json=False)(asked)

    checker = Checker.open("rules")
    keeper = Keeper(checker, Path("-"), make, (), print, threading.Event())
    keeper.first(pages.asked(Path("pages.jsonl"))[0], None)
    Path("-").write_text("a file of that name", encoding="utf-8")
    assert keeper.reload()
    assert made == [2, 2]
