-- name: add_command :exec
insert into trading.commands (
    id, approval_id, signal_id, user_id, kind, opens, reason, issued_at, expires_at, traceparent, volume
)
values (
    @id, @approval_id, @signal_id, @user_id, @kind, @opens, @reason, @issued_at, @expires_at, @traceparent, @volume
);

-- name: get_command :one
select id, approval_id, signal_id, user_id, kind, opens, reason, issued_at, expires_at, traceparent, account_id, ticket, volume
from trading.commands where id = @id and (@user_id::uuid is null or user_id = @user_id);

-- name: opens_of_signal :many
select id, approval_id, signal_id, user_id, kind, opens, reason, issued_at, expires_at, traceparent, account_id, ticket, volume
from trading.commands where signal_id = @signal_id and kind = 'open';

-- name: deliver_command :exec
-- To every device the person has now, once an account of theirs is verified to those alone that speak for one; a device that comes
-- later has no business with it.
insert into trading.deliveries (device_id, command_id)
select device.id, @command_id::uuid
from trading.devices as device
where device.user_id = @user_id and device.revoked_at is null and (
    exists (
        select 1 from trading.accounts as own
        where own.device_id = device.id and own.user_id = @user_id and own.state = 'verified'
    )
    or not exists (select 1 from trading.accounts as own where own.user_id = @user_id and own.state = 'verified')
);

-- name: deliver_cancel :exec
-- To every device that may have the order, and was not told to take it back already.
insert into trading.deliveries (device_id, command_id)
select device.id, back.id
from trading.commands as back
join trading.commands as opened on opened.id = back.opens
join trading.devices as device on device.user_id = back.user_id and device.revoked_at is null
where back.id = @command_id
    and (
        exists (select 1 from trading.deliveries as d where d.device_id = device.id and d.command_id = opened.id)
        or exists (select 1 from trading.executions as e where e.device_id = device.id and e.command_id = opened.id)
    )
    and not exists (
        select 1 from trading.commands as other
        where other.signal_id = back.signal_id and other.opens = back.opens and other.id <> back.id and (
            exists (select 1 from trading.deliveries as d where d.device_id = device.id and d.command_id = other.id)
            or exists (select 1 from trading.executions as e where e.device_id = device.id and e.command_id = other.id)
        )
    );

-- name: unfilled_opens :many
-- Open commands that the account's terminal has yet to fetch, to answer or to see filled, and that it was not told to take back.
select c.id, c.approval_id, c.signal_id, c.user_id, c.kind, c.opens, c.reason, c.issued_at, c.expires_at, c.traceparent,
    c.account_id, c.ticket, c.volume
from trading.accounts as own
join trading.commands as c on c.user_id = own.user_id
where own.id = @account_id and c.kind = 'open' and c.expires_at > @now
    and (
        exists (select 1 from trading.deliveries as d where d.device_id = own.device_id and d.command_id = c.id)
        or exists (
            select 1 from trading.executions as e
            where e.device_id = own.device_id and e.command_id = c.id and e.status in ('placed', 'unknown')
                and e.fill_price is null
        )
    )
    and not exists (
        select 1 from trading.commands as back
        where back.signal_id = c.signal_id and back.opens = c.id and (
            exists (select 1 from trading.deliveries as d where d.device_id = own.device_id and d.command_id = back.id)
            or exists (select 1 from trading.executions as e where e.device_id = own.device_id and e.command_id = back.id)
        )
    );

