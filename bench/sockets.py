"""`python -m bench sockets`: what an open socket and a parked poll hold in memory, and how fast polls wake."""

import asyncio
from collections.abc import Sequence

import uvloop
from msgspec import Struct

from bench import cores
from bench.fanout.servers import SOCKETS_A_PERSON, Server, ours
from bench.figures import Target, parser, show_targets
from bench.generator import generator
from bench.process import cpu_seconds, resident_kb
from workers.loadtest import stage as stages
from workers.loadtest.scenarios.park import park
from workers.loadtest.scene import Scene
from workers.loadtest.stage import Stage

WARM = 500
"""So many come and go before memory is read: what the first ones cost is not what one more costs."""
SPARE_FILES = 400


class Woken(Struct, frozen=True):
    """Memory a parked poll; seconds until all of a wake were answered, worst round; CPU a wake."""

    kb: float
    seconds: float
    p99_ms: float
    cpu_us: float
    lost: int


def main(arguments: Sequence[str]) -> None:
    """Sockets on one hub, polls on another."""
    of = parser("sockets", __doc__)
    of.add_argument("--sockets", type=int, default=20_000)
    of.add_argument("--polls", type=int, default=10_000)
    of.add_argument("--terminals", type=int, default=100, help="devices that the polls belong to")
    of.add_argument("--rounds", type=int, default=3, help="wakes")
    options = of.parse_args(arguments)
    files = cores.generator()
    sockets = min(options.sockets, files - SPARE_FILES)
    if sockets < options.sockets:
        print(f"{sockets:,} sockets: the hard limit of open files is {files:,} (ulimit -Hn).")
    kb, seconds, after = _sockets(sockets) if sockets else (None, 0, 0)
    if kb:
        print(f"{sockets:,} sockets opened in {seconds:.1f} s; {after:.2f} KB each stay after they are gone")
    woken = _polls(options.polls, options.terminals, options.rounds)
    print(f"CPU {woken.cpu_us:,.0f} us a poll, parking and waking together")
    show_targets(
        [
            Target(f"{sockets:,} open sockets, each", 30, kb, "KB"),
            Target(f"{options.polls:,} parked polls, each", 16, woken.kb, "KB"),
            Target("wake: until all are answered", 1.5, woken.seconds, "s"),
            Target("wake: p99", 1_000, woken.p99_ms, "ms"),
            Target("polls not answered", 0, woken.lost, ""),
        ]
    )


def _sockets(count: int) -> tuple[float, float, float]:
    with ours(-(-count // SOCKETS_A_PERSON)) as server:
        return _run(_open(server, count))


def _run(work):
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def _open(server: Server, count: int) -> tuple[float, float, float]:
    """KB each while they are open, seconds it took, KB each afterwards."""
    await _crowd(server, WARM, 0)
    before = resident_kb(server.pid)
    held, took = await _crowd(server, count, 1)
    return (held - before) / count, took, (resident_kb(server.pid) - before) / count


async def _crowd(server: Server, count: int, number: int) -> tuple[int, float]:
    """Open so many, send all of them one event; memory then, and the seconds until they were open."""
    where = (server.base_url, "/ws", server.subprotocol)
    publisher = await server.publisher(number)
    async with generator(*where, count, server.hello, server.who) as crowd:
        took = await crowd.open(200, seconds=300)
        await publisher.publish(1)
        await crowd.until(number)
        await _at_rest(server.pid)
        held = resident_kb(server.pid)
        assert (await crowd.report()).clean
    await publisher.close()
    await _at_rest(server.pid)
    return held, took


async def _at_rest(pid: int) -> None:
    """Until the server has nothing to do."""
    cpu = cpu_seconds(pid)
    while True:
        await asyncio.sleep(0.5)
        before, cpu = cpu, cpu_seconds(pid)
        if cpu - before < 0.02:
            return


def _polls(count: int, terminals: int, rounds: int) -> Woken:
    with stages.own(WARM, terminals) as stage:
        assert stage.stack
        pid = stage.stack.children.pid("serve")
        cores.server_side(pid)
        return _run(_woken(stage, pid, count, rounds))


async def _woken(stage: Stage, pid: int, count: int, rounds: int) -> Woken:
    await park(Scene(stage.address, stage.who), polls=WARM, rounds=1, parked=stage.parked)
    await _at_rest(pid)
    before, held, cpu = resident_kb(pid), 0, cpu_seconds(pid)
    scene = Scene(stage.address, stage.who)

    async def parked(wanted: int) -> None:
        nonlocal held
        await stage.parked(wanted)
        held = max(held, resident_kb(pid))

    await park(scene, polls=count, rounds=rounds, parked=parked)
    cpu = (cpu_seconds(pid) - cpu) / (count * rounds) * 1e6
    seconds = scene.facts["seconds until all are answered"]
    p99 = scene.recorder("approval to poll").percentile(99)
    if scene.errors:
        print(dict(scene.errors))
    return Woken((held - before) / count, seconds, p99, cpu, scene.lost)
