"""A rule set from a directory, a bundle, or a revision in git.

Theory: a revision is read whole, as one archive, and its files are taken as a directory's would be: the same
names, the same suites left out. Nothing is written to disk, and what git says is repeated where it refuses.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from compliance.errors import ConfigError, Problem, RulesError
from compliance.language.load import load
from compliance.language.suite import DIRECTORY as SUITES
from compliance.language.suite import misplaced
from compliance.model.ruleset import Ruleset
from compliance.store import SUFFIXES, known_zones, read_rules, uncollected


def read_side(given: str, other: str) -> Ruleset:
    """The rule set that an argument names; its scenarios are not asked.

    Args:
        given: a directory, a bundle, or a revision as git names it, `main` or `HEAD~1:rules`.
        other: the other argument; a revision without a path is read at the path of this one.

    Raises:
        RulesError: with every problem of every file.
        ConfigError: it names nothing that can be read.
    """
    if os.path.exists(given):
        return read_rules(Path(given))
    revision = given if ":" in given else f"{given}:{_path(given, other)}"
    with uncollected():
        return load(_files(revision, given), known_zones(), root=revision)


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


def _files(revision: str, given: str) -> dict[str, bytes]:
    """The rule files of a tree, by their paths in it."""
    tree = _git(given, "rev-parse", "--verify", "--quiet", revision).decode().strip()
    top = _git(given, "rev-parse", "--show-toplevel").decode().strip()
    data = _git(given, "archive", "--format=tar", tree, cwd=top)
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if not _is_rule_file(member):
                continue
            try:
                file = archive.extractfile(member)  # follows links inside of the tree
                content = file.read() if file is not None else None
            except (KeyError, OSError):
                content = None
            if content is None:
                problems.append(Problem(f"`{revision}/{member.name}` leads out of the tree, or nowhere"))
            elif SUITES in member.name.split("/")[:-1]:
                problem = misplaced(f"{revision}/{member.name}", content)
                problems += [] if problem is None else [problem]
            else:
                found[member.name] = content
    if not found and not problems:
        problems.append(Problem(f"`{revision}` holds no rule file", help="rule files end in .yaml"))
    if problems:
        raise RulesError(problems)
    return found


def _is_rule_file(member: tarfile.TarInfo) -> bool:
    """Whether it is a file of rules or suites; hidden files and directories hold none."""
    parts = member.name.split("/")
    is_hidden = any(part.startswith(".") for part in parts)
    return (member.isfile() or member.issym()) and member.name.endswith(SUFFIXES) and not is_hidden


def _git(given: str, *arguments: str, cwd: str | None = None) -> bytes:
    """What git says.

    Raises:
        ConfigError: it is not installed, or refuses.
    """
    git = shutil.which("git")
    if git is None:
        raise ConfigError(f"`{given}` is no directory, and git is not installed to read it as a revision")
    if given.startswith("-"):
        raise ConfigError(f"`{given}` is neither a directory nor a revision")
    done = subprocess.run([git, *arguments], cwd=cwd, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = f": git says `{said[0].removeprefix('fatal: ')}`" if said else ""
        raise ConfigError(f"`{given}` is neither a directory nor a revision of this repository{why}")
    return done.stdout
