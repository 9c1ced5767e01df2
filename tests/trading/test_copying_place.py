"""What is placed on somebody's behalf, how much of it, and what is kept out."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hub.core import clock
from hub.core.principal import Principal
from hub.trading.commands import handout
from hub.trading.copying import consent
from hub.trading.copying.settings import settings
from tests import metrics
from tests.hubs import Device, RunningHub, in_hours
from tests.stream.sockets import signed_in
from tests.trading.copiers import Copying, candidate, copied, copying
from tests.trading.looks import broker as another_broker
from tests.trading.looks import linked, position

pytestmark = pytest.mark.usefixtures("nobody_copies")

COUNTERS = ("copy_trades_total", "copy_risk_block_total")


async def kept_out(mine: Copying, reason: str, **changed: Any) -> None:
    """A new signal is not copied, for this reason; nothing moves but what says so."""
    before, counted = await mine.traces(), metrics.here()
    assert await mine.copied(**changed) == ("kept_out", reason)
    assert await mine.traces() == before
    blocked = metrics.moved(counted, "copy_risk_block_total")
    assert blocked == ({} if reason == "not_earned" else {f"copy_risk_block_total{{reason={reason}}}": 1})


async def test_what_no_terminal_has_begun_in_time_is_not_begun(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await copying(hub)
    await mine.signal()
    await copied(hub)
    seconds, terminal = (
        settings().valid_seconds,
        Principal("device", mine.device.id, mine.person.id, "device"),
    )
    for passed, handed_out in ((seconds - 5, 1), (seconds + 1, 0)):
        monkeypatch.setattr(clock, "now", lambda passed=passed: datetime.now(UTC) + timedelta(seconds=passed))
        polled = await handout.poll(hub.res, terminal, "", 0)
        assert len(polled.commands) == handed_out


async def test_an_earned_strategy_is_placed_with_a_volume_of_the_account(hub: RunningHub) -> None:
    mine = await copying(hub)
    before, signal_id = metrics.here(), await mine.signal()
    await copied(hub)
    [order] = await mine.orders()
    # 2 % of 10,000.00 over 34.49 a troy ounce, 100 of them a lot: 0.0579 lots, on the step below.
    assert (order["kind"], order["signal_id"], order["volume"]) == ("open", signal_id, "0.05")
    assert order["bounds"]["valid_until"] is None, "once begun it waits as long as its signal"
    assert (order["bounds"]["max_drift_points"], order["bounds"]["max_spread_points"]) == (50, 100)
    counted = metrics.moved(before, *COUNTERS, "approvals_total", "approval_latency_seconds")
    assert counted == {"copy_trades_total{status=placed}": 1}
    [row] = await hub.rows(
        "select consent_version, ua, ip from trading.approvals where signal_id = $1", UUID(signal_id)
    )
    assert tuple(row) == (f"copy:{consent.current().version}", "copying", None)
    [entry] = await hub.rows(
        """select actor_role, actor_id, meta from identity.audit_log
           where action = 'approval.create' and meta::jsonb ->> 'signal_id' = $1""",
        signal_id,
    )
    assert (entry["actor_role"], entry["actor_id"]) == ("system", None)
    assert str(mine.person.id) in str(entry["meta"])


@pytest.mark.parametrize(
    ("multiplier", "size", "volume"),
    [
        (5_000, None, "0.02"),
        # A share of equity at risk never takes more than a trade may risk.
        (20_000, None, "0.05"),
        (20_000, {"mode": "fixed_risk", "bp": 50}, "0.02"),
        # 1 % of 10,000.00 in margin, at a leverage of 100: 0.0615 lots of 162,667 of gold.
        (10_000, {"mode": "fraction", "bp": 100}, "0.06"),
        (5_000, {"mode": "fraction", "bp": 100}, "0.03"),
    ],
)
async def test_the_multiplier_is_of_ones_own_size(
    hub: RunningHub, multiplier: int, size: Any, volume: str
) -> None:
    mine = await candidate(hub)
    await mine.earn()
    if size:
        answer = await hub.call("PUT", "/api/v1/trading/size", size, mine.person.bearer)
        assert answer.status == 200
    if size and size["mode"] == "fraction":
        owner = await hub.person("owner")
        path = f"/api/v1/risk/users/{mine.person.id}"
        await hub.call("PUT", path, {"max_trade_risk_bp": 1_000}, owner.bearer)
    await mine.on(multiplier_bp=multiplier, max_drift_points=7, max_spread_points=9)
    assert await mine.copied() == ("placed", None)
    [order] = await mine.orders()
    assert order["volume"] == volume
    assert (order["bounds"]["max_drift_points"], order["bounds"]["max_spread_points"]) == (7, 9)


async def test_ones_own_limits_make_it_smaller(hub: RunningHub) -> None:
    mine = await copying(hub)
    await mine.call("risk", {"max_trade_risk_bp": 100})
    assert await mine.copied() == ("placed", None)
    await mine.call("risk", {"max_volume": "0.01"})
    assert await mine.copied() == ("placed", None)
    assert [order["volume"] for order in await mine.orders()] == ["0.02", "0.01"]


async def test_a_strategy_is_copied_from_the_approval_on_that_earned_it(hub: RunningHub) -> None:
    mine = await candidate(hub)
    await mine.on()
    await mine.earn(2)
    await kept_out(mine, "not_earned")
    other = await mine.producer.opened(strategy=f"{mine.strategy}-other")
    await hub.approve(mine.person, other)
    await hub.approve(mine.person, await mine.signal(), "rejected")
    await kept_out(mine, "not_earned")
    await mine.earn(1)
    assert await mine.copied() == ("placed", None)
    # What was approved on their behalf earns nothing.
    [shown] = [s for s in (await mine.status())["strategies"] if s["strategy"] == mine.strategy]
    assert shown["manual_approvals"] == 3


async def test_whoever_decides_first_has_decided(hub: RunningHub) -> None:
    mine = await copying(hub)
    signal_id = await mine.signal()
    assert (await hub.approve(mine.person, signal_id, "rejected")).status == 201
    before = await mine.traces()
    await copied(hub)
    assert await mine.placements(signal_id) == [("kept_out", "decided")]
    assert await mine.traces() == before
    later = await mine.signal()
    await copied(hub)
    answer = await hub.approve(mine.person, later, "rejected")
    assert (answer.status, answer.body["decision"]) == (409, "approved")


@pytest.mark.parametrize(
    ("reason", "statement"),
    [
        ("no_account", "update trading.accounts set state = 'pending' where user_id = $1"),
        ("no_terminal", "update trading.devices set revoked_at = now() where user_id = $1"),
        ("currency_unknown", "update trading.accounts set currency = 'EUR' where user_id = $1"),
        ("terminal_forbids", "update trading.account_states set algo_allowed = false where account_id = $2"),
        ("terminal_forbids", "update trading.account_states set doubt = 'equity_zero' where account_id = $2"),
        (
            "snapshot_stale",
            "update trading.account_states set received_at = now() - interval '121 s' where account_id = $2",
        ),
        ("snapshot_stale", "update trading.account_states set connected = false where account_id = $2"),
        ("trade_unknown", "update trading.account_states set leverage = 0 where account_id = $2"),
        ("paused", "insert into trading.pauses values ($1, 'owner', 'because', now())"),
    ],
)
async def test_what_is_not_known_or_not_allowed_is_kept_out_and_pauses_nothing(
    hub: RunningHub, reason: str, statement: str
) -> None:
    mine = await copying(hub)
    args = [
        value for name, value in (("$1", mine.person.id), ("$2", UUID(mine.account.id))) if name in statement
    ]
    await hub.rows(statement.replace("$2", "$1"), *args)
    await kept_out(mine, reason)
    pauses = await hub.rows("select actor from trading.pauses where user_id = $1", mine.person.id)
    assert [row[0] for row in pauses] == (["owner"] if reason == "paused" else [])


async def test_the_kill_switch_keeps_copies_out(hub: RunningHub) -> None:
    mine, owner = await copying(hub), await hub.person("owner")
    switch = {"scope": "user", "user_id": str(mine.person.id), "reason": "odd", "on": True}
    assert (await hub.call("PUT", "/api/v1/risk/kill-switch", switch, owner.bearer)).status == 200
    await kept_out(mine, "kill_switch")


async def test_while_paper_trading_is_on_nothing_is_copied_to_either(hub: RunningHub) -> None:
    mine = await copying(hub)
    assert (await hub.call("POST", "/api/v1/paper/enable", {}, mine.person.bearer)).status == 201
    await kept_out(mine, "paper")


async def test_somebody_who_is_locked_out_is_not_asked(hub: RunningHub) -> None:
    mine = await copying(hub)
    await hub.rows("update identity.users set suspended_at = now() where id = $1", mine.person.id)
    signal_id = await mine.signal()
    await copied(hub)
    assert await mine.placements(signal_id) == []


async def test_a_cancelled_signal_is_not_copied(hub: RunningHub) -> None:
    mine = await copying(hub)
    signal_id = await mine.signal(expires_at=in_hours(1))
    assert (await mine.producer.cancel(signal_id)).status == 200
    await copied(hub)
    assert await mine.placements(signal_id) == []


async def test_a_day_has_so_many_copied_trades(hub: RunningHub) -> None:
    mine = await copying(hub)
    await mine.call("risk", {"max_trades_a_day": 2})
    assert [await mine.copied() for _ in range(2)] == [("placed", None)] * 2
    await kept_out(mine, "trades_a_day")
    assert (await mine.status())["trades_today"] == 2


async def test_a_quota_that_is_used_up_keeps_copies_out(hub: RunningHub) -> None:
    mine = await copying(hub)
    await hub.rows(
        "update money.quota_usage set used = 200 where user_id = $1 and key = 'approvals'", mine.person.id
    )
    await kept_out(mine, "quota")


async def test_orders_that_no_snapshot_shows_count(hub: RunningHub) -> None:
    """0.05 lots bind 81.34: an exposure of 2 % takes two of them and a smaller third, whatever the snapshot says."""
    mine = await copying(hub)
    await mine.call("risk", {"max_exposure_bp": 200})
    placed = [await mine.copied() for _ in range(4)]
    assert placed == [("placed", None)] * 3 + [("kept_out", "trade_too_small")]
    assert [order["volume"] for order in await mine.orders()] == ["0.05", "0.05", "0.02"]
    # What failed binds nothing.
    await mine.failed()
    assert await mine.copied() == ("placed", None)
    [order] = await mine.orders()
    assert order["volume"] == "0.05"


async def test_an_order_that_a_snapshot_shows_is_counted_once(hub: RunningHub) -> None:
    mine = await copying(hub)
    await mine.call("risk", {"max_exposure_bp": 200})
    assert [await mine.copied() for _ in range(2)] == [("placed", None)] * 2
    positions = []
    for n, command in enumerate((await mine.device.poll()).body["commands"]):
        facts = {"broker_ticket": str(n), "fill_price": "1626.67", "fill_volume": "0.05"}
        assert (await mine.device.ack(command["id"], "placed", **facts)).status == 200
        positions.append(position(str(n), volume="0.05", comment=command["id"]))
    await mine.look(1, margin="162.68", free_margin="9837.32", positions=positions)
    assert await mine.copied() == ("placed", None)
    [order] = await mine.orders()
    assert order["volume"] == "0.02"


async def test_only_terminals_of_verified_accounts_are_told(hub: RunningHub) -> None:
    mine = await copying(hub)
    other: Device = await hub.device(mine.person, "another")
    assert await mine.copied() == ("placed", None)
    assert (await other.poll()).body["commands"] == []
    assert len(await mine.orders()) == 1
    # So by hand, but that the terminal sizes.
    assert (await hub.approve(mine.person, await mine.signal())).status == 201
    assert (await other.poll()).body["commands"] == []
    assert [order["volume"] for order in await mine.orders()] == ["0.05", None]


async def test_of_two_accounts_the_smaller_says_how_much(hub: RunningHub) -> None:
    mine, at = await copying(hub), another_broker()
    await linked(hub, mine.person, at)
    second = await hub.device(mine.person, "second")
    answer = await second.call("POST", "/api/v1/client/snapshot", at.worth(0, "4000.00", leverage=100))
    assert answer.status == 200
    assert await mine.copied() == ("placed", None)
    [order] = await mine.orders()
    assert order["volume"] == "0.02"
    assert len((await second.poll()).body["commands"]) == 1


async def test_it_is_told_why_not(hub: RunningHub) -> None:
    mine = await copying(hub)
    await mine.call("risk", {"max_trades_a_day": 1})
    async with signed_in(hub, mine.person) as stream:
        await mine.account.told()
        await stream.sub(f"copying:{mine.person.id}")
        await mine.copied()
        assert (await stream.receive())["type"] == "copy.placed"
        await mine.copied()
        event = await stream.receive()
    assert (event["type"], event["data"]["reason"]) == ("copy.kept_out", "trades_a_day")
