"""Acting with a user's rights."""

from __future__ import annotations

import os
import pwd

from .protocol import Refused


class ActingAs:
    """A context in which the kernel checks every access as if the user made it."""

    def __init__(self, name: str | None) -> None:
        try:
            self.account = pwd.getpwnam(name) if name else pwd.getpwuid(os.geteuid())
        except KeyError:
            raise Refused("there is no user %s in the guest" % name) from None
        self.changes = self.account.pw_uid != os.geteuid()

    def __enter__(self) -> pwd.struct_passwd:
        if self.changes:
            self.groups = os.getgroups()
            os.initgroups(self.account.pw_name, self.account.pw_gid)
            os.setegid(self.account.pw_gid)
            os.seteuid(self.account.pw_uid)
        return self.account

    def __exit__(self, *_: object) -> None:
        if self.changes:
            os.seteuid(0)
            os.setegid(0)
            os.setgroups(self.groups)
