"""Snapshots are compared once each, and what the broker proves is settled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from hub.core import clock
from hub.trading.reconciliation import service
from tests.hubs import RunningHub
from tests.trading import test_acks as acks
from tests.trading.closures import Account, account


async def commanded(of: Account) -> str:
    """The id of a fresh open command. Nothing is approved for an account that nobody has looked at."""
    await of.looked(0)
    return await acks.commanded(of.hub, of.person, of.device)


class Time:
    """The hub's clock, which goes on when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed = timedelta(0)
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + self.passed)

    async def looked(self, of: Account, seq: int) -> list[str]:
        """A minute later another look is compared; every finding so far."""
        self.passed += timedelta(seconds=61)
        await of.looked(seq)
        await reconciled(of.hub)
        return await findings(of)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


async def unknown_market_order(of: Account) -> str:
    command = await commanded(of)
    await of.hub.res.db.execute(
        """update trading.signals set order_type = 'market'
           where id = (select signal_id from trading.commands where id = $1)""",
        UUID(command),
    )
    await of.device.ack(command, "unknown", error="timed out")
    return command


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
        await mine.looked(seq)
        await reconciled(hub)
    found = await findings(mine)
    assert len(found) == 1 and found[0] in ("none", "slippage")


async def test_a_position_by_hand_is_told_and_left_alone(hub: RunningHub) -> None:
    mine = await account(hub, 2)
    await mine.looked()
    await reconciled(hub)
    assert await findings(mine) == ["manual_trade", "manual_trade"]


async def test_a_snapshot_is_compared_once(hub: RunningHub) -> None:
    mine = await account(hub)
    assert await service.reconcile(hub.res) == 0
    await mine.looked()
    assert await service.reconcile(hub.res) == 1
    assert await service.reconcile(hub.res) == 0


async def test_an_unknown_order_that_the_broker_has_is_placed(hub: RunningHub) -> None:
    mine = await account(hub)
    command = await commanded(mine)
    await mine.device.ack(command, "unknown", error="timed out")
    await ours(mine, command)
    await mine.looked()
    await reconciled(hub)
    row = await execution(mine, command)
    assert (row["status"], row["broker_ticket"], row["fill_price"]) == ("placed", "100", Decimal(1900))
    assert "unknown_placed" in await findings(mine)


async def test_an_unknown_market_order_that_the_broker_has_not_in_two_looks_has_failed(
    hub: RunningHub, time: Time
) -> None:
    mine = await account(hub, 0)
    command = await unknown_market_order(mine)
    await mine.looked(1)
    await reconciled(hub)
    assert await findings(mine) == [], "the broker may still show it"
    assert await time.looked(mine, 2) == ["unseen"]
    await mine.looked(3)
    await reconciled(hub)
    assert (await execution(mine, command))["status"] == "unknown", "a look at once is no second look"
    assert await time.looked(mine, 4) == ["unknown_absent", "unseen"]
    row = await execution(mine, command)
    assert (row["status"], row["error"]) == ("failed", "timed out")


async def test_a_terminal_s_clock_proves_nothing(hub: RunningHub) -> None:
    mine = await account(hub, 0)
    command = await unknown_market_order(mine)
    for seq in (1, 2, 3):
        await mine.looked(seq)
        await hub.res.db.execute(
            "update trading.account_states set taken_at = taken_at + $2 * interval '1 hour' where account_id = $1",
            mine.id, seq,
        )  # fmt: skip
        await reconciled(hub)
    assert (await execution(mine, command))["status"] == "unknown"
    assert await findings(mine) == []


async def test_what_shows_late_overrules_that_it_failed(hub: RunningHub, time: Time) -> None:
    mine = await account(hub, 0)
    command = await unknown_market_order(mine)
    await time.looked(mine, 1)
    await time.looked(mine, 2)
    assert (await execution(mine, command))["status"] == "failed"
    answer = await mine.device.ack(
        command, "placed", broker_ticket="100", fill_price="1900", fill_volume="0.1"
    )
    assert (answer.status, answer.body["status"]) == (200, "placed")
    await mine.device.ack(command, "failed", error="gone")
    assert (await execution(mine, command))["status"] == "failed"
    refused = await mine.device.ack(command, "closed", close_price="1900")
    assert refused.status == 409, "what the terminal itself said is not overruled"


