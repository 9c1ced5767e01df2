"""Terminals the hub looks through itself. None is there unless a process brings one."""

import asyncio
from typing import Protocol

import structlog

from hub.trading.accounts.looks import Look
from hub.trading.accounts.models import Account

log = structlog.get_logger()


class Source(Protocol):
    """A terminal seen by the hub."""

    async def look(self, account: Account) -> Look | None:
        """The account as it stands now; None if this source does not see it. May raise or take its time."""


sources: list[Source] = []


async def look(account: Account, seconds: float) -> Look | None:
    """What the first source that sees it says within `seconds`; None when none does."""
    try:
        async with asyncio.timeout(seconds):
            for source in sources:
                found = await source.look(account)
                if found and _is_of(found, account):
                    return found
    except Exception as error:
        # A terminal may fail in any way; what was seen last is still there.
        log.warning("accounts.source_failed", account=str(account.id), error=repr(error))
    return None


def _is_of(look: Look, account: Account) -> bool:
    return (look.server.lower(), look.login) == (account.server.lower(), account.login)
