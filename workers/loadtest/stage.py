"""The hub under test: a throw-away one of our own, or one that stands elsewhere."""

import asyncio
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from msgspec import Struct

from hub.core.resources import open_resources
from workers.loadtest.address import Address
from workers.loadtest.identities import Identities, cheap, prepare
from workers.loadtest.outcome import Server
from workers.loadtest.scenarios import park
from workers.up.stack import Stack, throw_away

_PARKED = re.compile(r"^longpoll_parked (\S+)", re.MULTILINE)
_PARKING_SECONDS = 20
SOCKETS_A_PERSON = 4


class Stage(Struct, frozen=True):
    """`stack` is None for a hub that is not ours to look into."""

    address: Address
    who: Identities
    stack: Stack | None = None

    async def parked(self, count: int) -> None:
        """Until so many polls wait at the hub, or they must have come back by now."""
        if self.stack is None:
            await park.settled(count)
            return
        until = time.monotonic() + _PARKING_SECONDS
        async with aiohttp.ClientSession() as http:
            while time.monotonic() < until:
                async with http.get(f"{self.stack.ops_url}/metrics") as answer:
                    found = _PARKED.search(await answer.text())
                if found and float(found[1]) >= count:
                    return
                await asyncio.sleep(0.05)

    def server(self) -> "ServerMeter | None":
        return ServerMeter(self.stack.children.pid("serve")) if self.stack else None


class ServerMeter:
    """CPU of the hub's process from now on, and what it holds in memory."""

    def __init__(self, pid: int) -> None:
        self._clock, self._pid = (~pid << 3) | 2, pid  # clock_getcpuclockid(3)
        self._began, self._cpu = time.monotonic(), time.clock_gettime(self._clock)

    def read(self) -> Server:
        cpu = time.clock_gettime(self._clock) - self._cpu
        pages = int(Path(f"/proc/{self._pid}/statm").read_text().split()[1])
        share = cpu / (time.monotonic() - self._began)
        return Server(round(share, 3), round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1))


@contextmanager
def own(sockets: int, terminals: int) -> Iterator[Stage]:
    """A hub and a relay with databases of their own, gone at the end."""
    with throw_away("serve", "relay") as stack:
        who = asyncio.run(_prepared(stack, max(1, -(-sockets // SOCKETS_A_PERSON)), terminals))
        yield Stage(Address.of(stack.base_url), who, stack)


async def _prepared(stack: Stack, people: int, terminals: int) -> Identities:
    where = stack.endpoints
    async with open_resources(cheap(stack.settings), where.dsn, where.redis_url) as res:
        return await prepare(res, people, terminals)
