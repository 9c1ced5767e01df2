"""The guards of 10,000 accounts beside the single rule in plain Python, in the same run: `python -m bench risk`."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from typing import Any

from bench.timing import interleaved, median_ratio, show
from hub.core.ids import uuid7
from hub.core.resources import Resources, open_resources
from hub.identity.users import service as users
from hub.trading.risk import rules, sweep
from hub.trading.risk.models import Caps, Standing
from hub.trading.risk.settings import RiskSettings
from strategies.guards import REASONS, judge
from workers.up.stack import Stack, throw_away

ACCOUNTS, ROUNDS, FRESH_MS = 10_000, 15, 120_000


def accounts(seed: int = 7) -> tuple[list[Standing], list[Caps]]:
    """Most stand well; some are down, some are not known."""
    drawn, base = random.Random(seed), RiskSettings().caps()
    standings = []
    for _ in range(ACCOUNTS):
        peak = drawn.randrange(100_000, 10_000_000)
        equity = drawn.choice([0, None]) if drawn.random() < 0.02 else int(peak * drawn.uniform(0.75, 1.0))
        age = drawn.randrange(0, 130_000)
        standings.append(Standing(equity, peak, peak, drawn.randrange(0, peak // 2), age))
    return standings, [base] * ACCOUNTS


def run() -> list[dict[str, Any]]:
    """Milliseconds for all accounts: the kernel, columns and kernel, plain Python; then with the database."""
    standings, limits = accounts()
    columns = sweep.book(standings, limits)

    def plain() -> list[str]:
        return [
            rules.account(now, caps, FRESH_MS).reason for now, caps in zip(standings, limits, strict=True)
        ]

    def whole() -> list[str]:
        return [REASONS[code] for code in judge(sweep.book(standings, limits), FRESH_MS).tolist()]

    assert whole() == plain()
    calls = {"kernel": lambda: judge(columns, FRESH_MS), "columns and kernel": whole, "plain Python": plain}
    seconds = interleaved(calls, ROUNDS)
    rows = [_row(name, seconds[name], median_ratio(seconds["plain Python"], seconds[name])) for name in calls]
    with throw_away("serve", "relay") as stack:
        swept = asyncio.run(_swept(stack))
    return rows + [_row(name, taken, float("nan")) for name, taken in swept.items()]


def _row(name: str, taken: list[float], ratio: float) -> dict[str, Any]:
    milliseconds = statistics.median(taken) * 1e3
    return {
        f"{ACCOUNTS:,} accounts": name,
        "ms": milliseconds,
        "slowest ms": max(taken) * 1e3,
        "plain Python / this": ratio,
        "under 1 s": "met" if max(taken) < 1.0 else "MISSED",
    }


async def _swept(stack: Stack) -> dict[str, list[float]]:
    """The job as it runs, database and all: everything anew, then nothing anew."""
    taken = []
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        await _stored(res)
        for _ in range(ROUNDS):
            started = time.perf_counter()
            news = await sweep.sweep(res)
            taken.append(time.perf_counter() - started)
            assert len(news) == (0 if len(taken) > 1 else ACCOUNTS)
            await _drained(res)
    return {"the whole job, all anew": taken[:1], "the whole job, nothing anew": taken[1:]}


async def _drained(res: Resources) -> None:
    """Until the relay has taken the events of the first round, so that the others are measured alone."""
    while await res.db.fetch("select 1 from core.outbox where topic_offset is null limit 1"):
        await asyncio.sleep(0.05)


async def _stored(res: Resources) -> None:
    user = await users.ensure(res, "bench@caerus.example", "bench-password", "user")
    ids = [uuid7() for _ in range(ACCOUNTS)]
    await res.db.execute(
        """insert into trading.accounts (id, user_id, broker, server, login, name, state, created_at)
        select n.id, $2, 'b', 's', n.id::text, 'a', 'verified', now() from unnest($1::uuid[]) as n (id)""",
        ids,
        user.id,
    )
    await res.db.execute(
        """insert into trading.account_states (account_id, seq, taken_at, received_at, balance, equity, margin,
          free_margin, peak_equity, day_equity, day, leverage, connected, trade_allowed, algo_allowed, skew_ms)
        select n.id, 1, now(), now(), e, e, 0, e, 100000, 100000, current_date, 30, true, true, true, 0
        from unnest($1::uuid[], $2::bigint[]) as n (id, e)""",
        ids,
        [random.Random(n).randrange(75_000, 100_000) for n in range(ACCOUNTS)],
    )


if __name__ == "__main__":
    show("Guards", run())
