"""What a person's trading is when they are locked out, and what it has against their deletion."""

from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.resources import Resources
from hub.identity.users import leaving
from hub.trading.accounts import service as accounts
from hub.trading.commands import service as commands
from hub.trading.risk import service


@leaving.clears
async def take_back(tx: Transaction, res: Resources, user_id: UUID) -> None:
    """What has not filled is taken back, also what is being approved at this moment. What is open is guarded on."""
    await service.stopping(tx, user_id)
    await commands.take_back_all(tx, res, user_id, "locked")


@leaving.objects
async def business(tx: Transaction, user_id: UUID) -> list[str]:
    """The terminals of somebody who is deleted are dead: what they have to end ends first."""
    await service.stopping(tx, user_id)
    return await accounts.business_of(tx, user_id, clock.now())
