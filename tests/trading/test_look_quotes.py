"""Quotes in looks: taken with them, refused without them, and of whose terminal they are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.hubs import RunningHub, now_text
from tests.trading.gateways import older
from tests.trading.looks import broker, linked, send, sent, verified, window


def quoted(
    symbol: str = "XAUUSD", bid: str = "2000.00", ask: str = "2000.20", **changed: Any
) -> dict[str, Any]:
    return {"symbol": symbol, "bid": bid, "ask": ask, "time": now_text()} | changed


async def sources(hub: RunningHub, like: str) -> list[tuple[str, str, bool]]:
    query = "select source, symbol, own from market.quotes where source like $1 order by source, symbol"
    return [tuple(row) for row in await hub.rows(query, f"%{like.lower()}%")]


async def test_a_look_without_quotes_is_as_before(hub: RunningHub) -> None:
    mine = await verified(hub)
    assert await sources(hub, mine.id) == []


async def test_a_person_s_own_terminal_quotes_for_them_alone_and_our_instruments_alone(
    hub: RunningHub,
) -> None:
    mine = await verified(hub)
    quotes = [quoted("GOLD.r"), quoted("EURUSDm", "1.1", "1.2"), quoted("GBPUSD", "1.3", "1.4")]
    await sent(mine.device, mine.broker.look(1, quotes=quotes))
    source = f"account:{mine.id}"
    assert await sources(hub, mine.id) == [(source, "EURUSD", True), (source, "XAUUSD", True)]


async def test_an_owner_s_terminal_is_one_of_the_house(hub: RunningHub) -> None:
    owner, at = await hub.person("owner"), broker()
    device = await hub.device(owner)
    await linked(hub, owner, at)
    await sent(device, at.look(0, quotes=[quoted("GOLD"), quoted("GBPUSD.x", "1.3", "1.4")]))
    source = f"owner:{at.server.lower()}"
    assert await sources(hub, at.server) == [(source, "GBPUSD.X", False), (source, "XAUUSD", False)]


async def test_a_bad_quote_does_not_cost_the_look(hub: RunningHub) -> None:
    mine = await verified(hub)
    far = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    quotes = [
        quoted(bid="NaN"),
        quoted(ask="1999"),
        quoted(time=far),
        quoted("\u00e4"),
        quoted("US500", "6000", "6001"),
    ]
    await sent(mine.device, mine.broker.worth(1, "9000.00", quotes=quotes))
    assert await sources(hub, mine.id) == [(f"account:{mine.id}", "US500", True)]
    assert (await mine.live())["account_equity"]["amount_minor"] == 900_000


async def test_a_locked_owner_s_terminal_is_nobody_s(hub: RunningHub) -> None:
    owner, at = await hub.person("owner"), broker()
    device = await hub.device(owner)
    await linked(hub, owner, at)
    await sent(device, at.look(0))
    await hub.res.db.execute("update identity.users set suspended_at = now() where id = $1", owner.id)
    await sent(device, at.look(1, quotes=[quoted()]))
    house = "select 1 from market.quotes where source = $1"
    assert await hub.rows(house, f"owner:{at.server.lower()}") == []


async def test_a_look_that_is_refused_brings_no_quotes(hub: RunningHub) -> None:
    mine = await verified(hub)
    look = mine.broker.look(1, balance="NaN", quotes=[quoted()])
    assert (await send(mine.device, look)).status == 422
    assert await sources(hub, mine.id) == []


@pytest.mark.parametrize(
    "quotes",
    [
        [quoted()] * 21,
        [quoted() | {"last": "2000"}],
        [quoted() | {"time": "2026-11-25T12:00:00"}],
        [quoted() | {"bid": "two thousand"}],
    ],
)
async def test_what_is_no_list_of_quotes_is_told_so(hub: RunningHub, quotes: list[dict[str, Any]]) -> None:
    mine = await verified(hub)
    answer = await send(mine.device, mine.broker.look(1, quotes=quotes))
    assert answer.status == 422 and answer.body["errors"][0]["pointer"].startswith("/quotes")


async def test_a_gateway_s_look_quotes_for_everybody(hub: RunningHub) -> None:
    mine = await verified(hub)
    await older(hub, mine.id, 60)
    with window(mine.broker.look(10**13, quotes=[quoted("XAUUSD.a")])):
        await mine.live("?refresh=true")
    source = f"gateway:{mine.broker.server.lower()}"
    assert await sources(hub, mine.broker.server) == [(source, "XAUUSD", False)]
