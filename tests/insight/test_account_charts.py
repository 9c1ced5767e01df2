"""Pictures of one's own accounts and trades: nobody else's, and none of nothing."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from hub.core import clock
from hub.core.ids import uuid7
from hub.trading.trades import service as trades
from hub.trading.trades.models import EquityPoint, Fill, Plan
from tests.hubs import Answer, Person, RunningHub
from tests.insight.pictures import chunks
from tests.trading.looks import Verified, verified


async def worth(mine: Verified, values: list[int]) -> None:
    now = clock.now()
    points = [
        EquityPoint(id=uuid7(), user_id=mine.person.id, account_id=UUID(mine.id), currency="USD",
                    at=now - timedelta(hours=number + 1), equity=value)
        for number, value in enumerate(values)
    ]  # fmt: skip
    async with mine.hub.res.db.transaction() as tx:
        assert await trades.add_equity_points(tx, points) == len(points)


async def closed(hub: RunningHub, person: Person, profit: int) -> None:
    now = clock.now()
    plan = Plan(user_id=person.id, currency="USD", symbol="XAUUSD", direction="buy", volume=Decimal(1))
    async with hub.res.db.transaction() as tx:
        trade = await trades.create_trade(hub.res, tx, plan)
        await trades.open_trade(
            hub.res, tx, trade.id, at=now - timedelta(hours=2), price=Decimal(1900), volume=Decimal(1)
        )
        fill = Fill(
            at=now - timedelta(hours=1),
            price=Decimal(1901),
            volume=Decimal(1),
            profit=profit,
            equity_before=1_000_000,
        )
        await trades.close_trade(hub.res, tx, trade.id, fill)


async def chart(hub: RunningHub, person: Person, path: str, tag: str = "") -> Answer:
    return await hub.call(
        "GET", f"/api/v1/charts/{path}", headers=person.bearer | ({"if-none-match": tag} if tag else {})
    )


async def test_what_an_account_was_worth_is_drawn_for_its_person_alone(hub: RunningHub) -> None:
    mine = await verified(hub)
    await worth(mine, [1_000_000 + 5_000 * (number % 7) for number in range(50)])
    drawn = await chart(hub, mine.person, f"equity?account_id={mine.id}")
    assert (drawn.status, chunks(drawn.raw)[0]) == (200, "IHDR")
    again = await chart(hub, mine.person, f"equity?account_id={mine.id}", drawn.headers["etag"])
    assert again.status == 304
    assert (await chart(hub, await hub.person(), f"equity?account_id={mine.id}")).status == 404
    assert (await chart(hub, mine.person, f"equity?account_id={uuid4()}")).status == 404


async def test_what_closed_trades_made_is_drawn_for_their_person_alone(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    assert (await chart(hub, person, "returns")).status == 404
    for profit in (-20_000, -5_000, 1_000, 7_000):
        await closed(hub, person, profit)
    drawn = await chart(hub, person, "returns")
    assert (drawn.status, chunks(drawn.raw)[-1]) == (200, "IEND")
    assert (await chart(hub, other, "returns")).status == 404
    assert (await chart(hub, person, f"returns?account_id={uuid4()}")).status == 404


@pytest.mark.parametrize("bad", ["equity", "equity?account_id=1", "returns?days=0", "returns?theme=pink"])
async def test_what_cannot_be_asked_is_refused(hub: RunningHub, bad: str) -> None:
    assert (await chart(hub, await hub.person(), bad)).status == 422
