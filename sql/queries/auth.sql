-- name: add_session :exec
insert into identity.sessions (id, user_id, refresh_hash, created_at, expires_at)
values (@id, @user_id, @refresh_hash, @now, @expires_at);

-- name: rotate_session :one
update identity.sessions as s set refresh_hash = @new
from identity.users as u
where s.refresh_hash = @old and s.expires_at > @now::timestamptz and u.id = s.user_id
returning s.user_id, u.role;

-- name: end_session :one
delete from identity.sessions as s
using identity.users as u
where s.refresh_hash = @refresh_hash and u.id = s.user_id
returning s.user_id, u.role;
