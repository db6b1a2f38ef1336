"""What a change of territories changes in who is found to be in them.

Theory: a decision is made for places, and a comparison asks for places too. In which places a reader may be is
found before that, from the drawn areas, labels and time zones of all territories, whether rules name these or
not. How many readers that moves, nobody can say without their addresses; so it is told what was drawn otherwise,
and never passed over because no decision for a given place differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance.model.ruleset import Ruleset
from compliance.model.territory import Area, Territory


@dataclass(frozen=True, slots=True)
class Redrawn:
    """One thing by which readers are found to be in a territory, and what became of it."""

    territory: str
    says: str

    @property
    def sentence(self) -> str:
        """What changed, and what follows."""
        return f"territory `{self.territory}`: {self.says}: who is found to be in it may differ"


def redrawn(old: Ruleset, new: Ruleset) -> Iterator[Redrawn]:
    """Whatever of the territories of two rule sets finds readers otherwise, territory by territory."""
    for name in sorted(old.territories.keys() | new.territories.keys()):
        nothing = Territory(name, "", ())
        before, after = old.territories.get(name, nothing), new.territories.get(name, nothing)
        for says in (*_areas(before, after), *_outlines(before, after), *_labels(before, after)):
            yield Redrawn(name, says)
        if name in old.territories and name in new.territories and _other_members(before, after):
            yield Redrawn(name, "its members changed")


def _areas(old: Territory, new: Territory) -> Iterator[str]:
    """The areas that some member names and that are drawn otherwise."""
    before, after = _in_use(old), _in_use(new)
    for area in sorted(before.keys() | after.keys()):
        if before.get(area) != after.get(area):
            became = "is gone" if area not in after else "is new" if area not in before else "changed"
            yield f"the drawn area `{_short(area)}` {became}"


def _in_use(territory: Territory) -> Mapping[str, Area]:
    named = {member.area for member in territory.members}
    return {area.id: area for area in territory.areas if area.id in named}


def _outlines(old: Territory, new: Territory) -> Iterator[str]:
    """The members that another area outlines."""
    codes = {member.code for member in old.members} & {member.code for member in new.members}
    for code in sorted(codes):
        was, now = (
            {member.area for member in territory.members if member.code == code and member.area is not None}
            for territory in (old, new)
        )
        said = [f"by `{_short(area)}` now" for area in sorted(now - was)]
        said += [f"no longer by `{_short(area)}`" for area in sorted(was - now)]
        if said:
            yield f"`{code}` is outlined {', '.join(said)}"


def _labels(old: Territory, new: Territory) -> Iterator[str]:
    """The labels and time zones that stand for it now and did not, or no longer do."""
    for words, was, now in (
        ("a database that names `{}` {} mean it", set(old.labelled_as), set(new.labelled_as)),
        ("the time of `{}` {} mean it", set(old.time_zones), set(new.time_zones)),
    ):
        yield from (words.format(each, "may no longer") for each in sorted(was - now))
        yield from (words.format(each, "may now") for each in sorted(now - was))


def _other_members(old: Territory, new: Territory) -> bool:
    """Whether labels, time zones or areas lead to other members, or to the same on other days."""
    leads = (old.labelled_as and new.labelled_as) or (old.time_zones and new.time_zones)
    before, after = (
        {(each.code, each.extent, each.period) for each in territory.members if leads or each.area is not None}
        for territory in (old, new)
    )
    return before != after


def _short(area: str) -> str:
    """The name of an area inside its territory."""
    return area.partition(".")[2] or area
