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
