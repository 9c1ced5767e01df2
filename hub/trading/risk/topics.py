"""`trading:{user_id}`, `guards:{user_id}`, `risk`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.risk.models import Guarded, KillSwitched, Status


@topic("trading:{user_id}", event=Status)
async def trading(who: Principal, user_id: UUID) -> bool:
    """Whether a person's trading runs, as it is stopped, started and sized."""
    return who.is_person(user_id)


@topic("guards:{user_id}", event=Guarded)
async def guarded(who: Principal, user_id: UUID) -> bool:
    """What the guards say of a person's accounts, when it changes."""
    return who.is_person(user_id)


@topic("risk", event=KillSwitched)
async def risk(who: Principal) -> bool:
    """The kill switch of everybody."""
    return who.kind == "user"
