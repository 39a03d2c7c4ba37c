"""Signed webhooks over kept connections, as fast as they are answered or at a steady rate; times in milliseconds."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.harness.simulator import sign


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run gave: answers a second, percentiles of the time to an answer, and how many were not 200."""

    per_second: float
    p50: float
    p95: float
    p99: float
    failed: int


def measured(times: list[float], seconds: float, failed: int) -> Measured:
    """Percentiles of times in seconds, in milliseconds."""
    ranked = sorted(times) or [0.0]

    def at(share: float) -> float:
        return round(ranked[min(int(len(ranked) * share), len(ranked) - 1)] * 1000, 2)

    return Measured(round(len(times) / seconds, 1), at(0.5), at(0.95), at(0.99), failed)


def _requests(run: str) -> Iterator[bytes]:
    for number in itertools.count():
        event = {
            "type": "message", "mode": "active", "timestamp": 1_795_000_000_000 + number,
            "replyToken": f"{number:032x}",
            "webhookEventId": f"01BENCH{run}{number:015d}", "deliveryContext": {"isRedelivery": False},
            "source": {"type": "user", "userId": f"U{number % 5000:032x}"},
            "message": {"id": f"{run}{number}", "type": "text", "text": "請問標準廠房的租約可以提前終止嗎？"},
        }  # fmt: skip
        body = json.dumps({"destination": "U" + "0" * 32, "events": [event]}, ensure_ascii=False).encode()
        head = (
            f"POST /line/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Line-Signature: {sign(body)}\r\n\r\n"
        )
        yield head.encode() + body


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return head.startswith(b"HTTP/1.1 200")


async def _closed(port: int, run: str, seconds: float, connections: int) -> Measured:
    source, times, failed = _requests(run), list[float](), 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (begun := time.perf_counter()) < end:
            good = await _ask(reader, writer, next(source))
            times.append(time.perf_counter() - begun)
            failed += not good
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(connections)))
    return measured(times, seconds, failed)


async def _steady(port: int, run: str, seconds: float, rate: float, connections: int) -> Measured:
    """Each request has its time to leave; what waits for a connection waits on the clock of the measurement."""
    source, times, failed = _requests(run), list[float](), 0
    total = int(seconds * rate)
    begun = time.perf_counter()
    numbers = iter(range(total))

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            good = await _ask(reader, writer, next(source))
            times.append(time.perf_counter() - due)
            failed += not good
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one() for _ in range(connections)))
    return measured(times, seconds, failed)


def closed(port: int, run: str, *, seconds: float = 5.0, connections: int = 32) -> Measured:
    """As many as are answered, each connection asking again as soon as it was answered."""
    return asyncio.run(_closed(port, run, seconds, connections))


def steady(port: int, run: str, *, seconds: float = 5.0, rate: float = 500.0, connections: int = 64) -> Measured:
    """``rate`` a second, whatever the answers take."""
    return asyncio.run(_steady(port, run, seconds, rate, connections))
