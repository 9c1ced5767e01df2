"""A limit that is broken pauses; a strategy that drifts is earned anew; a terminal that is silent stops copying."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from hub.trading.copying import watch
from hub.trading.copying.settings import settings
from tests import metrics
from tests.hubs import Person, RunningHub
from tests.stream.sockets import signed_in
from tests.trading.copiers import Copying, candidate, copying
from tests.trading.looks import deposit, earned

pytestmark = pytest.mark.usefixtures("nobody_copies")

ALL_IN = {"mode": "all_in"}


async def stands(mine: Copying, seq: int, **changed: str) -> None:
    """How the account stands, with a peak and a day's start of 10,000.00; what it lost or won was on trades."""
    balance = changed.get("equity", "10000.00")
    known = "select balance from trading.account_states where account_id = $1::text::uuid"
    [row] = await mine.hub.rows(known, mine.account.id)
    moved = Decimal(balance) - Decimal(row["balance"]) / 100
    deals = [earned(f"d{seq}", str(moved))] if moved else []
    await mine.look(seq, **({"balance": balance, "deals": deals} | changed))


async def resumed(hub: RunningHub, owner: Person, mine: Copying) -> None:
    body = {"user_id": str(mine.person.id)}
    assert (await hub.call("PATCH", "/api/v1/trading/resume", body, owner.bearer)).body["running"] is True


async def pauses(mine: Copying) -> list[tuple[str, str]]:
    query = "select actor, reason from trading.pauses where user_id = $1"
    return [tuple(row) for row in await mine.hub.rows(query, mine.person.id)]


BREACHES: list[tuple[str, dict[str, Any], dict[str, str], dict[str, Any]]] = [
    # The reason, the person's own limits for copied trades, how the account stands, the person's size.
    ("drawdown", {}, {"equity": "9000.00", "free_margin": "9000.00"}, {}),
    ("daily_stop", {"daily_stop_bp": 100}, {"equity": "9900.00", "free_margin": "9900.00"}, {}),
    ("drawdown", {"max_drawdown_bp": 100}, {"equity": "9900.00", "free_margin": "9900.00"}, {}),
    ("equity_floor", {"min_equity": 990_001}, {"equity": "9900.00", "free_margin": "9900.00"}, {}),
    ("liquidation_drawdown", {}, {"equity": "8000.00", "free_margin": "8000.00"}, {}),
    ("exposure", {}, {"margin": "5000.01", "free_margin": "4999.99"}, {}),
    ("exposure", {"max_exposure_bp": 1_000}, {"margin": "1000.01", "free_margin": "8999.99"}, {}),
    ("leverage", {"max_leverage_x100": 100}, {"margin": "100.01", "free_margin": "9899.99"}, {}),
    # All free margin at a leverage of 100 loses more than the account at the stop.
    ("trade_risk", {}, {}, ALL_IN),
    ("trade_risk", {}, {}, {"mode": "fraction", "bp": 100}),
]


