"""A real Redis Cluster on loopback: Valkey nodes that can be killed, emptied and started, and slots that move."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hub.core.embedded import process
from hub.core.embedded.valkey import Valkey
from hub.core.redis import RedisError, open_redis
from tests.hubs import until

_PASSWORD = "test"
_SLOTS = 16_384


class Node:
    """One server of the cluster."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self._bus_port = home, process.free_port(), process.free_port()
        self._data, self._log = home / "data", home / "log"
        self._data.mkdir(parents=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.redis: Any = open_redis(f"redis://:{_PASSWORD}@127.0.0.1:{self.port}")

    async def start(self) -> None:
        config = self.home / "valkey.conf"
        config.write_text(
            f"bind 127.0.0.1\nport {self.port}\ndir {self._data}\nrequirepass {_PASSWORD}\n"
            f"masterauth {_PASSWORD}\ncluster-enabled yes\ncluster-port {self._bus_port}\n"
            "cluster-node-timeout 1500\ncluster-replica-validity-factor 0\ncluster-require-full-coverage no\n"
            'appendonly yes\nsave ""\nrepl-diskless-sync-delay 0\n'
        )
        self._process = process.spawn([Valkey(self.home, "")._binary(), config], self._log)
        await until(self.answers)

    async def answers(self) -> bool:
        try:
            return bool(await self.redis.ping())
        except (RedisError, OSError):
            return False

    async def is_primary(self) -> bool:
        return await self.answers() and (await self.redis.role())[0] == b"master"

    async def says(self, *command: Any) -> Any:
        return await self.redis.execute_command(*command)

    async def id(self) -> str:
        return str((await self.says("CLUSTER MYID")).decode())

    def kill(self) -> None:
        """As the kernel would for want of memory."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def lose_data(self) -> None:
        """It knows its slots when it starts again, and nothing else."""
        for path in self._data.iterdir():
            if path.name != "nodes.conf":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def stop(self) -> None:
        if self._process:
            process.stop(self._process, signal.SIGKILL)


class Cluster:
    """Three primaries with a third of the slots each."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.nodes = [Node(home / str(number)) for number in range(3)]

    def url(self, known: int = 2) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:known])
        return f"redis-cluster://:{_PASSWORD}@{hosts}"

    async def start(self) -> None:
        await asyncio.gather(*(node.start() for node in self.nodes))
        for number, node in enumerate(self.nodes):
            first, end = (_SLOTS * n // len(self.nodes) for n in (number, number + 1))
            await node.says("CLUSTER ADDSLOTSRANGE", first, end - 1)
            # Who meets with equal epochs would settle that by itself, later, in the middle of a test.
            await node.says("CLUSTER SET-CONFIG-EPOCH", number + 1)
            await self._meet(node)
        await self.settled()

    async def _meet(self, node: Node) -> None:
        await self.nodes[0].says("CLUSTER MEET", "127.0.0.1", node.port, node._bus_port)

    async def settled(self) -> None:
        """Until every node knows of all, and holds the cluster for sound."""

        async def sound(node: Node) -> bool:
            info = await node.says("CLUSTER INFO")
            text = info if isinstance(info, dict) else dict(_lines(info))
            known = (text["cluster_state"], int(text["cluster_known_nodes"]), int(text["cluster_slots_ok"]))
            return known == ("ok", len(self.nodes), _SLOTS)

        for node in self.nodes:
            await until(lambda node=node: sound(node))  # type: ignore[misc]

    async def empty(self) -> None:
        for node in self.nodes:
            if await node.is_primary():
                await node.redis.flushall()

    async def owner(self, slot: int) -> Node:
        """Who has a slot, by its own word."""
        for node in self.nodes:
            if await node.answers():
                me = await node.id()
                for first, last, primary, *_ in await node.says("CLUSTER SLOTS"):
                    if first <= slot <= last and primary[2].decode() == me:
                        return node
        raise LookupError(slot)

    async def move(self, slot: int, there: Node, *, keys: Sequence[str] | None = None) -> None:
        """Move a slot while it is used; with `keys`, these alone, and the move stays half done."""
        here = await self.owner(slot)
        await there.says("CLUSTER SETSLOT", slot, "IMPORTING", await here.id())
        await here.says("CLUSTER SETSLOT", slot, "MIGRATING", await there.id())
        while found := keys or await here.says("CLUSTER GETKEYSINSLOT", slot, 10):
            args = ("", 0, 5_000, "AUTH", _PASSWORD, "KEYS", *found)
            await here.says("MIGRATE", "127.0.0.1", there.port, *args)
            if keys:
                return
        for node in (there, here, *self.nodes):
            await node.says("CLUSTER SETSLOT", slot, "NODE", await there.id())

    async def replicate(self, primary: Node) -> Node:
        """Add a node that follows another, and wait until it does."""
        node = Node(self.home / str(len(self.nodes)))
        self.nodes.append(node)
        await node.start()
        await self._meet(node)
        await self.settled()
        await node.says("CLUSTER REPLICATE", await primary.id())

        async def follows() -> bool:
            return b"master_link_status:up" in await _raw(node, "replication")

        await until(follows)
        return node

    async def stop(self) -> None:
        for node in self.nodes:
            node.stop()
            await node.redis.aclose()


def _lines(info: bytes) -> list[tuple[str, str]]:
    lines = (line.partition(":") for line in info.decode().splitlines())
    return [(name, value.strip()) for name, _, value in lines]


async def deafen(primary: Node, replica: Node) -> None:
    """The replica hears no more of what its primary is told."""
    await replica.says("CONFIG SET", "masterauth", "wrong")
    await primary.says("CLIENT KILL", "TYPE", "replica")


async def _raw(node: Node, section: str) -> bytes:
    answer = await node.redis.info(section)
    return f"master_link_status:{answer.get('master_link_status')}".encode()
