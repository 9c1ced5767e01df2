"""`executions:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.executions.models import Execution


@topic("executions:{user_id}", event=Execution)
async def executions(who: Principal, user_id: UUID) -> bool:
    """What a person's own terminals did."""
    return who.is_person(user_id)