@pytest.mark.parametrize(("reason", "own", "figures", "size"), BREACHES)
async def test_a_broken_limit_pauses_until_the_owner_takes_it_back(
    hub: RunningHub, reason: str, own: Any, figures: dict[str, str], size: Any
) -> None:
    mine, owner = await copying(hub), await hub.person("owner")
    if own:
        assert (await mine.call("risk", own)).status == 200
    if size:
        await hub.call("PUT", "/api/v1/trading/size", size, mine.person.bearer)
    if figures:
        await stands(mine, 1, **figures)
    before, counted = await mine.traces(), metrics.here()
    async with signed_in(hub, mine.person) as told, signed_in(hub, owner) as alerted:
        await mine.account.told()
        await told.sub(f"copying:{mine.person.id}")
        await alerted.sub("copying_alerts")
        assert await mine.copied() == ("blocked", reason)
        for stream in (told, alerted):
            event = await stream.receive()
            data = event["data"]
            assert (event["type"], data["reason"], data["user_id"]) == (
                "copy.blocked",
                reason,
                str(mine.person.id),
            )
            assert data["figures"]
    assert await mine.traces() == before
    assert await pauses(mine) == [("system", f"copying: {reason}")]
    assert (await mine.audited())[-2:] == ["trading.pause", "copy.block"]
    assert metrics.moved(counted, "copy_trades_total", "copy_risk_block_total", "trading_paused_total") == {
        "copy_trades_total{status=blocked}": 1,
        f"copy_risk_block_total{{reason={reason}}}": 1,
        "trading_paused_total{actor=system}": 1,
    }
    drawdowns = {"drawdown_block_total": 1} if "drawdown" in reason else {}
    assert metrics.moved(counted, "drawdown_block_total") == drawdowns
    assert await hub.alerts(mine.person.id) == ["copy.blocked"]
    said = await mine.status()
    assert (said["running"], [hold["reason"] for hold in said["paused_by"]]) == (False, ["paused"])
    # It is paused for what is done by hand, too; and while it is, nothing is copied and nothing paused anew.
    assert (await hub.approve(mine.person, await mine.signal())).status == 409
    assert await mine.copied() == ("kept_out", "paused")
    # The person cannot take it back; the owner can, and once the account is well copying goes on.
    assert (await hub.call("PATCH", "/api/v1/trading/resume", {}, mine.person.bearer)).body[
        "running"
    ] is False
    await resumed(hub, owner, mine)
    await hub.call("PUT", "/api/v1/trading/size", {"mode": "fixed_risk", "bp": 200}, mine.person.bearer)
    await stands(mine, 2)
    assert await mine.copied() == ("placed", None)


async def test_a_limit_that_is_just_not_broken_lets_it_be_placed(hub: RunningHub) -> None:
    mine = await copying(hub)
    await stands(mine, 1, equity="9000.01", free_margin="9000.01")
    assert await mine.copied() == ("placed", None)
    await stands(mine, 2, margin="4000.00", free_margin="6000.00")
    assert await mine.copied() == ("placed", None)
    assert await pauses(mine) == []


async def filled(mine: Copying, price: str, **signal: str) -> None:
    """A copied order that was filled at a price."""
    assert await mine.copied(**signal) == ("placed", None)
    [command] = (await mine.device.poll()).body["commands"]
    facts = {"broker_ticket": "1", "fill_price": price, "fill_volume": "0.05"}
    assert (await mine.device.ack(command["id"], "placed", **facts)).status == 200
    assert (await mine.device.ack(command["id"], "closed", close_price=price)).status == 200


async def test_a_strategy_whose_fills_drift_is_suspended_and_earned_anew(hub: RunningHub) -> None:
    """0.31 worse than asked for is 31 points; 30 on average are let pass."""
    mine, n = await copying(hub), settings().drift_fills
    for _ in range(n):
        await filled(mine, "1626.97")
    await filled(mine, "1626.98")
    owner, before = await hub.person("owner"), metrics.here()
    async with signed_in(hub, owner) as alerted:
        await mine.account.told()
        await alerted.sub("copying_alerts")
        assert await mine.copied() == ("blocked", "drift")
        event = await alerted.receive()
    figures = event["data"]["figures"]
    assert (event["type"], figures["strategy"]) == ("copy.blocked", mine.strategy)
    assert (figures["mean_points"], figures["limit_points"], figures["fills"]) == ("30.20", "30", n)
    blocked = metrics.moved(before, "copy_risk_block_total")
    assert blocked == {"copy_risk_block_total{reason=drift}": 1}
    assert await pauses(mine) == []
    assert (await mine.audited())[-1] == "copy.block"
    [shown] = (await mine.status())["strategies"]
    assert (shown["manual_approvals"], shown["unlocked"], shown["suspended_for"]) == (0, False, "drift")
    assert await mine.copied() == ("kept_out", "not_earned")
    assert await hub.alerts(mine.person.id) == ["copy.blocked"]
    await mine.earn(3)
    assert await mine.copied() == ("placed", None)


async def test_fills_that_are_better_than_asked_for_are_no_drift(hub: RunningHub) -> None:
    mine = await copying(hub)
    sell = {"side": "sell", "stop": "1700", "target": "1500"}
    for _ in range(settings().drift_fills):
        await filled(mine, "1630.00", **sell)
    assert await mine.copied(**sell) == ("placed", None)


