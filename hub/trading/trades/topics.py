"""`trades:{user_id}`."""

from uuid import UUID

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.trades.models import TradeOut


@topic("trades:{user_id}", event=TradeOut)
async def trades(who: Principal, user_id: UUID) -> bool:
    """A person's own trades, as they open and close."""
    return who.is_person(user_id)
