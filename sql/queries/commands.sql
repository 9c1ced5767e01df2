-- name: add_command :exec
insert into trading.commands (id, approval_id, signal_id, user_id, kind, opens, reason, issued_at, expires_at)
values (@id, @approval_id, @signal_id, @user_id, @kind, @opens, @reason, @issued_at, @expires_at);

-- name: get_command :one
select id, approval_id, signal_id, user_id, kind, opens, reason, issued_at, expires_at
from trading.commands where id = @id and user_id = @user_id;

-- name: opens_of_signal :many
select id, approval_id, signal_id, user_id, kind, opens, reason, issued_at, expires_at
from trading.commands where signal_id = @signal_id and kind = 'open';

-- name: pending_commands :many
-- What this device has not acknowledged. An open that was taken back is not offered any more; what
-- was issued before the device existed is not its business.
select
    c.id, c.kind, c.approval_id, c.signal_id, c.opens, c.reason, c.issued_at, c.expires_at,
    s.instrument, s.side, s.order_type, s.entry, s.stop, s.target,
    a.valid_until, a.max_drift_points, a.max_spread_points
from trading.commands as c
join trading.signals as s on s.id = c.signal_id
join trading.approvals as a on a.id = c.approval_id
join trading.devices as d on d.id = @device_id
where c.user_id = @user_id
  and c.expires_at > @now
  and c.issued_at >= d.created_at
  and not exists (
      select 1 from trading.executions as e where e.device_id = @device_id and e.command_id = c.id
  )
  and not (
      c.kind = 'open'
      and exists (select 1 from trading.commands as k where k.approval_id = c.approval_id and k.kind = 'cancel')
  )
order by c.issued_at, c.id
limit @n;
