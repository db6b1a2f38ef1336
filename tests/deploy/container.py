"""The container file and what is sent to a build, read as an engine reads them; as much of both as ours use."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"
IGNORED = ROOT / ".dockerignore"


@dataclass(frozen=True)
class Instruction:
    """One instruction: `name` in capitals, its options without `--`, and the rest as it stands there."""

    name: str
    options: dict[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """The exec form as a list, and everything else split as a shell does."""
        return [str(each) for each in json.loads(self.rest)] if self.is_exec else shlex.split(self.rest)

    @property
    def is_exec(self) -> bool:
        return self.rest.startswith("[")


@dataclass(frozen=True)
class Stage:
    """What follows one FROM."""

    base: str
    name: str | None
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> list[Instruction]:
        return [each for each in self.instructions if each.name == name]

    def one(self, name: str) -> Instruction:
        (found,) = self.all(name)
        return found

    def pairs(self, name: str) -> dict[str, str]:
        """What ENV or LABEL set."""
        pairs = [each.partition("=") for found in self.all(name) for each in found.words]
        return {key: value for key, _, value in pairs}


@cache
def instructions(text: str) -> tuple[Instruction, ...]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines)).splitlines()
    return tuple(_instruction(line) for line in joined)


def _instruction(line: str) -> Instruction:
    name, _, rest = line.partition(" ")
    options = {}
    while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
        options[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(name.upper(), options, rest.strip())


def stages(text: str) -> list[Stage]:
    """The stages, with the defaults of the arguments that stand before the first in the place of their names."""
    found: list[tuple[str, str | None, list[Instruction]]] = []
    defaults: dict[str, str] = {}
    for each in instructions(text):
        if each.name == "FROM":
            base, *named = each.rest.split()
            base = re.sub(r"\$\{(\w+)\}", lambda name: defaults[name[1]], base)
            found.append((base, named[1] if named else None, []))
        elif found:
            found[-1][2].append(each)
        elif each.name == "ARG":
            key, _, value = each.rest.partition("=")
            defaults[key] = value
    return [Stage(base, name, tuple(held)) for base, name, held in found]


def shipped() -> list[Stage]:
    return stages(DOCKERFILE.read_text(encoding="utf-8"))


def image() -> Stage:
    """The last stage, which is what runs."""
    return shipped()[-1]


def environment() -> dict[str, str]:
    return image().pairs("ENV")


def is_sent(path: str, patterns: str | None = None) -> bool:
    """Whether a build gets a file: the last pattern that is about it, or about a directory above it, decides.

    Source: "dockerignore file" in the reference of the Dockerfile.
    """
    lines = (IGNORED.read_text(encoding="utf-8") if patterns is None else patterns).splitlines()
    parents = [PurePosixPath(path), *PurePosixPath(path).parents][:-1]
    answer = True
    for line in (each.strip() for each in lines):
        if line and not line.startswith("#") and any(_fits(line.removeprefix("!"), each) for each in parents):
            answer = line.startswith("!")
    return answer


def _fits(pattern: str, path: PurePosixPath) -> bool:
    """Whether a pattern with `*` and `**` is about all of a path."""
    parts = re.split(r"(\*\*/|\*)", pattern)
    expression = "".join({"**/": "(?:.*/)?", "*": "[^/]*"}.get(each, re.escape(each)) for each in parts)
    return re.fullmatch(expression, str(path)) is not None
