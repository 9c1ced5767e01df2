-- name: count_days :many
-- The bounds are written as moments, so that only the partitions of these days are read.
with event as (
    select (d.bar_time at time zone 'UTC')::date as day, d.producer_id, d.strategy, d.symbol, d.outcome,
        1 as bars, 0::bigint as heartbeats
    from research.decisions as d
    where d.bar_time >= @first::date::timestamp at time zone 'UTC'
        and d.bar_time < (@last::date + 1)::timestamp at time zone 'UTC'
    union all
    select h.day, h.producer_id, h.strategy, h.symbol, '' as outcome, 0 as bars, h.heartbeats
    from trading.heartbeat_days as h
    where h.day between @first::date and @last::date
)
select day, producer_id, strategy, symbol, coalesce(sum(bars), 0)::bigint as bar_closed,
    count(*) filter (where outcome in ('placed', 'rejected')) as setup_found,
    count(*) filter (where outcome = 'placed') as order_built,
    count(*) filter (where outcome = 'withheld') as blocked,
    coalesce(sum(heartbeats), 0)::bigint as heartbeat
from event
where (@strategy::text is null or strategy = @strategy)
    and (@symbol::text is null or symbol = @symbol)
group by day, producer_id, strategy, symbol
order by day desc, producer_id, strategy, symbol;
