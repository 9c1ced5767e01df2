"""The drainer when the disk is slow: what it tells, it tells once and before anybody is let go."""

import asyncio
import threading

from caerus_client.producer import ProducerClient
from caerus_client.spool import Spool

from tests.client.fakehub import PRODUCER, PRODUCER_SECRET, until
from tests.client.test_producer import draining, post, settled


class SlowToSettle(Spool):
    """Outcomes are on the disk; the word that they are is held back until `let_go`."""

    def __init__(self, path) -> None:
        super().__init__(path)
        self.let_go = threading.Event()

    def settle(self, settlements) -> None:
        super().settle(settlements)
        assert self.let_go.wait(20)


class SlowToRead(Spool):
    """The second look at what is pending sees what was there, and hands it over only at `let_go`."""

    def __init__(self, path) -> None:
        super().__init__(path)
        self.let_go, self.looks = threading.Event(), 0

    def pending(self, limit=1000):
        self.looks += 1
        held, found = self.looks == 2, super().pending(limit)
        assert not held or self.let_go.wait(20)
        return found


async def test_settled_waits_until_the_outcome_was_reported(hub, tmp_path):
    with SlowToSettle(tmp_path / "s.db") as spool:
        spool.put([post(1)])
        async with draining(hub, spool) as client:
            await until(lambda: spool.unsettled() == 0)
            waiting = asyncio.create_task(client.settled())
            done, _ = await asyncio.wait({waiting}, timeout=0.2)
            assert (done, client.outcomes) == (set(), [])
            spool.let_go.set()
            await asyncio.wait_for(waiting, 5)
            assert [outcome for _, outcome, _ in client.outcomes] == ["stored"]


async def test_what_lands_while_the_queue_is_read_is_not_sent_again(hub, tmp_path):
    with SlowToRead(tmp_path / "s.db") as spool:
        spool.put([post(1)])
        hub.latency = 0.05
        async with draining(hub, spool, concurrency=4) as client:
            await until(lambda: hub.concurrent == 1)
            client.wake()
            await until(lambda: spool.looks == 2 and client.outcomes)
            spool.put([post(2)])
            spool.let_go.set()
            await settled(client)
            assert [key for key, _, _ in client.outcomes] == ["setup-1", "setup-2"]
    assert hub.posts == ["1:1", "1:2"]


async def test_a_verdict_has_the_status_of_the_answer_and_none_without_one(hub, spool):
    hub.faults.extend([503, "cut", "drop", 422])
    spool.put([post(1), post(2)])
    first, second = spool.pending()
    async with ProducerClient(hub.url, PRODUCER, PRODUCER_SECRET, spool) as client:
        verdicts = [await client.attempt(item) for item in (first, first, first, second, first, second)]
    assert [(each.code, each.outcome) for each in verdicts] == [
        (503, None),
        (None, None),
        (None, None),
        (422, "refused"),
        (409, "duplicate"),
        (201, "stored"),
    ]
