"""`devices:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.devices.models import Device


@topic("devices:{user_id}", event=Device)
async def devices(who: Principal, user_id: UUID) -> bool:
    """A person's own terminals."""
    return who.is_person(user_id)
