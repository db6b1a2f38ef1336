"""Rule directories: tried out before they serve, swapped in whole, and never lost."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from compliance import Checker, Content, Reader, RulesError, store
from compliance.rule_files import fingerprint
from compliance.store import Store, open_snapshot, packaged_rules, read_rules
from tests.tiny import TINY, changed, written
from tests.web.process import eventually

BROKEN = changed("warn.yaml", ("status: active", "status: maybe"))
BETTER = changed("warn.yaml", ("is on the list", "has been put on the list"))
UNTRUE = changed("warn.yaml", ("expect: none", "expect: required"))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return written(tmp_path / "rules")


def until(condition: Callable[[], bool]) -> None:
    assert eventually(condition), "it did not happen in time"


def looks(monkeypatch: pytest.MonkeyPatch, state: Callable[[Path], object] = fingerprint) -> list[object]:
    """What each look at a directory gives from now on, as it is looked at."""
    given: list[object] = []

    def look(path: Path) -> object:
        given.append(state(path))
        return given[-1]

    monkeypatch.setattr(store, "fingerprint", look)
    return given


def failure(opened: Store) -> RulesError | None:
    return opened.failure


def text(opened: Store) -> str:
    return opened.current.ruleset.rules["warn"].notice.text["en"]


# -- opening --------------------------------------------------------------------------------------------


def test_a_directory_opens_with_all_that_is_in_it(rules: Path) -> None:
    opened = Store(rules)
    assert list(opened.current.ruleset.rules) == ["warn"]
    assert opened.current.directory.ids == {"radio", "paper"}
    assert (opened.failure, opened.failures, opened.reloads) == (None, 0, 0)


def test_every_problem_of_every_file_is_reported_at_opening(tmp_path: Path) -> None:
    files = {**BROKEN, "paper.yaml": "language: 1\nentity: paper\n", "deep/more.yml": "- x\n"}
    with pytest.raises(RulesError) as raised:
        Store(written(tmp_path, files))
    paths = [each.span.path for each in raised.value.problems if each.span]
    assert [path.removeprefix(f"{tmp_path}/") for path in paths] == ["deep/more.yml", "paper.yaml", "warn.yaml"]


def test_a_scenario_that_fails_refuses_the_directory(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="scenario `elsewhere` expects required, and the rule says none"):
        open_snapshot(written(tmp_path, UNTRUE))
    assert read_rules(tmp_path).rules  # reading alone does not ask them


def test_a_path_that_is_not_utf_8_is_told_in_what_any_log_and_json_can_hold() -> None:
    with pytest.raises(RulesError) as raised:
        read_rules(Path("a\udcff"))
    assert [problem.message for problem in raised.value.problems] == ["`a?` is not there"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nowhere", "is not there"),
        ("nowhere.bundle", "is not there"),
        ("file.yaml", "is not a directory"),
        ("\0", "is not there"),
    ],
)
def test_what_is_not_a_directory_is_one_problem(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file.yaml").touch()
    with pytest.raises(RulesError, match=why) as raised:
        Store(tmp_path / name)
    assert len(raised.value.problems) == 1


def test_a_directory_without_a_rule_file_is_one_problem(tmp_path: Path) -> None:
    written(tmp_path, {"README.md": "x", ".hidden/a.yaml": "x", ".a.yaml": "x", "x.yaml.bak": "x", "dir.yaml/x": "x"})
    with pytest.raises(RulesError, match="holds no rule file"):
        Store(tmp_path)


def test_hidden_files_and_directories_are_no_rules(rules: Path) -> None:
    before = read_rules(rules)
    written(rules, {".warn.yaml.swp": "{", ".git/a.yaml": "{", "ru/.b.yml": "{", "notes.txt": "{"})
    after = read_rules(rules)
    assert (after.meaning, after.source) == (before.meaning, before.source)


@pytest.mark.parametrize("name", ["more/b.YAML", "b.Yml", "b.yaml.txt", "b.yml.TXT"])
def test_a_rule_file_whose_name_an_editor_changed_is_a_problem_and_never_a_rule_less(rules: Path, name: str) -> None:
    opened = Store(rules)
    before = fingerprint(rules)
    written(rules, {name: TINY["warn.yaml"].replace("rule: warn", "rule: second"), "notes.txt": "x"})
    with pytest.raises(RulesError) as raised:
        read_rules(rules)
    (problem,) = raised.value.problems
    assert problem.span is not None
    assert (problem.span.path, problem.span.line, problem.help) == (f"{rules}/{name}", 1, "rename it")
    assert problem.message == "the file is not read: its name does not end in `.yaml`"
    assert not opened.reload()
    assert fingerprint(rules) != before
    (rules / name).rename(rules / "b.yaml")
    assert opened.reload()
    assert set(opened.current.ruleset.rules) == {"warn", "second"}


def test_among_suites_a_name_may_be_anything(rules: Path) -> None:
    written(rules, {"tests/b.YAML": "x", ".b.yaml.txt": "x"})
    assert read_rules(rules).rules


def test_a_hidden_directory_may_itself_be_the_rule_directory(tmp_path: Path) -> None:
    assert read_rules(written(tmp_path / ".rules")).rules


def test_a_file_that_cannot_be_read_is_a_problem_and_never_a_rule_less(rules: Path) -> None:
    (rules / "loop.yaml").symlink_to("loop.yaml")
    (rules / "gone").symlink_to("nowhere")
    with pytest.raises(RulesError) as raised:
        Store(rules)
    messages = [each.message for each in raised.value.problems]
    assert len(messages) == 2
    assert "gone` cannot be read: no such file or directory" in messages[0]
    assert "loop.yaml` cannot be read: " in messages[1]


def test_a_directory_that_cannot_be_listed_is_a_problem(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (rules / "shut").mkdir()
    scan = os.scandir

    def scandir(path: str) -> object:
        if os.fspath(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(RulesError, match="shut` cannot be read: permission denied"):
        Store(rules)


def test_rules_behind_a_link_are_read_and_a_link_that_leads_back_ends(tmp_path: Path) -> None:
    rules = written(tmp_path / "rules", {name: TINY[name] for name in ("warn.yaml", "list.yaml")})
    written(tmp_path / "entities", {name: TINY[name] for name in ("radio.yaml", "paper.yaml")})
    (rules / "entities").symlink_to(tmp_path / "entities")
    (rules / "again").symlink_to(rules)
    (rules / "notes").symlink_to(__file__)  # not a rule, and not missing either
    assert set(read_rules(rules).entities) == {"radio", "paper"}


def test_problems_name_files_as_a_person_would_type_them(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(rules, BROKEN)
    for where, path in ((rules.parent, "rules/warn.yaml"), (rules, "./warn.yaml"), (Path("/"), None)):
        monkeypatch.chdir(where)
        with pytest.raises(RulesError) as raised:
            Store(rules)
        (problem,) = raised.value.problems
        assert problem.span is not None
        assert problem.span.path == (path or str(rules / "warn.yaml").lstrip("/"))


def test_a_checkout_serves_the_rules_beside_it_and_a_wheel_those_inside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packaged_rules() == Path(__file__).resolve().parent.parent / "rules"
    (tmp_path / "compliance" / "packaged_rules").mkdir(parents=True)
    monkeypatch.setattr(store, "__file__", str(tmp_path / "compliance" / "store.py"))
    assert packaged_rules() == tmp_path / "compliance" / "packaged_rules"


# -- reloading ------------------------------------------------------------------------------------------


def test_a_good_change_is_swapped_in(rules: Path) -> None:
    opened = Store(rules)
    before = opened.current
    written(rules, BETTER)
    assert opened.reload()
    assert "put on the list" in text(opened)
    assert opened.current.ruleset.meaning != before.ruleset.meaning
    assert (opened.reloads, opened.failures, opened.failure) == (1, 0, None)
    assert opened.reload()
    assert opened.reloads == 1  # nothing had changed


@pytest.mark.parametrize("bad", [BROKEN, UNTRUE], ids=["broken", "scenario"])
def test_a_bad_change_leaves_the_last_good_set_and_shows(
    rules: Path, bad: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    opened = Store(rules)
    before = opened.current
    written(rules, bad)
    with caplog.at_level(logging.ERROR, "compliance.store"):
        assert not opened.reload()
    assert opened.current is before
    shown = failure(opened)
    assert shown is not None
    assert (opened.failures, opened.reloads) == (1, 0)
    (problem,) = shown.problems
    assert problem.message in caplog.text
    assert "the last good set stays in use" in caplog.text
    written(rules, TINY)
    assert opened.reload()
    assert failure(opened) is None
    assert (opened.failures, opened.reloads) == (1, 0)


def test_a_rule_set_in_which_nothing_is_active_is_warned_of(
    tmp_path: Path, rules: Path, caplog: pytest.LogCaptureFixture
) -> None:
    silent = changed("warn.yaml", ("status: active", "status: draft"))
    with caplog.at_level(logging.WARNING, "compliance.store"):
        opened = Store(rules)
        assert caplog.messages == []
        Store(written(tmp_path / "silent", silent))
        assert caplog.messages == ["no rule is active, so no page gets a notice"]
        written(rules, silent)
        assert opened.reload()
    assert caplog.messages[1:] == ["no active rule asks any more for: warn", caplog.messages[0]]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_a_reload_names_the_notices_that_went_and_no_others(rules: Path, caplog: pytest.LogCaptureFixture) -> None:
    second = TINY["warn.yaml"].replace("rule: warn", "rule: second")
    written(rules, {"second.yaml": second, "third.yaml": TINY["warn.yaml"].replace("rule: warn", "rule: third")})
    opened = Store(rules)
    (rules / "warn.yaml").unlink()
    (rules / "third.yaml").unlink()
    with caplog.at_level(logging.WARNING, "compliance.store"):
        assert opened.reload()
        assert opened.reload()
        written(rules)
        assert opened.reload()
    assert caplog.messages == ["no active rule asks any more for: third, warn"]


@pytest.mark.parametrize("loss", [shutil.rmtree, lambda path: [file.unlink() for file in path.iterdir()]])
def test_a_directory_that_was_deleted_or_emptied_loses_no_rule(rules: Path, loss: Callable[[Path], object]) -> None:
    opened = Store(rules)
    loss(rules)
    assert not opened.reload()
    assert "listed" in [each.name for each in opened.current.ruleset.rules["warn"].scenarios]
    assert opened.failure is not None
    written(rules)
    assert opened.reload()


def test_an_unforeseen_error_keeps_the_last_good_set_and_shows_too(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Store(rules)

    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(store, "open_snapshot", broken)
    assert not opened.reload()
    assert opened.failures == 1
    assert "something went wrong here, not in the rules: MemoryError" in str(opened.failure)


def test_a_checker_answers_from_the_last_good_set(rules: Path) -> None:
    checker = Checker.open(rules)
    before = checker.check(Content(publisher="radio"), Reader(country="RU"))
    written(rules, BROKEN)
    checker.store.reload()
    assert checker.check(Content(publisher="radio"), Reader(country="RU")).notices == before.notices


@pytest.fixture
def _in_quick_turns() -> Iterator[None]:
    """Threads that only read take turns so often that they hold up nobody else for long."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_in_quick_turns")
