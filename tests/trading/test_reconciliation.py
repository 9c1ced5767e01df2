"""Snapshots are compared once each, and what the broker proves is settled."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hub.core import clock
from hub.trading.reconciliation import service
from tests.hubs import RunningHub
from tests.trading import test_acks as acks
from tests.trading.closures import Account, account


async def snapshot(of: Account, seq: int = 1, *, minutes: int = 1) -> None:
    """How the account stands, a minute from now: what was said before has settled."""
    now = clock.now() + timedelta(minutes=minutes)
    await of.hub.res.db.execute(
        """insert into trading.account_states (account_id, seq, taken_at, received_at, balance, equity, margin, free_margin,
               peak_equity, day_equity, day, leverage, connected, trade_allowed, algo_allowed, skew_ms)
           values ($1, $2, $3, $3, 100000, 100000, 0, 100000, 100000, 100000, current_date, 100, true, true, true, 0)
           on conflict (account_id) do update set seq = excluded.seq, taken_at = excluded.taken_at""",
        of.id, seq, now,
    )  # fmt: skip


async def commanded(of: Account) -> str:
    """The id of a fresh open command. Nothing is approved for an account that nobody has looked at."""
    await snapshot(of, 0, minutes=0)
    return await acks.commanded(of.hub, of.person, of.device)


async def reconciled(hub: RunningHub) -> None:
    while await service.reconcile(hub.res):
        pass


async def findings(of: Account) -> list[str]:
    path = f"/api/v1/reconciliation/{of.person.id}"
    answer = await of.hub.call("GET", path, headers=of.person.bearer)
    return sorted(item["divergence"] for item in answer.body["items"])


async def ours(of: Account, command: str, ticket: str = "100") -> None:
    query = "update trading.positions set command_id = $3 where account_id = $1 and ticket = $2"
    await of.hub.res.db.execute(query, of.id, ticket, UUID(command))


async def execution(of: Account, command: str) -> Any:
    [row] = await of.hub.rows("select * from trading.executions where command_id = $1", UUID(command))
    return row


async def test_a_trade_that_matches_is_written_down_once(hub: RunningHub) -> None:
    mine = await account(hub)
    command = await commanded(mine)
    await mine.device.ack(command, "placed", broker_ticket="100", fill_price="1900", fill_volume="0.1")
    await ours(mine, command)
    for seq in (1, 2, 3):
        await snapshot(mine, seq)
        await reconciled(hub)
    found = await findings(mine)
    assert len(found) == 1 and found[0] in ("none", "slippage")


async def test_a_position_by_hand_is_told_and_left_alone(hub: RunningHub) -> None:
    mine = await account(hub, 2)
    await snapshot(mine)
    await reconciled(hub)
    assert await findings(mine) == ["manual_trade", "manual_trade"]


async def test_a_snapshot_is_compared_once(hub: RunningHub) -> None:
    mine = await account(hub)
    assert await service.reconcile(hub.res) == 0
    await snapshot(mine)
    assert await service.reconcile(hub.res) == 1
    assert await service.reconcile(hub.res) == 0


async def test_an_unknown_order_that_the_broker_has_is_placed(hub: RunningHub) -> None:
    mine = await account(hub)
    command = await commanded(mine)
    await mine.device.ack(command, "unknown", error="timed out")
    await ours(mine, command)
    await snapshot(mine)
    await reconciled(hub)
    row = await execution(mine, command)
    assert (row["status"], row["broker_ticket"], row["fill_price"]) == ("placed", "100", Decimal(1900))
    assert "unknown_placed" in await findings(mine)


async def test_an_unknown_market_order_that_the_broker_has_not_has_failed(hub: RunningHub) -> None:
    mine = await account(hub, 0)
    command = await commanded(mine)
    await hub.res.db.execute(
        """update trading.signals set order_type = 'market'
           where id = (select signal_id from trading.commands where id = $1)""",
        UUID(command),
    )
    await mine.device.ack(command, "unknown", error="timed out")
    await snapshot(mine)
    await reconciled(hub)
    row = await execution(mine, command)
    assert (row["status"], row["error"]) == ("failed", "timed out")
    assert await findings(mine) == ["unknown_absent"]


async def test_an_unknown_pending_order_stays_unknown_until_it_has_expired(hub: RunningHub) -> None:
    mine = await account(hub, 0)
    command = await commanded(mine)
    await mine.device.ack(command, "unknown", error="timed out")
    await snapshot(mine)
    await reconciled(hub)
    assert (await execution(mine, command))["status"] == "unknown"
    assert await findings(mine) == []


async def test_a_position_closed_by_hand_is_somebody_s_will(hub: RunningHub) -> None:
    mine = await account(hub)
    command = await commanded(mine)
    await mine.device.ack(command, "placed", broker_ticket="100", fill_price="1900", fill_volume="0.1")
    await ours(mine, command)
    await hub.res.db.execute(
        """insert into trading.deals (account_id, deal, ticket, kind, direction, side, symbol, volume, price, profit, swap,
               commission, reason, comment, at, received_at)
           values ($1, 'd9', '100', 'trade', 'out', 'sell', 'GOLD', 0.1, 1901, 1000, 0, 0, 'mobile', '', now(), now())""",
        mine.id,
    )  # fmt: skip
    await mine.gone("100")
    await snapshot(mine)
    await reconciled(hub)
    assert "hand_closed" in await findings(mine)
    assert (await mine.device.poll()).body["commands"] == [], "nothing reopens it"


async def test_operators_see_everybody_s_and_nobody_else_does(hub: RunningHub) -> None:
    mine = await account(hub)
    await snapshot(mine)
    await reconciled(hub)
    path = f"/api/v1/reconciliation/{mine.person.id}"
    admin, other = await hub.person("admin"), await hub.person()
    assert len((await hub.call("GET", path, headers=admin.bearer)).body["items"]) == 1
    assert (await hub.call("GET", path, headers=other.bearer)).status == 404
