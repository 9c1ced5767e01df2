"""A gateway in a process of its own, for tests of the hub that asks it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from hub.core.embedded import Endpoints
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Place, Session
from tests.hubs import RunningHub, until
from tests.trading.looks import Broker

PASSWORD = "correct-horse-battery"
LOGIN = "880055113377"
"""Such a number is in no log by chance."""


class Running(msgspec.Struct):
    """A process with a session for each of these brokers' accounts, and what it wrote."""

    hub: RunningHub
    brokers: tuple[Broker, ...]
    process: asyncio.subprocess.Process
    log: Path

    async def tell(self, broker: Broker, **what: Any) -> None:
        """Have a terminal do something; see `gateway_process.Told`."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(msgspec.json.encode({"server": broker.server} | what) + b"\n")
        await self.process.stdin.drain()
        assert await asyncio.wait_for(self.process.stdout.readline(), 10) == b"done\n"

    async def sessions(self) -> dict[str, Session | None]:
        """As the hub knows them; None for one that is silent, none that has left."""
        redis, found = self.hub.res.redis, {}
        for broker in self.brokers:
            place = Place(broker.server, broker.login)
            raw = await redis.get(f"caerus:mt5:session:{place}")
            if raw is not None or await redis.zscore("caerus:mt5:sessions", str(place)) is not None:
                found[broker.server] = None if raw is None else msgspec.msgpack.decode(raw, type=Session)
        return found

    async def until_state(self, *states: str | None) -> None:
        async def reached() -> bool:
            found = [each and each.state for each in (await self.sessions()).values()]
            return found == list(states)

        await until(reached, seconds=30)


def environment(servers: Endpoints, home: Path, brokers: tuple[Broker, ...], password: str) -> dict[str, str]:
    names = ["main", "second", "third"][: len(brokers)]
    env = {
        "CAERUS_HOME": str(home),
        "REDIS_URL": servers.redis_url,
        "OPS_PORT": "0",
        "APP_LOG_LEVEL": "DEBUG",
        "MT5_ACCOUNTS": ",".join(names),
        "RIGHT_PASSWORD": PASSWORD,
    }
    for name, broker in zip(names, brokers, strict=True):
        known = {"LOGIN": broker.login, "SERVER": broker.server, "PASSWORD": password}
        env |= {f"MT5_{name.upper()}_{what}": value for what, value in known.items()}
    return env


@asynccontextmanager
async def gateway(
    hub: RunningHub,
    servers: Endpoints,
    home: Path,
    *brokers: Broker,
    password: str = PASSWORD,
    **env: str,
) -> AsyncIterator[Running]:
    """Started, and killed at the end if it still runs; nobody misses it then."""
    given = environment(servers, home, brokers, password) | env
    log = home / "gateway.log"
    with log.open("ab") as err:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.trading.gateway_process"),
            env={name: value for name, value in os.environ.items() if name != "DB_DSN"} | given,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=err,
        )
    try:
        yield Running(hub, brokers, process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        for broker in brokers:
            await gateways.leave(hub.res.redis, Place(broker.server, broker.login))


async def older(hub: RunningHub, account_id: str, seconds: float) -> None:
    """As if the last look had come so much earlier."""
    await hub.res.db.execute(
        """update trading.account_states set received_at = received_at - make_interval(secs => $2)
           where account_id = $1::text::uuid""",
        account_id,
        seconds,
    )
