"""Of several gateways with one account's device only one opens: the one whose book of commands holds the account's lease.

It lives in Redis and runs out by itself. It guards against a second gateway that somebody started elsewhere, not against one
that was stopped in the very moment before an order and went on after the lease had run out: that is the book's and the
journal's matter. Processes with one book may hold it together: those keep each other from doing anything twice.
"""

import asyncio
from time import monotonic
from typing import Any

import structlog

from hub.core.nursery import told_to_stop
from hub.core.redis import Redis, RedisError
from hub.trading.accounts.gateways import Place

log = structlog.get_logger("caerus.mt5")

LASTS_SECONDS, RENEW_SECONDS = 10.0, 2.0
_TAKE = """
local held = redis.call('get', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_GIVE_BACK = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"


class Lease:
    """`token` is the book's own."""

    def __init__(self, redis: Redis, place: Place, token: str) -> None:
        self._redis, self._key, self._token = redis, f"caerus:mt5:executes:{place}", token
        self._until = float("-inf")

    @property
    def held(self) -> bool:
        return monotonic() < self._until

    async def keep(self) -> None:
        """Until cancelled; then it is given back."""
        try:
            while not told_to_stop():
                await self.renew()
                await asyncio.sleep(RENEW_SECONDS)
        finally:
            await self._give_back()

    async def renew(self) -> None:
        began = monotonic()
        try:
            taken = await self._eval(_TAKE, str(int(LASTS_SECONDS * 1000)))
        except RedisError as error:
            log.warning("mt5.lease_not_renewed", error=type(error).__name__)
            return
        # Redis counts from later on: ours is over first
        self._until = began + LASTS_SECONDS if taken else float("-inf")

    async def _give_back(self) -> None:
        self._until = float("-inf")
        try:
            await self._eval(_GIVE_BACK)
        except RedisError as error:
            log.warning("mt5.lease_not_given_back", error=type(error).__name__)

    async def _eval(self, script: str, *more: str) -> Any:
        answer: Any = self._redis.eval(script, 1, self._key, self._token, *more)
        return await answer
