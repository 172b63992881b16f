#!/usr/bin/env python3
"""Measures Python's qemu.qmp as floor/wire_floor.c measures the floor: MODE SOCKET COUNT, one line of JSON."""

import asyncio
import json
import resource
import sys
import time

from qemu.qmp import QMPClient


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


async def roundtrip(qmp: QMPClient, count: int) -> dict:
    times = []
    start_cpu = cpu()
    for _ in range(count):
        start = time.perf_counter()
        await qmp.execute("query-status")
        times.append((time.perf_counter() - start) * 1e6)
    return {"p50": sorted(times)[count // 2], "cpu": (cpu() - start_cpu) / count}


async def pipelined(qmp: QMPClient, count: int) -> dict:
    async def some() -> None:
        for _ in range(count // 8):
            await qmp.execute("query-status")

    start = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(8)))
    return {"rate": count / (time.perf_counter() - start)}


async def main() -> None:
    mode, socket, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    qmp = QMPClient("bench")
    await qmp.connect(socket)
    print(json.dumps(await {"roundtrip": roundtrip, "pipelined": pipelined}[mode](qmp, count)))
    await qmp.disconnect()


asyncio.run(main())
