-- name: pass_gate :exec
-- Whoever opens a trade shares the gate; whoever stops trading waits for them, and they for him. A statement of its
-- own: the next one sees what was committed while this one waited.
select pg_advisory_xact_lock_shared(hashtextextended('risk:all', 0)),
    pg_advisory_xact_lock_shared(hashtextextended('risk:' || @user_id::uuid::text, 0));

-- name: hold_gate :exec
select pg_advisory_xact_lock(hashtextextended('risk:' || @whose::text, 0));

-- name: kill_switches_of :many
select user_id, reason, on_at from trading.kill_switches
where off_at is null and (user_id is null or user_id = @user_id)
order by on_at;

-- name: kill_switches_on :many
select user_id, reason, on_at from trading.kill_switches where off_at is null order by on_at;

-- name: kill_switch_on :exec
insert into trading.kill_switches (id, user_id, reason, on_by, on_at)
values (@id, @user_id, @reason, @by, @now)
on conflict do nothing;

-- name: kill_switch_off :exec
update trading.kill_switches set off_by = @by, off_at = @now, off_reason = @reason
where off_at is null and user_id is not distinct from @user_id;

-- name: pauses_of :many
select actor, reason, at from trading.pauses where user_id = @user_id order by at, actor;

-- name: pause :exec
insert into trading.pauses (user_id, actor, reason, at) values (@user_id, @actor, @reason, @now)
on conflict do nothing;

-- name: resume :exec
delete from trading.pauses where user_id = @user_id and actor = any(@actors::text[]);

-- name: size_of :one
select mode, bp from trading.sizes where user_id = @user_id;

-- name: set_size :exec
insert into trading.sizes as s (user_id, mode, bp, updated_at) values (@user_id, @mode, @bp, @now)
on conflict (user_id) do update set mode = excluded.mode, bp = excluded.bp, updated_at = excluded.updated_at
where (s.mode, s.bp) <> (excluded.mode, excluded.bp);

-- name: risk_defaults :one
select max_drawdown_bp, min_equity, liquidation_drawdown_bp, liquidation_equity, max_exposure_bp, max_trade_risk_bp,
    daily_stop_bp, max_leverage_x100
from trading.risk_defaults;

-- name: set_risk_defaults :exec
insert into trading.risk_defaults (
    max_drawdown_bp, min_equity, liquidation_drawdown_bp, liquidation_equity, max_exposure_bp, max_trade_risk_bp,
    daily_stop_bp, max_leverage_x100, updated_at
)
values (
    @max_drawdown_bp, @min_equity, @liquidation_drawdown_bp, @liquidation_equity, @max_exposure_bp, @max_trade_risk_bp,
    @daily_stop_bp, @max_leverage_x100, @now
)
on conflict (singleton) do update set max_drawdown_bp = excluded.max_drawdown_bp, min_equity = excluded.min_equity,
    liquidation_drawdown_bp = excluded.liquidation_drawdown_bp, liquidation_equity = excluded.liquidation_equity,
    max_exposure_bp = excluded.max_exposure_bp, max_trade_risk_bp = excluded.max_trade_risk_bp,
    daily_stop_bp = excluded.daily_stop_bp, max_leverage_x100 = excluded.max_leverage_x100,
    updated_at = excluded.updated_at;

-- name: risk_caps :many
-- The house's, which are nobody's own, and those of these people; null: of everybody.
select null::uuid as user_id, 'house' as set_by, max_drawdown_bp, min_equity, liquidation_drawdown_bp, liquidation_equity,
    max_exposure_bp, max_trade_risk_bp, daily_stop_bp, max_leverage_x100
from trading.risk_defaults
union all
select user_id, set_by, max_drawdown_bp, min_equity, liquidation_drawdown_bp, liquidation_equity, max_exposure_bp,
    max_trade_risk_bp, daily_stop_bp, max_leverage_x100
from trading.risk_caps where @user_ids::uuid[] is null or user_id = any(@user_ids);

-- name: set_risk_caps :exec
insert into trading.risk_caps (
    user_id, set_by, max_drawdown_bp, min_equity, liquidation_drawdown_bp, liquidation_equity, max_exposure_bp,
    max_trade_risk_bp, daily_stop_bp, max_leverage_x100, updated_at
)
values (
    @user_id, @set_by, @max_drawdown_bp, @min_equity, @liquidation_drawdown_bp, @liquidation_equity, @max_exposure_bp,
    @max_trade_risk_bp, @daily_stop_bp, @max_leverage_x100, @now
)
on conflict (user_id, set_by) do update set max_drawdown_bp = excluded.max_drawdown_bp,
    min_equity = excluded.min_equity, liquidation_drawdown_bp = excluded.liquidation_drawdown_bp,
    liquidation_equity = excluded.liquidation_equity, max_exposure_bp = excluded.max_exposure_bp,
    max_trade_risk_bp = excluded.max_trade_risk_bp, daily_stop_bp = excluded.daily_stop_bp,
    max_leverage_x100 = excluded.max_leverage_x100, updated_at = excluded.updated_at;

-- name: looked_at :many
-- Verified accounts of one person, or these (null: of everybody), and what was last said of them. What a terminal says while it
-- is not connected to its broker is as old as can be. While money has moved that no deal explains, its peak is not known.
select a.id as account_id, a.user_id, s.equity, case when s.unexplained = 0 then s.peak_equity end as peak_equity,
    case when s.unexplained = 0 then s.day_equity end as day_equity, s.margin, s.leverage,
    case when s.connected then s.received_at end as seen_at, r.outcome as outcome, r.reason as reason, a.currency
from trading.accounts as a
left join trading.account_states as s on s.account_id = a.id
left join trading.risk_states as r on r.account_id = a.id
where a.state = 'verified' and (@user_id::uuid is null or a.user_id = @user_id)
    and (@account_ids::uuid[] is null or a.id = any(@account_ids))
order by a.id;

-- name: hold_accounts :exec
select id from trading.accounts where id = any(@ids::uuid[]) order by id for update;

-- name: left_open :many
select distinct r.account_id
from trading.risk_states as r
join trading.accounts as a on a.id = r.account_id and a.state = 'verified'
join trading.positions as p on p.account_id = r.account_id and p.closed_at is null
left join trading.closures as c on c.account_id = p.account_id and c.ticket = p.ticket and c.state <> 'closed'
where r.outcome = 'liquidate' and c.id is null and (@account_ids::uuid[] is null or r.account_id = any(@account_ids));

-- name: set_risk_states :exec
insert into trading.risk_states (account_id, outcome, reason, figures, since)
select n.account_id, n.outcome, n.reason, n.figures, @now::timestamptz
from unnest(@account_ids::uuid[], @outcomes::text[], @reasons::text[], @figures::jsonb[])
    as n (account_id, outcome, reason, figures)
on conflict (account_id) do update set outcome = excluded.outcome, reason = excluded.reason,
    figures = excluded.figures, since = excluded.since;

-- name: held_positions :many
-- On verified accounts, those of which no closure is under way.
select p.account_id, a.server, s.equity, p.ticket, p.symbol, p.opened_at
from trading.positions as p
join trading.accounts as a on a.id = p.account_id and a.state = 'verified'
left join trading.account_states as s on s.account_id = p.account_id
left join trading.closures as c on c.account_id = p.account_id and c.ticket = p.ticket and c.state <> 'closed'
where p.closed_at is null and c.id is null
order by p.account_id, p.ticket;
