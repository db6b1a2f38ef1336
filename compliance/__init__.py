"""Tells a publisher which legal notices a page needs for a reader in a place, and why."""

from __future__ import annotations

from compliance.answer import Answer
from compliance.check import Checker, Reader
from compliance.content.facts import Content
from compliance.errors import (
    ComplianceError,
    ConfigError,
    DatabaseError,
    EvidenceError,
    Problem,
    RequestError,
    RulesError,
)
from compliance.model.decision import Decision

__version__ = "0.1.0.dev0"

__all__ = [
    "Answer",
    "Checker",
    "ComplianceError",
    "ConfigError",
    "Content",
    "DatabaseError",
    "Decision",
    "EvidenceError",
    "Problem",
    "Reader",
    "RequestError",
    "RulesError",
]
