"""Looks as a terminal sends them, and a terminal of the hub's own to send them from."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import msgspec

from hub.core.resources import Resources
from hub.trading.accounts import sources
from hub.trading.accounts.looks import Look, Want
from hub.trading.accounts.models import Account
from tests.hubs import Answer, Device, Person, RunningHub, now_text, until

SNAPSHOT = "/api/v1/client/snapshot"


class Broker(msgspec.Struct, frozen=True):
    """One account at a broker, known by the text that names it."""

    server: str
    login: str = "7001"

    def look(self, seq: int = 1, **changed: Any) -> dict[str, Any]:
        """A demo account with 10,000.00 USD and nothing open; keyword arguments replace parts of it."""
        return {
            "seq": seq,
            "time": now_text(),
            "server": self.server,
            "login": self.login,
            "currency": "USD",
            "balance": "10000.00",
            "equity": "10000.00",
            "margin": "0.00",
            "free_margin": "10000.00",
            "positions": [],
            "kind": "demo",
        } | changed

    def worth(self, seq: int, equity: str, **changed: Any) -> dict[str, Any]:
        """Balance and equity alike."""
        return self.look(seq, **({"balance": equity, "equity": equity, "free_margin": equity} | changed))


def broker() -> Broker:
    return Broker(f"Broker-{uuid4().hex[:8]}")


def position(ticket: str = "1", **changed: Any) -> dict[str, Any]:
    """0.10 lots of gold, bought, at no profit yet."""
    return {
        "ticket": ticket,
        "symbol": "XAUUSD",
        "side": "buy",
        "volume": "0.10",
        "open_price": "1626.67",
        "price": "1626.67",
        "profit": "0.00",
        "opened_at": "2026-11-20T10:00:00Z",
    } | changed


def deposit(deal: str, amount: str, at: str | None = None) -> dict[str, Any]:
    return {"deal": deal, "at": at or now_text(), "kind": "balance", "profit": amount}


def earned(deal: str, amount: str) -> dict[str, Any]:
    """A trade that was closed with a gain, or a loss."""
    trade = {"kind": "trade", "ticket": deal, "direction": "out", "side": "sell", "symbol": "XAUUSD"}
    return trade | {"deal": deal, "at": now_text(), "volume": "0.10", "price": "1626.67", "profit": amount}


async def link(hub: RunningHub, person: Person, at: Broker) -> Answer:
    body = {"broker": "A broker", "server": at.server, "login": at.login, "name": "mine"}
    return await hub.call("POST", "/api/v1/accounts/link", body, person.bearer)


async def linked(hub: RunningHub, person: Person, at: Broker) -> dict[str, Any]:
    """The answer of a link that must succeed."""
    answer = await link(hub, person, at)
    assert answer.status == 201, answer.raw
    return dict(answer.body)


async def send(device: Device, look: dict[str, Any]) -> Answer:
    return await device.call("POST", SNAPSHOT, look)


async def sent(device: Device, look: dict[str, Any]) -> dict[str, Any]:
    """The answer to a look that must be taken."""
    answer = await send(device, look)
    assert answer.status == 200, answer.raw
    return dict(answer.body)


class Verified(msgspec.Struct, frozen=True):
    """A person with a verified account and the terminal that speaks for it."""

    hub: RunningHub
    person: Person
    device: Device
    broker: Broker
    id: str

    async def live(self, query: str = "") -> dict[str, Any]:
        path = f"/api/v1/accounts/{self.id}/positions{query}"
        answer = await self.hub.call("GET", path, headers=self.person.bearer)
        assert answer.status == 200, answer.raw
        return dict(answer.body)

    async def told(self) -> None:
        """Until all that happened so far is told: who subscribes now hears of what comes."""
        query = "select not exists (select 1 from core.outbox where topic like '%:' || $1::text)"

        async def all_of_it() -> bool:
            return bool((await self.hub.rows(query, str(self.person.id)))[0][0])

        await until(all_of_it)

    async def stored(self) -> list[Any]:
        """Everything of the account but when it came."""
        state = """select seq, balance, equity, margin, free_margin, peak_equity, day_equity, day, taken_at, day_at, doubt
                   from trading.account_states where account_id = $1::text::uuid"""
        positions = """select ticket, volume, price, profit, closed_at is null
                       from trading.positions where account_id = $1::text::uuid order by ticket"""
        deals = "select deal, profit, at from trading.deals where account_id = $1::text::uuid order by deal"
        return [
            tuple(row) for query in (state, positions, deals) for row in await self.hub.rows(query, self.id)
        ]


async def verified(hub: RunningHub, look: dict[str, Any] | None = None, at: Broker | None = None) -> Verified:
    """Verified by a first look, 0 unless told otherwise."""
    person, at = await hub.person(), at or broker()
    device = await hub.device(person)
    id = (await linked(hub, person, at))["account"]["id"]
    await sent(device, at.look(0) | (look or {}))
    made = Verified(hub, person, device, at, id)
    await made.told()
    return made


class Window:
    """A terminal the hub looks through. `pace` (s) is how long it takes; an exception is raised."""

    def __init__(self, shows: dict[str, Any] | Exception, pace: float = 0) -> None:
        self.shows, self.pace, self.asked = shows, pace, 0

    async def look(self, res: Resources, account: Account, want: Want) -> Look | None:
        self.asked += 1
        await asyncio.sleep(self.pace)
        if isinstance(self.shows, Exception):
            raise self.shows
        found = msgspec.convert(self.shows, Look)
        return found if (found.server, found.login) == (account.server, account.login) else None


@contextmanager
def window(shows: dict[str, Any] | Exception, pace: float = 0) -> Iterator[Window]:
    """The hub's only terminal, for a while."""
    made = Window(shows, pace)
    sources.sources.append(made)
    try:
        yield made
    finally:
        sources.sources.remove(made)
