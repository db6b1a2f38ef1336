"""Judges mutants: a process that has imported everything forks a child for each, which runs the tests that matter.

Theory: importing costs seconds, forking milliseconds. So one session of pytest collects the tests, notes in a
child which lines each of them reaches and how long it takes, and then gives every mutant a child of its own.
A mutant meets only the tests that reach its lines, the cheapest first, until one of them fails; where no test
reaches them it survives untried. What is worked out at import cannot be exchanged later; such a mutant gets
a fresh process.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Final
from unittest.mock import patch

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings

from tests.mutation.mutators import Mutation, mutations_of, planted
from tests.mutation.patch import HIT, probed, put, source_of

ROOT: Final = Path(__file__).resolve().parents[2]
QUIET: Final = "ignore::pytest.PytestAssertRewriteWarning"
PYTEST: Final = (
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-s",
    "-W",
    QUIET,
    "--rootdir",
    str(ROOT),
)
LONGEST_WALL: Final = 180.0
MEMORY: Final = 3 << 30


@dataclass(frozen=True)
class Judged:
    """A mutant, and what became of it."""

    mutation: Mutation
    killed_by: str | None
    """The test that failed, `timeout` or `crash`; None if it survived."""


@dataclass
class Known:
    """How long each test takes, in seconds of processor time, and which lines of which module it reaches."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def reaching(self, mutation: Mutation) -> list[str]:
        """The tests that reach a mutant, the cheapest first."""
        found = [name for name, reached in self.lines.items() if self._reaches(reached, mutation)]
        return sorted(found, key=self.seconds.__getitem__)

    @staticmethod
    def _reaches(reached: Mapping[str, set[int]], mutation: Mutation) -> bool:
        return not reached.get(mutation.module, set()).isdisjoint(mutation.lines)


class Session:
    """A plugin of pytest: takes the collected tests over, instead of running them."""

    def __init__(self, examples: int, work: Callable[[Session], None]) -> None:
        self.examples = examples
        self.work = work
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Found examples are not made smaller: that they exist is enough."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", deadline=None, database=None, derandomize=True, phases=phases)
        settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        for item in session.items:
            self._limit(getattr(item, "obj", None))
        self.work(self)
        return True

    def _limit(self, test: Any) -> None:
        test = getattr(test, "__func__", test)
        given = getattr(test, "_hypothesis_internal_use_settings", None)
        if given is not None:
            few = min(given.max_examples, max(self.examples, given.max_examples // 6))
            test._hypothesis_internal_use_settings = settings(given, max_examples=few)

    def fails(self, names: Sequence[str], seconds: Mapping[str, float]) -> str | None:
        """The first of these tests that fails; what takes far too long ends the process by a signal."""
        items = [self.items[name] for name in names]
        for item, after in zip(items, [*items[1:], None], strict=True):
            signal.setitimer(signal.ITIMER_PROF, 3 + 10 * seconds.get(item.nodeid, 10))
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=after)):
                return item.nodeid
        return None


def collect(tests: Sequence[str], examples: int, work: Callable[[Session], None]) -> None:
    """Do some work in a session of pytest that has collected these tests, with all the examples that laws ask for."""
    plugin = Session(examples, work)
    whole = patch.dict(os.environ, EXAMPLES="all")
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), whole:
        status = pytest.main([*PYTEST, *(str(ROOT / each) for each in tests)], plugins=[plugin])
    if not plugin.items:
        raise SystemExit(f"no tests were collected: pytest says {status}")


# -- children ---------------------------------------------------------------------------------------


