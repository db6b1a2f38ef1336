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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import prod

from compliance.engine.reading import Atom, Reading, Row, TooManyClassesError
from compliance.model.decision import Display, NoticeStatus
from compliance.model.rule import AnyOf, Block, IfUnknown, Line, Rule
from compliance.model.truth import FALSE, TRUE, UNKNOWN, Truth, all_of, any_of

MOST_WORLDS = 4096
_VISIBILITY = (IfUnknown.SKIP, IfUnknown.REVIEW, IfUnknown.SHOW)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the worlds say of one notice; None in their place says that it is due in none."""

    status: NoticeStatus
    display: Display
    rules: tuple[str, ...]
    """The rules that fire in some world."""
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
    """The verdict on the notice that `rules` (all of one notice, in effect) ask for; None if due in no world."""
    atoms: dict[str, dict[Atom, Truth]] = defaultdict(dict)
    for rule in rules:
        for line in rule.each_line():
            atom = Atom.of(line, rule.zone)
            if atom not in atoms[atom.fact]:
                atoms[atom.fact][atom] = reading.truth(atom)
    open_facts = {fact: tuple(group) for fact, group in sorted(atoms.items()) if UNKNOWN in group.values()}
    try:
        classes = {fact: reading.classes(group) for fact, group in open_facts.items()}
    except TooManyClassesError:
        return _approximate(rules, reading, tuple(open_facts))
    if prod(map(len, classes.values())) > MOST_WORLDS:
        return _approximate(rules, reading, tuple(open_facts))
    settled = {atom: truth is TRUE for group in atoms.values() for atom, truth in group.items()}
    return _Worlds(open_facts, classes, settled).verdict(rules)


def _policies(rules: Sequence[Rule], facts: Iterable[str]) -> dict[str, IfUnknown]:
    """For each fact the most visible of what the rules that name it do when it is not known."""
    named = {rule.id: {line.fact for line in rule.each_line()} for rule in rules}
    found = {fact: [rule.policy(fact) for rule in rules if fact in named[rule.id]] for fact in facts}
    return {fact: max(policies, key=_VISIBILITY.index) for fact, policies in found.items() if policies}


@dataclass(frozen=True)
class _Worlds:
    """The open facts with their classes, and the lines that are the same in every world."""

    atoms: Mapping[str, tuple[Atom, ...]]
    classes: Mapping[str, tuple[Row, ...]]
    settled: Mapping[Atom, bool]

    def verdict(self, rules: Sequence[Rule]) -> Verdict | None:
        """What the worlds say; only rules that fire in one of them have a say in how it is shown."""
        table = self._table(rules)
        live = [rule for number, rule in enumerate(rules) if any(fires[number] for fires in table.values())]
        if not live:
            return None
        ids = tuple(rule.id for rule in live)
        policies = _policies(live, self.atoms)
        order = sorted(policies, key=lambda fact: (-_VISIBILITY.index(policies[fact]), fact))
        places = [list(self.atoms).index(fact) for fact in order]
        fires = {tuple(world[place] for place in places): any(row) for world, row in table.items()}
        if all(fires.values()):
            return Verdict(NoticeStatus.REQUIRED, Display.SHOW, ids)
        shown = sum(policies[fact] is IfUnknown.SHOW for fact in order)
        asked = sum(policies[fact] is not IfUnknown.SKIP for fact in order)
        if not _some_then_all(fires, asked):
            return None
        display = Display.SHOW if _some_then_all(fires, shown) else Display.HOLD
        return Verdict(NoticeStatus.POSSIBLE, display, ids, _pivotal(fires, order))

    def _table(self, rules: Sequence[Rule]) -> dict[tuple[Row, ...], list[bool]]:
        """For each world, a class for each open fact, whether each rule fires in it."""
        table = {}
        for world in product(*(self.classes[fact] for fact in self.atoms)):
            holds = dict(self.settled)
            for fact, row in zip(self.atoms, world, strict=True):
                holds.update(zip(self.atoms[fact], row, strict=True))
            table[world] = [_fires(rule, holds) for rule in rules]
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


def _approximate(rules: Sequence[Rule], reading: Reading, open_facts: Sequence[str]) -> Verdict | None:
    """The Kleene verdict: possible, held if no rule fires once its review and skip facts go against it."""
    truths = {rule.id: kleene(rule, partial(_truth_for, rule, reading)) for rule in rules}
    live = [rule for rule in rules if truths[rule.id] is not FALSE]
    if not live:
        return None
    ids = tuple(rule.id for rule in live)
    if TRUE in truths.values():
        return Verdict(NoticeStatus.REQUIRED, Display.SHOW, ids)
    policies = _policies(live, open_facts)
    shown = any(_fires_without_doubt(rule, reading, policies) for rule in live)
    display = Display.SHOW if shown else Display.HOLD
    return Verdict(NoticeStatus.POSSIBLE, display, ids, tuple(sorted(policies)), approximated=True)


def _truth_for(rule: Rule, reading: Reading, line: Line) -> Truth:
    return reading.truth(Atom.of(line, rule.zone))


def _fires_without_doubt(rule: Rule, reading: Reading, policies: Mapping[str, IfUnknown]) -> bool:
    """Whether the rule fires if its show facts turn out for it and all other open facts against it."""

    def lean(line: Line, *, for_it: bool) -> Truth:
        truth = _truth_for(rule, reading, line)
        if truth is not UNKNOWN:
            return truth
        favours = policies[line.fact] is IfUnknown.SHOW
        return TRUE if favours is for_it else FALSE

    holds = _kleene_block(rule.when, partial(lean, for_it=True))
    return holds is TRUE and all(_kleene_block(block, partial(lean, for_it=False)) is FALSE for block in rule.unless)
