"""Owe somebody a letter: a row of the transaction that makes it due, a job after its commit."""

from functools import partial
from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.limits import Bucket, Limit
from hub.core.problems import Unavailable
from hub.core.redis import RedisError
from hub.core.resources import Resources
from hub.identity.registration import jobs, store
from hub.identity.registration.models import Purpose
from hub.identity.users import service as users

LETTERS = Limit("mail", 3, 3600)
"""To one address, of one kind."""


async def owe(tx: Transaction, res: Resources, purpose: Purpose, email: str, user_id: UUID | None) -> None:
    """A letter to a person, or to nobody; too many of a kind go to nobody. All three do and cost the same."""
    allowed = await _counted(res, purpose, email, known=user_id is not None)
    id = uuid7()
    await store.owe(tx, id, user_id if allowed else None, purpose, clock.now())
    tx.after_commit(f"letter:{id}", partial(jobs.enqueue, res, id))


async def _counted(res: Resources, purpose: Purpose, email: str, *, known: bool) -> bool:
    """Whether one more may go. Who asks for an address before it is known takes nothing from its owner."""
    digest = users.digest_of(email)
    caller = f"{purpose}:{digest}" if known else f"nobody:{purpose}:{digest}"
    try:
        return (await res.limits.take(Bucket(LETTERS, caller))).refused_by is None
    except RedisError as error:
        raise Unavailable("Letters cannot be counted now. Try again shortly.") from error
