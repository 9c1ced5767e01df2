"""The quotes of a look, under our symbols, to the room that keeps them."""

from hub.core.db import Transaction
from hub.market.quotes import service as quotes
from hub.market.quotes.models import Quote
from hub.trading.accounts import quoting
from hub.trading.accounts.looks import Look
from hub.trading.accounts.models import Held
from hub.trading.positions import store
from hub.trading.preflight import names


async def from_terminal(tx: Transaction, held: Held, look: Look) -> None:
    """An owner's terminal is one of the house. Anybody else's counts for them alone, and may only quote what the house
    trades: it could fill the tables with names.
    """
    if not look.quotes:
        return
    if await store.is_owner(tx, held.user_id):
        await quotes.take(tx, _quotes(look, quoting.by_owner(look.server)), own=False)
    else:
        await quotes.take(tx, _quotes(look, quoting.by_terminal(held.id), ours=True), own=True)


async def from_source(tx: Transaction, look: Look) -> None:
    """Through a terminal of the hub's own."""
    if look.quotes:
        await quotes.take(tx, _quotes(look, quoting.by_gateway(look.server)), own=False)


def _quotes(look: Look, source: str, *, ours: bool = False) -> list[Quote]:
    """`ours`: what is no instrument of the house has no name, and is refused."""
    return [
        Quote(
            each.time,
            each.bid,
            each.ask,
            names.instrument(each.symbol) or ("" if ours else each.symbol.upper()),
            source,
        )
        for each in look.quotes
    ]
