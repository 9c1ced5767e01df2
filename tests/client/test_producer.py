"""The producer client against a hub that misbehaves: nothing is dropped, doubled or reordered."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from caerus_client.producer import ProducerClient, RetryPolicy
from caerus_client.spool import Spool, cancel, signal

from tests.client.fakehub import PRODUCER, PRODUCER_SECRET, until

FAST = RetryPolicy(max_retries=3, delay=0.002, cap=0.01)


def post(number: int):
    body = {"instrument": "XAUUSD", "side": "buy", "time": "2026-11-22T10:00:00Z", "version": f"1:{number}"}
    return signal(f"setup-{number}", {**body, "payload": {}})


@asynccontextmanager
async def draining(hub, spool, **options):
    """A client at work; `alerts` and `outcomes` are what it reported."""
    alerts, outcomes = [], []

    async def alert(raised):
        alerts.append(raised)

    async with ProducerClient(
        hub.url,
        PRODUCER,
        options.pop("secret", PRODUCER_SECRET),
        spool,
        retry=options.pop("retry", FAST),
        on_alert=options.pop("on_alert", alert),
        on_outcome=lambda item, verdict, seconds: outcomes.append((item.key, verdict.outcome, seconds)),
        **options,
    ) as client:
        client.alerts, client.outcomes = alerts, outcomes
        task = asyncio.create_task(client.run())
        try:
            yield client
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def settled(client, seconds=10.0):
    async with asyncio.timeout(seconds):
        await client.settled()


async def test_signals_arrive_once_with_their_latency(hub, spool):
    spool.put([post(n) for n in range(50)])
    async with draining(hub, spool) as client:
        await settled(client)
        assert client.counters.stored == client.counters.posted == 50
    assert sorted(hub.posts) == sorted(f"1:{n}" for n in range(50))
    assert hub.bad_signatures == 0
    assert all(outcome == "stored" and seconds > 0 for _, outcome, seconds in client.outcomes)
    assert spool.totals() == {"stored": 50}


async def test_concurrency_is_bounded_and_used(hub, spool):
    hub.latency = 0.01
    spool.put([post(n) for n in range(40)])
    async with draining(hub, spool, concurrency=8) as client:
        await settled(client)
    assert hub.most_concurrent == 8


async def test_what_is_put_later_is_sent_when_woken(hub, spool):
    async with draining(hub, spool) as client:
        ids = spool.put([post(1)])
        client.wake()
        await asyncio.wait_for(client.settled(ids), 5)
    assert hub.posts == ["1:1"]


@pytest.mark.parametrize("fault", [500, 502, 503, 401, 403, 404, 429, "cut"])
async def test_a_passing_fault_is_retried_with_a_new_signature(hub, spool, fault):
    hub.faults.extend([fault, fault])
    spool.put([post(1)])
    async with draining(hub, spool) as client:
        await settled(client)
        assert client.counters.retries == 2
    assert hub.posts == ["1:1"]
    assert len(hub.nonces) == 3
    assert (spool.totals(), client.alerts) == ({"stored": 1}, [])


async def test_an_answer_lost_on_the_way_ends_as_a_duplicate(hub, spool):
    hub.faults.append("drop")
    spool.put([post(1)])
    async with draining(hub, spool) as client:
        await settled(client)
        assert client.counters.duplicates == 1
    assert hub.posts == ["1:1", "1:1"]
    assert len(hub.signals) == 1


@pytest.mark.parametrize("status", [400, 413, 422, 409])
async def test_a_hopeless_item_is_parked_and_told(hub, spool, status):
    hub.faults.append(status)
    spool.put([post(1), post(2)])
    async with draining(hub, spool, concurrency=1) as client:
        await settled(client)
    ((item, problem),) = spool.refused()
    assert item.key == "setup-1"
    assert f'"status":{status}' in problem
    assert [alert.kind for alert in client.alerts] == ["refused"]
    assert hub.posts == ["1:2"]


async def test_an_outage_alerts_once_and_loses_nothing(hub, spool):
    hub.down = True
    spool.put([post(n) for n in range(30)])
    async with draining(hub, spool) as client:
        await until(lambda: client.alerts)
        before = client.counters.retries
        await until(lambda: client.counters.retries >= before + 40)
        assert spool.unsettled() == 30
        assert [alert.kind for alert in client.alerts] == ["retries_exhausted"]
        hub.down = False
        await settled(client)
        assert len(client.alerts) == 1
        hub.down = True
        spool.put([post(99)])
        client.wake()
        await until(lambda: len(client.alerts) == 2)
    assert len(hub.signals) == 30


async def test_during_an_outage_one_probe_at_a_time_goes_out(hub, spool):
    hub.down = True
    spool.put([post(n) for n in range(30)])
    async with draining(hub, spool) as client:
        await until(lambda: client.counters.retries >= 16)
        hub.most_concurrent = 0
        hub.latency = 0.005
        await until(lambda: client.counters.retries >= 30)
    assert hub.most_concurrent == 1


async def test_one_poisoned_item_does_not_stop_the_others(hub, spool):
    hub.poison.add("1:0")
    spool.put([post(n) for n in range(10)])
    async with draining(hub, spool, concurrency=2) as client:
        await until(lambda: client.counters.stored == 9 and client.counters.retries > 10)
        assert [(alert.kind, alert.item.key) for alert in client.alerts] == [("retries_exhausted", "setup-0")]
        hub.poison.clear()
        await settled(client)
    assert len(hub.signals) == 10


async def test_a_failing_item_rests_while_the_others_go(hub, spool):
    hub.poison.add("1:0")
    spool.put([post(n) for n in range(10)])
    # no pause for the hub, then half a minute for the item
    draws = iter([0.0, 1.0])
    patient = RetryPolicy(delay=30.0, cap=30.0)
    async with draining(hub, spool, concurrency=1, retry=patient, draw=lambda: next(draws)) as client:
        await until(lambda: client.counters.stored == 9)
    assert len(hub.calls) == 10


async def test_after_a_failure_the_hub_is_left_alone_for_the_pause(hub, spool):
    hub.down = True
    spool.put([post(n) for n in range(3)])
    patient = RetryPolicy(delay=0.3, cap=0.3)
    async with draining(hub, spool, concurrency=1, retry=patient, draw=lambda: 1.0) as client:
        await until(lambda: client.counters.retries == 1)
        failed = asyncio.get_running_loop().time()
        client.wake()
        await until(lambda: len(hub.calls) == 2)
        assert asyncio.get_running_loop().time() - failed >= 0.25


async def test_a_nobody_listening_port_is_an_outage_too(hub, spool):
    await hub.stop()
    spool.put([post(1)])
    async with draining(hub, spool) as client:
        await until(lambda: client.alerts)
    assert spool.unsettled() == 1


async def test_an_alert_that_fails_does_not_stop_the_drain(hub, spool):
    async def broken(alert):
        raise RuntimeError("no telegram")

    hub.faults.append(422)
    spool.put([post(1), post(2)])
    async with draining(hub, spool, on_alert=broken, concurrency=1) as client:
        await settled(client)
    assert spool.totals() == {"refused": 1, "stored": 1}


async def test_a_cancel_follows_its_post(hub, spool):
    hub.faults.extend([503, "drop"])
    spool.put([post(1), cancel("setup-1", "New Setup"), post(2)])
    async with draining(hub, spool) as client:
        await settled(client)
    (first,) = [each for each in hub.signals.values() if each["version"] == "1:1"]
    assert (first["status"], first["close_reason"]) == ("cancelled", "New Setup")
    assert spool.totals() == {"duplicate": 1, "stored": 1, "cancelled": 1}


async def test_cancels_that_come_too_late_or_have_no_signal(hub, spool):
    spool.put([post(1), post(2)])
    hub.faults.append(422)
    async with draining(hub, spool, concurrency=1) as client:
        await settled(client)
        (kept,) = hub.signals.values()
        kept["status"] = "expired"
        spool.put([cancel("setup-1", "x"), cancel("setup-2", "x"), cancel("never-seen", "x")])
        client.wake()
        await settled(client)
    assert spool.totals() == {"refused": 1, "stored": 1, "void": 2, "closed": 1}
    assert [alert.kind for alert in client.alerts] == ["refused"]


async def test_a_wrong_clock_is_put_right_by_the_hubs(hub, spool):
    hub.clock_ahead = timedelta(hours=1)
    spool.put([post(1), post(2)])
    async with draining(hub, spool, concurrency=1) as client:
        await settled(client)
        assert client.counters.retries == 0
    assert hub.bad_signatures == 1


async def test_a_wrong_secret_is_never_given_up(hub, spool):
    spool.put([post(1)])
    async with draining(hub, spool, secret="wrong") as client:
        await until(lambda: client.alerts)
    assert "401" in client.alerts[0].text
    assert spool.unsettled() == 1


async def test_a_client_that_is_stopped_in_flight_sends_again(hub, tmp_path):
    hub.latency = 0.05
    with Spool(tmp_path / "s.db") as first:
        first.put([post(n) for n in range(4)])
        async with draining(hub, first):
            await until(lambda: hub.concurrent == 4)
    hub.latency = 0.0
    with Spool(tmp_path / "s.db") as second:
        async with draining(hub, second) as client:
            await settled(client)
        assert sum(second.totals().values()) == 4
    assert len(hub.signals) == 4
