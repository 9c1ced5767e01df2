"""`python -m bench storm`: every socket is cut, misses events, and all come back at once and ask for them."""

import asyncio
import json
import time
from collections.abc import Sequence
from statistics import median

import uvloop
from msgspec import Struct
from websockets.asyncio.client import connect

from bench import cores
from bench.fanout.publish import TOPIC
from bench.fanout.servers import SOCKETS_A_PERSON, Server, ours
from bench.figures import Target, parser, show_targets
from bench.generator import Report, generator
from bench.process import cpu_seconds


class Storm(Struct, frozen=True):
    """Seconds from the first attempt to reconnect, and hub CPU over the same time."""

    everything: float
    open: float
    cpu: float
    report: Report


def main(arguments: Sequence[str]) -> None:
    """Rounds on one hub."""
    of = parser("storm", __doc__)
    of.add_argument("--sockets", type=int, default=5_000)
    of.add_argument("--missed", type=int, default=100)
    of.add_argument("--rounds", type=int, default=3)
    options = of.parse_args(arguments)
    cores.generator()
    with (
        ours(-(-options.sockets // SOCKETS_A_PERSON)) as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        storms = runner.run(_storms(server, options.sockets, options.missed, options.rounds))
    for number, storm in enumerate(storms, start=1):
        print(
            f"round {number}: {options.sockets:,} back in {storm.open:.2f} s, everything there after "
            f"{storm.everything:.2f} s; hub CPU {storm.cpu:.2f} s, "
            f"{storm.cpu / options.sockets * 1e6:,.0f} us a socket; {storm.report}"
        )
    missing = options.sockets * options.missed * len(storms) - sum(storm.report.frames for storm in storms)
    wrong = sum(storm.report.gaps + storm.report.doubled + storm.report.lost for storm in storms)
    show_targets(
        [
            Target("until everybody has everything", 10, median(s.everything for s in storms), "s"),
            Target("lost, doubled or cut", 0, missing + wrong, "events"),
        ],
        f"{options.sockets:,} sockets, {options.missed} events missed",
    )


async def _storms(server: Server, sockets: int, missed: int, rounds: int) -> list[Storm]:
    epoch, found = await _epoch(server), []
    auth = server.hello[0]
    async with generator(
        server.base_url, "/ws", server.subprotocol, sockets, server.hello, server.who
    ) as crowd:
        publisher = await server.publisher(0)
        await crowd.open()
        for _ in range(rounds):
            await publisher.publish(1)
            await crowd.until(publisher.next - 1)
            crowd.tell("cut")
            first = publisher.next
            await publisher.publish(missed)
            since = {"epoch": epoch, "offset": first}
            sub = json.dumps({"op": "sub", "id": 1, "topic": TOPIC, "since": since}, separators=(",", ":"))
            crowd.tell("forget", f"hello {auth}", f"hello {sub}", f"reset {first}")
            cpu, began = cpu_seconds(server.pid), time.monotonic()
            opened = asyncio.ensure_future(crowd.open(sockets))
            await crowd.until(publisher.next - 1)
            took = time.monotonic() - began
            cpu = cpu_seconds(server.pid) - cpu
            found.append(Storm(took, await opened, cpu, await crowd.report()))
        await publisher.close()
    return found


async def _epoch(server: Server) -> str:
    url = server.base_url.replace("http", "ws") + "/ws"
    async with connect(url, subprotocols=[server.subprotocol], compression=None) as socket:  # type: ignore[list-item]
        await socket.send(server.hello[0].replace("{who}", server.who[0]))
        await socket.recv()
        await socket.send(server.hello[1])
        return str(json.loads(await socket.recv())["epoch"])
