"""kill -9 of the worker between any two steps of an auto-close leaves exactly one close."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from hub.identity.audit import service as audit
from hub.trading.closing import service
from tests.conftest import Endpoints
from tests.hubs import RunningHub
from tests.trading.closures import Account, account

Kill = Callable[[int], Awaitable[str]]


@asynccontextmanager
async def worker(servers: Endpoints, protection: str) -> AsyncIterator[Kill]:
    """Runs a step that is killed before its nth statement; tells whether it came so far."""
    arguments = ("-m", "tests.trading.closing_process", servers.dsn, servers.redis_url, protection)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=pipe, stdout=pipe)
    assert process.stdin and process.stdout
    reader, writer = process.stdout, process.stdin

    async def kill(n: int) -> str:
        writer.write(b"%d\n" % n)
        return (await asyncio.wait_for(reader.readline(), 60)).decode().strip()

    try:
        yield kill
    finally:
        writer.close()
        assert await process.wait() == 0


class Broker:
    """Closes what its terminal is told to, and counts; what is gone is not closed again."""

    def __init__(self, of: Account) -> None:
        self.of, self.deals = of, 0
        self.most_at_once = 0

    async def work(self) -> None:
        waiting = await self.of.waiting()
        self.most_at_once = max(self.most_at_once, len(waiting))
        for command in waiting:
            if (await self.of.hub.rows(
                "select 1 from trading.positions where account_id = $1 and ticket = $2 and closed_at is null",
                self.of.id, command["ticket"],
            )):  # fmt: skip
                self.deals += 1
                await self.of.gone(command["ticket"])
            await self.of.device.ack(str(command["id"]), "closed", close_price="1900.5")


async def closed_under_fire(hub: RunningHub, kill: Kill) -> tuple[Account, Broker, int]:
    """Decide; then kill the worker at its 1st statement, its 2nd, ... until it lives; then let the broker close, and again."""
    of = await account(hub)
    broker, kills = Broker(of), 0
    async with hub.res.db.transaction() as tx:
        _, entries = await service.close_all(
            tx, hub.res, of.id, "drawdown", {}, equity=1, warning=timedelta(0)
        )
        await audit.record(tx, *entries)
    for broker_works in (False, True):
        n = 1
        while (outcome := await kill(n)) == "killed":
            kills += 1
            n += 1
            broker.most_at_once = max(broker.most_at_once, len(await of.waiting()))
        assert outcome == "lived"
        if not broker_works:
            await broker.work()
    return of, broker, kills


@pytest.mark.chaos
async def test_killing_the_worker_at_every_statement_leaves_exactly_one_close(
    hub: RunningHub, servers: Endpoints
) -> None:
    async with worker(servers, "on") as kill:
        of, broker, kills = await closed_under_fire(hub, kill)
    [closure] = await of.closures()
    assert kills >= 12, kills
    assert (closure["state"], closure["attempts"]) == ("closed", 1)
    assert (broker.deals, broker.most_at_once) == (1, 1)
    assert await of.waiting() == []
    assert await of.audited() == ["closure.decide", "closure.send", "closure.close"]


@pytest.mark.chaos
async def test_with_the_steps_in_two_transactions_the_same_kills_tell_a_terminal_twice(
    hub: RunningHub, servers: Endpoints
) -> None:
    async with worker(servers, "off") as kill:
        _, broker, _ = await closed_under_fire(hub, kill)
    assert broker.most_at_once > 1
