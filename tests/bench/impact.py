"""How long `compliance diff` takes: 1,000 rules, 5,000 entries of registers, ten rules changed.

Run it by hand: `python -m tests.bench.impact`. It prints seconds, step by step.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from zoneinfo import available_timezones

from compliance.language.load import load
from compliance.model.ruleset import Ruleset
from compliance.review.impact.report import Impact

RULES, REGISTERS, ENTRIES, CHANGED = 1000, 20, 5000, 10
COUNTRIES = ("RU", "BY", "DE", "AT", "FR", "ES", "IT", "PL", "CZ", "NO", "eu-like")
PROMOTED = ("gambling", "alcohol", "tobacco", "medicine", "crypto-asset")
KINDS = ("article", "opinion", "advertisement", "video")


def rule(number: int, *, is_changed: bool) -> str:
    """A rule of one of three shapes; a changed one begins later and asks for a further country."""
    country, further = COUNTRIES[number % len(COUNTRIES)], COUNTRIES[(number + 3) % len(COUNTRIES)]
    shapes = (
        f"  publisher.designated_as: x/list-{number % REGISTERS}\n",
        f"  content.promotes: {PROMOTED[number % len(PROMOTED)]}\n  content.kind: {KINDS[number % len(KINDS)]}\n",
        f"  mention.designated_as: x/list-{number % REGISTERS}\n  content.kind: {KINDS[number % len(KINDS)]}\n",
    )
    for_each = "for_each: content.mentions\n" if number % 3 == 2 else ""
    return f"""\
language: 1
rule: rule-{number}
title: Rule {number}
status: active
owner: desk@example.org
review_by: 2030-01-01
legal_basis: [{{title: An act, article: "1", href: "https://law.example/act", confidence: A}}]
effective: {{first_day: {"2026-12-01" if is_changed else "2020-01-01"}, last_day: none, timezone: Europe/Moscow}}
{for_each}when:
{shapes[number % 3]}  reader.location: {f"[{country}, {further}]" if is_changed else country}
notice:
  purpose: legal-duty
  severity: inform
  placement: top
  conditional: true
  text: {{en: Notice {number}., ru: Уведомление {number}.}}
scenarios:
  - {{name: before, date: 2019-12-31, given: {{content.kind: article}}, expect: none}}
"""


def files(*, is_changed: bool) -> dict[str, bytes]:
    """A rule set, of which every hundredth rule is changed."""
    found = {
        f"rules/{n}.yaml": rule(n, is_changed=is_changed and n % (RULES // CHANGED) == 0).encode() for n in range(RULES)
    }
    for n in range(ENTRIES):
        found[f"entities/{n}.yaml"] = (
            f"language: 1\nentity: org-{n}\ntitle: Org {n}\ndomains: [org-{n}.example]\n".encode()
        )
    head = "title: A list\nauthority: X\nlegal_basis: [{title: An act}]\ncomplete: true\nretrieved_on: 2026-11-01\n"
    for n in range(REGISTERS):
        entries = "".join(
            f"  - entity: org-{each}\n    listed_on: {{day: {date.fromordinal(737000 + each)}}}\n    last_day: none\n"
            for each in range(n, ENTRIES, REGISTERS)
        )
        text = f"language: 1\nregister: x/list-{n}\n{head}fresh_for: 60 days\narms: listed_on\nentries:\n{entries}"
        found[f"registers/{n}.yaml"] = text.encode()
    members = "[DE, AT, FR, ES, IT, PL, CZ]"
    found["territory.yaml"] = (
        f"language: 1\nterritory: eu-like\ntitle: T\nmembers:\n  - {{codes: {members}, extent: whole, "
        "first_day: none, last_day: none}\nsources: [{title: An act}]\n"
    ).encode()
    return found


def main() -> None:
    """Compare, and say how long each step took."""
    zones = available_timezones()
    start = time.perf_counter()

    def done(step: str) -> None:
        nonlocal start
        now = time.perf_counter()
        sys.stdout.write(f"{now - start:6.2f} s  {step}\n")
        start = now

    sides: list[Ruleset] = []
    for is_changed in (False, True):
        sides.append(load(files(is_changed=is_changed), zones))
        done(f"read {'new' if is_changed else 'old'}: {len(sides[-1].rules)} rules, {len(sides[-1].entities)} entities")
    impact = Impact(sides[0], sides[1], date(2026, 11, 25))
    tasks = impact.tasks()
    done(f"found {len(tasks)} notices that may have changed")
    changes = [change for task in tasks if (change := impact.run(task)) is not None]
    done(f"compared them: {sum(len(each.groups) for each in changes)} groups in {len(changes)} notices")


if __name__ == "__main__":
    main()
