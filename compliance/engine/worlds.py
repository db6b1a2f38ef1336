"""All the worlds of one notice, and what must, may or merely might be shown in them.

Theory: the rules that ask for one notice name some facts. A world gives each of these facts one of its
classes (see `reading`); in a world every rule either fires or does not. Facts fall into three groups by
what the rules do when they are not known: `show`, `review`, `skip`. Then

    required   the notice fires in every world;
    possible   some choice of the show and review facts fires under every choice of the skip facts;
    show       some choice of the show facts fires under every choice of the review and skip facts;
               a possible notice that is not `show` rests on a review fact and is held.

Where two rules treat a fact differently, the more visible treatment counts. Past 4,096 worlds Kleene
logic answers instead: it can widen what is possible or turn required into possible, never lose a notice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from compliance.engine.reading import Atom, Reading, Row, TooManyClassesError
from compliance.model.decision import Display, NoticeStatus
from compliance.model.rule import AnyOf, Block, IfUnknown, Line, Rule
from compliance.model.truth import TRUE, UNKNOWN, Truth, all_of, any_of

MOST_WORLDS = 4096
_VISIBILITY = (IfUnknown.SKIP, IfUnknown.REVIEW, IfUnknown.SHOW)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the worlds say of one notice; None in their place says that it is due in none."""

    status: NoticeStatus
    display: Display
    unknowns: tuple[str, ...] = ()
    approximated: bool = False


def kleene(rule: Rule, truth: Callable[[Line], Truth]) -> Truth:
    """Whether the rule fires, by Kleene logic over what is known of each line."""
    exceptions = any_of(_kleene_block(block, truth) for block in rule.unless)
    return _kleene_block(rule.when, truth) & ~exceptions


def _kleene_block(block: Block, truth: Callable[[Line], Truth]) -> Truth:
    return all_of(
        any_of(_kleene_block(inner, truth) for inner in line.blocks) if isinstance(line, AnyOf) else truth(line)
        for line in block.lines
    )


def judge(rules: Sequence[Rule], reading: Reading) -> Verdict | None:
    """The verdict on the notice that `rules` (all live, all of one notice) ask for; None if due in no world."""
    atoms: dict[str, dict[Atom, Truth]] = defaultdict(dict)
    for rule in rules:
        for line in rule.each_line():
            atom = Atom.of(line, rule.zone)
            atoms[atom.fact].setdefault(atom, reading.truth(atom))
    open_facts = {fact: tuple(group) for fact, group in sorted(atoms.items()) if UNKNOWN in group.values()}
    policies = {fact: _policy(rules, fact) for fact in open_facts}
    try:
        classes = {fact: reading.classes(group) for fact, group in open_facts.items()}
        if prod(map(len, classes.values())) > MOST_WORLDS:
            return _approximate(rules, reading, policies)
    except TooManyClassesError:
        return _approximate(rules, reading, policies)
    settled = {atom: truth is TRUE for group in atoms.values() for atom, truth in group.items()}
    return _Worlds(rules, open_facts, classes, settled).verdict(policies)


def _policy(rules: Sequence[Rule], fact: str) -> IfUnknown:
    """The most visible of what the rules that name the fact do when it is not known."""
    named = [rule.policy(fact) for rule in rules if any(line.fact == fact for line in rule.each_line())]
    return max(named, key=_VISIBILITY.index)


