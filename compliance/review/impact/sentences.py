"""A group of changes as one sentence, and its example as a scenario has it.

Theory: a lawyer asks when, who, what, and on which pages, in this order; so the sentence has these parts in
this order, and what is not restricted is not said. It never says more than was asked: what happens where
something is not known is said to happen in some of these cases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from compliance.content.facts import Written
from compliance.engine.reading import PLACE
from compliance.model.facts import FACTS, Kind
from compliance.model.ruleset import Ruleset
from compliance.review.impact.classes import BOUND, HAS, HAS_NOT, WHO, Dimension
from compliance.review.impact.days import days_in_words
from compliance.review.impact.groups import EVERYBODY, Condition, Group
from compliance.review.impact.places import Places
from compliance.review.impact.sides import NONE, POSSIBLE, REQUIRED, REVIEW

MOST_SPANS: Final = 5
"""So many spans of days are told where people have different ones."""
MOST_NAMED: Final = 10
"""So many people are named in a sentence; the others are counted."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+ -]*")
_HAPPENS: Final[Mapping[tuple[str, str], str]] = {
    (REQUIRED, NONE): "no longer see it",
    (POSSIBLE, NONE): "no longer see it, which was possible",
    (REVIEW, NONE): "have nothing held for review any more",
    (REQUIRED, POSSIBLE): "see it as possible only, no longer as required",
    (REQUIRED, REVIEW): "no longer see it: it is held for review",
    (POSSIBLE, REVIEW): "no longer see it as possible: it is held for review",
    (NONE, REQUIRED): "additionally see it",
    (NONE, POSSIBLE): "additionally see it as possible",
    (NONE, REVIEW): "have it held for review",
    (REVIEW, POSSIBLE): "additionally see it as possible, which was held for review",
    (REVIEW, REQUIRED): "additionally see it, which was held for review",
    (POSSIBLE, REQUIRED): "see it as required, no longer as possible only",
}


def sentence(group: Group, places: Places | None, rulesets: Sequence[Ruleset]) -> str:
    """What a group says.

    Args:
        group: what changed.
        places: the places that the rules name, for the names of places.
        rulesets: where territories are looked up, the new one first.
    """
    others = [each for each in group.conditions if each.dimension.fact != PLACE and _restricts(each)]
    does = _HAPPENS.get((group.before, group.after)) or f"get it otherwise ({_parts(group)})"
    where = [*_of_whom(group, others), *(_of_page(group, each) for each in others if each.dimension.about != WHO)]
    said = (_when_and_whose(group), _doubt(group), _readers(group, places, rulesets), does)
    text = " ".join(each for each in said if each) + (f", where {' and '.join(where)}" if where else "")
    if group.also:
        text += f", also with {_either(group.also)} not known"
    return text[0].upper() + text[1:]


def _restricts(condition: Condition) -> bool:
    """Whether a condition leaves something out, besides that the fact is not known."""
    return 0 < len(condition.choices) < sum(each.known for each in condition.dimension.choices)


def _parts(group: Group) -> str:
    names = [part.name for part in group.parts]
    return ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")


def _doubt(group: Group) -> str:
    """What is not known, and whether that is enough."""
    if not group.unclear:
        return "" if group.exact else "in some cases"
    missing = [f"`{each}`" for each in dict.fromkeys(one.dimension.fact for one in group.conditions if one.unclear)]
    with_ = f"with {' or '.join(missing)} not known"
    return f"{with_}," if group.exact else f"in some cases {with_},"


def _readers(group: Group, places: Places | None, rulesets: Sequence[Ruleset]) -> str:
    place = next((each for each in group.conditions if each.dimension.fact == PLACE), None)
    if place is None or places is None or not _restricts(place):
        return "readers"
    codes = frozenset(code for choice in place.choices for code in choice.members)
    words = places.in_words(codes, rulesets, group.example.day)
    return f"readers in {words}" if words else "readers"


