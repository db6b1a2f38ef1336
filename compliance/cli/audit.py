"""`compliance audit`: the log of evidence, sealed, kept and looked after."""

from __future__ import annotations

import click

from compliance.cli.audit_compact import compact
from compliance.cli.audit_erase import erase
from compliance.cli.audit_fsck import fsck
from compliance.cli.audit_key import key
from compliance.cli.audit_rebuild import rebuild
from compliance.cli.audit_receipt import receipt
from compliance.cli.audit_seal import seal
from compliance.cli.audit_show import show
from compliance.cli.audit_verdict import verdict
from compliance.cli.group import Commands


@click.group(cls=Commands)
def audit() -> None:
    """Seal the log of evidence, and look after it. Each of the commands takes `--json`."""


for _command in (compact, erase, fsck, key, rebuild, receipt, seal, show, verdict):
    audit.add_command(_command)
