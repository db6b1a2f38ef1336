"""What came of each case, as JUnit XML: the report that build servers read.

Theory: there is no one schema, so only what all of them know is used: suites with counts, one test case for
each case, a failure with a message and all details. No times are given, so that equal results are equal files.

Source: the schema of the Apache Ant task, and the reports of pytest for `file` and `line`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree as ET

from compliance.errors import Problem

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One case: which file and line it stands in, the rule or suite that it belongs to, and what is wrong with it."""

    file: str
    line: int
    owner: str
    name: str
    expected: str
    found: str
    problems: tuple[Problem, ...] = ()
    is_scenario: bool = False


def junit(tried: Sequence[Tried]) -> bytes:
    """The report on all cases, a suite for each file, in the order in which they were asked."""
    root = ET.Element("testsuites", {"name": "compliance", **_counts(tried)})
    for file, group in groupby(tried, key=lambda each: each.file):
        cases = list(group)
        suite = ET.SubElement(root, "testsuite", {"name": _clean(file), **_counts(cases)})
        for case in cases:
            _add(suite, case)
    ET.indent(root)
    report: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return report + b"\n"


def _add(suite: ET.Element, case: Tried) -> None:
    place = {"file": _clean(case.file), "line": str(case.line)}
    node = ET.SubElement(suite, "testcase", {"classname": case.owner, "name": _clean(case.name), "time": "0", **place})
    if case.problems:
        message = "; ".join(problem.message for problem in case.problems)
        failure = ET.SubElement(node, "failure", {"message": _clean(message), "type": "unexpected"})
        told = "\n\n".join(str(problem) for problem in case.problems)
        failure.text = _clean(f"expected {case.expected}\nfound {case.found}\n\n{told}\n")


def _counts(tried: Sequence[Tried]) -> dict[str, str]:
    failed = sum(bool(case.problems) for case in tried)
    return {"tests": str(len(tried)), "failures": str(failed), "errors": "0", "skipped": "0", "time": "0"}


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
