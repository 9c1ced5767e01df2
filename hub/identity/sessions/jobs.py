"""What is no longer needed of sessions and revocations goes away; Redis' copy is made whole."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.identity.sessions import service


@jobs.every(second={15, 45})
async def copy_revocations(res: Resources) -> None:
    """Redis may have missed one while it was away."""
    await res.revocations.load()


@jobs.every(second={20})
async def forget_sessions(res: Resources) -> None:
    """Old refresh tokens."""
    await service.forget(res)
