-- name: stored_signals :many
select s.id, s.time, s.version, s.status, a.decision
from trading.signals as s
left join trading.approvals as a on a.signal_id = s.id and a.user_id = @user_id
where s.producer_id = @producer_id
order by s.id;

-- name: issued_commands :many
select c.id, s.id as signal_id, c.kind, e.status, e.fill_price is not null as filled, e.close_reason
from trading.commands as c
join trading.signals as s on s.id = c.signal_id
left join trading.executions as e on e.command_id = c.id
where s.producer_id = @producer_id and c.user_id = @user_id
order by c.id;

-- name: closing_of :exec
select c.id
from trading.closures as c
join trading.accounts as a on a.id = c.account_id
where a.device_id = @device_id::uuid and c.state <> 'closed';

-- name: untold :exec
select command_id from trading.deliveries where device_id = @device_id::uuid;

-- name: placement :one
select outcome, reason from trading.copy_placements where user_id = @user_id and signal_id = @signal_id;

-- name: books_of_account :one
-- What the hub knows of a person's account: as it stands, by its deals, by its trades.
select
    a.id, s.balance, s.equity, s.peak_equity,
    (select coalesce(sum(p.profit + p.swap), 0)::bigint from trading.positions as p
     where p.account_id = a.id and p.closed_at is null) as floating,
    (select coalesce(sum(d.profit + d.swap + d.commission), 0)::bigint from trading.deals as d
     where d.account_id = a.id) as booked,
    (select coalesce(sum(t.profit + t.swap + t.commission), 0)::bigint from trading.trades as t
     where t.account_id = a.id) as realised,
    (select count(*) from trading.trades as t where t.account_id = a.id and t.status = 'closed') as closed,
    (select count(*) from trading.trades as t
     where t.account_id = a.id and t.status in ('open', 'partly_closed')) as open,
    (select count(*) from trading.trades as t where t.account_id = a.id and t.signal_id is null) as strangers,
    (select count(*) from trading.closures as c where c.account_id = a.id) as closures,
    (select count(*) from trading.closures as c where c.account_id = a.id and c.state <> 'closed') as closing,
    (select coalesce(sum(c.attempts), 0)::bigint from trading.closures as c where c.account_id = a.id) as attempts,
    (select count(*) from trading.deals as d
     where d.account_id = a.id and d.direction = 'out' and d.reason = 'expert') as by_command,
    (select count(*) from trading.approvals as v where v.user_id = a.user_id and v.decision = 'approved') as approved,
    (select count(*) from trading.copy_placements as m
     where m.user_id = a.user_id and m.outcome = 'placed') as copied
from trading.accounts as a
join trading.account_states as s on s.account_id = a.id
where a.user_id = @user_id;

-- name: paper_books :one
select
    p.deposit, p.balance,
    (select coalesce(sum(t.profit), 0)::bigint from trading.paper_trades as t
     where t.portfolio_id = p.id and t.state = 'closed') as realised,
    (select count(*) from trading.paper_trades as t where t.portfolio_id = p.id and t.state = 'closed') as closed,
    (select count(*) from trading.paper_trades as t where t.portfolio_id = p.id) as taken,
    (select count(*) from trading.commands as c where c.user_id = p.user_id) as commands
from trading.paper_portfolios as p
where p.user_id = @user_id;

-- name: paper_closed :many
select t.id, t.side, t.order_type, t.entry, t.stop, t.target, t.volume, t.placed_at, t.profit
from trading.paper_trades as t
join trading.paper_portfolios as p on p.id = t.portfolio_id
where p.user_id = @user_id and t.state = 'closed'
order by t.id;

-- name: unknowns :exec
select id from trading.executions where status = 'unknown';

-- name: findings :many
select divergence as reason, count(*) as times from trading.reconciliation_log group by divergence order by divergence;
