"""A gateway that executes, in this process, on a simulated terminal; and what its person's hub knows of it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from caerus_client.keys import encode_secret

from hub.core import clock
from hub.core.embedded import Endpoints
from hub.core.nursery import stop
from hub.core.settings import Settings
from strategies.candles import Bar
from tests.hubs import Device, Person, Producer, RunningHub, until
from workers.mt5.clocks import RealClock
from workers.mt5.models import OrderRequest, OrderResult
from workers.mt5.run import run
from workers.mt5.simulated import Broker, Mood, SimulatedDriver, symbol

GOLD = symbol("XAUUSD")
QUICK = Mood(latency=(0.0, 0.0))
SECONDS = 20.0


class Scripted(SimulatedDriver):
    """A simulated terminal that does as it is told with its next orders: `moods`, first to last."""

    def __init__(self, broker: Broker) -> None:
        super().__init__(broker, RealClock(), QUICK)
        self.moods: list[Mood] = []
        self.sent: list[OrderRequest] = []
        self.gate = threading.Event()
        self.gate.set()

    @property
    def is_up(self) -> bool:
        return self._up

    def send(self, request: OrderRequest) -> OrderResult:
        """Once the gate is open."""
        self.sent.append(request)
        assert self.gate.wait(60)
        before, self.mood = self.mood, self.moods.pop(0) if self.moods else self.mood
        try:
            return super().send(request)
        finally:
            self.mood = before


class Desk:
    """A person, their device, and the terminal it is beside. Gold stands at 2000.00 / 2000.20 at first."""

    producer: Producer

    def __init__(self, hub: RunningHub, person: Person, device: Device, **account: Any) -> None:
        self.hub, self.person, self.device = hub, person, device
        self.server, self.login = f"Executes-{uuid4().hex[:8]}", "880077"
        at = clock.now() - timedelta(minutes=1)
        self.broker = Broker(GOLD, login=int(self.login), server=self.server, at=at, **account)
        self.driver = Scripted(self.broker)
        self._bar = 0
        self.price(2000.0)

    def price(self, price: float, low: float | None = None) -> None:
        """The market moves there, by way of `low`, in a bar of its own: two of one second are one bar."""
        least = price if low is None else low
        self._bar = max(int(clock.now().timestamp()), self._bar + 1)
        bar = Bar(self._bar, max(price, least), max(price, least), least, price, 1.0)
        self.broker.on_bar(GOLD.name, bar, 1)

    @property
    def orders(self) -> int:
        """How many orders that open something the broker has taken, ever."""
        taken = {each.ticket: each for each in [*self.broker.past, *self.broker.orders()]}
        ours = [each for each in taken.values() if len(each.comment) == 22 and each.state != "rejected"]
        return len(ours)

    async def approved(self, **signal: Any) -> str:
        """The id of a signal that the person has approved: a limit to buy at 1990.00."""
        bounds = signal.pop("bounds", {})
        given = {"entry": "1990.00", "stop": "1980.00", "target": "2022.50"} | signal
        self.producer = await self.hub.producer()
        id = await self.producer.opened(**given)
        answer = await self.hub.approve(self.person, id, bounds=bounds)
        assert answer.status == 201, answer.raw
        return id

    async def executions(self) -> list[dict[str, Any]]:
        """Oldest first."""
        answer = await self.hub.call("GET", "/api/v1/executions", headers=self.person.bearer)
        return sorted(answer.body["items"], key=lambda each: str(each["created_at"]))

    async def until_status(self, *statuses: str, seconds: float = SECONDS) -> list[dict[str, Any]]:
        """The executions, once they are these."""
        found: list[dict[str, Any]] = []

        async def reached() -> bool:
            nonlocal found
            found = await self.executions()
            return [each["status"] for each in found] == list(statuses)

        try:
            await until(reached, seconds=seconds)
        except TimeoutError:
            raise AssertionError(found) from None
        return found

    async def until_filled(self) -> dict[str, Any]:
        async def filled() -> bool:
            return any(each["fill_price"] for each in await self.executions())

        await until(filled, seconds=SECONDS)
        return (await self.executions())[-1]

    def env(self, home: Path) -> dict[str, str]:
        return {
            "CAERUS_HOME": str(home),
            "MT5_LOGIN": self.login,
            "MT5_PASSWORD": "any-password",
            "MT5_SERVER": self.server,
            "MT5_DEVICE_ID": self.device.id,
            "MT5_DEVICE_SECRET": encode_secret(self.device.key),
            "MT5_HUB_URL": self.hub.base_url,
            "MT5_SETTLE_SECONDS": "1",
            "OPS_PORT": "0",
        }

    def twin(self) -> "Desk":
        """Another terminal on the same account, for another gateway."""
        made = copy(self)
        made.driver = Scripted(self.broker)
        return made

    @asynccontextmanager
    async def open(
        self, servers: Endpoints, home: Path, monkeypatch: pytest.MonkeyPatch, **env: str
    ) -> AsyncIterator["Desk"]:
        """While a gateway serves it; cancelled at the end, as a signal would."""
        for name, value in (self.env(home) | env).items():
            monkeypatch.setenv(name, value)
        url = env.get("REDIS_URL", servers.redis_url)
        serving = asyncio.ensure_future(run(Settings(), url, lambda _: self.driver, every=1.0))
        try:
            yield self
            assert not serving.done(), serving.exception()
        finally:
            serving.cancel()
            ended, _ = await asyncio.wait([serving], timeout=SECONDS)
            await stop(serving)
            assert ended, "it did not end when it was told to"


async def desk(hub: RunningHub, **account: Any) -> Desk:
    """Of somebody new; `account` is as `Broker` takes it."""
    person = await hub.person()
    return Desk(hub, person, await hub.device(person), **account)


Opened = Callable[..., AbstractAsyncContextManager[Desk]]


def opener(hub: RunningHub, servers: Endpoints, home: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """`async with opened() as desk`, or with a desk of one's own; keyword arguments are of the gateway's environment."""

    @asynccontextmanager
    async def opened(given: Desk | None = None, **env: str) -> AsyncIterator[Desk]:
        async with (given or await desk(hub)).open(servers, home, monkeypatch, **env) as made:
            yield made

    return opened