@dataclass
class Child:
    """A process of ours, and the file that it answers through."""

    pid: int
    answer: IO[bytes]
    until: float

    def ended(self) -> tuple[bool, Any]:
        """Whether it is over, and its answer; `crash` or `timeout` if it has none."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            if time.monotonic() < self.until:
                return False, None
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        with self.answer as answer:
            answer.seek(0)
            text = answer.read()
        if os.WIFEXITED(status) and text:
            return True, json.loads(text)
        return True, "timeout" if os.WIFSIGNALED(status) else "crash"


def fork(work: Callable[[], Any], wall: float = LONGEST_WALL) -> Child:
    """A child that does some work and answers with something that JSON can say."""
    answer = tempfile.TemporaryFile()  # noqa: SIM115 - whoever waits for the child closes it
    pid = os.fork()
    if pid:
        return Child(pid, answer, time.monotonic() + wall)
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        with suppress(ValueError, OSError):  # not every system has this limit
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        answer.write(json.dumps(work()).encode())
        answer.flush()
        os._exit(0)
    finally:
        os._exit(1)


def waited(child: Child) -> Any:
    """The answer of a child, once it is there."""
    while True:
        is_over, answer = child.ended()
        if is_over:
            return answer
        time.sleep(0.01)


# -- judging ----------------------------------------------------------------------------------------


def survey(session: Session, modules: Mapping[str, ModuleType]) -> Known:
    """What every test takes and reaches."""

    def work() -> Any:
        hits: dict[str, set[int]] = {name: set() for name in modules}
        for name, module in modules.items():
            setattr(module, HIT, hits[name].add)
            put(module, probed(source_of(module), module.__file__ or ""))
        found = []
        items = [*session.items.values()]
        for item, after in zip(items, [*items[1:], None], strict=True):
            for each in hits.values():
                each.clear()
            began = time.process_time()
            has_failed = any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))
            lines = {name: sorted(each) for name, each in hits.items() if each}
            found.append((item.nodeid, time.process_time() - began, lines, has_failed))
        return found

    answer = waited(fork(work, wall=1200))
    if isinstance(answer, str):
        raise SystemExit(f"the tests do not run without mutants: {answer}")
    known = Known()
    for name, seconds, lines, has_failed in answer:
        known.seconds[name] = seconds
        known.lines[name] = {module: set(each) for module, each in lines.items()}
        known.failed += [name] if has_failed else []
    return known


class Judge:
    """Judges the mutants of some modules in one session."""

    def __init__(self, session: Session, modules: Mapping[str, ModuleType], known: Known, tests: Sequence[str]) -> None:
        self.session = session
        self.modules = modules
        self.known = known
        self.tests = tests
        self.killers: dict[str | None, list[str]] = {}

    def all(self, mutants: Sequence[tuple[ast.Module, Mutation]], jobs: int) -> Iterator[Judged]:
        """Each mutant judged, as they are done."""
        waiting, running = list(reversed(mutants)), dict[int, tuple[Child, Mutation]]()
        while waiting or running:
            while waiting and len(running) < jobs:
                tree, mutation = waiting.pop()
                child = self._begin(tree, mutation)
                if child is None:
                    yield Judged(mutation, None)
                else:
                    running[child.pid] = child, mutation
            for pid, (child, mutation) in [*running.items()]:
                is_over, answer = child.ended()
                if is_over:
                    del running[pid]
                    if answer in self.session.items:
                        self.killers.setdefault(mutation.function, []).insert(0, answer)
                    yield Judged(mutation, answer)
            time.sleep(0.005)

    def _begin(self, tree: ast.Module, mutation: Mutation) -> Child | None:
        names = self.known.reaching(mutation)
        if mutation.function is not None and not names:
            return None
        if mutation.function is None:
            return fork(lambda: afresh(mutation, self.tests, self.session.examples))
        recent = [name for name in self.killers.get(mutation.function, ())[:3] if name in names]
        names = [*dict.fromkeys([*recent, *names])]
        module = self.modules[mutation.module]

        def work() -> str | None:
            with planted(tree, mutation, module.__file__ or "") as code:
                put(module, code, mutation.function)
            return self.session.fails(names, self.known.seconds)

        return fork(work)


def afresh(mutation: Mutation, tests: Sequence[str], examples: int) -> str | None:
    """The verdict of a new process, which imports the mutant from the beginning."""
    command = [
        sys.executable,
        "-m",
        "tests.mutation.afresh",
        str(examples),
        mutation.module,
        *map(str, mutation.key[1:]),
    ]
    done = subprocess.run([*command, *tests], cwd=ROOT, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stdout.strip().rpartition("\n")[2] or "crash"


def load(names: Sequence[str]) -> dict[str, ModuleType]:
    """Modules by name."""
    return {name: importlib.import_module(name) for name in names}


def mutants_of(module: ModuleType) -> list[tuple[ast.Module, Mutation]]:
    """Every mutant of a module, each with the tree that it is planted in."""
    tree, found = mutations_of(module.__name__, source_of(module))
    return [(tree, each) for each in found]
