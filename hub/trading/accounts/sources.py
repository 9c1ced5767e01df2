"""Terminals the hub looks through itself: those of the MT5 gateways."""

import asyncio
from typing import Protocol

import structlog
from prometheus_client import Counter

from hub.core.metrics import from_zero
from hub.core.redis import RedisError
from hub.core.resources import Resources
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Answer, Place
from hub.trading.accounts.looks import Look, Want
from hub.trading.accounts.models import Account

log = structlog.get_logger()

_asked = from_zero(
    Counter("gateway_looks_total", "Looks wanted of an MT5 gateway", ["result"]), ("seen", "unseen", "nobody")
)


class Source(Protocol):
    """A terminal seen by the hub."""

    async def look(self, res: Resources, account: Account, want: Want) -> Look | None:
        """The account as it stands now; None if this source does not see it. May raise or take its time."""


class Gateways:
    """The gateway that has a session with the account. Who wants the same look at the same time shares one."""

    def __init__(self) -> None:
        self._asking: dict[object, asyncio.Task[Answer | None]] = {}

    async def look(self, res: Resources, account: Account, want: Want) -> Look | None:
        """None also when the gateway cannot see it: its circuit is open, its terminal does not answer."""
        key = (id(res), account.server.lower(), account.login, want)
        task = self._asking.get(key)
        if task is None:
            place = Place(account.server, account.login)
            task = self._asking[key] = res.nursery.start(_ask(res, place, want), name="gateway.ask")
            task.add_done_callback(lambda _: self._asking.pop(key))
        answer = await asyncio.shield(task)
        look = answer.look if answer else None
        _asked.labels("nobody" if answer is None else "seen" if look else "unseen").inc()
        return look


async def _ask(res: Resources, place: Place, want: Want) -> Answer | None:
    try:
        return await gateways.ask(res.redis, res.waits, place, want)
    except RedisError as error:
        log.warning("gateway.not_asked", error=repr(error))
        return None


sources: list[Source] = [Gateways()]


async def look(res: Resources, account: Account, want: Want) -> Look | None:
    """What the first source that sees it says in time; None when none does."""
    try:
        async with asyncio.timeout(want.seconds):
            for source in sources:
                found = await source.look(res, account, want)
                if found and _is_of(found, account):
                    return found
    except Exception as error:
        # A terminal may fail in any way; what was seen last is still there.
        log.warning("accounts.source_failed", account=str(account.id), error=repr(error))
    return None


def _is_of(look: Look, account: Account) -> bool:
    return (look.server.lower(), look.login) == (account.server.lower(), account.login)
