-- name: add_portfolio :one
-- Nothing when one is enabled already.
insert into trading.paper_portfolios (
    id, user_id, enabled, currency, deposit, balance, fill_at, spread_points, slippage_points, started_at
)
values (
    @id, @user_id, true, @currency, @deposit, @deposit, @fill_at, @spread_points, @slippage_points, @now
)
on conflict (user_id) where enabled do nothing
returning id, user_id, enabled, currency, deposit, balance, fill_at, spread_points, slippage_points, started_at, ended_at;

-- name: hold_portfolio :one
select id, user_id, enabled, currency, deposit, balance, fill_at, spread_points, slippage_points, started_at, ended_at
from trading.paper_portfolios where user_id = @user_id and enabled
for update;

-- name: newest_portfolio :one
select id, user_id, enabled, currency, deposit, balance, fill_at, spread_points, slippage_points, started_at, ended_at
from trading.paper_portfolios where user_id = @user_id
order by id desc
limit 1;

-- name: end_portfolio :exec
update trading.paper_portfolios set enabled = false, ended_at = @now where id = @id;

-- name: add_to_balance :exec
update trading.paper_portfolios set balance = balance + @profit::bigint where id = @id;

-- name: due_portfolios :many
select p.id, p.user_id, p.enabled, p.currency, p.deposit, p.balance, p.fill_at, p.spread_points, p.slippage_points,
    p.started_at, p.ended_at
from trading.paper_portfolios as p
where p.enabled and (
    exists (
        select from trading.paper_books as b
        join market.candles as c on c.symbol = b.symbol and c.timeframe = @timeframe and c.time > b.clock
        where b.portfolio_id = p.id and b.working
    )
    or exists (
        select from trading.paper_trades as t
        where t.portfolio_id = p.id and t.state = 'pending' and t.withdrawn_at is not null
    )
)
order by p.id
limit @n
for update of p skip locked;

-- name: bars_after :many
select time, open, high, low, close, volume
from market.candles
where symbol = @symbol and timeframe = @timeframe and time > @clock
order by time
limit @n;

-- name: newest_bar :one
select time from market.candles where symbol = @symbol and timeframe = @timeframe order by time desc limit 1;

-- name: books_of :many
select symbol, snapshot, clock, bid, working
from trading.paper_books where portfolio_id = @portfolio_id
order by symbol;

-- name: book_of :one
select symbol, snapshot, clock, bid, working
from trading.paper_books where portfolio_id = @portfolio_id and symbol = @symbol;

-- name: save_book :exec
insert into trading.paper_books (portfolio_id, symbol, snapshot, clock, bid, working)
values (@portfolio_id, @symbol, @snapshot, @clock, @bid, @working)
on conflict (portfolio_id, symbol) do update
set snapshot = excluded.snapshot, clock = excluded.clock, bid = excluded.bid, working = excluded.working;

-- name: add_trade :exec
insert into trading.paper_trades (
    id, portfolio_id, signal_id, approval_id, symbol, side, order_type, entry, stop, target, volume, state, placed_at,
    close_reason
)
values (
    @id, @portfolio_id, @signal_id, @approval_id, @symbol, @side, @order_type, @entry, @stop, @target, @volume, @state,
    @now, @close_reason
);

-- name: withdraw_trades :exec
-- In the order in which portfolios are moved: two who wait for each other's trades would wait for ever.
update trading.paper_trades set withdrawn_at = @now::timestamptz
where id in (
    select id from trading.paper_trades
    where signal_id = @signal_id and state = 'pending'
    order by portfolio_id for update
);

-- name: withdrawn_trades :many
select id, coalesce(withdrawn_at, placed_at) as at
from trading.paper_trades
where portfolio_id = @portfolio_id and symbol = @symbol and state = 'pending' and withdrawn_at is not null
order by withdrawn_at, id;

-- name: trade_opened :exec
update trading.paper_trades set state = 'open', fill_price = @price, filled_at = @at where id = @id;

-- name: trade_ended :exec
update trading.paper_trades
set state = @state, close_price = @price, closed_at = @at, close_reason = @reason, profit = @profit
where id = @id;

-- name: working_trades :many
select id, signal_id, approval_id, symbol, side, order_type, entry, stop, target, volume, state, placed_at, fill_price,
    filled_at, close_price, closed_at, close_reason, profit
from trading.paper_trades
where portfolio_id = @portfolio_id and state in ('pending', 'open')
order by id desc;

-- name: ended_trades :many
select id, signal_id, approval_id, symbol, side, order_type, entry, stop, target, volume, state, placed_at, fill_price,
    filled_at, close_price, closed_at, close_reason, profit
from trading.paper_trades
where portfolio_id = @portfolio_id and state not in ('pending', 'open') and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;

-- name: closed_trades :one
select count(*) as trades, count(*) filter (where profit > 0) as wins, coalesce(sum(profit), 0)::bigint as profit
from trading.paper_trades
where portfolio_id = @portfolio_id and state = 'closed';
