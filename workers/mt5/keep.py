"""Keeping one terminal: its session, and the proof of what is unknown."""

import asyncio

import structlog

from hub.core.secrets import BadSecret, MissingSecret
from workers.mt5.errors import MT5Error
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager

log = structlog.get_logger("caerus.mt5")
EVERY_SECONDS = 30.0


async def keep(session: SessionManager, sender: Sender, *, every: float = EVERY_SECONDS) -> None:
    """Have a session and look for what became of unknown orders, every so many seconds, until cancelled.

    What fails is logged and tried again; credentials that are missing too, as they may be mounted later.
    """
    try:
        while True:
            try:
                await session.ensure_connected()
                await sender.resolve()
            except (MT5Error, MissingSecret, BadSecret) as error:
                log.warning("mt5.away", reason=str(error), kind=type(error).__name__)
            await asyncio.sleep(every)
    finally:
        await session.shutdown()
