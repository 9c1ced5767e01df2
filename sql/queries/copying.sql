-- name: add_copier :exec
insert into trading.copiers (user_id, enabled, multiplier_bp, since) values (@user_id, false, 10000, @now)
on conflict do nothing;

-- name: hold_copier :one
-- What is decided on somebody's behalf, and what they change of it, is done in turn.
select user_id, enabled, consent_version, multiplier_bp, max_drift_points, max_spread_points, max_trades_a_day, max_volume,
    since, suspended_for, suspended_at
from trading.copiers where user_id = @user_id for update;

-- name: get_copier :one
select user_id, enabled, consent_version, multiplier_bp, max_drift_points, max_spread_points, max_trades_a_day, max_volume,
    since, suspended_for, suspended_at
from trading.copiers where user_id = @user_id;

-- name: put_copier :exec
update trading.copiers set enabled = @enabled, consent_version = @consent_version, multiplier_bp = @multiplier_bp,
    max_drift_points = @max_drift_points, max_spread_points = @max_spread_points, max_trades_a_day = @max_trades_a_day,
    max_volume = @max_volume, since = @since, suspended_for = @suspended_for, suspended_at = @suspended_at
where user_id = @user_id;

-- name: suspend_copier :exec
update trading.copiers set suspended_for = @reason::text, suspended_at = @now::timestamptz where user_id = @user_id;

-- name: add_copy_consent :exec
insert into trading.copy_consents (id, user_id, act, version, text_hash, ip, ua, at)
values (@id, @user_id, @act, @version, @text_hash, @ip::text::inet, @ua, @now);

-- name: last_copy_consent :one
select act, version, at from trading.copy_consents where user_id = @user_id order by id desc limit 1;

-- name: signals_to_copy :many
select s.id, s.strategy, s.instrument from trading.signals as s
where s.status = 'open' and s.expires_at > @now and (@after::uuid is null or s.id > @after)
    and not exists (select 1 from trading.copied_signals as done where done.signal_id = s.id)
order by s.id limit @n;

-- name: copiers_of :many
-- Who is still to be asked about a signal: nobody who is locked, and nobody who turned copying on later.
select c.user_id as id
from trading.copiers as c
join trading.signals as s on s.id = @signal_id
join identity.users as u on u.id = c.user_id and u.suspended_at is null and u.deleted_at is null
where c.enabled and c.since <= s.created_at and (@after::uuid is null or c.user_id > @after)
    and not exists (
        select 1 from trading.copy_placements as p where p.signal_id = s.id and p.user_id = c.user_id)
order by c.user_id limit @n;

-- name: signal_copied :exec
insert into trading.copied_signals (signal_id, at) values (@signal_id, @now) on conflict do nothing;

-- name: copy_alone :one
-- Whether nobody else copies now; until the transaction ends.
select pg_try_advisory_xact_lock(hashtextextended('copying', 0)) as alone;

-- name: add_placement :exec
insert into trading.copy_placements (signal_id, user_id, outcome, reason, figures, volume, risk, margin, at)
values (@signal_id, @user_id, @outcome, @reason, @figures, @volume, @risk, @margin, @now)
on conflict do nothing;

-- name: placement_exists :exec
select 1 from trading.copy_placements where signal_id = @signal_id and user_id = @user_id;

-- name: placed_since :one
select count(*)::integer as n from trading.copy_placements
where user_id = @user_id and outcome = 'placed' and at >= @since;

-- name: waiting_margin :one
-- What copied orders bind once they are filled: those that are under way or wait at the broker, and no snapshot shows.
select coalesce(sum(p.margin), 0)::bigint as margin
from trading.copy_placements as p
join trading.commands as c on c.signal_id = p.signal_id and c.user_id = p.user_id and c.kind = 'open'
where p.user_id = @user_id and p.outcome = 'placed' and c.expires_at > @now
    and not exists (select 1 from trading.positions as held where held.command_id = c.id)
    and (exists (select 1 from trading.deliveries as d where d.command_id = c.id)
        or (
            select true from trading.executions as e
            where e.command_id = c.id and e.status in ('placed', 'unknown') limit 1));

