"""The commit of a git checkout, read without git.

Theory: a bundle should say which revision of the rules it was built from. `HEAD` names a branch or a commit; a branch
is a file of its own, or a line among the packed ones. A worktree has its own `HEAD` and the branches of the repository
that it belongs to. Whether files differ from the commit, or are in it at all, only git can tell: it is the commit
that was checked out, and no promise of the files.

Source: gitrepository-layout(5), git 2.47.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_COMMIT: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_BRANCH: Final = re.compile(r"ref: (refs/[^\x00-\x20]+)")
_MOST_BYTES: Final = 64_000_000


def commit_of(path: Path) -> str | None:
    """The id of the commit that is checked out where a path is; None where none is, or it cannot be read."""
    for above in (path.absolute(), *path.absolute().parents):
        try:
            if (above / ".git").exists():
                return _commit(_repository(above / ".git"))
        except (OSError, UnicodeDecodeError):
            return None
    return None


def _repository(git: Path) -> Path:
    """The directory of a checkout's own files: `.git` itself, or the one that this file of a worktree names."""
    if git.is_dir():
        return git
    return git.parent / _read(git).removeprefix("gitdir: ")


def _commit(own: Path) -> str | None:
    head = _read(own / "HEAD")
    branch = _BRANCH.fullmatch(head)
    if branch is None:
        return head if _COMMIT.fullmatch(head) else None
    if ".." in branch[1]:
        return None
    common = own / _read(own / "commondir") if (own / "commondir").exists() else own
    for place in (own, common):
        if (place / branch[1]).is_file():
            found = _read(place / branch[1])
            return found if _COMMIT.fullmatch(found) else None
    packed = common / "packed-refs"
    lines = (line.partition(" ") for line in _read(packed).splitlines()) if packed.exists() else ()
    return next((commit for commit, _, name in lines if name == branch[1] and _COMMIT.fullmatch(commit)), None)


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES).decode().strip()
