"""What came out of a question, in one word: required, possible (shown), review (held) or none."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.model.decision import Display, Instance, NoticeStatus
from compliance.model.suite import RESULTS


def result_of(instance: Instance) -> str:
    """The word for one instance."""
    if instance.status is NoticeStatus.REQUIRED:
        return "required"
    return "review" if instance.display is Display.HOLD else "possible"


def strongest(instances: Iterable[Instance]) -> str:
    """The strongest word for several instances; none if there are none."""
    return max(["none", *map(result_of, instances)], key=RESULTS.index)
