-- name: accounts_to_reconcile :many
select a.id, a.user_id, state.seq, least(state.taken_at, state.received_at) as seen_at
from trading.accounts as a
join trading.account_states as state on state.account_id = a.id
left join trading.reconciled as done on done.account_id = a.id
where a.state = 'verified' and state.connected and (done.seq is null or done.seq < state.seq)
order by done.at nulls first, a.id
limit @n;

-- name: intents :many
select a.id as account_id, e.command_id, e.device_id, s.id as signal_id, s.instrument, s.side, s.order_type, s.entry,
    c.expires_at, e.status, e.broker_ticket as ticket, e.fill_price, e.fill_volume, e.updated_at, e.supposed,
    coalesce(e.created_at > a.verified_at, false) and not exists (
        select 1 from trading.accounts as other
        where other.device_id = a.device_id and other.state = 'verified' and other.id <> a.id
    ) as here,
    exists (select 1 from trading.deals as d where d.account_id = a.id and d.ticket = e.broker_ticket)
    or exists (select 1 from trading.positions as p where p.account_id = a.id and p.ticket = e.broker_ticket) as booked,
    (
        select l.created_at from trading.reconciliation_log as l
        where l.account_id = a.id and l.fingerprint = 'unseen:' || e.command_id || ':'
    ) as unseen_at
from trading.accounts as a
join trading.executions as e on e.device_id = a.device_id
join trading.commands as c on c.id = e.command_id
join trading.signals as s on s.id = c.signal_id
where a.id = any(@account_ids::uuid[]) and e.kind = 'open'
    and (e.status in ('placed', 'unknown') or e.updated_at > @since)
order by e.command_id;

-- name: positions_to_compare :many
select account_id, ticket, symbol, side, volume, open_price, command_id, opened_at, closed_at
from trading.positions
where account_id = any(@account_ids::uuid[]) and (closed_at is null or closed_at > @since)
order by account_id, ticket;

-- name: deals_to_compare :many
-- Of positions that are shown above, and those of late, whose position may have come and gone between two looks.
select d.account_id, d.deal, d.ticket, d.direction, d.side, d.symbol, d.volume, d.price, d.reason, d.comment, d.at
from trading.deals as d
join trading.positions as p on p.account_id = d.account_id and p.ticket = d.ticket
where d.account_id = any(@account_ids::uuid[]) and d.kind = 'trade' and (p.closed_at is null or p.closed_at > @since)
union
select d.account_id, d.deal, d.ticket, d.direction, d.side, d.symbol, d.volume, d.price, d.reason, d.comment, d.at
from trading.deals as d
where d.account_id = any(@account_ids::uuid[]) and d.kind = 'trade' and d.at > @since
order by at, deal;

-- name: log_findings :many
insert into trading.reconciliation_log (
    id, user_id, account_id, signal_id, command_id, ticket, mt5_position, bot_position, matched, divergence, detail,
    fingerprint, created_at
)
select f.id, f.user_id, f.account_id, f.signal_id, f.command_id, f.ticket, f.mt5_position::jsonb, f.bot_position::jsonb,
    f.matched, f.divergence, f.detail::jsonb, f.fingerprint, @created_at
from unnest(
    @ids::uuid[], @user_ids::uuid[], @account_ids::uuid[], @signal_ids::uuid[], @command_ids::uuid[], @tickets::text[],
    @mt5_positions::text[], @bot_positions::text[], @matched::boolean[], @divergences::text[], @details::text[],
    @fingerprints::text[]
) as f (
    id, user_id, account_id, signal_id, command_id, ticket, mt5_position, bot_position, matched, divergence, detail, fingerprint
)
on conflict (account_id, fingerprint) do nothing
returning divergence;

-- name: reconciled :exec
insert into trading.reconciled (account_id, seq, at)
select done.account_id, done.seq, @at::timestamptz
from unnest(@account_ids::uuid[], @seqs::bigint[]) as done (account_id, seq)
on conflict (account_id) do update set seq = greatest(excluded.seq, reconciled.seq), at = excluded.at;

-- name: list_findings :many
select id, user_id, account_id, signal_id, command_id, ticket, mt5_position, bot_position, matched, divergence, detail, created_at
from trading.reconciliation_log
where user_id = @user_id and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;
