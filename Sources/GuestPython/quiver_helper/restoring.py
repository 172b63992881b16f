"""The fix-up of a guest after a restore or a fork."""

from __future__ import annotations

import base64
import binascii
import time
from typing import TYPE_CHECKING

from quiver_shared.clock import follow_host_clock

from .clock import set_clock
from .identity import set_host_keys, set_hostname, set_machine_id
from .network import renew_lease, set_mac

if TYPE_CHECKING:
    from quiver_shared.random_pool import RandomPool

    from .port import Port
    from .protocol import Message


class Restoring:
    """The guest's clock, random pool and identity, and the nonce by which the host recognises its state."""

    pool: RandomPool
    port: Port
    nonce: str

    def fix_up_first(self, line: bytes) -> None:
        """Runs before anything else in a fork; the line is !ID TOKEN TIME SINCE ENTROPY.

        The guest's clock stood at SINCE when the host's was TIME, both in nanoseconds; zero leaves the clock alone.
        ENTROPY is in Base64.
        """
        identifier, token, wall, since, entropy = line[1:].split()
        self.pool.feed(binascii.a2b_base64(entropy))
        now = time.monotonic_ns()
        if since != b"0":
            follow_host_clock(int(wall), int(since), now)
        nonce = self.nonce.encode()
        answer = b'{"id":%s,"ok":{"token":"%s","nonce":"%s","monotonic":%d}}\n' % (identifier, token, nonce, now)
        self.port.send_line(answer)

    def do_restore(self, request: Message) -> Message:
        """Fixes the guest up after a restore or fork: each part that the request contains, in this order."""
        done: Message = {"token": request.get("token"), "nonce": self.nonce or None}
        # What the steps below take is added to the host's time, so that the clock can be set last: setting it wakes
        # every program that asked to be told, and those would run before the answer has gone out.
        started = request.get("since", time.monotonic_ns())
        if "entropy" in request:
            self.pool.feed(base64.b64decode(request["entropy"]))
        if "machine_id" in request:
            set_machine_id(request["machine_id"])
        if "hostname" in request:
            set_hostname(request["hostname"])
        if "host_keys" in request:
            set_host_keys(request["host_keys"])
        if "mac" in request:
            found = [(name, set_mac(name, address)) for name, address in request["mac"].items()]
            done["addresses"] = {name: address for name, address in found if address}
        if request.get("renew_lease"):
            done["dhcp_client"] = renew_lease()
        if "time" in request:
            done["clock_was_off"] = set_clock(request["time"] + time.monotonic_ns() - started)
        return done

    def do_freeze(self, request: Message) -> Message:
        """The last request before a freeze: returns the clock from which forks of this moment continue."""
        return {"monotonic": time.monotonic_ns()}

    def do_time(self, request: Message) -> Message:
        return {"time": time.time_ns()}

    def do_write_nonce(self, request: Message) -> Message:
        self.nonce = request["nonce"]
        return {}

    def do_read_nonce(self, request: Message) -> Message:
        return {"nonce": self.nonce or None}
