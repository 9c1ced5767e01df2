"""`approvals:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.approvals.models import Approval


@topic("approvals:{user_id}", event=Approval)
async def approvals(who: Principal, user_id: UUID) -> bool:
    """A person's own decisions, on whatever surface they were made."""
    return who.is_person(user_id)
