"""Whether the market is one to enter while nobody looks."""

from collections.abc import Sequence
from datetime import datetime

from hub.core.db import Transaction
from hub.core.settings import TradingSettings
from hub.market.candles import service as candles
from hub.market.quotes import service as quotes
from hub.trading.risk import rules
from hub.trading.risk.models import Verdict
from hub.trading.risk.settings import settings


async def permits(
    tx: Transaction, trading: TradingSettings, instrument: str, now: datetime, sources: Sequence[str]
) -> Verdict:
    """Not when it closes within minutes, nor in blocked hours, nor while it is dry, nor when the newest bar opened far
    from the one before. `sources` are who quotes for the person's own accounts.

    A market of which the hub has neither bars nor a fresh quote is judged by the hour alone, and the spread again by the
    terminal.
    """
    lead = settings().close_only_minutes
    verdict = rules.window(instrument, now, lead, trading.blocked, trading.market_tz)
    if verdict.opens and settings().liquidity_check:
        verdict = await _spread(tx, instrument, now, sources)
    return await _gap(tx, instrument) if verdict.opens else verdict


async def _spread(tx: Transaction, instrument: str, now: datetime, sources: Sequence[str]) -> Verdict:
    quote = await quotes.fresh(tx, instrument, sources, now)
    return rules.spread(quote.bid, quote.ask, settings().spread_bp) if quote else rules.OK


async def _gap(tx: Transaction, instrument: str) -> Verdict:
    bars = await candles.last(tx, instrument, "H1", 2)
    return rules.gap(bars[0].close, bars[1].open, settings().gap_bp) if len(bars) == 2 else rules.OK
