"""The load test's scenarios on a real hub: what they count is what came, and harm is seen."""

import msgspec
import pytest

from hub.core import metrics
from tests.hubs import RunningHub, running_hub, until
from tests.workers.loadtests import TERMINALS, Harm, identities, scene, served
from workers.loadtest.listeners import Listeners
from workers.loadtest.scenarios.day import day
from workers.loadtest.scenarios.fanout import fanout
from workers.loadtest.scenarios.ingest import ingest
from workers.loadtest.scenarios.park import park
from workers.loadtest.scenarios.storm import storm

SOCKETS = 20


@pytest.fixture(scope="module")
async def real(settings, servers):
    async with running_hub(settings, servers.dsn, servers.redis_url) as running:
        yield running


@pytest.fixture(scope="module")
async def who(real: RunningHub):
    return await identities(real)


def clean(found, expected: int) -> None:
    assert dict(found.errors) == {}
    assert (found.expected, found.delivered, found.lost, found.doubled) == (expected, expected, 0, 0)


def counts(found) -> dict[str, int]:
    return {name: recorder.count for name, recorder in found.recorders.items()}


async def test_fanout_counts_each_signal_at_each_socket(real, who):
    found = scene(real.base_url, who)
    await fanout(found, sockets=SOCKETS, rate=50, seconds=0.4)
    clean(found, SOCKETS * 20)
    assert counts(found) == {"signal to socket": SOCKETS * 20, "post to stored": 20}
    assert found.recorders["signal to socket"].percentile(50) > 0


async def test_after_a_storm_everybody_has_what_was_missed(real, who):
    found = scene(real.base_url, who)
    await storm(found, sockets=SOCKETS, missed=30)
    clean(found, SOCKETS * 30)
    assert counts(found) == {"reconnect to missed signal": SOCKETS * 30, "reconnect to subscribed": SOCKETS}
    assert found.facts["seconds until all have everything"] > 0


async def test_a_storm_without_resuming_loses_what_was_missed(real, who, monkeypatch):
    """The control of the test above."""
    found = scene(real.base_url, who, grace=0.5)

    def forgetful(person, since=None):
        return type(found.calls).hello(found.calls, person)

    monkeypatch.setattr(found.calls, "hello", forgetful)
    await storm(found, sockets=SOCKETS, missed=30)
    assert found.lost == SOCKETS * 30
    assert found.errors == {"a socket could not resume where it was": SOCKETS}


async def test_one_approval_wakes_every_parked_poll(real, who):
    before, found = metrics.parked_polls._value.get(), scene(real.base_url, who)

    async def parked(count: int) -> None:
        await until(lambda: metrics.parked_polls._value.get() == before + count)

    await park(found, polls=12, rounds=2, parked=parked)
    clean(found, 24)
    assert counts(found) == {"approval to poll": 24}


async def test_ingest_counts_what_was_stored_at_a_steady_rate_and_in_a_burst(real, who):
    found = scene(real.base_url, who)
    await ingest(found, rate=100, seconds=0.3, burst=40)
    clean(found, 70)
    assert counts(found) == {
        "signal to socket": 70,
        "steady: post to stored": 30,
        "burst: post to stored": 40,
    }


async def test_a_day_loses_neither_signals_nor_commands(real, who):
    found = scene(real.base_url, who)
    await day(found, sockets=10, rate=10, reads=20, seconds=1.5)
    clean(found, 15 * 10 + 15 * TERMINALS)
    assert counts(found)["read"] == 30
    assert counts(found)["approval to terminal"] == 15 * TERMINALS


@pytest.mark.parametrize(("times", "lost", "doubled"), [(0, 1, 0), (2, 0, 1)])
async def test_one_event_that_is_lost_or_doubled_is_reported(real, who, times, lost, doubled):
    harm = Harm(real.base_url, times)
    async with served(harm) as url:
        found = scene(url, who, grace=1 if lost else 20)
        await fanout(found, sockets=SOCKETS, rate=50, seconds=0.2)
    assert harm.done
    assert (found.lost, found.doubled) == (lost, doubled)
    assert found.delivered == SOCKETS * 10 - lost


async def test_what_the_hub_refuses_is_an_error_and_not_a_loss(real, who):
    found = scene(real.base_url, msgspec.structs.replace(who, producer_secret="not the key"))
    await fanout(found, sockets=2, rate=50, seconds=0.1)
    assert found.errors == {"HTTP 401 instead of 201": 5}
    assert (found.expected, found.lost) == (0, 0)


async def test_sockets_that_the_hub_closes_are_errors(real, who):
    found = scene(real.base_url, who)
    listeners = Listeners(found.address, found.calls, 2, lambda number, now, message: None)
    await listeners.open()
    listeners.all[0].socket.transport.write(b"\x81\x80\0\0\0\0")  # an empty text: not of this protocol
    await listeners.all[0].socket.closed
    found.closed(listeners)
    listeners.close()
    assert found.errors == {"a socket was closed with 4002": 1}