@pytest.mark.parametrize("turns", [4, pytest.param(60, marks=pytest.mark.prove)])
def test_readers_only_ever_see_whole_sets(rules: Path, turns: int) -> None:
    """Each version of the directory names its own entity in its own words; a mixture would show."""
    versions = [
        changed("radio.yaml", ("title: Radio", f"title: Radio {number}"), also={f"v{number}.yaml": entity})
        for number, entity in ((n, f"language: 1\nentity: v{n}\ntitle: V\n") for n in range(2))
    ]
    opened = Store(written(rules, versions[0]))
    checker = Checker(opened, Checker.open(rules).databases)
    torn: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            snapshot = opened.current
            number = snapshot.ruleset.entities["radio"].title.removeprefix("Radio ")
            answer = checker.check(Content(publisher="radio.example"), Reader(country="RU"))
            if snapshot.directory.ids != set(snapshot.ruleset.entities) or f"v{number}" not in snapshot.directory.ids:
                torn.append(snapshot)
            if not answer.notices[0].text.startswith(("Radio 0 is", "Radio 1 is")):
                torn.append(answer)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(1, turns + 1):
        (rules / f"v{(turn - 1) % 2}.yaml").unlink()
        written(rules, versions[turn % 2])
        assert opened.reload()
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert opened.reloads == turns


