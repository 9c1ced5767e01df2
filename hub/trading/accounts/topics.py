"""`accounts:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.accounts.models import Account


@topic("accounts:{user_id}", event=Account)
async def accounts(who: Principal, user_id: UUID) -> bool:
    """A person's own accounts."""
    return who.is_person(user_id)
