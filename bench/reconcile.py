"""Reconciling 1,000 accounts with 10 positions each, in batches as a worker does, and one by one (the peer)."""

import asyncio
import time
from statistics import median

import asyncpg

from hub.core.resources import Resources, open_resources
from hub.trading.reconciliation import service
from workers.up.stack import Stack, throw_away

ACCOUNTS, POSITIONS, PAST, ROUNDS = 1_000, 10, 200, 5
Row = dict[str, object]

# Half of the positions were commanded here, half opened by hand; each has the deal that opened it. `PAST` trades of each
# account are over for a month.
_FILL = f"""
create temp table p as select n, gen_random_uuid() as account, gen_random_uuid() as person, gen_random_uuid() as device
    from generate_series(1, {ACCOUNTS}) as n;
create temp table c as select p.*, k, gen_random_uuid() as command, gen_random_uuid() as approval,
    gen_random_uuid() as signal from p, generate_series(1, {POSITIONS}) as k;
insert into identity.users (id, email, password_hash, role, created_at, updated_at)
    select person, 'bench-' || n || '@caerus.example', '', 'user', now(), now() from p;
insert into trading.devices (id, user_id, name, salt, key_version, secret_hash, created_at, keyed_at)
    select device, person, 'bench', '', 1, '', now(), now() from p;
insert into trading.accounts (id, user_id, broker, server, login, name, state, device_id, created_at, verified_at)
    select account, person, 'Demo', 'Demo-1', n::text, 'bench', 'verified', device, now(), now() - interval '1 year' from p;
insert into trading.account_states (account_id, seq, taken_at, received_at, balance, equity, margin, free_margin,
        peak_equity, day_equity, day, leverage, connected, trade_allowed, algo_allowed, skew_ms)
    select account, 1, now(), now(), 1, 1, 0, 1, 1, 1, current_date, 100, true, true, true, 0 from p;
insert into trading.signals (id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
        expires_at, strategy, setup_id, features, created_at)
    select signal, 'bench', 'GOLD', 'buy', now(), n || '-' || k, 'open', 'limit', 1900, 1890, 1930,
        now() + interval '1 day', 'bench', 's', '{{}}', now() from c where k <= {POSITIONS // 2};
insert into trading.approvals (id, signal_id, user_id, decision, consent_version, ua, created_at)
    select approval, signal, person, 'approved', '1', '', now() from c where k <= {POSITIONS // 2};
insert into trading.commands (id, approval_id, signal_id, user_id, kind, issued_at, expires_at)
    select command, approval, signal, person, 'open', now(), now() + interval '1 day' from c where k <= {POSITIONS // 2};
insert into trading.executions (id, approval_id, signal_id, user_id, device_id, command_id, kind, status, said,
        broker_ticket, fill_price, fill_volume, created_at, updated_at)
    select gen_random_uuid(), approval, signal, person, device, command, 'open', 'placed', array['placed'], k::text,
        1900.2, 0.1, now(), now() from c where k <= {POSITIONS // 2};
insert into trading.positions (account_id, ticket, symbol, side, volume, open_price, price, profit, swap, opened_at,
        comment, command_id, seen_at)
    select account, k::text, 'GOLD', 'buy', 0.1, 1900.2, 1901, 80, 0, now(), '',
        case when k <= {POSITIONS // 2} then command end, now() from c;
insert into trading.deals (account_id, deal, ticket, kind, direction, side, symbol, volume, price, profit, swap, commission,
        reason, comment, at, received_at)
    select account, k::text, k::text, 'trade', 'in', 'buy', 'GOLD', 0.1, 1900.2, 0, 0, 0, 'expert', '', now(), now() from c;
create temp table s as select gen_random_uuid() as signal, k from generate_series(1, {PAST}) as k;
create temp table h as select p.*, s.*, gen_random_uuid() as command, gen_random_uuid() as approval from p, s;
insert into trading.signals (id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
        expires_at, strategy, setup_id, features, created_at)
    select signal, 'bench', 'GOLD', 'buy', now() - interval '1 month', 'past-' || k, 'expired', 'limit', 1900, 1890, 1930,
        now() - interval '29 days', 'bench', 's', '{{}}', now() - interval '1 month' from s;
insert into trading.approvals (id, signal_id, user_id, decision, consent_version, ua, created_at)
    select approval, signal, person, 'approved', '1', '', now() - interval '1 month' from h;
insert into trading.commands (id, approval_id, signal_id, user_id, kind, issued_at, expires_at)
    select command, approval, signal, person, 'open', now() - interval '1 month', now() - interval '29 days' from h;
insert into trading.executions (id, approval_id, signal_id, user_id, device_id, command_id, kind, status, said,
        broker_ticket, fill_price, fill_volume, created_at, updated_at)
    select gen_random_uuid(), approval, signal, person, device, command, 'open', 'closed', array['placed', 'closed'],
        'past-' || k, 1900.2, 0.1, now() - interval '1 month', now() - interval '1 month' from h;
insert into trading.deals (account_id, deal, ticket, kind, direction, side, symbol, volume, price, profit, swap, commission,
        reason, comment, at, received_at)
    select account, d || '-' || k, 'past-' || k, 'trade', d, 'buy', 'GOLD', 0.1, 1900.2, 0, 0, 0, 'expert', '',
        now() - interval '1 month', now() - interval '1 month' from h, unnest(array['in', 'out']) as d;
analyze;
"""
_NEWS = "update trading.account_states set seq = seq + 1, taken_at = now(), received_at = now()"


async def _round(owner: asyncpg.Connection, res: Resources, at_once: int) -> float:
    """Seconds until every account was compared, all with a new snapshot."""
    await owner.execute(_NEWS)
    began, compared = time.perf_counter(), 0
    while some := await service.reconcile(res, at_once):
        compared += some
    assert compared == ACCOUNTS, compared
    return time.perf_counter() - began


async def _rounds(stack: Stack) -> dict[str, list[float]]:
    owner = await asyncpg.connect(stack.endpoints.owner_dsn)
    took: dict[str, list[float]] = {"in batches, all new": [], "in batches": [], "one by one (peer)": []}
    try:
        await owner.execute(_FILL)
        async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
            took["in batches, all new"].append(await _round(owner, res, 250))
            for _ in range(ROUNDS):
                took["in batches"].append(await _round(owner, res, 250))
                took["one by one (peer)"].append(await _round(owner, res, 1))
    finally:
        await owner.close()
    return took


def run() -> list[Row]:
    """Interleaved rounds, medians; the first has every finding to write down, the others none."""
    with throw_away("serve") as stack:
        took = asyncio.run(_rounds(stack))
    return [
        {
            "how": how,
            "accounts": ACCOUNTS,
            "positions": ACCOUNTS * POSITIONS,
            "seconds": round(median(all_), 2),
        }
        for how, all_ in took.items()
    ]


if __name__ == "__main__":
    for row in run():
        print(row)
