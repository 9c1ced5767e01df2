"""How broadcasts follow one another, and what one measurement is."""

import asyncio
import time
from statistics import median
from urllib.parse import urlsplit

import msgspec

from bench import cores
from bench.fanout.publish import Publisher
from bench.fanout.servers import Server
from bench.generator import Generator, generator
from bench.process import cpu_seconds
from workers.loadtest.wire import load, request

REST_RATE = 200


class Mode(msgspec.Struct, frozen=True):
    """`outstanding` times `at_once` broadcasts on their way all the time; or `rate` a second, come what may."""

    name: str
    sockets: int
    outstanding: int = 0
    at_once: int = 1
    rate: float = 0
    rest: bool = False


class Measured(msgspec.Struct, frozen=True):
    """CPU in microseconds a delivered message; times in milliseconds; `generator` is its share of a core.

    `others` is the share of the server's core that was taken by somebody else: much of it is noise in the rest.
    """

    server: str
    mode: str
    cpu: float
    rate: float
    p50: float
    p99: float
    generator: float
    others: float
    clean: bool
    rest_p99: float = 0


async def measure(server: Server, modes: list[Mode], seconds: float) -> list[Measured]:
    """Open the sockets once, then one mode after another; all of `modes` have as many sockets."""
    found = []
    hello = server.hello
    async with generator(
        server.base_url, "/ws", server.subprotocol, modes[0].sockets, hello, server.who
    ) as subscribers:
        if any(mode.rest for mode in modes):
            subscribers.yield_to_others()
        await subscribers.open()
        publisher = await server.publisher(server.next)
        await _warm_up(subscribers, publisher)
        for mode in modes:
            found.append(await _measure(server, mode, seconds, subscribers, publisher))
        server.next = publisher.next
        await publisher.close()
    return found


async def _warm_up(subscribers: Generator, publisher: Publisher) -> None:
    for _ in range(5):
        await publisher.publish(1)
        await subscribers.until(publisher.next - 1)


async def _measure(
    server: Server, mode: Mode, seconds: float, subscribers: Generator, publisher: Publisher
) -> Measured:
    subscribers.tell(f"reset {publisher.next}")
    await subscribers.report()
    busy, cpu, own, began = cores.busy_seconds(), cpu_seconds(server.pid), subscribers.cpu(), time.monotonic()
    rest_p99 = 0.0
    if mode.rest:
        _, rest_p99 = await asyncio.gather(_paced(mode, seconds, publisher), _rest(server, seconds))
    elif mode.rate:
        await _paced(mode, seconds, publisher)
    else:
        await _saturated(mode, seconds, subscribers, publisher)
    await subscribers.until(publisher.next - 1)
    took = time.monotonic() - began
    cpu, own = cpu_seconds(server.pid) - cpu, subscribers.cpu() - own
    others = max(cores.busy_seconds() - busy - cpu, 0) / took
    report = await subscribers.report()
    return Measured(
        server.name, mode.name, cpu / report.frames * 1e6, report.frames / max(report.seconds, 1e-9),
        report.p50, report.p99, own / took, others, report.clean, rest_p99,
    )  # fmt: skip


async def _saturated(mode: Mode, seconds: float, subscribers: Generator, publisher: Publisher) -> None:
    first, until = publisher.next, time.monotonic() + seconds
    await publisher.publish(mode.outstanding * mode.at_once)
    while time.monotonic() < until:
        # One unit is made for each that everybody has: what came together is made together.
        await subscribers.until(publisher.next - mode.outstanding * mode.at_once + mode.at_once - 1)
        units_done = (subscribers.done + 1 - first) // mode.at_once
        units_made = (publisher.next - first) // mode.at_once
        await publisher.publish((units_done + mode.outstanding - units_made) * mode.at_once)


async def _paced(mode: Mode, seconds: float, publisher: Publisher) -> None:
    began = time.monotonic_ns() + 100_000_000
    for number in range(int(seconds * mode.rate)):
        intended = began + int(number * 1e9 / mode.rate)
        await asyncio.sleep(max(0.0, (intended - time.monotonic_ns()) / 1e9))
        await publisher.publish(1, intended)


async def _rest(server: Server, seconds: float) -> float:
    one = request("GET", "/api/v1/version", urlsplit(server.base_url).netloc, {}, b"")
    found = await load(server.base_url, [one] * int(REST_RATE * seconds), connections=8, rate=REST_RATE)
    assert set(found.statuses) == {200}, found.statuses
    return found.percentile(0.99)


def medians(rows: list[Measured], field: str) -> dict[tuple[str, str], float]:
    """By server and mode."""
    by: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        by.setdefault((row.server, row.mode), []).append(getattr(row, field))
    return {key: median(values) for key, values in by.items()}
