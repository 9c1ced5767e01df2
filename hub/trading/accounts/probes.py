"""What `/ready` says of the MT5 gateways: nothing while there is none, or all is well."""

from hub.core import health
from hub.core.resources import Resources
from hub.trading.accounts import gateways, rules


@health.probe("MT5 gateways")
async def sessions(res: Resources) -> list[str]:
    """Their sessions, counted."""
    return rules.ailing(await gateways.sessions(res.redis))
