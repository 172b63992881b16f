"""The files in which cloud-init records its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .text_files import read_text

if TYPE_CHECKING:
    from .protocol import Message

CLOUD_INIT_RUN = "/run/cloud-init"
CLOUD_INIT_DATA = "/var/lib/cloud/data"
CLOUD_INIT_STAGES = ("init-local", "init", "modules-config", "modules-final")


def cloud_init_log(status: Message) -> list[str]:
    """Returns the last warnings and errors of cloud-init's log, if a stage reports that something went wrong."""
    stages = [stage for stage in status.get("v1", {}).values() if isinstance(stage, dict)]
    if not any(stage.get("errors") or stage.get("recoverable_errors") for stage in stages):
        return []
    lines = (read_text("/var/log/cloud-init.log") or "").splitlines()
    telling = [line for line in lines if "[WARNING]" in line or "[ERROR]" in line or "[CRITICAL]" in line]
    output = (read_text("/var/log/cloud-init-output.log") or "").splitlines()
    # Tables of keys and addresses would push out what the commands said.
    output = [line for line in output if line.strip() and not line.startswith("ci-info:")]
    return [line[:500] for line in telling[-20:]] + [line[:500] for line in output[-20:]]
