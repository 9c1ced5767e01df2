"""`quotes:{symbol}`."""

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.market.quotes.models import Quote


@topic("quotes:{symbol}", event=Quote)
async def quotes(who: Principal, symbol: str) -> bool:
    """What the house's terminals quote of a symbol, once a second at most, for anybody signed in."""
    return who.kind == "user"
