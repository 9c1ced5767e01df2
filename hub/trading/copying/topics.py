"""`copying:{user_id}`, `copying_alerts`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.copying.models import Copied


@topic("copying:{user_id}", event=Copied)
async def copying(who: Principal, user_id: UUID) -> bool:
    """What is done on a person's behalf, and what is not."""
    return who.is_person(user_id)


@topic("copying_alerts", event=Copied)
async def alerts(who: Principal) -> bool:
    """Whose copying has stopped itself: the owner's to look at."""
    return who.kind == "user" and who.role == "owner"
