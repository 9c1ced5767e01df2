-- name: standing :one
select seq, taken_at, received_at, balance, equity, margin, free_margin, peak_equity, day_equity, day, day_at, leverage,
    connected, trade_allowed, algo_allowed, skew_ms, doubt, doubt_at, unexplained, unexplained_at, credit
from trading.account_states where account_id = @account_id;

-- name: standing_before :one
-- How this very account stood when its owner unlinked it last: a new link is no new account.
select s.seq, s.taken_at, s.received_at, s.balance, s.equity, s.margin, s.free_margin, s.peak_equity, s.day_equity, s.day,
    s.day_at, s.leverage, s.connected, s.trade_allowed, s.algo_allowed, s.skew_ms, s.doubt, s.doubt_at, s.unexplained,
    s.unexplained_at, s.credit
from trading.accounts as own
join trading.accounts as before on before.user_id = own.user_id and before.state = 'unlinked'
    and lower(before.server) = lower(own.server) and before.login = own.login
join trading.account_states as s on s.account_id = before.id
where own.id = @account_id
order by before.unlinked_at desc
limit 1;

-- name: put_standing :exec
insert into trading.account_states (
    account_id, seq, taken_at, received_at, balance, equity, margin, free_margin, peak_equity, day_equity, day, day_at,
    leverage, connected, trade_allowed, algo_allowed, skew_ms, unexplained, unexplained_at, credit
)
values (
    @account_id, @seq, @taken_at, @received_at, @balance, @equity, @margin, @free_margin, @peak_equity, @day_equity, @day,
    @day_at, @leverage, @connected, @trade_allowed, @algo_allowed, @skew_ms, @unexplained, @unexplained_at, @credit
)
on conflict (account_id) do update set
    seq = excluded.seq, taken_at = excluded.taken_at, received_at = excluded.received_at, balance = excluded.balance,
    equity = excluded.equity, margin = excluded.margin, free_margin = excluded.free_margin,
    peak_equity = excluded.peak_equity, day_equity = excluded.day_equity, day = excluded.day, day_at = excluded.day_at,
    leverage = excluded.leverage, connected = excluded.connected, trade_allowed = excluded.trade_allowed,
    algo_allowed = excluded.algo_allowed, skew_ms = excluded.skew_ms, doubt = null, doubt_at = null,
    unexplained = excluded.unexplained, unexplained_at = excluded.unexplained_at,
    credit = excluded.credit;

-- name: put_mark :exec
update trading.account_states set
    peak_equity = @peak_equity, day_equity = @day_equity, day_at = @day_at::timestamptz,
    unexplained = @unexplained, unexplained_at = @unexplained_at::timestamptz
where account_id = @account_id;

-- name: put_doubt :exec
-- The figures, and when they were received, stay those of the last look that was believed.
update trading.account_states set
    seq = @seq, doubt = @doubt::text, doubt_at = coalesce(doubt_at, @now::timestamptz), connected = @connected,
    trade_allowed = @trade_allowed, algo_allowed = @algo_allowed, skew_ms = @skew_ms
where account_id = @account_id;

-- name: open_positions :many
select ticket, symbol, side, volume, open_price, price, stop, target, profit, swap, opened_at, comment, command_id
from trading.positions where account_id = @account_id and closed_at is null order by opened_at, ticket;

-- name: commands_among :many
select id from trading.commands where id = any(@ids::uuid[]) and user_id = @user_id and kind = 'open';

-- name: put_positions :exec
insert into trading.positions (
    account_id, ticket, symbol, side, volume, open_price, price, stop, target, profit, swap, opened_at, comment, command_id,
    seen_at
)
select
    @account_id::uuid, p.ticket, p.symbol, p.side, p.volume, p.open_price, p.price, p.stop, p.target, p.profit, p.swap,
    p.opened_at, p.comment, p.command_id, @now::timestamptz
from unnest(
    @tickets::text[], @symbols::text[], @sides::text[], @volumes::numeric[], @open_prices::numeric[], @prices::numeric[],
    @stops::numeric[], @targets::numeric[], @profits::bigint[], @swaps::bigint[], @opened_ats::timestamptz[],
    @comments::text[], @command_ids::uuid[]
) as p (
    ticket, symbol, side, volume, open_price, price, stop, target, profit, swap, opened_at, comment, command_id
)
on conflict (account_id, ticket) do update set
    symbol = excluded.symbol, side = excluded.side, volume = excluded.volume, open_price = excluded.open_price,
    price = excluded.price, stop = excluded.stop, target = excluded.target, profit = excluded.profit,
    swap = excluded.swap, opened_at = excluded.opened_at, comment = excluded.comment,
    command_id = coalesce(positions.command_id, excluded.command_id), seen_at = excluded.seen_at, closed_at = null;

-- name: close_positions :exec
update trading.positions set closed_at = @now::timestamptz
where account_id = @account_id and ticket = any(@tickets::text[]) and closed_at is null;

-- name: add_deals :many
-- What the hub has already is left as it is; comes back what is new.
insert into trading.deals (
    account_id, deal, ticket, kind, direction, side, symbol, volume, price, profit, swap, commission, reason, comment, at,
    received_at
)
select
    @account_id::uuid, d.deal, d.ticket, d.kind, d.direction, d.side, d.symbol, d.volume, d.price, d.profit, d.swap,
    d.commission, d.reason, d.comment, d.at, @now::timestamptz
from unnest(
    @deals::text[], @tickets::text[], @kinds::text[], @directions::text[], @sides::text[], @symbols::text[],
    @volumes::numeric[], @prices::numeric[], @profits::bigint[], @swaps::bigint[], @commissions::bigint[],
    @reasons::text[], @comments::text[], @ats::timestamptz[]
) as d (
    deal, ticket, kind, direction, side, symbol, volume, price, profit, swap, commission, reason, comment, at
)
on conflict (account_id, deal) do nothing
returning deal, ticket, kind, profit, swap, commission, at;

-- name: set_left :exec
update trading.deals as d set left_ppb = l.left_ppb
from unnest(@deals::text[], @lefts::bigint[]) as l (deal, left_ppb)
where d.account_id = @account_id and d.deal = l.deal;

-- name: paid_since :many
-- Money in and out by when the hub heard of it.
select deal, ticket, kind, profit, swap, commission, at from trading.deals
where account_id = @account_id and kind = 'balance' and received_at >= @heard
order by at, deal;

-- name: flows_since :many
select profit as amount, left_ppb from trading.deals
where account_id = @account_id and kind = 'balance' and at > @since
order by at, deal;

-- name: is_owner :exec
select id from identity.users where id = @user_id and role = 'owner' and suspended_at is null and deleted_at is null;