# -- watching -------------------------------------------------------------------------------------------


@contextmanager
def watching(opened: Store, seconds: float) -> Iterator[None]:
    stop = opened.watch(seconds)
    try:
        yield
    finally:
        stop()
        assert "rules" not in [thread.name for thread in threading.enumerate()]


def test_a_change_is_seen(rules: Path) -> None:
    opened = Store(rules)
    with watching(opened, 0.01):
        written(rules, BETTER)
        until(lambda: "put on the list" in text(opened))
        written(rules, BROKEN)
        until(lambda: opened.failure is not None)
        (rules / "warn.yaml").write_text(TINY["warn.yaml"], encoding="utf-8")
        until(lambda: opened.failure is None)
        written(rules, {"late.yaml": "language: 1\nentity: late\ntitle: Late\n"})
        until(lambda: "late" in opened.current.ruleset.entities)
        (rules / "late.yaml").unlink()
        until(lambda: "late" not in opened.current.ruleset.entities)


def test_a_failure_is_reported_once_and_not_at_every_look(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Store(rules)
    beside = rules / "warn.new"
    beside.write_text(BROKEN["warn.yaml"], encoding="utf-8")
    with watching(opened, 0.002):
        beside.replace(rules / "warn.yaml")  # in one step: each step of several would be a change of its own
        until(lambda: opened.failures == 1)
        given = looks(monkeypatch)
        until(lambda: len(given) > 5)
        assert opened.failures == 1


def test_without_looking_a_reload_can_be_asked_for(rules: Path) -> None:
    opened = Store(rules)
    with watching(opened, 0):
        written(rules, BETTER)
        time.sleep(0.03)
        assert "is on the list" in text(opened)
        opened.request_reload()
        until(lambda: "put on the list" in text(opened))


def test_a_directory_that_is_still_being_written_is_not_read(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the rules load as well as all of them do, and would drop notices."""
    opened = Store(rules)
    is_quiet = threading.Event()
    given = looks(monkeypatch, lambda path: fingerprint(path) if is_quiet.is_set() else object())
    with watching(opened, 0.001):
        (rules / "paper.yaml").unlink()
        until(lambda: len(given) > 20)
        assert "paper" in opened.current.ruleset.entities
        is_quiet.set()
        until(lambda: "paper" not in opened.current.ruleset.entities)


def mounted(volume: Path, files: dict[str, str], version: str) -> None:
    """Files as a container platform mounts them: links to a directory that is swapped by one rename."""
    for name, content in files.items():
        written(volume / version, {f"ru/{name}" if name == "warn.yaml" else name: content})
    for file in (volume / version).rglob("*.yaml"):
        os.utime(file, ns=(0, 0))
    (volume / "..new").symlink_to(version)
    (volume / "..new").rename(volume / "..data")
    for name in [*(set(files) - {"warn.yaml"}), "ru"]:
        if not (volume / name).is_symlink():
            (volume / name).symlink_to(f"..data/{name}")


def test_the_swap_of_a_mounted_volume_is_seen_although_times_and_sizes_are_the_same(tmp_path: Path) -> None:
    same_size = changed("warn.yaml", ("is on the list", "is in the list"))
    mounted(tmp_path, dict(TINY), "..2024")
    opened = Store(tmp_path)
    with watching(opened, 0.01):
        mounted(tmp_path, same_size, "..2025")
        until(lambda: "is in the list" in text(opened))
    assert opened.failures == 0
