"""`votes:{user_id}`, `policies:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.quorum.models import Policy, Tally


@topic("votes:{user_id}", event=Tally)
async def votes(who: Principal, user_id: UUID) -> bool:
    """How votes stand, for an approver and for the trader whose they are."""
    return who.is_person(user_id)


@topic("policies:{user_id}", event=Policy)
async def policies(who: Principal, user_id: UUID) -> bool:
    """Policies that name a person, as they change."""
    return who.is_person(user_id)
