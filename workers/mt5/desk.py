"""One account of a gateway: its session kept, its state told, looks at it for whoever asks, commands carried out."""

import asyncio
from collections.abc import Sequence
from time import monotonic

import structlog

from hub.core import clock
from hub.core.nursery import told_to_stop
from hub.core.redis import Redis, RedisError
from hub.core.secrets import BadSecret, MissingSecret
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Answer, Ask, Place, Session
from hub.trading.accounts.looks import Look
from workers.mt5 import metrics
from workers.mt5.courier import Courier
from workers.mt5.errors import MT5Error, OtherAccount
from workers.mt5.keep import keep
from workers.mt5.looks import Reader
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager

log = structlog.get_logger("caerus.mt5")

_WAIT_SECONDS = 1.0
# Who asks while a look is taken gets that one, if it did not begin longer ago than the hub calls "just now".
_JUST_NOW = 1.0


class Desk:
    """Asks are answered in turn: a terminal has one thread. One that stalls holds up nobody but its own account."""

    def __init__(
        self,
        redis: Redis,
        place: Place,
        session: SessionManager,
        sender: Sender,
        quoted: Sequence[str],
        courier: Courier | None = None,
    ) -> None:
        self._courier = courier
        self._redis, self.place, self._session, self._sender = redis, place, session, sender
        self._reader = Reader(session.terminal, quoted)
        self._answers, self._began = True, float("inf")

    @property
    def device(self) -> str | None:
        """The id of the device it executes as."""
        return None if self._courier is None else self._courier.device

    async def run(self, every: float) -> None:
        """Until cancelled; the session is looked after `every` so many seconds."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(keep(self._session, self._sender, every=every))
                group.create_task(self._tell())
                group.create_task(self._serve())
                if self._courier is not None:
                    group.create_task(self._courier.run())
        finally:
            await self._leave()

    async def _tell(self) -> None:
        while not told_to_stop():
            try:
                await gateways.tell(self._redis, self._standing())
            except RedisError as error:
                log.warning("mt5.not_told", account=self._session.name, error=type(error).__name__)
            await asyncio.sleep(gateways.EVERY_SECONDS)

    def _standing(self) -> Session:
        state, wait = self._session.standing
        takes_long = monotonic() - self._began > gateways.EVERY_SECONDS
        return Session(self.place, state, wait, self._answers and not takes_long)

    async def _serve(self) -> None:
        while not told_to_stop():
            try:
                if asks := await gateways.asks(self._redis, self.place, _WAIT_SECONDS):
                    await self._answer(asks)
            except Exception as error:
                # Redis is away, or what it holds is no ask: neither may end the other accounts' sessions.
                log.warning("mt5.not_asked", account=self._session.name, error=type(error).__name__)
                self._began = float("inf")
                await asyncio.sleep(_WAIT_SECONDS)

    async def _answer(self, asks: list[Ask]) -> None:
        """One look for all that it covers; each other ask gets its own."""
        while asks:
            widest = next((each for each in asks if all(each.covers(other) for other in asks)), asks[0])
            self._began = monotonic()
            answer = Answer(await self._look(widest))
            if monotonic() - self._began < _JUST_NOW:
                asks += await gateways.asks(self._redis, self.place, 0)
            self._began = float("inf")
            await gateways.answer(self._redis, [each for each in asks if widest.covers(each)], answer)
            asks = [each for each in asks if not widest.covers(each)]

    async def _look(self, ask: Ask) -> Look | None:
        """None, and why in the log, if the account cannot be seen."""
        try:
            with metrics.look_seconds.time():
                await self._session.ensure_connected()
                look = await self._reader.read(ask, await self._session.found(), clock.now())
            if (look.server.lower(), look.login) != (self.place.server.lower(), self.place.login):
                raise OtherAccount("the terminal shows another account than it was logged in to")
        except (MT5Error, MissingSecret, BadSecret) as error:
            metrics.looks.labels("other_account" if isinstance(error, OtherAccount) else "failed").inc()
            log.warning(
                "mt5.look_failed", account=self._session.name, kind=type(error).__name__, reason=str(error)
            )
            self._answers = False
            return None
        metrics.looks.labels("ok").inc()
        log.debug("mt5.look", account=self._session.name, depth=ask.depth)
        self._answers = True
        return look

    async def _leave(self) -> None:
        try:
            await gateways.leave(self._redis, self.place)
        except RedisError as error:
            log.warning("mt5.not_told", account=self._session.name, error=type(error).__name__)
