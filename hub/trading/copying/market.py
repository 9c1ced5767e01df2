"""Whether the market is one to enter while nobody looks."""

from datetime import datetime

from hub.core.db import Transaction
from hub.core.settings import TradingSettings
from hub.market.candles import service as candles
from hub.trading.risk import rules
from hub.trading.risk.models import Verdict
from hub.trading.risk.settings import settings


async def permits(tx: Transaction, trading: TradingSettings, instrument: str, now: datetime) -> Verdict:
    """Not when it closes within minutes, nor in blocked hours, nor when the newest bar opened far from the one before.

    A market of which the hub has no bars is judged by the hour alone; the spread is the terminal's to judge.
    """
    lead = settings().close_only_minutes
    verdict = rules.window(instrument, now, lead, trading.blocked, trading.market_tz)
    if not verdict.opens:
        return verdict
    bars = await candles.last(tx, instrument, "H1", 2)
    return rules.gap(bars[0].close, bars[1].open, settings().gap_bp) if len(bars) == 2 else rules.OK
