"""Between hub and terminal: holds the line as a device of its owner's, and has carried out what comes over it."""

import asyncio
from contextlib import suppress
from pathlib import Path
from time import monotonic

import structlog
from caerus_client.device import DeviceClient
from caerus_client.models import Poll

from hub.core.redis import Redis
from hub.trading.accounts.gateways import Place
from workers.mt5.book import Book, file_of
from workers.mt5.carrier import Carrier
from workers.mt5.checkin import CheckIn
from workers.mt5.device import DeviceKey
from workers.mt5.follower import Follower
from workers.mt5.lease import Lease
from workers.mt5.post import AWAY, Post
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings

log = structlog.get_logger("caerus.mt5")

FOLLOW_SECONDS, MOST_SECONDS = 1.0, 10.0
_SHARE = 4
"""A slow terminal has so many times as long for everything else as it takes to follow its orders."""
_AGAIN_SECONDS = 30.0


class Line(DeviceClient):
    """Knows when the hub last answered a poll."""

    _heard_at = float("-inf")

    async def poll(self, since: str | int | None = None, wait: int = 0) -> Poll:
        answer = await super().poll(since, wait)
        self._heard_at = monotonic()
        return answer

    def silence(self) -> float:
        """Seconds since then."""
        return monotonic() - self._heard_at


class _Renewed(Exception):
    """The device's secret is another one now."""


class Courier:
    """Nothing that goes wrong here ends the account's session or its looks."""

    def __init__(
        self,
        key: DeviceKey,
        redis: Redis,
        place: Place,
        session: SessionManager,
        sender: Sender,
        mt5: Mt5Settings,
        folder: Path,
    ) -> None:
        self._key, self._redis = key, redis
        self._place, self._session, self._sender = place, session, sender
        self._mt5, self._file = mt5, file_of(folder, place, key.id)
        self._renewed = asyncio.Event()
        key.on_change(self._renewed.set)

    @property
    def device(self) -> str:
        """Its id."""
        return self._key.id

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._renewed.clear()
            try:
                await self._serve()
            except Exception as error:
                await self._rest(error)

    async def _serve(self) -> None:
        key = self._key
        with await asyncio.to_thread(Book, self._file) as book:
            async with Line(key.hub, key.id, key.secret()) as line:
                post = Post(self._place, self._session, self._sender, book, line.clock)
                lease = Lease(self._redis, self._place, book.token)
                carrier = Carrier(post, self._mt5, line.silence, lambda: lease.held)
                check_in = CheckIn(post, line, [*self._mt5.quoted, *self._mt5.mapped.values()])
                log.info("mt5.executes", account=post.name, device=key.id)
                await lease.renew()
                async with asyncio.TaskGroup() as group:
                    group.create_task(lease.keep())
                    group.create_task(line.run(carrier, book))
                    group.create_task(self._follow(Follower(post, carrier), line))
                    group.create_task(check_in.run())
                    group.create_task(self._until_renewed())

    async def _follow(self, follower: Follower, line: Line) -> None:
        took = 0.0
        while True:
            await asyncio.sleep(min(max(FOLLOW_SECONDS, _SHARE * took), MOST_SECONDS))
            began = monotonic()
            try:
                if await follower.follow():
                    line.owe()
            except AWAY as error:
                log.debug("mt5.not_followed", kind=type(error).__name__, reason=str(error))
            took = monotonic() - began

    async def _until_renewed(self) -> None:
        await self._renewed.wait()
        raise _Renewed

    async def _rest(self, error: Exception) -> None:
        """Begin again: at once with a new secret, else after a while."""
        why = error
        while isinstance(why, ExceptionGroup):
            why = why.exceptions[0]
        if isinstance(why, _Renewed):
            log.info("mt5.device_renewed", account=self._session.name)
            return
        log.error("mt5.courier_failed", account=self._session.name, kind=type(why).__name__, reason=str(why))
        with suppress(TimeoutError):
            async with asyncio.timeout(_AGAIN_SECONDS):
                await self._renewed.wait()
