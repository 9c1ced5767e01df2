"""`closures:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.closing.models import Told


@topic("closures:{user_id}", event=Told)
async def closures(who: Principal, user_id: UUID) -> bool:
    """That a person's positions are about to be closed, and that they were."""
    return who.is_person(user_id)
