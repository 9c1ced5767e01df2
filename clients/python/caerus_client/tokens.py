"""Tokens of one stream: where they come from, when they end, and new ones in time.

A refresh token is good once, so renewing is one call at a time, and what has begun is never cancelled.
"""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable

import msgspec

from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.retry import Draw, RetryPolicy
from caerus_client.waiting import Clock, Shared, pause

log = logging.getLogger("caerus.stream")

ANY_AGE = 1.0
RENEWED = 0.25
"""How old a token can be that took the place of another, as a share of its life: somebody else may have renewed it."""

Token = Callable[[], Awaitable[str]]
Renew = Callable[[], Awaitable[bool]]
Present = Callable[[str], Awaitable[None]]


class _Claims(msgspec.Struct):
    """Unix seconds, by the hub's clock."""

    iat: float
    exp: float


def renew_in(token: str, now: float, draw: Draw, oldest: float) -> float | None:
    """Seconds until a token should be renewed; None when it does not say when it ends. `now` is in Unix seconds.

    That is an eighth to a quarter of its life before its end: 2 to 4 minutes of 15. `oldest` is how old it can be at
    most, as a share of its life: our clock may be off, and only the hub's says how old it is.
    """
    claims = _claims(token)
    if claims is None:
        return None
    life = claims.exp - claims.iat
    age = min(max(now - claims.iat, 0.0), life * oldest)
    return max(0.0, life - age - life / 8 * (1 + draw()))


def _claims(token: str) -> _Claims | None:
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        raw = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = msgspec.json.decode(raw, type=_Claims)
    except (ValueError, msgspec.MsgspecError):
        return None
    return claims if claims.exp > claims.iat else None


class Keeper:
    """Gets tokens for a stream, and presents a new one on its open socket before the last ends."""

    def __init__(
        self, token: Token, renew: Renew | None, clock: Clock, retry: RetryPolicy, draw: Draw
    ) -> None:
        self.token = token
        self._renew = renew
        self._clock, self._retry, self._draw = clock, retry, draw
        self._asking = Shared(self._ask)
        self._keeping: asyncio.Task[None] | None = None
        self.presented = ""
        self._due: float | None = None

    def took(self, token: str, oldest: float = RENEWED) -> None:
        """This token is presented now; it is so old at most, as a share of its life."""
        if token == self.presented and oldest < ANY_AGE:
            return
        seconds = renew_in(token, self._clock.now().timestamp(), self._draw, oldest)
        self._due = None if seconds is None else self._clock.seconds() + seconds
        self.presented = token

    async def renewed(self) -> bool:
        """Ask for a new token; False when the session is over. True also when the hub gives no verdict just now."""
        return await self._asking()

    def begin(self, present: Present) -> None:
        """The hub has taken the token: from now on `present` new ones in time, until `stop`."""
        if self._keeping is None:
            self._keeping = asyncio.get_running_loop().create_task(self._keep(present))
            self._keeping.add_done_callback(_ended)

    def stop(self) -> None:
        """The socket is gone."""
        if self._keeping is not None:
            self._keeping.cancel()
        self._keeping = None

    async def _keep(self, present: Present) -> None:
        """Ends when the session does: the hub closes the socket then."""
        while self._due is not None:
            if (left := self._due - self._clock.seconds()) > 0:
                await pause(self._clock, left)
            elif not await self._present_another(present):
                return

    async def _present_another(self, present: Present) -> bool:
        """Another token than the one presented, from whoever has it; ever more slowly while there is none."""
        before, failures = self.presented, 0
        while self.presented == before:
            if failures:
                await pause(self._clock, self._retry.pause(failures, self._draw))
            failures += 1
            if await self._current() == before and not await self.renewed():
                return False
            if (token := await self._current()) not in ("", before):
                await present(token)
        return True

    async def _current(self) -> str:
        try:
            return await self.token()
        except (ApiProblem, Unreachable):
            return ""

    async def _ask(self) -> bool:
        try:
            return bool(await (self._renew() if self._renew else self.token()))
        except ApiProblem as problem:
            return problem.status != 401
        except Unreachable:
            return True


def _ended(keeping: asyncio.Task[None]) -> None:
    if not keeping.cancelled() and (wrong := keeping.exception()):
        log.error("no new token could be presented", exc_info=wrong)
