-- name: add_trades :many
-- A trade that is known already, by its id or by its ticket, stays as it is.
insert into trading.trades (
    id, user_id, account_id, signal_id, ticket, leg, source, currency, symbol, strategy, setup_id, timeframe,
    trade_type, direction, status, volume, closed_volume, entry_price, exit_price, take_profit, stop_loss,
    entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio, percent_equity_return,
    exit_reason, created_at, updated_at
)
select
    n.id, n.user_id, n.account_id, n.signal_id, n.ticket, n.leg, n.source, n.currency, n.symbol, n.strategy,
    n.setup_id, n.timeframe, n.trade_type, n.direction, n.status, n.volume, n.closed_volume, n.entry_price,
    n.exit_price, n.take_profit, n.stop_loss, n.entry_time, n.exit_time, n.duration_hours, n.profit, n.swap,
    n.commission, n.pips, n.risk_reward_ratio, n.percent_equity_return, n.exit_reason, n.created_at, n.updated_at
from unnest(
    @ids::uuid[], @user_ids::uuid[], @account_ids::uuid[], @signal_ids::uuid[], @tickets::text[], @legs::integer[],
    @sources::text[], @currencys::text[], @symbols::text[], @strategys::text[], @setup_ids::text[],
    @timeframes::text[], @trade_types::text[], @directions::text[], @statuss::text[], @volumes::numeric[],
    @closed_volumes::numeric[], @entry_prices::numeric[], @exit_prices::numeric[], @take_profits::numeric[],
    @stop_losss::numeric[], @entry_times::timestamptz[], @exit_times::timestamptz[], @duration_hourss::numeric[],
    @profits::bigint[], @swaps::bigint[], @commissions::bigint[], @pipss::numeric[], @risk_reward_ratios::numeric[],
    @percent_equity_returns::numeric[], @exit_reasons::text[], @created_ats::timestamptz[],
    @updated_ats::timestamptz[]
) as n (
    id, user_id, account_id, signal_id, ticket, leg, source, currency, symbol, strategy, setup_id, timeframe,
    trade_type, direction, status, volume, closed_volume, entry_price, exit_price, take_profit, stop_loss,
    entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio, percent_equity_return,
    exit_reason, created_at, updated_at
)
on conflict do nothing
returning id;

-- name: move_trade :exec
-- The state machine's second lock: a row in any other status is not touched.
update trading.trades set
    status = @status, ticket = @ticket, volume = @volume, closed_volume = @closed_volume, entry_price = @entry_price,
    exit_price = @exit_price, entry_time = @entry_time, exit_time = @exit_time, duration_hours = @duration_hours,
    profit = @profit, swap = @swap, commission = @commission, pips = @pips, risk_reward_ratio = @risk_reward_ratio,
    percent_equity_return = @percent_equity_return, exit_reason = @exit_reason, updated_at = @updated_at
where id = @id and status = any(@before::text[]);

-- name: hold_trade :one
select
    id, user_id, currency, symbol, direction, volume, created_at, updated_at, account_id, signal_id, ticket, leg,
    source, strategy, setup_id, timeframe, trade_type, status, closed_volume, entry_price, exit_price, take_profit,
    stop_loss, entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio,
    percent_equity_return, exit_reason
from trading.trades where id = @id for update;

-- name: trade_of :one
select
    id, user_id, currency, symbol, direction, volume, created_at, updated_at, account_id, signal_id, ticket, leg,
    source, strategy, setup_id, timeframe, trade_type, status, closed_volume, entry_price, exit_price, take_profit,
    stop_loss, entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio,
    percent_equity_return, exit_reason
from trading.trades where id = @id and user_id = @user_id;

-- name: trades_of_account :many
select
    id, user_id, currency, symbol, direction, volume, created_at, updated_at, account_id, signal_id, ticket, leg,
    source, strategy, setup_id, timeframe, trade_type, status, closed_volume, entry_price, exit_price, take_profit,
    stop_loss, entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio,
    percent_equity_return, exit_reason
from trading.trades where account_id = @account_id and ticket is not null;

