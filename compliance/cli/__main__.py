"""`python -m compliance.cli` is `compliance`."""

from __future__ import annotations

from compliance.cli import main

main(prog_name="compliance")
