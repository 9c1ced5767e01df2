"""`positions:{user_id}`, `equity:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.positions.models import Equity, PositionsChanged


@topic("positions:{user_id}", event=PositionsChanged)
async def positions(who: Principal, user_id: UUID) -> bool:
    """What is open on a person's own accounts."""
    return who.is_person(user_id)


@topic("equity:{user_id}", event=Equity)
async def equity(who: Principal, user_id: UUID) -> bool:
    """How a person's own accounts stand."""
    return who.is_person(user_id)
