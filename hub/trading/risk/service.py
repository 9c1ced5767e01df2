"""Whether a trade may be opened: the one question that whoever opens one asks, in the transaction that opens it."""

from datetime import datetime
from typing import get_args
from uuid import UUID

import structlog
from prometheus_client import Counter

from hub.core import clock
from hub.core.db import Transaction
from hub.core.metrics import from_zero
from hub.core.principal import Principal
from hub.core.problems import Conflict, Problem
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.trading.risk import caps, rules, store
from hub.trading.risk.models import Guarded, GuardedAccounts, Looked, Reason, Standing, Verdict

log = structlog.get_logger()

_blocked = from_zero(
    Counter("risk_block_total", "Trades kept out", ["reason"]), [r for r in get_args(Reason) if r != "ok"]
)

_drawdown = Counter("drawdown_block_total", "Trades kept out by the drawdown of an account")


class KillSwitchOn(Problem):
    status, title = 423, "Trading is stopped by the kill switch"


class TradingPaused(Conflict):
    title = "Trading is paused"


class RiskBlocked(Conflict):
    title = "A risk limit keeps new trades out"


async def blocks(tx: Transaction, user_id: UUID) -> Verdict:
    """What keeps a person's new trades out, or `ok`.

    From here on nobody stops their trading until the transaction ends: a stop that has answered is in force for
    whatever commits after it. A person without a verified account is not judged by one.
    """
    await store.pass_gate(tx, user_id)
    if switches := await store.kill_switches_of(tx, user_id):
        return Verdict("block", "kill_switch", {"because": switches[0].reason})
    if pauses := await store.pauses_of(tx, user_id):
        return Verdict("block", "paused", {"by": pauses[0].actor, "because": pauses[0].reason})
    return await _accounts(tx, user_id)


async def _accounts(tx: Transaction, user_id: UUID) -> Verdict:
    """The first account that takes no trade decides: a command goes to all of a person's terminals."""
    for id, verdict in await _judged(tx, user_id):
        if not verdict.opens:
            return Verdict(verdict.outcome, verdict.reason, verdict.figures | {"account_id": str(id)})
    return rules.OK


async def _judged(db: Runs, user_id: UUID) -> list[tuple[UUID, Verdict]]:
    """What holds of each of a person's accounts now. A liquidation stands until its account is known again."""
    looked = await store.looked_at(db, user_id, None)
    if not looked:
        return []
    now, limits, fresh_ms = clock.now(), (await caps.of(db, user_id)).effective, caps.fresh_ms()
    found = []
    for each in looked:
        verdict = rules.account(standing(each, now), rules.in_currency(limits, each.currency), fresh_ms)
        if each.outcome == "liquidate" and verdict.outcome == "unknown":
            verdict = Verdict("liquidate", each.reason or verdict.reason, verdict.figures)
        found.append((each.account_id, verdict))
    return found


async def guarded(res: Resources, who: Principal) -> GuardedAccounts:
    """What keeps new trades off each of one's accounts now, as an approval would be told."""
    judged = await _judged(res.db, who.person)
    return GuardedAccounts([Guarded(id, each.outcome, each.reason, each.figures) for id, each in judged])


def standing(each: Looked, now: datetime) -> Standing:
    """`notional` is margin times the account's leverage: exact where a symbol's margin is the account's."""
    known = each.margin is not None and each.leverage is not None
    return Standing(
        equity=each.equity,
        peak=each.peak_equity,
        day=each.day_equity,
        margin=each.margin,
        age_ms=None if each.seen_at is None else int((now - each.seen_at).total_seconds() * 1000),
        notional=each.margin * each.leverage if known else None,  # type: ignore[operator]
    )


async def allow(tx: Transaction, user_id: UUID) -> None:
    """`KillSwitchOn`, `TradingPaused` or `RiskBlocked`, with reason and figures, when no trade may be opened."""
    verdict = await blocks(tx, user_id)
    if not verdict.opens:
        raise refused(verdict, user_id)


async def stopping(tx: Transaction, user_id: UUID) -> None:
    """Wait for the trades of a person that are being opened; those that come later wait for this transaction."""
    await store.hold_gate(tx, str(user_id))


def refused(verdict: Verdict, user_id: UUID) -> Problem:
    """The refusal a verdict is, counted; one for not knowing is logged, since somebody has to look."""
    _blocked.labels(verdict.reason).inc()
    if verdict.reason in ("drawdown", "liquidation_drawdown"):
        _drawdown.inc()
    if verdict.outcome == "unknown":
        log.warning("risk.unknown", user_id=str(user_id), reason=verdict.reason, **verdict.figures)
    kinds: dict[str, type[Problem]] = {"kill_switch": KillSwitchOn, "paused": TradingPaused}
    kind = kinds.get(verdict.reason, RiskBlocked)
    return kind(
        "No trade is opened now; nothing was changed.",
        reason=verdict.reason,
        outcome=verdict.outcome,
        figures=verdict.figures,
    )
