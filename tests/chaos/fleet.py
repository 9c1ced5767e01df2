"""The processes under fire, each with a clock of its own and proxies on its ways, started again when they die."""

import asyncio
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from hub.core.embedded.process import free_port
from tests.chaos.board import Board
from tests.chaos.proxy import Proxy
from tests.chaos.servers import frozen
from tests.hubs import until
from workers.up.children import Child
from workers.up.stack import Stack

HUBS = ("hub1", "hub2")
_CLOCKS = {"hub1": "hub1", "hub2": "hub2", "relay": "relay", "spare": "relay", "worker": "hub1"}
_COMMANDS = {"hub1": "serve", "hub2": "serve", "relay": "relay", "spare": "relay", "worker": "work"}
_HOLD_OFF_SECONDS = 1.0
BUS_LENGTH = 1_000
"""Entries that the bus keeps here."""
ROOT = Path(__file__).parents[2]


class Fleet:
    """`proxies`: `hub1` for everybody, `slow-hub1` for the slow, `hub1-postgres` and `hub1-redis` behind it."""

    def __init__(self, stack: Stack, board: Board, topics: list[str], seed: int) -> None:
        self._stack, self._seed = stack, seed
        self._controls: dict[str, str] = {}
        self._board, self._topics = board, topics
        self._ports = {hub: free_port() for hub in HUBS}
        self._worker_port = free_port()
        self._database = urlsplit(stack.endpoints.dsn)
        self._redis = urlsplit(stack.endpoints.redis_url)
        self.proxies: dict[str, Proxy] = {}
        self.died: list[str] = []
        """Processes that ended though nobody killed them."""
        self._wanted: set[str] = set()
        self._began: dict[str, float] = {}
        self._tending: asyncio.Task[None] | None = None

    @property
    def names(self) -> list[str]:
        return [*_COMMANDS, "writer"]

    async def start(self) -> None:
        for hub in HUBS:
            for name in (hub, f"slow-{hub}"):
                self.proxies[name] = await Proxy(self._ports[hub]).start()
        for name in _COMMANDS:
            self.proxies[f"{name}-postgres"] = await Proxy(self._database.port or 0).start()
            self.proxies[f"{name}-redis"] = await Proxy(self._redis.port or 0).start()
        for name in self.names:
            self._wanted.add(name)
            self._begin(name)
        self._tending = asyncio.ensure_future(self._tend())
        await self.ready()

    async def stop(self) -> None:
        if self._tending:
            self._tending.cancel()
        for name in self.names:
            with suppress(ProcessLookupError):
                os.kill(self._stack.children.pid(name), signal.SIGKILL)
        await asyncio.to_thread(self._stack.children.stop)
        for proxy in self.proxies.values():
            await proxy.stop()

    @contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """These stand still until the block ends."""
        with frozen(*map(self._stack.children.pid, names)):
            yield

    async def kill(self, name: str) -> None:
        """SIGKILL, and another in its place."""
        with suppress(ProcessLookupError):
            os.kill(self._stack.children.pid(name), signal.SIGKILL)
        await self.fell(name)

    async def fell(self, name: str) -> None:
        """It dies because we wanted it to: another takes its place when it has."""
        self._wanted.add(name)
        await until(lambda: name not in self._wanted, seconds=30)

    async def swap(self, controls: dict[str, str]) -> None:
        """These processes lack a protection now, and all others have theirs."""
        changed = [name for name in self.names if controls.get(name) != self._controls.get(name)]
        self._controls = controls
        await asyncio.gather(*(self.kill(name) for name in changed))
        await self.ready()

    def links(self) -> list[Proxy]:
        """The ways from our processes to the servers."""
        return [proxy for name, proxy in self.proxies.items() if name.endswith(("-postgres", "-redis"))]

    async def ready(self) -> None:
        """Until both hubs say so, whatever was done to them, and the worker, which ends when it is started without servers."""
        hubs = [f"{self._ports[hub]}/api/v1/health" for hub in HUBS]
        for place in (*hubs, f"{self._worker_port}/ready"):

            async def answers(url: str = f"http://127.0.0.1:{place}") -> bool:
                return await asyncio.to_thread(_answers, url)

            await until(answers, seconds=60)

    async def _tend(self) -> None:
        while True:
            for name in self.names:
                if self._stack.children.ended(name):
                    self._begin(name)
            await asyncio.sleep(0.02)

    def _begin(self, name: str) -> None:
        """At once when we wanted its end; what ends by itself may try again once a second."""
        if name not in self._wanted:
            if time.monotonic() - self._began[name] < _HOLD_OFF_SECONDS:
                return
            self.died.append(name)
        self._wanted.discard(name)
        self._began[name] = time.monotonic()
        self._stack.children.start(self._child(name))

    def _child(self, name: str) -> Child:
        env = {
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "clients" / "python")]),
            "CHAOS_BOARD": str(self._board.path),
            "CHAOS_CONTROL": self._controls.get(name, ""),
            "CHAOS_CLOCK": _CLOCKS.get(name, "writer"),
            "CHAOS_BUS_LENGTH": str(BUS_LENGTH),
            "OPS_PORT": str(self._worker_port if name == "worker" else 0),
        }
        if name == "writer":
            env |= {"CHAOS_TOPICS": " ".join(self._topics), "CHAOS_SEED": str(self._seed)}
            return Child(name, (), env, module="tests.chaos.writer")
        env |= {
            "DB_DSN": _through(self._stack.endpoints.dsn, self.proxies[f"{name}-postgres"]),
            "REDIS_URL": _through(self._stack.endpoints.redis_url, self.proxies[f"{name}-redis"]),
            "HUB_PORT": str(self._ports.get(name, 0)),
        }
        return Child(name, (_COMMANDS[name],), env, module="tests.chaos.process")


def _through(url: str, proxy: Proxy) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{proxy.port}").geturl()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