@dataclass(frozen=True)
class _Worlds:
    """The open facts with their classes, and the lines that are the same in every world."""

    rules: Sequence[Rule]
    atoms: Mapping[str, tuple[Atom, ...]]
    classes: Mapping[str, tuple[Row, ...]]
    settled: Mapping[Atom, bool]

    def verdict(self, policies: Mapping[str, IfUnknown]) -> Verdict | None:
        groups = {p: [fact for fact in self.classes if policies[fact] is p] for p in _VISIBILITY}
        order = [*groups[IfUnknown.SHOW], *groups[IfUnknown.REVIEW], *groups[IfUnknown.SKIP]]
        fires = self._table(order)
        if all(fires.values()):
            return Verdict(NoticeStatus.REQUIRED, Display.SHOW)
        shown, asked = len(groups[IfUnknown.SHOW]), len(order) - len(groups[IfUnknown.SKIP])
        if not _some_then_all(fires, asked):
            return None
        display = Display.SHOW if _some_then_all(fires, shown) else Display.HOLD
        return Verdict(NoticeStatus.POSSIBLE, display, _pivotal(fires, order))

    def _table(self, order: Sequence[str]) -> dict[tuple[Row, ...], bool]:
        """For each world, a class for each fact in `order`, whether some rule fires in it."""
        table = {}
        for world in product(*(self.classes[fact] for fact in order)):
            holds = dict(self.settled)
            for fact, row in zip(order, world, strict=True):
                holds.update(zip(self.atoms[fact], row, strict=True))
            table[world] = any(_fires(rule, holds) for rule in self.rules)
        return table


def _fires(rule: Rule, holds: Mapping[Atom, bool]) -> bool:
    def block_holds(block: Block) -> bool:
        return all(
            any(map(block_holds, line.blocks)) if isinstance(line, AnyOf) else holds[Atom.of(line, rule.zone)]
            for line in block.lines
        )

    return block_holds(rule.when) and not any(map(block_holds, rule.unless))


def _some_then_all(fires: Mapping[tuple[Row, ...], bool], chosen: int) -> bool:
    """Whether some choice of the first `chosen` facts fires under every choice of the others."""
    always: dict[tuple[Row, ...], bool] = {}
    for world, fire in fires.items():
        always[world[:chosen]] = always.get(world[:chosen], True) and fire
    return any(always.values())


def _pivotal(fires: Mapping[tuple[Row, ...], bool], order: Sequence[str]) -> tuple[str, ...]:
    """The facts whose change alone can change the result, sorted."""
    found = []
    for place, fact in enumerate(order):
        outcomes: dict[tuple[Row, ...], set[bool]] = defaultdict(set)
        for world, fire in fires.items():
            outcomes[world[:place] + world[place + 1 :]].add(fire)
        if any(len(seen) > 1 for seen in outcomes.values()):
            found.append(fact)
    return tuple(sorted(found))


def _approximate(rules: Sequence[Rule], reading: Reading, policies: Mapping[str, IfUnknown]) -> Verdict:
    """The Kleene verdict: possible, held if no rule fires once its review and skip facts go against it."""
    if any(kleene(rule, lambda line, r=rule: reading.truth(Atom.of(line, r.zone))) is TRUE for rule in rules):  # type: ignore[misc]
        return Verdict(NoticeStatus.REQUIRED, Display.SHOW)
    shown = any(_fires_without_doubt(rule, reading, policies) for rule in rules)
    display = Display.SHOW if shown else Display.HOLD
    return Verdict(NoticeStatus.POSSIBLE, display, tuple(sorted(policies)), approximated=True)


def _fires_without_doubt(rule: Rule, reading: Reading, policies: Mapping[str, IfUnknown]) -> bool:
    """Whether the rule fires if its show facts turn out for it and all other open facts against it."""

    def block_holds(block: Block, favour: IfUnknown | None) -> bool:
        return all(
            any(block_holds(inner, favour) for inner in line.blocks) if isinstance(line, AnyOf) else leans(line, favour)
            for line in block.lines
        )

    def leans(line: Line, favour: IfUnknown | None) -> bool:
        truth = reading.truth(Atom.of(line, rule.zone))
        if truth is not UNKNOWN:
            return truth is TRUE
        is_show = policies[line.fact] is IfUnknown.SHOW
        return is_show if favour is IfUnknown.SHOW else not is_show

    return block_holds(rule.when, IfUnknown.SHOW) and not any(block_holds(block, None) for block in rule.unless)
