"""`signals`: the feed everybody signed in may read."""

from hub.core.principal import Principal
from hub.core.stream.topics import topic
from hub.trading.signals.models import Signal


@topic("signals", event=Signal)
async def signals(who: Principal) -> bool:
    """Signals as they are created, cancelled and expire."""
    return who.kind == "user"
