"""Count what people use, and refuse what is over their plan; distinct from how often they may call."""

from uuid import UUID

from prometheus_client import Counter

from hub.core import clock
from hub.core.db import Transaction
from hub.core.principal import Principal
from hub.core.problems import TooMany
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.users import service as users
from hub.money.quotas import rules, store
from hub.money.quotas.models import Key, Plan, Quota, Usages

_blocked = Counter("quota_block_total", "Uses refused because the plan's quota was used up", ["key"])


class QuotaExceeded(TooMany):
    title = "Quota used up"


async def consume(tx: Transaction, user_id: UUID, key: Key, n: int = 1) -> None:
    """Use `n` of a quota, in the transaction of what is used: undone with it. `QuotaExceeded` with the
    time of the next period.
    """
    quota, now = rules.quota(await _plan(tx, user_id), key), clock.now()
    start = rules.start(quota.period, now)
    if await store.consume(tx, user_id, key, start, n, quota.limit) is None:
        _blocked.labels(key).inc()
        raise _exceeded(quota)


def _exceeded(quota: Quota) -> QuotaExceeded:
    now = clock.now()
    resets = rules.resets(quota.period, now)
    if resets is None:
        return QuotaExceeded(
            f"Your plan allows {quota.limit} {quota.key} at one time. Give one back, or take a bigger plan.",
            quota=quota.key,
            resets_at=None,
        )
    seconds = int((resets - now).total_seconds()) + 1
    return QuotaExceeded(
        f"Your plan allows {quota.limit} {quota.key} a {quota.period}. They start anew at "
        f"{clock.rfc3339(resets)}.",
        headers={"Retry-After": str(seconds)},
        quota=quota.key,
        resets_at=clock.rfc3339(resets),
    )


async def release(tx: Transaction, user_id: UUID, key: Key, n: int = 1) -> None:
    """Give back what stands no longer."""
    period = rules.quota("free", key).period
    await store.release(tx, user_id, key, rules.start(period, clock.now()), n)


async def _plan(db: Runs, user_id: UUID) -> Plan:
    row = await store.plan_of(db, user_id)
    return row.plan if row else "free"  # type: ignore[return-value]


async def usages(res: Resources, user_id: UUID) -> Usages:
    """Everything the plan allows, and what of it was used."""
    now = clock.now()
    plan, rows = await _plan(res.db, user_id), await store.used(res.db, user_id, rules.start("month", now))
    used = {(row.key, row.period_start): row.used for row in rows}
    items = [
        rules.usage(quota, used.get((quota.key, rules.start(quota.period, now)), 0), now)
        for quota in rules.quotas(plan)
    ]
    return Usages(plan, items)


async def set_plan(res: Resources, user_id: UUID, plan: Plan, by: Principal, visitor: Visitor) -> Usages:
    """Put somebody on a plan; what was used stays used."""
    await users.get(res, user_id)
    async with res.db.transaction() as tx:
        before = await _plan(tx, user_id)
        await store.set_plan(tx, user_id, plan, clock.now())
        meta = {"from": before, "to": plan}
        await audit.record(tx, Entry("plan.change", f"user:{user_id}", by.role, by.user_id, visitor.ip, meta))
    return await usages(res, user_id)
