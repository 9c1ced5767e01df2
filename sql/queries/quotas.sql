-- name: plan_of :one
select plan from money.plans_of where user_id = @user_id;

-- name: set_plan :exec
insert into money.plans_of (user_id, plan, since) values (@user_id, @plan, @now)
on conflict (user_id) do update set plan = excluded.plan, since = excluded.since;

-- name: consume :one
-- The row's lock makes those who come at once take turns; the limit is looked at with the lock had.
insert into money.quota_usage as u (user_id, key, period_start, used)
select @user_id::uuid, @key::text, @period_start::timestamptz, @n::bigint
where @limit::bigint is null or @n <= @limit
on conflict (user_id, key, period_start) do update set used = u.used + excluded.used
where @limit is null or u.used + excluded.used <= @limit
returning u.used;

-- name: release_usage :exec
update money.quota_usage set used = greatest(used - @n::bigint, 0)
where user_id = @user_id and key = @key and period_start = @period_start;

-- name: usage_of :many
select key, period_start, used from money.quota_usage
where user_id = @user_id and (period_start >= @since or period_start = to_timestamp(0));
