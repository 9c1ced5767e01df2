"""Preflight reports as a terminal sends them."""

from typing import Any

from tests.hubs import Answer, Device, RunningHub, now_text
from tests.trading.guarded import traces
from tests.trading.looks import Broker, Verified, verified

PATH = "/api/v1/client/preflight"
REAL = {"kind": "real", "mode": "hedging"}


def gold(name: str = "XAUUSD", **changed: Any) -> dict[str, Any]:
    """Gold as strategies need it."""
    return {
        "name": name,
        "contract_size": "100",
        "digits": 2,
        "tick_size": "0.01",
        "tick_value": "1.0",
        "volume_min": "0.01",
        "volume_step": "0.01",
        "volume_max": "100",
        "stops_level": 0,
        "filling": ["ioc"],
        "trade_mode": "full",
        "profit_currency": "USD",
    } | changed


def euro(name: str = "EURUSD", **changed: Any) -> dict[str, Any]:
    """The euro as strategies need it."""
    terms = {"contract_size": "100000", "digits": 5, "tick_size": "0.00001"}
    return gold(name, **(terms | changed))


def report(at: Broker, seq: int = 1, *symbols: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A real account that passes; keyword arguments replace parts of the report. Without symbols: gold."""
    return {
        "seq": seq,
        "time": now_text(),
        "server": at.server,
        "login": at.login,
        "currency": "USD",
        "mode": "hedging",
        "kind": "real",
        "leverage": 100,
        "trade_allowed": True,
        "algo_allowed": True,
        "symbols": list(symbols) or [gold()],
    } | changed


async def send(device: Device, body: dict[str, Any]) -> Answer:
    return await device.call("POST", PATH, body)


async def flown(of: Verified, seq: int = 1, *symbols: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The answer to a report that must be taken."""
    answer = await send(of.device, report(of.broker, seq, *symbols, **changed))
    assert answer.status == 200, answer.raw
    return dict(answer.body)


async def certificates(of: Verified) -> list[tuple[Any, ...]]:
    """(version, why it ended, how it is hashed) of an account's certificates, oldest first."""
    query = """select version, ended_because, encode(hash, 'hex') from trading.certificates
               where account_id = $1::text::uuid order by version"""
    return [tuple(row) for row in await of.hub.rows(query, of.id)]


async def real(hub: RunningHub) -> Verified:
    """A verified account with real money, never checked."""
    return await verified(hub, REAL)


async def shown(of: Verified) -> dict[str, Any]:
    answer = await of.hub.call("GET", f"/api/v1/accounts/{of.id}/preflight", headers=of.person.bearer)
    assert answer.status == 200, answer.raw
    return dict(answer.body)


async def trade(of: Verified, instrument: str = "XAUUSD") -> Answer:
    return await of.hub.approve(of.person, await (await of.hub.producer()).opened(instrument=instrument))


async def refusal(of: Verified, instrument: str = "XAUUSD") -> str | None:
    """Why a trade is refused for want of a certificate; None when it is not. A refusal leaves nothing behind."""
    before = await traces(of.hub, of.person)
    answer = await trade(of, instrument)
    if answer.status == 201:
        return None
    assert (answer.status, answer.body["type"]) == (409, "/problems/not-certified"), answer.raw
    assert answer.body["account_id"] == of.id
    assert await traces(of.hub, of.person) == before
    return str(answer.body["reason"])


async def run_out(account: Verified) -> None:
    statement = "update trading.certificates set valid_until = now() where account_id = $1::text::uuid"
    await account.hub.res.db.execute(statement, account.id)
