"""Tell the hub that a producer's trader runs."""

from datetime import datetime
from uuid import UUID

import aiohttp
import msgspec

from caerus_client.signing import fresh_nonce, producer_headers
from caerus_client.times import Now, SkewedClock, utc_now
from caerus_client.transport import Connected, Transport

PATH = "/api/v1/producers/heartbeat"


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """How a trader stands. `instance_id` stays the same over restarts; the hub refuses another one for the same
    symbol and strategy while this one is heard. `bar_time` is when its newest bar opened.
    """

    symbol: str
    strategy: str
    version: str
    instance_id: UUID
    host: str
    interval_seconds: int
    bar_time: datetime | None = None
    spool_depth: int = 0
    late: bool = False
    ended: bool = False


class HeartbeatClient(Connected):
    """Use it in `async with`. `secret` is the producer's as text."""

    def __init__(
        self,
        base_url: str,
        producer_id: str,
        secret: str,
        *,
        session: aiohttp.ClientSession | None = None,
        now: Now = utc_now,
    ) -> None:
        self._key, self._producer_id = secret.encode(), producer_id
        self._clock = SkewedClock(now)
        self._transport = Transport(base_url, self._sign, self._clock, session, connections=1)

    async def beat(self, heartbeat: Heartbeat, *, timeout: float = 10.0) -> None:
        """Send one. ApiProblem with status 409 while another instance is heard; Unreachable when no answer came."""
        await self._transport.send("POST", PATH, msgspec.json.encode(heartbeat), timeout=timeout)

    def _sign(self, method: str, path: str, body: bytes) -> dict[str, str]:
        return producer_headers(
            self._key, self._producer_id, method, path, body, now=self._clock(), nonce=fresh_nonce()
        )
