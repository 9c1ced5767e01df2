"""Under which names accounts' terminals quote: what a person's own terminal says counts for that person alone."""

from uuid import UUID

from hub.core.sql import Runs
from hub.trading.accounts import store


def by_gateway(server: str) -> str:
    """A terminal that the hub looks through itself."""
    return f"gateway:{server.lower()}"


def by_owner(server: str) -> str:
    """A terminal of an owner's own."""
    return f"owner:{server.lower()}"


def by_terminal(account_id: UUID) -> str:
    """Anybody else's: it says whatever they like."""
    return f"account:{account_id}"


def sources(account_id: UUID, server: str) -> list[str]:
    """Who quotes for an account: its own terminal, and the gateways' and owners' at the same broker."""
    return [by_terminal(account_id), by_gateway(server), by_owner(server)]


async def of(db: Runs, user_id: UUID) -> list[str]:
    """The same for all of a person's verified accounts."""
    accounts = [each for each in await store.of(db, user_id) if each.state == "verified"]
    return [name for each in accounts for name in sources(each.id, each.server)]
