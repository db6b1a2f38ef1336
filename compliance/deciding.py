"""Facts as callers write them to a decision, each worked out once.

Theory: whoever has facts asks for the same ones again and again. A question that was asked before, word for word, in
the same stretch of days is answered from memory; so is what each single fact means. What cannot be remembered (lists,
or whatever a program hands over) is read anew, and read by the same code that says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from compliance.content.facts import Written, facts_from
from compliance.engine.segment import Segment
from compliance.model.decision import Decision
from compliance.model.facts import Facts, FactValue, OneOf
from compliance.store import Snapshot


def decided(snapshot: Snapshot, segment: Segment, written: Mapping[str, Written]) -> Decision:
    """The decision on facts as they were written, remembered as they were written.

    Raises:
        RequestError: with every fact that cannot be read.
    """
    by_name: object = written
    if not isinstance(by_name, Mapping):
        return segment.decide(facts_from(written, snapshot.directory))  # which says what is wrong
    if not snapshot.decisions.most:
        return segment.decide(_facts(snapshot, written))
    key: Hashable = (segment.number, *written, *written.values())
    try:
        found = snapshot.decisions.get(key)
    except TypeError:  # lists have no hash
        if (listed := _hashed(segment, written)) is None:
            return segment.decide(facts_from(written, snapshot.directory))
        key = listed
        found = snapshot.decisions.get(key)
    if found is None:
        found = snapshot.decisions.put(key, segment.decide(_facts(snapshot, written)))
    return found


def _hashed(segment: Segment, written: Mapping[str, Written]) -> Hashable | None:
    """A key for facts of which some are lists: tuples of the same words have a hash. None if nothing helps."""
    values = (tuple(value) if isinstance(value, list) else value for value in written.values())
    key = (segment.number, *written, *values)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _facts(snapshot: Snapshot, written: Mapping[str, Written]) -> Facts:
    """Facts as they were written, each read once."""
    known: dict[str, FactValue] = {}
    fresh: dict[str, Written] = {}
    ids = snapshot.directory.ids
    for name, value in written.items():
        if not isinstance(value, str):
            fresh[name] = value
        elif name == "publisher" and value in ids:
            known[name] = OneOf(frozenset((value,)))  # too many to keep, and nothing to look up
        elif (found := snapshot.facts.get((name, value))) is None:
            fresh[name] = value
        else:
            known[name] = found
    if fresh:
        for name, read in facts_from(fresh, snapshot.directory).items():
            known[name] = read
            if isinstance(fresh[name], str):
                snapshot.facts.put((name, fresh[name]), read)
    return known
