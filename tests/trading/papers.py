"""A person with a paper portfolio, and a market of US500 that tests move."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
from msgspec import Struct

from hub.market.candles import service as candles
from hub.market.candles.models import Candle
from hub.trading.paper import service
from tests.hubs import Device, Person, RunningHub, signal_body

SYMBOL = "US500"
ORDER = {"order_type": "market", "entry": "5000", "stop": "4990", "target": "5010"}


class Market:
    """Bars of the hours to come, one after another; what bars there were is gone."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub
        self.next = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)

    async def empty(self, owner_dsn: str) -> None:
        connection = await asyncpg.connect(owner_dsn)
        await connection.execute("delete from market.candles where symbol = $1", SYMBOL)
        await connection.close()

    async def bar(self, opened: str, high: str, low: str, close: str) -> None:
        """One more closed hour."""
        prices = (Decimal(opened), Decimal(high), Decimal(low), Decimal(close))
        await candles.store_closed(self.hub.res, SYMBOL, "H1", [Candle(self.next, *prices, Decimal(1))])
        self.next += timedelta(hours=1)

    async def quiet(self) -> None:
        await self.bar("5000", "5001", "4999", "5000")

    async def rise(self) -> None:
        await self.bar("5000", "5012", "4999", "5011")


class Paper(Struct, frozen=True):
    hub: RunningHub
    person: Person
    device: Device

    async def statement(self) -> Any:
        answer = await self.hub.call("GET", "/api/v1/paper/statement", headers=self.person.bearer)
        assert answer.status == 200, answer.raw
        return answer.body

    async def approve(self, **more: Any) -> str:
        """Approve a new signal; the signal's id."""
        return await approved(self.hub, self.person, **more)

    async def off(self) -> int:
        return (await self.hub.call("POST", "/api/v1/paper/disable", headers=self.person.bearer)).status


async def approved(hub: RunningHub, person: Person, **more: Any) -> str:
    bounds = {"bounds": more.pop("bounds")} if "bounds" in more else {}
    body = signal_body(instrument=SYMBOL, **(ORDER | more))
    answer = await (await hub.producer()).signal(body)
    assert answer.status == 201, answer.raw
    id = str(answer.body["id"])
    said = await hub.approve(person, id, **bounds)
    assert said.status == 201, said.raw
    return id


async def paper(hub: RunningHub, **given: Any) -> Paper:
    person = await hub.person()
    mine = Paper(hub, person, await hub.device(person))
    assert (await on(mine, **given)).status == 201
    return mine


async def on(mine: Paper, **given: Any) -> Any:
    return await mine.hub.call("POST", "/api/v1/paper/enable", given, mine.person.bearer)


async def advance(hub: RunningHub) -> None:
    """What the job does."""
    while await service.advance(hub.res):
        pass


async def states(mine: Paper) -> list[Any]:
    said = await mine.statement()
    return [each["state"] for each in [*said["working"], *said["ended"]]]
