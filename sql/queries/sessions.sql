-- name: add_session :exec
insert into identity.sessions
    (id, user_id, audience, created_at, seen_at, expires_at, methods, proven_at, ip, ua)
values
    (@id, @user_id, @audience, @now, @now, @expires_at, @methods, @proven_at, @ip::text::inet, @ua);

-- name: add_refresh_token :exec
insert into identity.refresh_tokens (hash, session_id, issued_at) values (@hash, @session_id, @now);

-- name: hold_family :one
-- The session's row is the lock of its whole family, had before its tokens are judged: two uses of one token
-- take turns, and revoking a family never waits for a use that waits for it.
select s.id, s.user_id, u.role, s.audience, s.methods, s.proven_at, s.seen_at, s.expires_at, s.ended_at,
    u.suspended_at is null and u.deleted_at is null as active
from identity.refresh_tokens as t
join identity.sessions as s on s.id = t.session_id
join identity.users as u on u.id = s.user_id
where t.hash = @hash for update of s;

-- name: use_refresh_token :exec
update identity.refresh_tokens set used_at = @now where hash = @hash and used_at is null;

-- name: session_seen :exec
update identity.sessions set seen_at = @now where id = @id;

-- name: prove_session :exec
update identity.sessions set methods = @methods, proven_at = @now where id = @id;

-- name: end_session :many
update identity.sessions set ended_at = @now, end_reason = @reason
where id = @id and user_id = @user_id and ended_at is null
returning id;

-- name: end_sessions :many
update identity.sessions set ended_at = @now, end_reason = @reason
where user_id = @user_id and ended_at is null and id is distinct from @spared
returning id;

-- name: live_sessions :many
select id, audience, methods, created_at, seen_at, expires_at, host(ip) as ip, ua,
    coalesce(id = @current, false) as current
from identity.sessions
where user_id = @user_id and ended_at is null and expires_at > @now and seen_at > @idle_since::timestamptz
order by id desc limit 100;

-- name: forget_refresh_tokens :exec
delete from identity.refresh_tokens as t using identity.sessions as s
where s.id = t.session_id and (s.ended_at < @before::timestamptz or s.expires_at < @before);
