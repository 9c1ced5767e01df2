"""The producer's side of the wire: what is in the spool reaches the hub, and nothing is dropped silently."""

import random
from collections.abc import Collection

import aiohttp

from caerus_client.drain import Alert, Counters, Drainer, OnAlert, OnOutcome
from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.posting import Verdict, accepted, path_of, rejected
from caerus_client.retry import Draw, RetryPolicy
from caerus_client.signing import fresh_nonce, producer_headers
from caerus_client.spool import Item, Spool
from caerus_client.times import Now, SkewedClock, utc_now
from caerus_client.tracing import trace_id, traceparent
from caerus_client.transport import Connected, Transport

__all__ = ["Alert", "Counters", "OnAlert", "OnOutcome", "ProducerClient", "RetryPolicy", "Verdict"]


class ProducerClient(Connected):
    """Posts a spool's signals and cancels. Use it in `async with`; `run()` drains until cancelled.

    All attempts of an item share one trace (`caerus_client.tracing`), a new one for each item.

    `secret` is the producer's secret as text. `timeout` is in seconds, per attempt. An item whose retries are
    exhausted raises an alert, once an outage, and goes on being tried; a refused one is parked with the problem.
    """

    def __init__(
        self,
        base_url: str,
        producer_id: str,
        secret: str,
        spool: Spool,
        *,
        concurrency: int = 16,
        retry: RetryPolicy | None = None,
        timeout: float = 10.0,
        on_alert: OnAlert | None = None,
        on_outcome: OnOutcome | None = None,
        session: aiohttp.ClientSession | None = None,
        now: Now = utc_now,
        draw: Draw = random.random,
    ) -> None:
        self._key = secret.encode()
        self._producer_id = producer_id
        self._timeout = timeout
        self._clock = SkewedClock(now)
        self._transport = Transport(base_url, self._sign, self._clock, session, concurrency)
        self._drainer = Drainer(
            spool,
            self.attempt,
            concurrency=concurrency,
            retry=retry or RetryPolicy(),
            on_alert=on_alert,
            on_outcome=on_outcome,
            draw=draw,
        )

    @property
    def counters(self) -> Counters:
        """What was sent since the client started."""
        return self._drainer.counters

    def wake(self) -> None:
        """Say that something was put; without it an idle drainer looks once a second."""
        self._drainer.wake()

    async def settled(self, ids: Collection[int] | None = None) -> None:
        """Wait until these items (all, by default) have an outcome. Needs `run()` beside it."""
        await self._drainer.settled(ids)

    async def run(self) -> None:
        """Send what is pending, and what comes, until cancelled. An item cut off in flight is sent again later."""
        await self._drainer.run()

    async def attempt(self, item: Item) -> Verdict:
        """Send one item once, signed now, and say what the answer means."""
        path = path_of(item)
        if path is None:
            return Verdict(outcome="void", error="the signal to cancel never reached the hub", answered=False)
        trace = traceparent(trace_id(item))
        try:
            answer = await self._transport.exchange(
                "POST", path, item.body, timeout=self._timeout, traceparent=trace
            )
            return accepted(item, answer.status, answer.body)
        except ApiProblem as problem:
            return rejected(item, problem)
        except Unreachable as wrong:
            return Verdict(outcome=None, error=str(wrong), answered=False)

    def _sign(self, method: str, path: str, body: bytes) -> dict[str, str]:
        return producer_headers(
            self._key, self._producer_id, method, path, body, now=self._clock(), nonce=fresh_nonce()
        )
