"""What auditors ask over HTTP: who may, and what they get it from.

Theory: reports name pages, and what a publisher shows on them, so nobody gets one without the token of the settings.
It is compared by its digest, in the same time whatever was sent. The pipeline that confirms what it shows has the same
token: a confirmation that anybody may send confirms nothing. Where there are keys, those were asked for before, and
each has scopes of its own (`access`).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from compliance.audit.reports import Reporter
from compliance.config import Settings
from compliance.recording import Recorder
from compliance.reporting import ADVICE, Decisions

EXTENSION = "compliance-auditing"


@dataclass(frozen=True, slots=True)
class Auditing:
    """What the endpoints for auditors share."""

    token: str | None
    """Whoever asks without a key has to know it; None lets nobody in."""
    parameters: tuple[str, ...]
    reporter: Reporter
    decisions: Decisions
    recorder: Recorder | None = None

    @classmethod
    def of(cls, settings: Settings, recorder: Recorder | None = None) -> Auditing:
        """What holds by the settings. Nothing is opened yet.

        Args:
            settings: those of the service.
            recorder: what records here, if anything is recorded.
        """
        directory = Path(settings.data_dir, "evidence")
        is_waiting: Callable[[str], bool] = (lambda _: False) if recorder is None else recorder.log.has
        return cls(
            token=settings.audit_token,
            parameters=settings.page_parameters,
            reporter=Reporter(directory, parameters=settings.page_parameters, advice=ADVICE),
            decisions=Decisions(directory, is_waiting),
            recorder=recorder,
        )

    def knows(self, header: str | None) -> bool:
        """Whether the value of `Authorization` has the token."""
        scheme, _, given = (header or "").partition(" ")
        wanted = sha256((self.token or "").encode()).digest()
        found = sha256(given.strip().encode("utf-8", "surrogatepass")).digest()
        return hmac.compare_digest(found, wanted) and scheme.lower() == "bearer" and self.token is not None

    def close(self) -> None:
        """Let go of the views."""
        self.reporter.close()
        self.decisions.close()