async def silent(mine: Copying, seconds: int) -> None:
    await mine.hub.rows(
        f"""update trading.account_states set received_at = now() - interval '{seconds} s'
            where account_id = $1""",
        UUID(mine.account.id),
    )


async def test_a_terminal_that_is_not_heard_of_suspends_copying(hub: RunningHub) -> None:
    mine, owner, n = await copying(hub), await hub.person("owner"), settings().heartbeat_seconds
    await silent(mine, n - 60)
    assert await watch.run(hub.res) == 0
    await silent(mine, n + 1)
    before = metrics.here()
    async with signed_in(hub, owner) as alerted:
        await alerted.sub("copying_alerts")
        assert await watch.run(hub.res) == 1
        event = await alerted.receive()
    assert (event["type"], event["data"]["reason"]) == ("copy.suspended", "heartbeat")
    blocked = metrics.moved(before, "copy_risk_block_total")
    assert blocked == {"copy_risk_block_total{reason=heartbeat}": 1}
    assert await watch.run(hub.res) == 0
    assert await hub.alerts(mine.person.id) == ["copy.suspended"]
    said = await mine.status()
    assert (said["running"], [hold["reason"] for hold in said["paused_by"]]) == (False, ["heartbeat"])
    assert (await mine.audited())[-1] == "copy.suspend"
    assert await pauses(mine) == []
    # The terminal is back: copying waits for the person's word.
    await mine.look(5)
    assert await mine.copied() == ("kept_out", "heartbeat")
    assert (await mine.on())["running"] is True
    assert await mine.copied() == ("placed", None)


async def test_a_limit_is_watched_while_no_signal_comes(hub: RunningHub) -> None:
    mine, well = await copying(hub), await copying(hub)
    await mine.call("risk", {"daily_stop_bp": 100})
    await stands(mine, 1, equity="9900.00", free_margin="9900.00")
    assert [await watch.run(hub.res) for _ in range(2)] == [1, 0]
    assert await pauses(mine) == [("system", "copying: daily_stop")]
    assert (await mine.audited())[-2:] == ["trading.pause", "copy.suspend"]
    assert (await mine.status())["running"] is False
    assert (await well.status())["running"] is True


async def test_amounts_of_limits_are_watched_in_the_currency_of_the_account(hub: RunningHub) -> None:
    """20,000 yen are 40 times the least equity there may be, and 200 dollars less than half of it."""
    yen, dollars = await copying(hub), await copying(hub)
    for mine, currency in ((yen, "JPY"), (dollars, "USD")):
        id = UUID(mine.account.id)
        await hub.rows("update trading.accounts set currency = $2 where id = $1", id, currency)
        await hub.rows(
            """update trading.account_states set equity = 20000, peak_equity = 20000, day_equity = 20000
                where account_id = $1""",
            id,
        )
    assert await watch.run(hub.res) == 1
    assert (await pauses(yen), await pauses(dollars)) == ([], [("system", "copying: equity_floor")])


async def test_money_that_no_deal_explains_yet_stops_no_copying(hub: RunningHub) -> None:
    mine = await copying(hub)
    half = {"balance": "5000.00", "equity": "5000.00", "free_margin": "5000.00"}
    await mine.look(1, **half)
    assert await watch.run(hub.res) == 0
    await mine.look(2, **half, deals=[deposit("w", "-5000.00")])
    assert await watch.run(hub.res) == 0
    assert await pauses(mine) == []


async def test_who_does_not_copy_is_not_watched(hub: RunningHub) -> None:
    mine = await candidate(hub)
    await silent(mine, 10_000)
    assert await watch.run(hub.res) == 0
    assert await mine.audited() == []


async def test_a_breach_takes_back_what_waits_for_its_price(hub: RunningHub) -> None:
    mine = await copying(hub)
    assert await mine.copied() == ("placed", None)
    [waits] = (await mine.device.poll()).body["commands"]
    assert (await mine.device.ack(waits["id"], "placed", broker_ticket="1")).status == 200
    await stands(mine, 1, equity="9000.00", free_margin="9000.00")
    assert await mine.copied() == ("blocked", "drawdown")
    assert [(each["kind"], each["opens"]) for each in await mine.orders()] == [("cancel", waits["id"])]
