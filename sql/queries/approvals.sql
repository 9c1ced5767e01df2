-- name: add_approval :one
insert into trading.approvals (
    id, signal_id, user_id, decision, consent_version, valid_until, max_drift_points, max_spread_points, ip, ua, created_at,
    decided_by, via
)
values (
    @id, @signal_id, @user_id, @decision, @consent_version, @valid_until, @max_drift_points, @max_spread_points,
    @ip::text::inet, @ua, @now, @decided_by, @via
)
on conflict do nothing
returning id, signal_id, decision, consent_version, valid_until, max_drift_points, max_spread_points, created_at, via,
    decided_by;

-- name: approval_of :one
select id, signal_id, decision, consent_version, valid_until, max_drift_points, max_spread_points, created_at, via,
    decided_by
from trading.approvals where signal_id = @signal_id and user_id = @user_id;

-- name: list_approvals :many
select id, signal_id, decision, consent_version, valid_until, max_drift_points, max_spread_points, created_at, via,
    decided_by
from trading.approvals
where user_id = @user_id and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;
