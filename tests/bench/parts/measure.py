"""Measuring: engines side by side in rounds, and each one alone in a process of its own.

Theory: a machine that others use slows down and speeds up by the second. So every round asks every engine a
few questions, one engine after the other, and what is compared are medians over all rounds. Loading, memory
and the question whether an engine can stand a size at all are found out in a child, which can be ended.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, perf_counter_ns
from typing import Any, Final

from tests.bench.parts.contender import Absent, Contender
from tests.bench.parts.job import Job, Question, make_job, make_questions, right_answer
from tests.bench.parts.ours import OURS, Ours
from tests.bench.parts.peers import PEERS

EVERY: Final[tuple[type[Contender], ...]] = (*OURS, *PEERS)
MOST_LOADING: Final = 60.0
MOST_ASKING: Final = 2.0
MOST_OWN_LOADING: Final = 600.0
"""Ours is not dropped for being slow: that it is would be the finding."""
CHECKED: Final = 12
Progress = Callable[[str], None]


@dataclass
class Alone:
    """What one engine needs, by itself: seconds to load, megabytes, seconds for a question."""

    seconds: float = 0.0
    megabytes: float = 0.0
    peak: float = 0.0
    asking: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)
    too_slow: str = ""
    """Why it is not measured at this size, or "" if it is."""


@dataclass
class Measured:
    """One engine at one size."""

    known: list[int] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)
    alone: Alone = field(default_factory=Alone)

    def median(self, *, is_known: bool) -> float | None:
        """Microseconds."""
        samples = self.known if is_known else self.unknown
        return statistics.median(samples) / 1000 if samples else None

    def slow(self) -> float | None:
        """What nine in ten known questions stay below, in microseconds."""
        return statistics.quantiles(self.known, n=10)[-1] / 1000 if len(self.known) > 1 else None


def named(name: str) -> type[Contender]:
    return next(each for each in EVERY if each.name == name)


# -- alone, in a child --------------------------------------------------------------------------------


def alone(name: str, rules: int) -> Alone:
    """One engine in a child: what it needs, or why it is not measured."""
    own = issubclass(named(name), Ours)
    limit = MOST_OWN_LOADING if own else MOST_LOADING + 10 * MOST_ASKING
    command = [sys.executable, "-m", "tests.bench.engine", "--child", name, "--rules", str(rules)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False, cwd=Path.cwd())
    except subprocess.TimeoutExpired:
        return Alone(too_slow=f"not loaded after {limit:.0f} s")
    if done.returncode:
        last = (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]
        return Alone(too_slow=last[:120])
    found = Alone(**json.loads(done.stdout))
    if not own and found.seconds > MOST_LOADING:
        found.too_slow = f"{found.seconds:.0f} s to load"
    if found.asking > MOST_ASKING:
        found.too_slow = f"{found.asking:.1f} s for one call"
    return found


def child(name: str, rules: int) -> str:
    """What `alone` finds out, said by the child."""
    engine, job = named(name)(), make_job(rules)
    source = engine.encode(job)
    question = make_questions(job, 1, is_known=True)[0]
    gc.collect()
    before, start = _memory(), perf_counter()
    engine.load(source)
    seconds = perf_counter() - start
    prepared = engine.prepare(question, Absent.MISSING)
    start = perf_counter()
    engine.ask(prepared)
    asking = perf_counter() - start
    gc.collect()
    spent = engine.spent if isinstance(engine, Ours) else {}
    return json.dumps(asdict(Alone(seconds, _memory() - before, _peak(), asking, spent)))


def _memory() -> float:
    """Megabytes that this process holds now; where the system does not say, the most that it held."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return _peak()


def _peak() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


# -- side by side -------------------------------------------------------------------------------------


def side_by_side(engines: Sequence[Contender], job: Job, rounds: int, tell: Progress) -> dict[str, Measured]:
    """Every engine on the same questions, one after the other in every round."""
    questions = {known: make_questions(job, 4000, is_known=known) for known in (True, False)}
    found = {engine.name: Measured(verdicts=verdicts(engine, job, questions)) for engine in engines}
    streams = {
        (engine.name, known): _stream(engine, questions[known], found[engine.name])
        for engine in engines
        for known in (True, False)
    }
    for each in range(rounds):
        for engine in engines:
            tell(f"{len(job.rows):,} rules, round {each + 1} of {rounds}, {engine.name}")
            for known in (True, False):
                measured = found[engine.name]
                samples = measured.known if known else measured.unknown
                number = 1 if not samples else max(1, min(400, int(4e7 / (statistics.median(samples) + 1))))
                samples += timed(engine, list(islice(streams[engine.name, known], number)))
    return found


def _stream(engine: Contender, questions: Sequence[Question], measured: Measured) -> Iterator[Any]:
    """Its questions, all different as long as there are any, in the form that it can take."""
    is_an_error = measured.verdicts[Absent.MISSING.value].startswith("error")
    absent = Absent.NULL if is_an_error else Absent.MISSING
    return (engine.prepare(each, absent) for each in cycle(questions))


def timed(engine: Contender, prepared: Sequence[Any]) -> list[int]:
    """Nanoseconds for each question."""
    ask, found = engine.ask, []
    for each in prepared:
        start = perf_counter_ns()
        with_error(ask, each)
        found.append(perf_counter_ns() - start)
    return found


def with_error(ask: Callable[[Any], Any], prepared: Any) -> Any:
    try:
        return ask(prepared)
    except Exception as error:  # noqa: BLE001 - whatever an engine raises is its answer
        return error


def verdicts(engine: Contender, job: Job, questions: Mapping[bool, Sequence[Question]]) -> dict[str, str]:
    """Whether its answers are right: for a known country, and for each way not to know it."""
    return {
        "known": _verdict(engine, job, questions[True][:CHECKED], Absent.MISSING),
        **{each.value: _verdict(engine, job, questions[False][:CHECKED], each) for each in Absent},
    }


def _verdict(engine: Contender, job: Job, questions: Sequence[Question], absent: Absent) -> str:
    said = due = right = 0
    for question in questions:
        answer = with_error(engine.ask, engine.prepare(question, absent))
        if isinstance(answer, Exception):
            return f"error: {type(answer).__name__}"
        found, expected = frozenset(engine.notices(answer)), right_answer(job, question)
        said, due, right = said + len(found & expected), due + len(expected), right + (found == expected)
    if right == len(questions):
        return "right"
    return "**no notice**" if not said else f"wrong: {said} of {due} notices"
