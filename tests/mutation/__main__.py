"""`python -m tests.mutation [MODULE ...]`: which mistakes in the engine would no test notice?"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.mutation.mutators import Mutation
from tests.mutation.runner import Judge, Judged, Session, collect, load, mutants_of, survey

ENGINE: Final = (
    *("reading", "worlds", "decide", "changes", "reasons", "views", "places", "postings"),
    *("sight", "standing", "segment", "index", "memo", "zones", "table", "partial", "explain"),
)
MODULES: Final = (
    "compliance.model.truth",
    "compliance.model.period",
    *(f"compliance.engine.{name}" for name in ENGINE),
)
TESTS: Final = ("tests/model/test_truth.py", "tests/model/test_period.py", "tests/engine", "tests/conformance")
SURVIVORS: Final = Path(__file__).with_name("survivors.toml")
KINDS: Final = frozenset({"equivalent", "speed", "wording"})
LEAST: Final = 0.95

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Score:
    """How the mutants of one module fared."""

    module: str
    mutants: int
    killed: int
    explained: int
    surviving: tuple[Mutation, ...]

    @property
    def share(self) -> float:
        """The killed ones, of all that could be."""
        could = self.mutants - self.explained
        return self.killed / could if could else 1.0


def explained(path: Path = SURVIVORS) -> dict[Key, str]:
    """The survivors that are listed with a reason."""
    found = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", ())
    return {(each["module"], each["line"], each["mutation"]): f"{each['kind']}: {each['reason']}" for each in found}


def scores(judged: Sequence[Judged], reasons: Mapping[Key, str]) -> list[Score]:
    """The score of each module."""
    found = []
    for module in sorted({each.mutation.module for each in judged}):
        mine = [each for each in judged if each.mutation.module == module]
        left = [each.mutation for each in mine if each.killed_by is None]
        surviving = tuple(each for each in left if each.key not in reasons)
        found.append(Score(module, len(mine), len(mine) - len(left), len(left) - len(surviving), surviving))
    return found


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as compliance.engine.memo; all by default")
    parser.add_argument("--tests", nargs="+", default=TESTS, metavar="PATH", help="those that may notice something")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    parser.add_argument("--json", action="store_true", help="print every mutant as JSON")
    parser.add_argument("--list-survivors", action="store_true", help="print the survivors that nobody explained")
    parser.add_argument("--explained", action="store_true", help="try those too that survivors.toml explains")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many mutants, drawn by chance")
    parser.add_argument("--seed", type=int, default=0, help="which ones --sample draws")
    parser.add_argument("--examples", type=int, default=15, help="of each property; a sixth of its own if that is more")
    parser.add_argument("--again", type=Path, metavar="FILE", help="only what survived in this output of --json")
    return parser.parse_args(given)


def chosen(options: argparse.Namespace, every: list[Any]) -> list[Any]:
    """The mutants that were asked for."""
    if options.again:
        before = json.loads(options.again.read_text(encoding="utf-8"))["mutants"]
        keys = {(each["module"], each["line"], each["mutation"]) for each in before if each["killed_by"] is None}
        every = [each for each in every if each[1].key in keys]
    if options.sample is not None and options.sample < len(every):
        every = random.Random(options.seed).sample(every, options.sample)  # noqa: S311 - nothing hangs on it
    return every


def judge(options: argparse.Namespace, reasons: Mapping[Key, str]) -> list[Judged]:
    """Every chosen mutant, judged."""
    judged: list[Judged] = []

    def work(session: Session) -> None:
        survived = 0
        modules = load(options.modules or MODULES)
        tell("running the tests without mutants ...")
        known = survey(session, modules)
        if known.failed:
            sys.exit("these tests fail without any mutant:\n  " + "\n  ".join(known.failed))
        mutants = chosen(options, [each for module in modules.values() for each in mutants_of(module)])
        if not options.explained:
            judged.extend(Judged(mutation, None) for _, mutation in mutants if mutation.key in reasons)
            mutants = [each for each in mutants if each[1].key not in reasons]
        for number, one in enumerate(Judge(session, modules, known, options.tests).all(mutants, options.jobs), 1):
            judged.append(one)
            survived += one.killed_by is None
            tell(f"{number} of {len(mutants)} mutants, {survived} survived; {one.mutation.module}")

    collect(options.tests, options.examples, work)
    tell("")
    return judged


def tell(text: str) -> None:
    """What is being done, on a terminal only; the empty text takes it away."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
        sys.stderr.flush()


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def as_json(judged: Sequence[Judged], reasons: Mapping[Key, str], found: Sequence[Score]) -> str:
    mutants = [
        {
            "module": each.mutation.module,
            "number": each.mutation.line,
            "line": each.mutation.text,
            "mutation": each.mutation.what,
            "killed_by": each.killed_by,
            "explained": reasons.get(each.mutation.key) if each.killed_by is None else None,
        }
        for each in sorted(judged, key=lambda one: (one.mutation.module, one.mutation.line, one.mutation.what))
    ]
    table = [
        {
            "module": each.module,
            "mutants": each.mutants,
            "killed": each.killed,
            "explained": each.explained,
            "share": round(each.share, 4),
        }
        for each in found
    ]
    return json.dumps({"modules": table, "mutants": mutants}, indent=1)


def main(given: Sequence[str] | None = None) -> int:
    """0 if the tests notice enough in each module."""
    options = arguments(given)
    reasons = explained()
    judged = judge(options, reasons)
    found = scores(judged, reasons)
    if options.json:
        say(as_json(judged, reasons, found))
    else:
        say(f"{'module':32} mutants  killed  explained  surviving  score")
        for each in found:
            numbers = f"{each.mutants:7}  {each.killed:6}  {each.explained:9}  {len(each.surviving):9}"
            say(f"{each.module:32} {numbers}  {each.share:5.1%}")
    if options.list_survivors:
        for mutation in (one for each in found for one in each.surviving):
            say(f"{mutation.module}:{mutation.line}: {mutation.what}\n    {mutation.text}")
    return int(any(each.share < LEAST for each in found))


if __name__ == "__main__":
    sys.exit(main())