def _when_and_whose(group: Group) -> str:
    """The days, and of whom the pages are where they are of somebody in particular."""
    people = [name for name in group.who if name != EVERYBODY]
    by_days: dict[str, list[str]] = {}
    for name in people:
        by_days.setdefault(days_in_words(group.who[name]), []).append(name)
    said = []
    if EVERYBODY in group.who and (days := days_in_words(group.who[EVERYBODY])):
        said.append(f"{days},")
    for days, names in list(by_days.items())[:MOST_SPANS]:
        listed = " or ".join(f"`{name}`" for name in names[:MOST_NAMED])
        more = f" or {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        relation = " or ".join(f"`{each}`" for each in group.relation.split(" or "))
        of = "on pages of" if group.relation == "publisher" else f"on pages whose {relation} has"
        said.append(f"{of} {listed}{more}{f' {days}' if days else ''},")
    if left := [name for names in list(by_days.values())[MOST_SPANS:] for name in names]:
        said.append(f"on those of {len(left)} more, each on days of their own,")
    return " and ".join(said)


def _of_whom(group: Group, conditions: Sequence[Condition]) -> Iterator[str]:
    """Whom several relations may bind, where that is told of none of them."""
    who = [each.key for one in conditions if one.dimension.about == WHO for each in one.choices]
    if who or (not group.relation and any(_stands(each.dimension) for each in conditions)):
        yield f"it speaks of {' or '.join(who) or 'somebody'}"


def _stands(dimension: Dimension) -> bool:
    """Whether it says how somebody stands in a relation, and not who that is."""
    return dimension.about == BOUND and HAS in {each.key for each in dimension.choices}


def _of_page(group: Group, condition: Condition) -> str:
    """What holds of the page."""
    dimension, fact = condition.dimension, f"`{condition.dimension.fact}`"
    maybe = " (or not known)" if condition.unclear and group.unclear else ""
    if _stands(dimension):
        return f"{fact} {'has' if condition.choices[0].key == HAS else 'does not have'} them{maybe}"
    if dimension.about == BOUND:
        keys = [each.key for each in condition.choices]
        said = [f"has {each}" for each in keys if each != HAS_NOT] + (["has nobody"] if HAS_NOT in keys else [])
        return f"{fact} {' or '.join(said)}{maybe}"
    if FACTS[dimension.fact].many:
        members = sorted(condition.choices[0].members)
        word = "has" if condition.choices[0].key == HAS else "does not have"
        both = len(condition.choices) > 1
        return f"{fact} {'has or does not have' if both else word} {_either(members)}{maybe}"
    if FACTS[dimension.fact].kind is Kind.DAY:
        days = days_in_words(stretch for each in condition.choices for stretch in each.days)
        return f"{fact} is {days or 'any day'}{maybe}"
    members = sorted({member for each in condition.choices for member in each.members})
    if any(each.other for each in condition.choices):
        named = {member for each in dimension.choices if each.known and not each.other for member in each.members}
        without = sorted(named - set(members))
        return f"{fact} is {f'not {_either(without)}' if without else 'anything'}{maybe}"
    return f"{fact} is {_either(members)}{maybe}"


def _either(words: Iterable[str]) -> str:
    return " or ".join(f"`{word}`" for word in words)


def flow(given: Mapping[str, Written]) -> str:
    """Facts on one line, as a rule file has them.

    >>> flow({"content.promotes": ["a", "perhaps b"], "content.url": "https://a.example"})
    '{content.promotes: [a, perhaps b], content.url: "https://a.example"}'
    """
    said = [f"{name}: {_value(value)}" for name, value in given.items()]
    return f"{{{', '.join(said)}}}"


def _value(value: Written) -> str:
    if not isinstance(value, str):
        return f"[{', '.join(map(_value, value))}]"
    return value if _PLAIN.fullmatch(value) and value == value.strip() else json.dumps(value, ensure_ascii=False)
