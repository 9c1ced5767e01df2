"""The guards of accounts: what they say anew is stored and told, and what must go begins to be closed."""

from datetime import datetime
from functools import partial
from uuid import UUID

import numpy as np
from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.alerts import queue as alerts
from hub.core.alerts.queue import Alert
from hub.core.db import Transaction
from hub.core.outbox import Event
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.closing import service as closing
from hub.trading.closing.models import Reason
from hub.trading.commands import service as commands
from hub.trading.risk import caps, rules, store, topics
from hub.trading.risk.models import Caps, Guarded, Looked, Standing, Verdict
from hub.trading.risk.service import standing
from strategies import guards
from strategies.guards import MISSING, REASONS, Book, Ints

_triggers = Counter("drawdown_guard_triggers_total", "Accounts the guards said to close")
_HELD_AT_ONCE = 500


async def sweep(res: Resources) -> list[Guarded]:
    """Judge every verified account at once; those of which something else is said than before.

    All are looked at without holding any: who seems to have changed is held, looked at again, and judged then.
    """
    looked, now = await store.looked_at(res.db, None, None), clock.now()
    changed = [each.account_id for each, _ in _news(looked, await _limits(res.db, looked), now)]
    found = list[Guarded]()
    ids = list({*changed, *await store.left_open(res.db, None)})
    for start in range(0, len(ids), _HELD_AT_ONCE):
        held = ids[start : start + _HELD_AT_ONCE]
        async with res.db.transaction() as tx:
            await store.hold_accounts(tx, held)
            news, entries = await judge(tx, res, held)
            if entries:
                await audit.record(tx, *entries)
        found += news
    return found


async def judge(
    tx: Transaction, res: Resources, account_ids: list[UUID]
) -> tuple[list[Guarded], list[Entry]]:
    """What the guards say anew of these accounts, which are held; what must go begins to be closed.

    A liquidation is said once, and stands while its account is not known: as long as it stands, whatever is open is
    closed. The entries are for the audit log, which is written last in a transaction.
    """
    looked, now = await store.looked_at(tx, None, account_ids), clock.now()
    news = _news(looked, await _limits(tx, looked), now)
    if news:
        await _tell(tx, res, news, now)
    said = {each.account_id: verdict for each, verdict in news}
    entries = list[Entry]()
    for each, verdict in news:
        if verdict.outcome == "liquidate":
            await commands.take_back_of_account(tx, res, each.account_id, verdict.reason)
    for each in await _to_close(tx, looked, said):
        entries += await _close(tx, res, each, said.get(each.account_id))
    return [_event(each, verdict) for each, verdict in news], entries


async def _to_close(tx: Transaction, looked: list[Looked], said: dict[UUID, Verdict]) -> list[Looked]:
    """Whom the guards say to close and who has something open, asked once for all."""
    doomed = [each for each in looked if said.get(each.account_id, each).outcome == "liquidate"]
    left = await store.left_open(tx, [each.account_id for each in doomed]) if doomed else set()
    return [each for each in doomed if each.account_id in left]


async def _close(tx: Transaction, res: Resources, each: Looked, verdict: Verdict | None) -> list[Entry]:
    reason, figures = verdict.reason if verdict else each.reason, verdict.figures if verdict else {}
    why: Reason = "equity_floor" if reason == "liquidation_equity" else "drawdown"
    _, entries = await closing.close_all(tx, res, each.account_id, why, figures, equity=each.equity)
    return entries


async def _limits(db: Runs, looked: list[Looked]) -> dict[UUID, Caps]:
    """The effective limits of everybody who has an account."""
    people = list({each.user_id for each in looked})
    return {id: of.effective for id, of in (await caps.of_many(db, people)).items()} if people else {}


def _news(looked: list[Looked], limits: dict[UUID, Caps], now: datetime) -> list[tuple[Looked, Verdict]]:
    """The batch finds whose reason is another one; the single rule then says it with its figures."""
    if not looked:
        return []
    fresh_ms, standings = caps.fresh_ms(), [standing(each, now) for each in looked]
    own = [rules.in_currency(limits[each.user_id], each.currency) for each in looked]
    codes = guards.judge(book(standings, own), fresh_ms).tolist()
    news = []
    for each, stands, held, code in zip(looked, standings, own, codes, strict=True):
        if REASONS[code] != each.reason:
            verdict = rules.account(stands, held, fresh_ms)
            if not rules.carried(each.outcome, verdict):
                news.append((each, verdict))
    return news


def book(standings: list[Standing], limits: list[Caps]) -> Book:
    """Standings and the limits of each account (`rules.in_currency`) as columns."""
    return Book(
        equity=_column([each.equity for each in standings]),
        peak=_column([each.peak for each in standings]),
        day=_column([each.day for each in standings]),
        margin=_column([each.margin for each in standings]),
        notional=_column([each.notional for each in standings]),
        age_ms=_column([each.age_ms for each in standings]),
        drawdown_bp=_column([each.max_drawdown_bp for each in limits]),
        min_equity=_column([each.min_equity for each in limits]),
        liquidation_bp=_column([each.liquidation_drawdown_bp for each in limits]),
        liquidation_equity=_column([each.liquidation_equity for each in limits]),
        exposure_bp=_column([each.max_exposure_bp for each in limits]),
        daily_bp=_column([each.daily_stop_bp for each in limits]),
        leverage_x100=_column([each.max_leverage_x100 for each in limits]),
    )


def _column(values: list[int | None]) -> Ints:
    """What does not fit 64 bits is not known either."""
    fit = [value if type(value) is int and -(2**63) <= value < 2**63 else MISSING for value in values]
    return np.array(fit, dtype=np.int64)


async def _tell(tx: Transaction, res: Resources, news: list[tuple[Looked, Verdict]], now: datetime) -> None:
    verdicts = [verdict for _, verdict in news]
    await store.set_states(tx, [each.account_id for each, _ in news], verdicts, now)
    events = [
        Event(
            topics.guarded.name(user_id=each.user_id),
            "account.guarded",
            f"account:{each.account_id}",
            "guards",
            _event(each, verdict),
        )
        for each, verdict in news
        # Nothing is told of an account that is looked at for the first time and is well.
        if each.outcome is not None or not verdict.opens
    ]
    if events:
        await outbox.append(tx, res.redis, events)
    trips = [(each, v) for each, v in news if v.outcome == "liquidate" and each.outcome != "liquidate"]
    await alerts.append(tx, [_alert(each, verdict) for each, verdict in trips])
    tx.after_commit("count", partial(_count, len(trips)))


def _alert(each: Looked, verdict: Verdict) -> Alert:
    figures = ", ".join(f"{name} {value}" for name, value in verdict.figures.items())
    said = f"Account {each.account_id} is closed in ten seconds: {verdict.reason} ({figures})."
    return Alert("account.liquidation", said)


async def _count(trips: int) -> None:
    _triggers.inc(trips)


def _event(each: Looked, verdict: Verdict) -> Guarded:
    return Guarded(each.account_id, verdict.outcome, verdict.reason, verdict.figures)
