-- name: add_heartbeat :exec
insert into trading.heartbeats (
    producer_id, symbol, strategy, version, instance_id, host, interval_seconds, bar_time, spool_depth, late, ended,
    started_at, seen_at, state
)
values (
    @producer_id, @symbol, @strategy, @version, @instance_id, @host, @interval_seconds, @bar_time, @spool_depth,
    @late, @ended, @now, @now, @state
)
on conflict do nothing;

-- name: hold_heartbeat :one
select producer_id, symbol, strategy, version, instance_id, host, interval_seconds, bar_time, spool_depth, late, ended,
    started_at, seen_at, state
from trading.heartbeats
where producer_id = @producer_id and symbol = @symbol and strategy = @strategy
for update;

-- name: renew_heartbeat :exec
-- The state is left to who tells the owner of it.
update trading.heartbeats set
    version = @version, host = @host, interval_seconds = @interval_seconds, bar_time = @bar_time,
    spool_depth = @spool_depth, late = @late, ended = @ended, seen_at = @now,
    started_at = case when instance_id = @instance_id and not heartbeats.ended then started_at else @now end,
    instance_id = @instance_id
where producer_id = @producer_id and symbol = @symbol and strategy = @strategy;

-- name: count_heartbeat :exec
insert into trading.heartbeat_days as d (day, producer_id, symbol, strategy, heartbeats)
values ((@now::timestamptz at time zone 'UTC')::date, @producer_id, @symbol, @strategy, 1)
on conflict (day, producer_id, symbol, strategy) do update set heartbeats = d.heartbeats + 1;

-- name: watched_heartbeats :many
select producer_id, symbol, strategy, version, instance_id, host, interval_seconds, bar_time, spool_depth, late, ended,
    started_at, seen_at, state
from trading.heartbeats
where not (ended and state = 'ended')
order by producer_id, symbol, strategy
for update skip locked;

-- name: set_heartbeat_states :exec
update trading.heartbeats as h set state = said.state
from unnest(@producer_ids::text[], @symbols::text[], @strategies::text[], @states::text[])
    as said (producer_id, symbol, strategy, state)
where h.producer_id = said.producer_id and h.symbol = said.symbol and h.strategy = said.strategy;

-- name: list_heartbeats :many
select producer_id, symbol, strategy, version, instance_id, host, interval_seconds, bar_time, spool_depth, late, ended,
    started_at, seen_at, state
from trading.heartbeats
order by producer_id, symbol, strategy;
