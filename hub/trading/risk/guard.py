"""The market guard: what is open in a market that is dry, or has jumped, begins to be closed (PR-023).

Off unless `MARKET_GUARD_CLOSES`. An account's positions are judged by what its own broker quotes and by nothing else,
and only by what has stood (`rules.dry`, `rules.jumped`).
"""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hub.core.alerts import queue as alerts
from hub.core.alerts.queue import Alert
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.market.quotes import service as quotes
from hub.market.quotes.models import Tick
from hub.market.quotes.settings import settings as quote_settings
from hub.trading.accounts import quoting
from hub.trading.closing import service as closing
from hub.trading.closing.models import Reason
from hub.trading.preflight import names
from hub.trading.risk import rules, store
from hub.trading.risk.models import HeldPosition, Verdict
from hub.trading.risk.settings import settings

Markets = dict[tuple[UUID, str], list[HeldPosition]]
"""By account and our symbol."""
Series = dict[tuple[str, str], list[Tick]]
"""By symbol and source, oldest first."""


class Finding(Struct, frozen=True):
    """Positions of one account in one market, and why they go."""

    account_id: UUID
    equity: int | None
    symbol: str
    tickets: list[str]
    reason: Reason
    verdict: Verdict


async def guard(res: Resources, now: datetime) -> None:
    """Begin to close what must go."""
    if not settings().guard_closes:
        return
    markets = _markets(await store.held_positions(res.db))
    wanted = {(symbol, source) for (_, symbol), held in markets.items() for source in _sources(held[0])}
    since = now - timedelta(seconds=settings().guard_seconds) - 3 * quote_settings().fresh
    series = await quotes.recent(res.db, sorted(wanted), since)
    for found in _findings(markets, series, now, res.settings.trading.market_tz):
        await _close(res, found)


def _markets(held: list[HeldPosition]) -> Markets:
    """What is no instrument of the house is nobody's to judge."""
    markets: Markets = {}
    for each in held:
        if symbol := names.instrument(each.symbol):
            markets.setdefault((each.account_id, symbol), []).append(each)
    return markets


def _sources(held: HeldPosition) -> list[str]:
    return quoting.sources(held.account_id, held.server)


def _findings(markets: Markets, series: Series, now: datetime, zone: str) -> list[Finding]:
    """In markets that are open: in another nobody can close anything."""
    found = []
    for (account_id, symbol), held in markets.items():
        if rules.window(symbol, now, 0, zone=zone).reason == "market_closed":
            continue
        ticks = next((t for source in _sources(held[0]) if (t := series.get((symbol, source)))), [])
        if judged := _judged(held, ticks, now):
            reason, verdict, doomed = judged
            tickets = [each.ticket for each in doomed]
            found.append(Finding(account_id, held[0].equity, symbol, tickets, reason, verdict))
    return found


def _judged(
    held: list[HeldPosition], ticks: list[Tick], now: datetime
) -> tuple[Reason, Verdict, list[HeldPosition]] | None:
    """A dry market closes all; a jump what was open when it came."""
    limits, fresh = settings(), quote_settings().fresh
    dry = rules.dry(ticks, now, limits.spread_bp, limits.guard_seconds, fresh)
    if limits.liquidity_check and not dry.opens:
        return "liquidity", dry, held
    if jump := rules.jumped(ticks, now, limits.gap_bp, limits.guard_seconds, fresh):
        verdict, at = jump
        if before := [each for each in held if each.opened_at < at]:
            return "price_gap", verdict, before
    return None


async def _close(res: Resources, found: Finding) -> None:
    detail = {**found.verdict.figures, "symbol": found.symbol}
    async with res.db.transaction() as tx:
        await store.hold_accounts(tx, [found.account_id])
        begun, entries = await closing.close(
            tx, res, found.account_id, found.tickets, found.reason, detail, equity=found.equity
        )
        if begun:
            await alerts.append(tx, [_alert(found, detail)])
            await audit.record(tx, *entries)


def _alert(found: Finding, detail: dict[str, int | str]) -> Alert:
    figures = ", ".join(f"{name} {value}" for name, value in detail.items())
    said = f"Positions of account {found.account_id} are closed in ten seconds: {found.reason} ({figures})."
    return Alert("market.guard", said)
