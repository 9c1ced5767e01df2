-- name: add_signals :many
-- The unique key decides: whoever came first stays.
insert into trading.signals (
    id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
    expires_at, strategy, setup_id, features, traceparent, created_at
)
select n.id, n.producer_id, n.instrument, n.side, n.time, n.version, 'open', n.order_type, n.entry, n.stop, n.target,
    n.expires_at, n.strategy, n.setup_id, n.features, n.traceparent, @now::timestamptz
from unnest(
    @ids::uuid[], @producer_ids::text[], @instruments::text[], @sides::text[], @times::timestamptz[],
    @versions::text[], @order_types::text[], @entries::numeric[], @stops::numeric[], @targets::numeric[],
    @expiries::timestamptz[], @strategies::text[], @setup_ids::text[], @features::jsonb[], @traceparents::text[]
) as n (
    id, producer_id, instrument, side, time, version, order_type, entry, stop, target,
    expires_at, strategy, setup_id, features, traceparent
)
on conflict do nothing
returning id;

-- name: first_signals :many
select s.id, s.instrument, s.time, s.version
from trading.signals as s
join unnest(@instruments::text[], @times::timestamptz[], @versions::text[]) as k (instrument, time, version)
    on s.instrument = k.instrument and s.time = k.time and s.version = k.version;

-- name: get_signal :one
select id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
    expires_at, strategy, setup_id, features, created_at, closed_at, close_reason
from trading.signals where id = @id;

-- name: hold_signal :one
select id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
    expires_at, strategy, setup_id, features, created_at, closed_at, close_reason, traceparent
from trading.signals where id = @id for share;

-- name: signal_for_user :one
select
    s.id, s.producer_id, s.instrument, s.side, s.time, s.version, s.status, s.order_type,
    s.entry, s.stop, s.target, s.expires_at, s.strategy, s.setup_id, s.features, s.created_at,
    s.closed_at, s.close_reason,
    a.decision as my_decision
from trading.signals as s
left join trading.approvals as a on a.signal_id = s.id and a.user_id = @user_id
where s.id = @id;

-- name: list_signals :many
select
    s.id, s.producer_id, s.instrument, s.side, s.time, s.version, s.status, s.order_type,
    s.entry, s.stop, s.target, s.expires_at, s.strategy, s.setup_id, s.features, s.created_at,
    s.closed_at, s.close_reason,
    a.decision as my_decision
from trading.signals as s
left join trading.approvals as a on a.signal_id = s.id and a.user_id = @user_id
where (@status::text is null or s.status = @status)
  and (@cursor::uuid is null or s.id < @cursor)
order by s.id desc
limit @n;

-- name: cancel_signal :one
update trading.signals set status = 'cancelled', closed_at = @now, close_reason = @reason
where id = @id and status = 'open'
returning id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
    expires_at, strategy, setup_id, features, created_at, closed_at, close_reason;

-- name: expire_signals :many
update trading.signals set status = 'expired', closed_at = @now::timestamptz, close_reason = 'expired'
where id in (
    select id from trading.signals
    where status = 'open' and expires_at <= @now
    order by expires_at limit @n for update skip locked
)
returning id, producer_id, instrument, side, time, version, status, order_type, entry, stop, target,
    expires_at, strategy, setup_id, features, created_at, closed_at, close_reason;