-- name: list_trades :many
select
    id, user_id, currency, symbol, direction, volume, created_at, updated_at, account_id, signal_id, ticket, leg,
    source, strategy, setup_id, timeframe, trade_type, status, closed_volume, entry_price, exit_price, take_profit,
    stop_loss, entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio,
    percent_equity_return, exit_reason
from trading.trades
where user_id = @user_id
  and (@status::text is null or status = @status)
  and (@since::timestamptz is null or coalesce(entry_time, created_at) >= @since)
  and (@until::timestamptz is null or coalesce(entry_time, created_at) < @until)
  and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;

-- name: lock_trades :exec
-- Who brings an account's trades up to date does so alone.
select pg_advisory_xact_lock(hashtextextended('trades' || @account_id::text, 0));

-- name: holder_of_account :one
select user_id, currency from trading.accounts where id = @account_id;

-- name: deals_of_account :many
select deal, ticket, kind, direction, side, symbol, volume, price, profit, swap, commission, reason, comment, at
from trading.deals where account_id = @account_id order by at;

-- name: deals_since_entry :many
-- All of the account's deals since the first of these tickets.
select deal, ticket, kind, direction, side, symbol, volume, price, profit, swap, commission, reason, comment, at
from trading.deals
where account_id = @account_id and at >= (
    select min(entry.at) from trading.deals as entry
    where entry.account_id = @account_id and entry.ticket = any(@tickets::text[])
)
order by at;

-- name: trades_of_tickets :many
select
    id, user_id, currency, symbol, direction, volume, created_at, updated_at, account_id, signal_id, ticket, leg,
    source, strategy, setup_id, timeframe, trade_type, status, closed_volume, entry_price, exit_price, take_profit,
    stop_loss, entry_time, exit_time, duration_hours, profit, swap, commission, pips, risk_reward_ratio,
    percent_equity_return, exit_reason
from trading.trades where account_id = @account_id and ticket = any(@tickets::text[]);

-- name: meant :many
-- What a person's commands were to do.
select c.id as command_id, s.id as signal_id, s.strategy, s.setup_id, s.order_type as trade_type, s.stop, s.target
from trading.commands as c
join trading.signals as s on s.id = c.signal_id
where c.id = any(@command_ids::uuid[]) and c.user_id = @user_id and c.kind = 'open';

-- name: add_equity_points :many
insert into trading.equity_points (id, user_id, account_id, source, currency, at, equity, balance)
select n.id, n.user_id, n.account_id, n.source, n.currency, n.at, n.equity, n.balance
from unnest(
    @ids::uuid[], @user_ids::uuid[], @account_ids::uuid[], @sources::text[], @currencys::text[], @ats::timestamptz[],
    @equitys::bigint[], @balances::bigint[]
) as n (id, user_id, account_id, source, currency, at, equity, balance)
on conflict do nothing
returning id;

-- name: equity_points :many
-- The newest of a person's account.
select at, equity, currency from trading.equity_points
where account_id = @account_id and user_id = @user_id and at >= @since
order by at desc
limit @n;

-- name: returns :many
select percent_equity_return as percent from trading.trades
where user_id = @user_id and status = 'closed' and percent_equity_return is not null
    and (@account_id::uuid is null or account_id = @account_id) and exit_time >= @since
order by exit_time desc
limit @n;

-- name: add_validation_logs :many
insert into trading.validation_logs (
    id, user_id, source, at, symbol, timeframe, strategy, setup_id, passed, reason, details
)
select n.id, n.user_id, n.source, n.at, n.symbol, n.timeframe, n.strategy, n.setup_id, n.passed, n.reason, n.details
from unnest(
    @ids::uuid[], @user_ids::uuid[], @sources::text[], @ats::timestamptz[], @symbols::text[], @timeframes::text[],
    @strategys::text[], @setup_ids::text[], @passeds::boolean[], @reasons::text[], @detailss::jsonb[]
) as n (id, user_id, source, at, symbol, timeframe, strategy, setup_id, passed, reason, details)
on conflict do nothing
returning id;
