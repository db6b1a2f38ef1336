"""A bundle says at which commit it was built, as git lays that out, and nothing where nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from compliance import bundle
from compliance.checkout import commit_of
from compliance.cli import main
from compliance.dictionary import table_of
from compliance.store import read_files, read_rules
from tests.tiny import written

ONE, OTHER = "1" * 40, "2" * 40
LONG = "3" * 64
"""A commit of a repository with SHA-256."""


def laid(directory: Path, **files: str) -> Path:
    """A checkout with these files in its `.git`; two underscores stand for a slash, three for a dash."""
    for name, text in files.items():
        path = directory / ".git" / name.replace("___", "-").replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": f"{ONE}\n"},
        {"HEAD": "ref: refs/heads/main\n", "refs__heads__main": f"{ONE}\n"},
        {"HEAD": "ref: refs/heads/a/b", "refs__heads__a__b": ONE, "packed___refs": f"{OTHER} refs/heads/a/b\n"},
        {
            "HEAD": "ref: refs/heads/main\n",
            "packed___refs": f"# pack-refs with: peeled\n{OTHER} refs/heads/other\n{ONE} refs/heads/main\n^{OTHER}\n",
        },
    ],
    ids=["detached", "branch", "branch-before-packed", "packed"],
)
def test_the_commit_is_the_one_that_is_checked_out(tmp_path: Path, files: dict[str, str]) -> None:
    laid(tmp_path, **files)
    (tmp_path / "deep" / "rules").mkdir(parents=True)
    assert commit_of(tmp_path) == commit_of(tmp_path / "deep" / "rules") == ONE


def test_a_repository_may_have_longer_names_of_commits(tmp_path: Path) -> None:
    assert commit_of(laid(tmp_path, HEAD=LONG)) == LONG


@pytest.mark.parametrize("is_relative", [False, True])
def test_a_worktree_has_a_head_of_its_own_and_the_branches_of_its_repository(
    tmp_path: Path, *, is_relative: bool
) -> None:
    laid(tmp_path / "main", HEAD="ref: refs/heads/main", refs__heads__main=OTHER, packed___refs=f"{ONE} refs/heads/x\n")
    laid(tmp_path / "main", worktrees__beside__HEAD="ref: refs/heads/x", worktrees__beside__commondir="../..\n")
    own = "../main/.git/worktrees/beside" if is_relative else str(tmp_path / "main/.git/worktrees/beside")
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")
    assert commit_of(tmp_path / "beside") == ONE
    (tmp_path / "main/.git/worktrees/beside/HEAD").write_text(LONG, encoding="utf-8")
    assert commit_of(tmp_path / "beside") == LONG


@pytest.mark.parametrize(
    "files",
    [
        {"HEAD": "ref: refs/heads/main\n"},
        {"HEAD": "ref: refs/heads/.invalid\n", "reftable__tables.list": ""},
        {"HEAD": "ref: refs/heads/main\n", "refs__heads__main": "no commit"},
        {"HEAD": "ref: refs/../HEAD2", "HEAD2": ONE, "refs__heads__main": ONE},
        {"HEAD": "ref: /etc/hostname\n"},
        {"HEAD": ""},
        {"HEAD": ONE[:-1]},
        {"HEAD": ONE.replace("1", "A")},
        {"config": ""},
    ],
    ids=[
        "no-commit-yet",
        "reftable",
        "damaged-branch",
        "outside",
        "no-branch",
        "empty",
        "short",
        "capitals",
        "no-head",
    ],
)
def test_where_nobody_can_tell_there_is_no_commit(tmp_path: Path, files: dict[str, str]) -> None:
    assert commit_of(laid(tmp_path, **files)) is None


@pytest.mark.parametrize(
    "harm",
    [
        lambda git: git.write_text("gitdir: nowhere"),
        lambda git: git.write_text(""),
        lambda git: git.write_bytes(b"gitdir: \xff"),
        lambda git: (git.mkdir(), (git / "HEAD").mkdir()),
        lambda git: (git.mkdir(), (git / "HEAD").write_bytes(b"\xff")),
    ],
)
def test_a_damaged_checkout_is_none(tmp_path: Path, harm: Callable[[Path], object]) -> None:
    harm(tmp_path / ".git")
    assert commit_of(tmp_path) is None


def test_a_bundle_says_its_commit_and_means_the_same_without(tmp_path: Path) -> None:
    rules = written(tmp_path / "repository" / "rules")

    def build(name: str) -> bytes:
        done = CliRunner().invoke(main, ["build", str(rules), "-o", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        return (tmp_path / name).read_bytes()

    plain = build("plain")
    laid(tmp_path / "repository", HEAD=ONE)
    first = build("first")
    assert build("again") == first != plain
    assert bundle.read(tmp_path / "first", "it").commit == ONE
    assert bundle.read(tmp_path / "plain", "it").commit is None
    one, other = read_rules(tmp_path / "first"), read_rules(tmp_path / "plain")
    assert (one.meaning, one.source) == (other.meaning, other.source)
    ruleset = read_rules(rules)
    bundle.write(tmp_path / "by hand", read_files(rules), ruleset, table_of(ruleset))
    assert (tmp_path / "by hand").read_bytes() == plain
