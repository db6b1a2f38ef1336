"""A rule set from a directory, a bundle, or a revision in git.

Theory: a revision is read object by object, and its files are taken as a directory's would be: the same names,
the same suites left out, links followed. What cannot be followed (another repository, a link out of the tree) is
a problem: rules that are not read are rules of which nobody would be told. Nothing is written to disk.
"""

from __future__ import annotations

import io
import os
import posixpath
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from compliance.errors import ConfigError, Problem, RulesError
from compliance.garbage import uncollected
from compliance.language.load import load
from compliance.language.suite import DIRECTORY as SUITES
from compliance.language.suite import misplaced
from compliance.mentions.table import Table
from compliance.model.ruleset import Ruleset
from compliance.store import SUFFIXES, known_zones, read_with_forms

MOST_LINKS: Final = 40
"""So many links are followed one after the other."""
_LINK, _REPOSITORY = "120000", "160000"
"""How git marks a symbolic link, and another repository (a submodule)."""


def read_side(given: str, other: str) -> tuple[Ruleset, Table | None]:
    """The rule set that an argument names, and the word forms that came with it; its scenarios are not asked.

    Args:
        given: a directory, a bundle, or a revision as git names it, `main` or `HEAD~1:rules`.
        other: the other argument; a revision without a path is read at the path of this one.

    Raises:
        RulesError: with every problem of every file.
        ConfigError: it names nothing that can be read.
    """
    if os.path.exists(given):
        return read_with_forms(Path(given))
    revision = given if ":" in given else f"{given}:{_path(given, other)}"
    with uncollected():
        return load(_files(revision, given), known_zones(), root=revision), None


def _path(given: str, other: str) -> str:
    """Where the rules are in a revision that does not say so: where they are on the other side."""
    if os.path.isdir(other):
        top = _git(given, "rev-parse", "--show-toplevel").decode().strip()
        try:
            return Path(os.path.realpath(other)).relative_to(os.path.realpath(top)).as_posix()
        except ValueError:
            raise ConfigError(f"`{other}` is not in the repository: write `{given}:PATH`") from None
    if ":" in other:
        return other.partition(":")[2]
    raise ConfigError(f"`{given}` is no directory, and as a revision it needs a path: write `{given}:rules`")


@dataclass(frozen=True, slots=True)
class _Tree:
    """What stands in a tree: the object of each file, where each link leads, and which paths are other repositories."""

    files: Mapping[str, str]
    links: Mapping[str, str]
    repositories: tuple[str, ...]

    def leads_to(self, name: str) -> str | None:
        """Where a path ends once links are followed; None if that is out of the tree."""
        for _ in range(MOST_LINKS):
            if name not in self.links:
                return name
            name = posixpath.normpath(posixpath.join(posixpath.dirname(name), self.links[name]))
            if name.startswith("/") or name.split("/")[0] == "..":
                return None
        return None

    def is_read_anyway(self, link: str, directory: str) -> bool:
        """Whether a link leads to a directory whose files are read where they stand."""
        is_there = any(each.startswith(f"{directory}/") for each in self.files)
        return is_there and not _is_hidden(directory) and _is_suite(f"{link}/") == _is_suite(f"{directory}/")


def _files(revision: str, given: str) -> dict[str, bytes]:
    """The rule files of a tree, by their paths in it."""
    name = _git(given, "rev-parse", "--verify", "--quiet", revision).decode().strip()
    top = _git(given, "rev-parse", "--show-toplevel").decode().strip()
    tree = _tree(given, name, top)
    wanted: dict[str, str] = {}
    problems = [
        Problem(f"`{revision}/{each}` is another repository", help="check it out, and give directories")
        for each in tree.repositories
        if not _is_hidden(each)
    ]
    for path in (each for each in (*tree.files, *tree.links) if not _is_hidden(each)):
        end = tree.leads_to(path)
        if end is not None and end in tree.files:
            if path.endswith(SUFFIXES):
                wanted[path] = tree.files[end]
        elif end is None or not tree.is_read_anyway(path, end):
            problems.append(Problem(f"`{revision}/{path}` leads out of the tree, or nowhere"))
    contents = _contents(given, wanted.values(), top)
    found = {path: contents[key] for path, key in sorted(wanted.items())}
    for path in [each for each in found if _is_suite(each)]:
        problem = misplaced(f"{revision}/{path}", found.pop(path))
        problems += [] if problem is None else [problem]
    if not found and not problems:
        problems.append(Problem(f"`{revision}` holds no rule file", help="rule files end in .yaml"))
    if problems:
        raise RulesError(problems)
    return found


def _tree(given: str, name: str, top: str) -> _Tree:
    """Everything in a tree, whatever attributes say about it: `git archive` would leave out what they exclude."""
    files, links, repositories = dict[str, str](), dict[str, str](), []
    for line in _git(given, "ls-tree", "-r", "-z", "--full-tree", name, cwd=top).split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        mode, _, key = head.decode().split()
        where = os.fsdecode(path)
        if mode == _REPOSITORY:
            repositories.append(where)
        else:
            (links if mode == _LINK else files)[where] = key
    targets = _contents(given, links.values(), top)
    return _Tree(files, {path: os.fsdecode(targets[key]) for path, key in links.items()}, tuple(repositories))


def _contents(given: str, keys: Iterable[str], top: str) -> dict[str, bytes]:
    """The bytes of objects, by their names."""
    asked = list(dict.fromkeys(keys))
    said = io.BytesIO(_git(given, "cat-file", "--batch", cwd=top, said="".join(f"{key}\n" for key in asked).encode()))
    found = {}
    for key in asked:
        *_, size = said.readline().split()
        if not size.isdigit():
            raise ConfigError(f"`{given}` cannot be read whole: the repository has no object `{key}`")
        found[key] = said.read(int(size))
        said.readline()
    return found


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _is_suite(path: str) -> bool:
    """Whether a file stands below a directory of suites."""
    return SUITES in path.split("/")[:-1]


def _git(given: str, *arguments: str, cwd: str | None = None, said: bytes | None = None) -> bytes:
    """What git says.

    Raises:
        ConfigError: it is not installed, or refuses.
    """
    git = shutil.which("git")
    if git is None:
        raise ConfigError(f"`{given}` is no directory, and git is not installed to read it as a revision")
    if given.startswith("-"):
        raise ConfigError(f"`{given}` is neither a directory nor a revision")
    done = subprocess.run([git, *arguments], cwd=cwd, input=said, capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        why = f": git says `{lines[0].removeprefix('fatal: ')}`" if lines else ""
        raise ConfigError(f"`{given}` is neither a directory nor a revision of this repository{why}")
    return done.stdout
