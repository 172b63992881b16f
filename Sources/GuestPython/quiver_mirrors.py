"""Asks each of apt's mirrors whether it can be reached, and prints `ok SITE` or `bad SITE: REASON` for each.

With a proxy it is the proxy that must answer. All are asked at once and have LIMIT seconds together: the look-up of a
name knows no time limit of its own. Python 3.8 or newer, standard library only.
"""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from queue import Queue
    from typing import Optional, Tuple

    # Of one site: why it cannot be reached, or None.
    Answer = Tuple[str, Optional[Exception]]

LIMIT = 20


def output(*words: str) -> str:
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=15)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def proxies() -> dict[str, str]:
    """Returns apt's proxies by the scheme that each is for."""
    found = {}
    for line in output("apt-config", "dump", "--format", "%f %v%n").splitlines():
        words = line.split()
        parts = words[0].lower().split("::") if len(words) == 2 else []
        if len(parts) == 3 and parts[0] == "acquire" and parts[2] == "proxy" and words[1] != "DIRECT":
            found[parts[1]] = words[1]
    return found


def sites() -> Iterator[str]:
    """Returns the mirrors of apt's sources, which are known before any package list was fetched."""
    for line in output("apt-get", "update", "--print-uris").splitlines():
        url = line.partition(" ")[0].strip("'")
        site, directory, _ = url.partition("/dists/")
        yield site if directory else url.rpartition("/")[0]


def reach(site: str, peer: str, answers: Queue[Answer]) -> None:
    try:
        url = urllib.parse.urlsplit(peer)
        port = url.port or {"https": 443}.get(url.scheme, 80)
        socket.create_connection((url.hostname, port), timeout=5).close()
        answers.put((site, None))
    except (OSError, ValueError) as error:
        answers.put((site, error))


def main() -> None:
    answers: Queue[Answer] = queue.Queue()
    waiting: dict[str, str] = {}
    through = proxies()
    for site in sorted(set(sites())):
        scheme = urllib.parse.urlsplit(site).scheme
        if scheme not in ("http", "https"):
            continue
        proxy = through.get(scheme)
        waiting[site] = "%s by the proxy %s" % (site, proxy) if proxy else site
        threading.Thread(target=reach, args=(site, proxy or site, answers), daemon=True).start()
    end = time.monotonic() + LIMIT
    while waiting:
        try:
            site, error = answers.get(timeout=max(0, end - time.monotonic()))
        except queue.Empty:
            break
        name = waiting.pop(site)
        print("bad %s: %s" % (name, error) if error else "ok %s" % site)
    for name in waiting.values():
        print("bad %s: neither it nor a name server answered within %d s" % (name, LIMIT))
    sys.stdout.flush()
    # Threads that still look a name up would keep the interpreter from ending.
    os._exit(0)


if __name__ == "__main__":
    main()