-- name: manual_approvals :many
-- How often the person approved of each strategy themselves, for a terminal and not on paper, since it was last suspended.
select s.strategy, count(*)::integer as manual_approvals
from trading.approvals as a
join trading.signals as s on s.id = a.signal_id
where a.user_id = @user_id and a.decision = 'approved' and a.via = 'self'
    and exists (
        select 1 from trading.commands as c
        where c.signal_id = a.signal_id and c.approval_id = a.id and c.kind = 'open')
    and not exists (
        select 1 from trading.copy_suspensions as lost
        where lost.user_id = a.user_id and lost.strategy = s.strategy and lost.at >= a.created_at)
group by s.strategy order by s.strategy;

-- name: manual_approvals_of :one
-- The same of one strategy; no further than to the number that is enough.
select count(*)::integer as n from (
    select a.id
    from trading.approvals as a
    join trading.signals as s on s.id = a.signal_id
    where a.user_id = @user_id and a.decision = 'approved' and a.via = 'self' and s.strategy = @strategy
        and exists (
            select 1 from trading.commands as c
            where c.signal_id = a.signal_id and c.approval_id = a.id and c.kind = 'open')
        and not exists (
            select 1 from trading.copy_suspensions as lost
            where lost.user_id = a.user_id and lost.strategy = s.strategy and lost.at >= a.created_at)
    limit @enough
) as found;

-- name: suspensions_of :many
select distinct on (strategy) strategy, reason, at from trading.copy_suspensions
where user_id = @user_id order by strategy, at desc;

-- name: add_suspension :exec
insert into trading.copy_suspensions (user_id, strategy, reason, figures, at)
values (@user_id, @strategy, @reason, @figures, @now);

-- name: last_fills :many
-- Of a strategy's orders, by whomever they were approved, since it was last suspended: among the last that the person's
-- terminals did, for a strategy that is rare would have all of it read, and what is older says nothing of how orders fill today.
select s.instrument, s.side, s.entry, e.fill_price
from (
    select did.id, did.user_id, did.signal_id, did.kind, did.fill_price, did.created_at
    from trading.executions as did where did.user_id = @user_id order by did.id desc limit @among
) as e
join trading.signals as s on s.id = e.signal_id
where e.kind = 'open' and e.fill_price is not null and s.strategy = @strategy
    and not exists (
        select 1 from trading.copy_suspensions as lost
        where lost.user_id = e.user_id and lost.strategy = s.strategy and lost.at >= e.created_at)
order by e.id desc limit @n;

-- name: known_accounts :many
-- Verified accounts of these people, as `looked_at` of risk, with what sizing needs.
select a.id as account_id, a.user_id, s.equity, case when s.unexplained = 0 then s.peak_equity end as peak_equity,
    case when s.unexplained = 0 then s.day_equity end as day_equity, s.margin, s.leverage,
    case when s.connected then s.received_at end as seen_at, r.outcome as outcome, r.reason as reason, a.currency,
    s.free_margin, s.trade_allowed and s.algo_allowed and s.doubt is null as allowed,
    s.received_at as heard_at, d.id is not null as has_terminal
from trading.accounts as a
left join trading.devices as d on d.id = a.device_id and d.revoked_at is null
left join trading.account_states as s on s.account_id = a.id
left join trading.risk_states as r on r.account_id = a.id
where a.state = 'verified' and a.user_id = any(@user_ids::uuid[])
order by a.user_id, a.id;

-- name: watched_copiers :many
-- Who copies, and whom nothing has stopped yet.
select c.user_id as id
from trading.copiers as c
where c.enabled and c.suspended_for is null and (@after::uuid is null or c.user_id > @after)
    and not exists (select 1 from trading.pauses as p where p.user_id = c.user_id and p.actor = 'system')
order by c.user_id limit @n;
