"""`deputies:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.deputies.models import Deputy


@topic("deputies:{user_id}", event=Deputy)
async def deputies(who: Principal, user_id: UUID) -> bool:
    """Who may decide for a person, and for whom they may."""
    return who.is_person(user_id)