-- name: unfilled_opens_of :many
-- Open commands (`sized`: with a volume of the hub's) that a terminal of the person's has yet to fetch, to answer or to see
-- filled, and was not told to take back.
select c.id, c.approval_id, c.signal_id, c.user_id, c.kind, c.opens, c.reason, c.issued_at, c.expires_at, c.traceparent,
    c.account_id, c.ticket, c.volume
from (
    select distinct held.command_id
    from trading.devices as device
    cross join lateral (
        select d.command_id from trading.deliveries as d where d.device_id = device.id
        union all
        select e.command_id from trading.executions as e
        where e.device_id = device.id and e.status in ('placed', 'unknown') and e.fill_price is null
    ) as held
    join trading.commands as opened on opened.id = held.command_id
    where device.user_id = @user_id and device.revoked_at is null and opened.kind = 'open' and opened.expires_at > @now
        and (not @sized::boolean or opened.volume is not null)
        and not exists (
            select 1 from trading.commands as back
            where back.signal_id = opened.signal_id and back.opens = opened.id and (
                exists (select 1 from trading.deliveries as d where d.device_id = device.id and d.command_id = back.id)
                or exists (select 1 from trading.executions as e where e.device_id = device.id and e.command_id = back.id)
            )
        )
) as standing
join trading.commands as c on c.id = standing.command_id
order by c.id;

-- name: deliver_to_account :exec
-- To the terminal that speaks for it, and to no other of the person's.
insert into trading.deliveries (device_id, command_id)
select device.id, @command_id::uuid
from trading.accounts as own
join trading.devices as device on device.id = own.device_id and device.revoked_at is null
where own.id = @account_id;

-- name: withdraw_from_account :exec
delete from trading.deliveries
where command_id = @command_id and device_id = (select own.device_id from trading.accounts as own where own.id = @account_id);

-- name: deliver_sized :exec
-- A volume was reckoned for the person's verified accounts: to no terminal but theirs.
insert into trading.deliveries (device_id, command_id)
select distinct device.id, @command_id::uuid
from trading.devices as device
join trading.accounts as account on account.device_id = device.id and account.state = 'verified'
where device.user_id = @user_id and device.revoked_at is null and account.user_id = @user_id;

-- name: add_closes :exec
insert into trading.commands (id, user_id, kind, reason, issued_at, expires_at, traceparent, account_id, ticket)
select c.id, c.user_id, 'close', c.reason, @issued_at::timestamptz, @expires_at::timestamptz, @traceparent::text,
    c.account_id, c.ticket
from unnest(@ids::uuid[], @user_ids::uuid[], @account_ids::uuid[], @tickets::text[], @reasons::text[])
    as c (id, user_id, account_id, ticket, reason);

-- name: deliver_closes :exec
-- To the terminal that speaks for the account; to all of the person's while it has none that may call. Looked up one after the
-- other for each command (offset 0), by keys where the plan is made anew, as a worker's is (decision 30).
insert into trading.deliveries (device_id, command_id)
select device.id, command.id
from trading.commands as command
left join lateral (
    select a.device_id from trading.accounts as a where a.id = command.account_id offset 0
) as account on true
left join lateral (
    select d.id from trading.devices as d where d.id = account.device_id and d.revoked_at is null offset 0
) as its on true
cross join lateral (
    select d.id from trading.devices as d
    where d.user_id = command.user_id and d.revoked_at is null and (its.id is null or d.id = its.id) offset 0
) as device
where command.id = any(@ids::uuid[]);

-- name: withdraw_commands :exec
delete from trading.deliveries where command_id = any(@ids::uuid[]);

-- name: command_acknowledged :exec
delete from trading.deliveries where device_id = @device_id and command_id = @command_id;

-- name: expire_deliveries :exec
delete from trading.deliveries as d
using trading.commands as c
where c.id = d.command_id and c.expires_at <= @now;

-- name: pending_commands :many
-- While a person's trading is stopped or they are locked out, or the device's account must be closed, what would open a trade
-- waits: it is handed out when that is over, if it still holds. What opens is bound to the accounts that the device speaks for.
select
    d.device_id, c.id, c.kind, c.approval_id, c.signal_id, c.opens, c.reason, c.issued_at, c.expires_at,
    s.instrument, s.side, s.order_type, s.entry, s.stop, s.target,
    account.server, account.login, c.ticket, position.symbol,
    a.valid_until, a.max_drift_points, a.max_spread_points,
    c.traceparent, c.volume, spoken.servers, spoken.logins
from (select unnest(@device_ids::uuid[]) as id) as device
cross join lateral (
    select delivery.device_id, delivery.command_id
    from trading.deliveries as delivery
    join trading.commands as command on command.id = delivery.command_id
    where delivery.device_id = device.id and command.expires_at > @now
        and (command.kind <> 'open' or not (
            -- what was copied is begun in time or not at all
            command.volume is not null and exists (
                select 1 from trading.approvals as given where given.id = command.approval_id and given.valid_until <= @now
            )
            or exists (
                select 1 from trading.kill_switches as switch
                where switch.off_at is null and (switch.user_id is null or switch.user_id = command.user_id)
            )
            or exists (select 1 from trading.pauses as pause where pause.user_id = command.user_id)
            or exists (
                select 1 from identity.users as person
                where person.id = command.user_id and (person.suspended_at is not null or person.deleted_at is not null)
            )
            or exists (
                select 1 from trading.accounts as own
                join trading.risk_states as risk on risk.account_id = own.id
                where own.device_id = device.id and own.state = 'verified' and risk.outcome = 'liquidate'
            )
        ))
    order by command.issued_at, command.id
    limit @n
) as d
join trading.commands as c on c.id = d.command_id
left join trading.signals as s on s.id = c.signal_id
left join trading.approvals as a on a.id = c.approval_id
left join trading.accounts as account on account.id = c.account_id
left join trading.positions as position on position.account_id = c.account_id and position.ticket = c.ticket
left join lateral (
    select coalesce(array_agg(own.server order by own.id), '{}') as servers,
        coalesce(array_agg(own.login order by own.id), '{}') as logins
    from trading.accounts as own where own.device_id = d.device_id and own.state = 'verified'
) as spoken on c.kind = 'open'
order by c.issued_at, c.id;
