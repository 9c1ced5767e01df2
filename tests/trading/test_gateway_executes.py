"""A gateway executes what its owner approved: a real hub, a real gateway, a simulated terminal."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.core import clock
from hub.core.embedded import Endpoints
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Place
from hub.trading.accounts.looks import Want
from tests import metrics
from tests.hubs import RunningHub, in_hours, until
from tests.trading.executing import QUICK, SECONDS, Opened, desk, opener
from workers.mt5.simulated import Mood

MARKET = {"order_type": "market", "entry": "2000.20"}


@pytest.fixture
def gateway(hub: RunningHub, servers: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    return opener(hub, servers, tmp_path, monkeypatch)


async def test_what_is_approved_is_placed_filled_and_closed(gateway: Opened) -> None:
    async with gateway() as desk:
        signal = await desk.approved()
        [placed] = await desk.until_status("placed")
        [order] = desk.broker.orders()
        assert (placed["signal_id"], placed["broker_ticket"]) == (signal, str(order.ticket))
        assert (str(order.price), str(order.stop), str(order.target)) == ("1990.00", "1980.00", "2022.50")
        # 1 % of 10,000.00 at a stop 10.00 away
        assert (str(order.volume), placed["fill_price"]) == ("0.1", None)
        desk.price(1995.0, low=1985.0)
        filled = await desk.until_filled()
        assert (float(filled["fill_price"]), float(filled["fill_volume"])) == (1990.0, 0.1)
        assert filled["status"] == "placed"
        desk.price(2025.0)  # it opens beyond the target
        [closed] = await desk.until_status("closed")
        assert (float(closed["close_price"]), closed["close_reason"]) == (2025.0, "take_profit")
        assert (desk.orders, len(desk.driver.sent)) == (1, 1)


async def test_an_order_at_the_market_is_told_with_its_fill(gateway: Opened) -> None:
    async with gateway() as desk:
        await desk.approved(**MARKET)
        filled = await desk.until_filled()
        assert (filled["status"], float(filled["fill_price"])) == ("placed", 2000.2)
        [held] = desk.broker.positions()
        assert filled["broker_ticket"] == str(held.ticket)
        # the hub knows its own command again in the broker's books by this
        assert len(held.comment) == 22
        desk.price(1975.0)
        [closed] = await desk.until_status("closed")
        assert closed["close_reason"] == "stop_loss"


async def test_without_a_device_nothing_is_fetched(gateway: Opened) -> None:
    """The negative control of all others: it is off."""
    async with gateway(MT5_DEVICE_ID="", MT5_DEVICE_SECRET="") as desk:
        await desk.approved()
        await until(lambda: desk.driver.is_up, seconds=SECONDS)
        assert len((await desk.device.poll(wait=1)).body["commands"]) == 1
        assert (desk.orders, await desk.executions()) == (0, [])


@pytest.mark.parametrize(
    ("signal", "env", "status", "error"),
    [
        (MARKET | {"entry": "1990.00", "bounds": {"max_drift_points": 25}}, {}, "refused", "max_drift_points: 1020.0 points against 25"),
        ({"bounds": {"max_spread_points": 5}}, {}, "refused", "max_spread_points: 20.0 points against 5"),
        ({}, {"MT5_MAX_SPREAD_POINTS": "10"}, "refused", "max_spread: 20.0 points against 10.0"),
        ({}, {"MT5_MAX_VOLUME": "0.05"}, "failed", "max_volume: 0.10 lots"),
        ({"instrument": "US500"}, {}, "failed", "US500 is not traded here"),
        (MARKET | {"stop": "2001.00", "target": "2022.50", "entry": "2002.00"}, {}, "failed", "invalid stops"),
        ({}, {"MT5_RISK_PERCENT": "0.001"}, "placed", None),
    ],
)  # fmt: skip
async def test_a_bound_that_does_not_hold_is_told_in_the_ea_s_words(
    gateway: Opened, signal: dict[str, Any], env: dict[str, str], status: str, error: str | None
) -> None:
    async with gateway(**env) as desk:
        await desk.approved(**signal)
        [told] = await desk.until_status(status)
        assert told["error"] == error
        assert desk.orders == (status == "placed")


async def test_consent_that_ended_before_the_terminal_came_is_refused(
    gateway: Opened, hub: RunningHub
) -> None:
    mine = await desk(hub)
    ends = clock.now() + timedelta(seconds=3)
    await mine.approved(bounds={"valid_until": ends.isoformat()})
    await until(lambda: clock.now() > ends)
    async with gateway(mine):
        [told] = await mine.until_status("refused")
        assert told["error"].startswith("valid_until: the consent ended at ")
        assert mine.orders == 0


async def test_an_account_that_nets_opens_nothing(gateway: Opened, hub: RunningHub) -> None:
    mine = await desk(hub, mode="netting")
    async with gateway(mine):
        await mine.approved()
        [told] = await mine.until_status("refused")
        assert told["error"] == "netting: an account that nets positions cannot tell one trade from another"


async def test_a_symbol_is_known_by_the_broker_s_name(gateway: Opened) -> None:
    async with gateway(MT5_SYMBOL_MAP="US500=XAUUSD") as desk:
        await desk.approved(instrument="US500")
        await desk.until_status("placed")
        assert [order.symbol for order in desk.broker.orders()] == ["XAUUSD"]


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        (replace(QUICK, no_answer=1.0, stall_seconds=0.0), ["unknown", "placed"]),
        (replace(QUICK, lost=1.0, stall_seconds=0.0), ["unknown", "failed"]),
        (replace(QUICK, requote=1.0), ["failed"]),
        (replace(QUICK, reject=1.0), ["failed"]),
    ],
    ids=["no answer", "lost", "requote", "reject"],
)
async def test_whatever_the_terminal_answers_there_is_one_order_at_most(
    gateway: Opened, mood: Mood, says: list[str]
) -> None:
    async with gateway() as desk:
        desk.driver.moods = [mood]
        await desk.approved(**MARKET)
        [told] = await desk.until_status(says[-1], seconds=40)
        assert (len(desk.driver.sent), desk.orders) == (1, says[-1] == "placed")
        if says == ["unknown", "failed"]:
            [row] = await desk.hub.rows(
                "select said from trading.executions where id = $1::text::uuid", told["id"]
            )
            assert row["said"] == says


async def test_a_terminal_without_its_broker_opens_nothing_until_it_is_back(gateway: Opened) -> None:
    async with gateway() as desk:
        await until(lambda: desk.driver.is_up, seconds=SECONDS)
        desk.driver.mood = replace(QUICK, offline=1.0)
        await desk.approved()
        # it is still to be had: nobody has acknowledged it
        for _ in range(3):
            assert len((await desk.device.poll(wait=1)).body["commands"]) == 1
        assert (desk.driver.sent, await desk.executions()) == ([], [])
        desk.driver.mood = QUICK
        await desk.until_status("placed", seconds=40)
        assert desk.orders == 1


async def test_a_terminal_that_shows_another_account_executes_nothing(gateway: Opened) -> None:
    async with gateway() as desk:
        await until(lambda: desk.driver.is_up, seconds=SECONDS)
        desk.broker.login = 990099
        await desk.approved()
        for _ in range(3):
            assert len((await desk.device.poll(wait=1)).body["commands"]) == 1
        assert (desk.driver.sent, await desk.executions()) == ([], [])
        desk.broker.login = int(desk.login)
        await desk.until_status("placed", seconds=40)
        assert desk.orders == 1


async def test_what_was_put_off_and_taken_back_is_never_placed(gateway: Opened) -> None:
    async with gateway() as desk:
        await until(lambda: desk.driver.is_up, seconds=SECONDS)
        desk.driver.mood = replace(QUICK, offline=1.0)
        signal = await desk.approved()
        assert len((await desk.device.poll(wait=1)).body["commands"]) == 1
        assert (await desk.producer.cancel(signal)).status == 200
        counted = metrics.here()
        # Of two polls the second began after whatever it was told before was put off again.
        await until(lambda: sum(metrics.moved(counted, "ea_poll_total").values()) >= 2, seconds=SECONDS)
        desk.driver.mood = QUICK
        [told] = await desk.until_status("refused", seconds=40)
        assert (told["kind"], told["error"]) == ("cancel", "there is no such order")
        assert (desk.driver.sent, desk.orders) == ([], 0)


async def test_an_order_that_waits_is_taken_back(gateway: Opened) -> None:
    async with gateway() as desk:
        signal = await desk.approved()
        await desk.until_status("placed")
        await desk.producer.cancel(signal)
        told = await desk.until_status("closed", "closed")
        assert [each["close_reason"] for each in told] == ["cancelled", "cancelled"]
        assert desk.broker.orders() == []


async def test_an_order_that_has_filled_is_not(gateway: Opened) -> None:
    async with gateway() as desk:
        signal = await desk.approved(**MARKET)
        await desk.until_filled()
        await desk.producer.cancel(signal)
        told = await desk.until_status("placed", "refused")
        assert told[1]["error"] == "the order is open already"
        assert len(desk.broker.positions()) == 1


async def test_a_broker_that_ends_no_order_has_it_ended_when_its_time_comes(gateway: Opened) -> None:
    async with gateway() as desk:
        listing = desk.broker.listings["XAUUSD"]
        listing.info = replace(listing.info, takes_expiry=False)
        await desk.approved(expires_at=in_hours(8 / 3600))
        await desk.until_status("placed")
        [order] = desk.broker.working.values()
        assert order.request.expires_at is None
        [told] = await desk.until_status("closed")
        assert (told["close_reason"], desk.broker.orders()) == ("expired", [])


async def test_a_stalled_terminal_stops_neither_the_loop_nor_what_is_told_of_it(gateway: Opened) -> None:
    async with gateway() as desk:
        place, redis = Place(desk.server, desk.login), desk.hub.res.redis

        async def told_connected() -> bool:
            found = {str(each.place): each.state for each in await gateways.sessions(redis) if each}
            return found.get(str(place)) == "connected"

        await until(told_connected, seconds=SECONDS)
        desk.driver.gate.clear()
        await desk.approved(**MARKET)
        await until(lambda: len(desk.driver.sent) == 1, seconds=SECONDS)
        want = Want(0.5, "quick", None)
        assert await gateways.ask(redis, redis, place, want) is None
        assert await told_connected()
        desk.driver.gate.set()
        answer = await gateways.ask(redis, redis, place, Want(10.0, "quick", None))
        assert answer and answer.look and len(answer.look.positions) == 1
        await desk.until_filled()
        assert desk.orders == 1
