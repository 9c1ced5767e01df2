"""A Redis Cluster for callers who know their slots: plain clients, one a node, found with CLUSTER SLOTS.

redis-py's own RedisCluster closes its connections to every node when one goes away, blocked reads of healthy
ones included, and sets no bound to how many it opens. Here a node that is away disturbs only its own slots.
"""

import asyncio
import random
import re
from typing import Any

from redis.crc import key_slot
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import ResponseError

from hub.core.redis import AWAY, Redis, RedisError, open_redis

_HOPS = 4
"""Slots move one by one: who is sent on more often than this in one call is sent in circles."""
_FIND_SECONDS = 1
_TOLD = re.compile(r"(MOVED|ASK) \d+ (\S*):(\d+)$")


class Cluster:
    """The nodes of one cluster; `url` names some, `redis-cluster://user:password@host:port,host:port`."""

    def __init__(self, url: str, *, connections: int, timeout: float) -> None:
        scheme, _, rest = url.partition("://")
        login, at, hosts = rest.rpartition("@")
        self._scheme, self._login = scheme.removesuffix("-cluster"), login + at
        self._seeds = hosts.rstrip("/").split(",")
        self._connections, self._timeout = connections, timeout
        self._nodes: dict[str, Redis] = {}
        self._where: dict[int, str] = {}

    def slot(self, key: str) -> "Slot":
        """A client for the keys that share this key's slot."""
        return Slot(self, key_slot(key.encode()), self._node(self._seeds[0]))

    async def run(self, slot: int, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """One command, wherever the slot is. A node that is away is asked once; whose slots it had is then looked up."""
        for _ in range(_HOPS):
            address = self._where.get(slot) or await self._find(slot)
            try:
                return await self._call(address, *args, **options)
            except AWAY:
                self._forget(slot, address)
                raise
            except ResponseError as error:
                told = _TOLD.match(str(error))
                if told is None:
                    if str(error).startswith("CLUSTERDOWN"):
                        self._forget(slot, address)
                    raise
                there = _join(told[2] or _host(address), told[3])
                if told[1] == "ASK":
                    return await self._ask(there, args, options)
                self._where[slot] = there
        raise NotConnected(f"slot {slot} is nowhere: nodes send us to each other")

    async def _call(self, address: str, *args: Any, **options: Any) -> Any:
        node: Any = self._node(address)
        return await node.execute_command(*args, **options)

    async def _ask(self, address: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """The slot is on its way to `address`, and what we want of it is there already."""
        pipe: Any = self._node(address).pipeline(transaction=False)
        pipe.execute_command("ASKING")
        pipe.execute_command(*args, **options)
        return (await pipe.execute())[-1]

    async def _find(self, slot: int) -> str:
        known = list(dict.fromkeys([*self._nodes, *self._seeds]))
        random.shuffle(known)  # the first one asked may be the one that knows nothing new
        for address in known:
            try:
                async with asyncio.timeout(_FIND_SECONDS):
                    ranges = await self._call(address, "CLUSTER SLOTS")
            except (RedisError, OSError, TimeoutError):
                continue
            for first, last, (host, port, *_), *_replicas in ranges:
                if first <= slot <= last:
                    self._where[slot] = _join(host.decode() if host else _host(address), port)
                    return self._where[slot]
        raise NotConnected(f"no node of the cluster knows slot {slot}")

    def _forget(self, slot: int, address: str) -> None:
        if self._where.get(slot) == address:
            del self._where[slot]

    def _node(self, address: str) -> Redis:
        if address not in self._nodes:
            url = f"{self._scheme}://{self._login}{address}"
            self._nodes[address] = open_redis(url, connections=self._connections, timeout=self._timeout)
        return self._nodes[address]

    async def aclose(self) -> None:
        for node in self._nodes.values():
            await node.aclose()


class Slot(Redis):
    """A client of one slot. Single commands and scripts follow it; pipelines and pub/sub do not."""

    def __init__(self, cluster: Cluster, number: int, any_node: Redis) -> None:
        super().__init__(connection_pool=any_node.connection_pool)  # for its encoder
        self._cluster, self._number = cluster, number

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await self._cluster.run(self._number, args, options)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        await self._cluster.aclose()


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")


def _join(host: str, port: int | str) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
