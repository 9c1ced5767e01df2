"""`commands:{user_id}`: wakes a person's terminals. It is read by the long poll, never by a socket."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.commands.models import Issued


@topic("commands:{user_id}", event=Issued)
async def commands(who: Principal, user_id: UUID) -> bool:
    """Nobody subscribes."""
    return False
