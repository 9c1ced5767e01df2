"""Traders are heard one at a time, and missed once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import clock
from hub.trading.heartbeats import rules, service
from hub.trading.heartbeats.models import Heartbeat, State
from tests.hubs import Answer, Producer, RunningHub, in_hours

PATH = "/api/v1/producers/heartbeat"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def beat(instance: UUID | None = None, **changed: Any) -> dict[str, Any]:
    return {
        "symbol": "XAUUSD",
        "strategy": "fib_rsi",
        "version": "1",
        "instance_id": str(instance or uuid4()),
        "host": "box-1",
        "interval_seconds": 10,
        "bar_time": "2026-11-20T10:00:00Z",
        "spool_depth": 3,
    } | changed


async def say(producer: Producer, **changed: Any) -> Answer:
    return await producer.post(PATH, beat(**changed))


async def known(hub: RunningHub, producer: Producer) -> list[dict[str, Any]]:
    admin = await hub.person("admin")
    answer = await hub.call("GET", f"{PATH}s", headers=admin.bearer)
    assert answer.status == 200, answer.raw
    return [each for each in answer.body["items"] if each["producer_id"] == producer.id]


async def ago(hub: RunningHub, producer: Producer, seconds: float) -> None:
    """What was heard of it was heard so long ago."""
    query = "update trading.heartbeats set seen_at = $2 where producer_id = $1"
    await hub.rows(query, producer.id, clock.now() - timedelta(seconds=seconds))


async def watch(hub: RunningHub, since: datetime = LONG_AGO) -> None:
    await service.watch(hub.res, since)


async def test_the_newest_word_is_kept(hub: RunningHub) -> None:
    producer, instance = await hub.producer(), uuid4()
    assert (await say(producer, instance=instance)).status == 200
    assert (await say(producer, instance=instance, spool_depth=0, version="2")).status == 200
    assert (await say(producer, symbol="EURUSD", ended=True)).status == 200
    euro, gold = await known(hub, producer)
    assert (gold["version"], gold["spool_depth"], gold["state"]) == ("2", 0, "alive")
    assert (gold["instance_id"], gold["host"]) == (str(instance), "box-1")
    assert gold["started_at"] < gold["seen_at"]
    assert (euro["symbol"], euro["state"]) == ("EURUSD", "ended")
    query = "select symbol, heartbeats from trading.heartbeat_days where producer_id = $1 order by 1"
    assert [tuple(row) for row in await hub.rows(query, producer.id)] == [("EURUSD", 1), ("XAUUSD", 2)]


async def test_a_second_instance_is_refused_with_who_is_there(hub: RunningHub) -> None:
    producer, instance = await hub.producer(), uuid4()
    await say(producer, instance=instance)
    before = await known(hub, producer)
    refused = await say(producer, host="box-2")
    assert (refused.status, refused.body["type"]) == (409, "/problems/another-trader")
    assert (refused.body["instance_id"], refused.body["host"]) == (str(instance), "box-1")
    assert "box-1" in refused.body["detail"] and "try again in 30 s" in refused.body["detail"]
    assert await known(hub, producer) == before
    query = "select heartbeats from trading.heartbeat_days where producer_id = $1"
    assert [row[0] for row in await hub.rows(query, producer.id)] == [1]


@pytest.mark.parametrize("other", [{"symbol": "EURUSD"}, {"strategy": "another"}])
async def test_another_symbol_or_strategy_is_another_trader(hub: RunningHub, other: dict[str, str]) -> None:
    producer = await hub.producer()
    assert ((await say(producer)).status, (await say(producer, **other)).status) == (200, 200)
    assert (await say(await hub.producer())).status == 200


@pytest.mark.parametrize(("seconds", "status"), [(29, 409), (31, 200)])
async def test_after_three_intervals_another_may(hub: RunningHub, seconds: float, status: int) -> None:
    producer = await hub.producer()
    await say(producer)
    await ago(hub, producer, seconds)
    assert (await say(producer)).status == status


async def test_whoever_said_good_bye_may_be_followed_at_once(hub: RunningHub) -> None:
    producer, first, second = await hub.producer(), uuid4(), uuid4()
    await say(producer, instance=first)
    await say(producer, instance=first, ended=True)
    assert (await say(producer, instance=second)).status == 200
    assert (await say(producer, instance=first)).status == 409


async def test_of_many_that_begin_at_once_one_may(hub: RunningHub) -> None:
    for silent in (False, True):
        producer = await hub.producer()
        if silent:
            await say(producer)
            await ago(hub, producer, 1_000)
        statuses = [each.status for each in await asyncio.gather(*(say(producer) for _ in range(12)))]
        assert sorted(statuses) == [200] + [409] * 11


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbol": "NOPE"},
        {"instance_id": "me"},
        {"interval_seconds": 0},
        {"interval_seconds": 3601},
        {"spool_depth": -1},
        {"host": "a b"},
        {"host": "x" * 65},
        {"strategy": ""},
        {"bar_time": "2026-11-20T10:00:00"},
        {"bar_time": in_hours(24)},
        {"more": 1},
    ],
)
async def test_what_is_wrong_is_refused_and_changes_nothing(hub: RunningHub, wrong: dict[str, Any]) -> None:
    producer = await hub.producer()
    assert (await say(producer, **wrong)).status == 422
    assert await known(hub, producer) == []


async def test_silence_is_told_once_and_its_end_once(hub: RunningHub) -> None:
    producer, instance = await hub.producer(), uuid4()
    await say(producer, instance=instance)
    await watch(hub)
    assert await hub.alerts(producer.id) == []
    await ago(hub, producer, 31)
    assert (await known(hub, producer))[0]["state"] == "silent"
    await asyncio.gather(*(watch(hub) for _ in range(4)))
    await watch(hub)
    assert await hub.alerts(producer.id) == ["trader.silent"]
    await say(producer, instance=instance)
    await watch(hub)
    await watch(hub)
    assert await hub.alerts(producer.id) == ["trader.silent", "trader.back"]


async def test_a_late_candle_is_told_and_that_it_came(hub: RunningHub) -> None:
    producer, instance = await hub.producer(), uuid4()
    for late in (True, True, False, False):
        await say(producer, instance=instance, late=late)
        await watch(hub)
    assert await hub.alerts(producer.id) == ["trader.late", "trader.back"]


async def test_a_trader_that_says_good_bye_is_not_missed(hub: RunningHub) -> None:
    producer, instance = await hub.producer(), uuid4()
    await say(producer, instance=instance)
    await say(producer, instance=instance, ended=True)
    await ago(hub, producer, 10_000)
    await watch(hub)
    assert await hub.alerts(producer.id) == []


async def test_nobody_is_missed_while_nobody_listened(hub: RunningHub) -> None:
    """The hub was away as long as the traders: they had nobody to talk to."""
    producer = await hub.producer()
    await say(producer)
    await ago(hub, producer, 3_600)
    await watch(hub, since=clock.now() - timedelta(seconds=29))
    assert await hub.alerts(producer.id) == []
    await watch(hub, since=clock.now() - timedelta(seconds=31))
    assert await hub.alerts(producer.id) == ["trader.silent"]


def heard(state: State, **changed: Any) -> Heartbeat:
    given: dict[str, Any] = {
        "producer_id": "p", "symbol": "XAUUSD", "strategy": "s", "version": "1", "instance_id": UUID(int=1),
        "host": "h", "interval_seconds": 10, "bar_time": None, "spool_depth": 0, "late": False, "ended": False,
        "started_at": LONG_AGO, "seen_at": LONG_AGO, "state": state,
    }  # fmt: skip
    return Heartbeat(**(given | changed))


STATES: list[State] = ["alive", "late", "silent", "ended"]
seconds = st.integers(0, 100_000)


@given(seconds, seconds, st.integers(1, 3600), st.booleans(), st.booleans())
def test_a_trader_is_silent_exactly_when_three_intervals_are_over(
    age: int, since: int, interval: int, late: bool, ended: bool
) -> None:
    now = LONG_AGO + timedelta(seconds=age)
    began = LONG_AGO + timedelta(seconds=since)
    found = rules.state(heard("alive", interval_seconds=interval, late=late, ended=ended), now, since=began)
    silent = age > 3 * interval and age > since + 3 * interval
    assert found == ("ended" if ended else "silent" if silent else "late" if late else "alive")


@given(st.lists(st.sampled_from(STATES), min_size=1, max_size=30))
def test_the_owner_hears_of_every_trouble_and_of_its_end_and_of_nothing_else(states: list[State]) -> None:
    """What is told, read one after the other, is what happened."""
    before, kinds, wanted = STATES[0], list[str](), list[str]()
    for state in states:
        if state == before:
            continue
        if alert := rules.news(heard(before), state):
            kinds.append(alert.kind)
        if state in ("silent", "late"):
            wanted.append(f"trader.{state}")
        elif before in ("silent", "late"):
            wanted.append("trader.back")
        before = state
    assert kinds == wanted
