-- name: hold_operator :exec
-- Keys of one person are made one after the other, so that they can be counted.
select id from identity.users where id = @user_id for no key update;

-- name: count_keys :one
select count(*) as n from identity.api_keys
where user_id = @user_id and revoked_at is null and expires_at > @now;

-- name: add_key :exec
insert into identity.api_keys (id, user_id, name, hash, hint, scopes, created_at, expires_at)
values (@id, @user_id, @name, @hash, @hint, @scopes, @created_at, @expires_at)
on conflict (user_id, name) where revoked_at is null do nothing;

-- name: keys_of :many
select id, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at
from identity.api_keys where user_id = @user_id order by id desc limit 200;

-- name: revoke_key :exec
update identity.api_keys set revoked_at = @now where id = @id and user_id = @user_id and revoked_at is null;

-- name: revoke_keys :exec
update identity.api_keys set revoked_at = @now where user_id = @user_id and revoked_at is null;

-- name: key_by_hash :one
select k.id, k.user_id, u.role, k.scopes, k.expires_at, k.revoked_at, k.last_used_at,
    u.suspended_at is null and u.deleted_at is null as active
from identity.api_keys as k
join identity.users as u on u.id = k.user_id
where k.hash = @hash;

-- name: key_used :exec
update identity.api_keys set last_used_at = @now
where id = @id and (last_used_at is null or last_used_at <= @before::timestamptz);
