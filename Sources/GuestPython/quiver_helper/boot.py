"""The milestones of a boot, each reported to the host once."""

from __future__ import annotations

import ctypes
import os
import time
from typing import TYPE_CHECKING

from .clock import uptime
from .cloud_init import CLOUD_INIT_DATA, CLOUD_INIT_RUN, CLOUD_INIT_STAGES, cloud_init_log
from .protocol import CHUNK
from .text_files import read_json, read_text

if TYPE_CHECKING:
    from typing import Any, Callable

    from .protocol import Message

IN_CHANGED = 0x8 | 0x80 | 0x100  # close-write, moved-to, create


class Boot:
    """Watches a boot through the files that cloud-init writes, and sshd's listening socket."""

    def __init__(self, announce: Callable[[Message], object]) -> None:
        self.announce = announce
        self.milestones: list[Message] = []
        self.cloud_init: Message | None = None
        self.seen: set[str] = set()
        self.ssh_listens = False
        self.notifier: int | None = None
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            notifier = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
            if notifier >= 0:
                self.notifier = notifier
                for directory in (CLOUD_INIT_RUN, CLOUD_INIT_DATA):
                    libc.inotify_add_watch(notifier, directory.encode(), IN_CHANGED)
        except (OSError, AttributeError):
            pass

    def reach(self, name: str, at: float | None = None, **facts: Any) -> None:
        if name in self.seen:
            return
        self.seen.add(name)
        milestone: Message = {"event": "milestone", "name": name, "uptime": uptime() if at is None else at}
        milestone.update(facts)
        self.milestones.append(milestone)
        self.announce(milestone)

    @property
    def is_over(self) -> bool:
        return self.cloud_init is not None and self.ssh_listens

    def look(self) -> None:
        """Checks everything once; called when a file changed and, until sshd listens, at short intervals."""
        if self.notifier is not None:
            try:
                os.read(self.notifier, CHUNK)
            except BlockingIOError:
                pass
        if not self.ssh_listens and listens_on(22):
            self.ssh_listens = True
            self.reach("ssh")
        if self.cloud_init is None:
            self.look_at_cloud_init()

    def look_at_cloud_init(self) -> None:
        if os.path.exists(CLOUD_INIT_RUN + "/disabled"):
            self.end_cloud_init({"state": "disabled"})
            return
        status = read_json(CLOUD_INIT_RUN + "/status.json")
        if not isinstance(status, dict):
            if not os.path.exists(CLOUD_INIT_RUN) and uptime() > 60:
                self.end_cloud_init({"state": "absent"})
            return
        offset = time.time() - uptime()
        for stage in CLOUD_INIT_STAGES:
            facts = status.get("v1", {}).get(stage) or {}
            for edge in ("start", "finished"):
                if facts.get(edge):
                    self.reach("cloud-init %s %s" % (stage, edge), round(facts[edge] - offset, 3))
        result = read_json(CLOUD_INIT_RUN + "/result.json")
        if isinstance(result, dict):
            self.end_cloud_init(
                {"state": "finished", "status": status, "result": result, "log": cloud_init_log(status)}
            )

    def end_cloud_init(self, facts: Message) -> None:
        self.cloud_init = facts
        self.reach("cloud-init", **facts)


def listens_on(port: int) -> bool:
    wanted = ":%04X" % port
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in (read_text(table) or "").splitlines()[1:]:
            fields = line.split()
            if len(fields) > 3 and fields[1].endswith(wanted) and fields[3] == "0A":
                return True
    return False
