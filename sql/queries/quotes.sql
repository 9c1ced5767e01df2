-- name: take_quotes :many
-- Each is kept as a tick, once; the newest of a symbol and source takes the place of an older one. Comes back what did.
with given as (
    select g.symbol, g.source, g.time, g.bid, g.ask, g.n
    from unnest(@symbols::text[], @sources::text[], @times::timestamptz[], @bids::numeric[], @asks::numeric[])
        with ordinality as g (symbol, source, time, bid, ask, n)
),
kept as (
    insert into market.ticks (symbol, source, time, bid, ask, own, kept_at)
    select symbol, source, time, bid, ask, @own::boolean, @now::timestamptz
    from given order by symbol, source, time, bid, ask
    on conflict do nothing
)
insert into market.quotes as q (symbol, source, time, bid, ask, own, received_at)
select distinct on (symbol, source) symbol, source, time, bid, ask, @own::boolean, @now::timestamptz
from given order by symbol, source, time desc, n desc
on conflict (symbol, source) do update set
    time = excluded.time, bid = excluded.bid, ask = excluded.ask, received_at = excluded.received_at
where q.time < excluded.time
returning q.time, q.bid, q.ask, q.symbol, q.source;

-- name: add_ticks :exec
insert into market.ticks (symbol, source, time, bid, ask, own, kept_at)
select @symbol::text, @source::text, t.time, t.bid, t.ask, false, @now::timestamptz
from unnest(@times::timestamptz[], @bids::numeric[], @asks::numeric[]) as t (time, bid, ask)
on conflict do nothing;

-- name: ticks_between :many
select time, bid, ask from market.ticks
where symbol = @symbol and source = @source and time >= @start and time < @until
order by time, bid, ask;

-- name: ticks_since :many
-- Of each of these symbols from the source that stands beside it.
select t.time, t.bid, t.ask, t.symbol, t.source
from unnest(@symbols::text[], @sources::text[]) as wanted (symbol, source)
join market.ticks as t on t.symbol = wanted.symbol and t.source = wanted.source and t.time >= @since
order by t.symbol, t.source, t.time;

-- name: newest_quotes :many
-- One of each symbol (null: of every symbol), from whichever terminal of the house quoted last.
select distinct on (symbol) time, bid, ask, symbol, source
from market.quotes where not own and (@symbol::text is null or symbol = @symbol)
order by symbol, time desc;

-- name: quote_since :one
-- From these sources if one of them has quoted since, else from the house.
select known.time, known.bid, known.ask, known.symbol, known.source
from (
    select time, bid, ask, symbol, source, true as first
    from market.quotes where symbol = @symbol and source = any(@sources::text[]) and time > @since
    union all
    select time, bid, ask, symbol, source, false
    from market.quotes where symbol = @symbol and not own and time > @since
) as known
order by known.first desc, known.time desc
limit 1;

-- name: tell_quotes :many
-- What is newer than what was told of a symbol, if that was told before `before`. Two workers at once tell it once.
insert into market.told_quotes as t (symbol, source, time, bid, ask, told_at)
select newest.symbol, newest.source, newest.time, newest.bid, newest.ask, @now::timestamptz
from (
    select distinct on (symbol) symbol, source, time, bid, ask
    from market.quotes where not own order by symbol, time desc
) as newest
left join market.told_quotes as told on told.symbol = newest.symbol
where told.symbol is null or (told.time < newest.time and told.told_at <= @before::timestamptz)
order by newest.symbol
on conflict (symbol) do update set
    source = excluded.source, time = excluded.time, bid = excluded.bid, ask = excluded.ask, told_at = excluded.told_at
where t.time < excluded.time and t.told_at <= @before::timestamptz
returning t.time, t.bid, t.ask, t.symbol, t.source;

-- name: forget_ticks :exec
delete from market.ticks where ctid = any(array(
    select ctid from market.ticks where own = @own and kept_at < @before::timestamptz limit @n
));