async def test_books_that_come_late_overrule_that_it_failed(hub: RunningHub, time: Time) -> None:
    mine = await account(hub, 0)
    command = await unknown_market_order(mine)
    await time.looked(mine, 1)
    await time.looked(mine, 2)
    assert (await execution(mine, command))["status"] == "failed"
    await mine.booked("in", comment=UUID(command).hex)
    await mine.booked("out", reason="sl")
    found = await time.looked(mine, 3)
    assert "unknown_placed" in found and "broker_close" in found
    assert (await execution(mine, command))["status"] == "placed"


async def test_a_trade_between_two_looks_is_known_by_its_deals(hub: RunningHub, time: Time) -> None:
    mine = await account(hub, 0)
    command = await unknown_market_order(mine)
    await mine.booked("in", comment=UUID(command).hex)
    await mine.booked("out", reason="sl")
    found = await time.looked(mine, 1)
    assert "unknown_placed" in found and "broker_close" in found and "unseen" not in found
    row = await execution(mine, command)
    assert (row["status"], row["broker_ticket"], row["fill_price"]) == ("placed", "100", Decimal(1901))


async def test_a_device_of_two_accounts_proves_nothing_absent(hub: RunningHub, time: Time) -> None:
    mine = await account(hub, 0)
    command = await unknown_market_order(mine)
    other = await account(hub, 0)
    await hub.res.db.execute(
        "update trading.accounts set device_id = (select device_id from trading.accounts where id = $2) where id = $1",
        other.id, mine.id,
    )  # fmt: skip
    for seq in (1, 2, 3):
        assert await time.looked(mine, seq) == []
    assert (await execution(mine, command))["status"] == "unknown"


async def test_a_position_that_its_terminal_calls_failed_is_a_finding(hub: RunningHub, time: Time) -> None:
    mine = await account(hub)
    command = await commanded(mine)
    await mine.device.ack(command, "failed", error="no money")
    await ours(mine, command)
    assert "status" in await time.looked(mine, 1)
    assert (await execution(mine, command))["status"] == "failed"


async def test_one_account_that_cannot_be_compared_keeps_no_other(hub: RunningHub) -> None:
    bad, good = await account(hub), await account(hub)
    command = await commanded(bad)
    await bad.device.ack(command, "placed", broker_ticket="100", fill_price="1900", fill_volume="0.1")
    await ours(bad, command)
    await hub.res.db.execute("update trading.positions set open_price = 'NaN' where account_id = $1", bad.id)
    for each in (bad, good):
        await each.looked()
    await reconciled(hub)
    assert await findings(good) == ["manual_trade"] and await findings(bad) == []
    assert await hub.alerts(bad.id) == ["reconciliation.failed"]
    assert await service.reconcile(hub.res) == 0, "it is looked at again with its next look"


async def test_an_unknown_pending_order_stays_unknown_until_it_has_expired(
    hub: RunningHub, time: Time
) -> None:
    mine = await account(hub, 0)
    command = await commanded(mine)
    await mine.device.ack(command, "unknown", error="timed out")
    for seq in (1, 2, 3):
        assert await time.looked(mine, seq) == []
    assert (await execution(mine, command))["status"] == "unknown"


async def test_a_position_closed_by_hand_is_somebody_s_will(hub: RunningHub) -> None:
    mine = await account(hub)
    command = await commanded(mine)
    await mine.device.ack(command, "placed", broker_ticket="100", fill_price="1900", fill_volume="0.1")
    await ours(mine, command)
    await mine.booked("out", reason="mobile")
    await mine.gone("100")
    await mine.looked()
    await reconciled(hub)
    assert "hand_closed" in await findings(mine)
    assert (await mine.device.poll()).body["commands"] == [], "nothing reopens it"


async def test_operators_see_everybody_s_and_nobody_else_does(hub: RunningHub) -> None:
    mine = await account(hub)
    await mine.looked()
    await reconciled(hub)
    path = f"/api/v1/reconciliation/{mine.person.id}"
    admin, other = await hub.person("admin"), await hub.person()
    assert len((await hub.call("GET", path, headers=admin.bearer)).body["items"]) == 1
    assert (await hub.call("GET", path, headers=other.bearer)).status == 404
