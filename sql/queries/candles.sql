-- name: add_candles :exec
insert into market.candles (symbol, timeframe, time, open, high, low, close, volume)
select @symbol::text, @timeframe::text, c.time, c.open, c.high, c.low, c.close, c.volume
from unnest(
    @times::timestamptz[], @opens::numeric[], @highs::numeric[], @lows::numeric[], @closes::numeric[], @volumes::numeric[]
) as c (time, open, high, low, close, volume)
on conflict (symbol, timeframe, time) do nothing;

-- name: newest_candles :many
select time, open, high, low, close, volume
from (
    select time, open, high, low, close, volume
    from market.candles
    where symbol = @symbol and timeframe = @timeframe
      and (@until::timestamptz is null or time < @until)
    order by time desc limit @n
) as newest
order by time;

-- name: candles_between :many
select time, open, high, low, close, volume
from market.candles
where symbol = @symbol and timeframe = @timeframe and time >= @start and time < @until
order by time;

-- name: make_incoming :exec
create temporary table incoming_candles on commit drop as
select time, open, high, low, close, volume from public.incoming_candles;

-- name: take_incoming :one
-- A corrected bar replaces the one that is known; the same bar again is no change.
with taken as (
    insert into market.candles as c (symbol, timeframe, time, open, high, low, close, volume)
    select @symbol::text, @timeframe::text, i.time, i.open, i.high, i.low, i.close, i.volume
    from incoming_candles as i
    on conflict (symbol, timeframe, time) do update set
        open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, volume = excluded.volume
    where (c.open, c.high, c.low, c.close, c.volume)
        is distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
    returning (xmax = 0) as is_new
)
select count(*) filter (where is_new) as added, count(*) filter (where not is_new) as changed from taken;
