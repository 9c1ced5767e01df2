-- name: add_device :one
insert into trading.devices (id, user_id, name, salt, key_version, kdf_id, secret_hash, created_at)
values (@id, @user_id, @name, @salt, @key_version, @kdf_id::text, @secret_hash, @now)
on conflict (user_id, name) do nothing
returning id, name, key_version, created_at, last_seen_at, revoked_at;

-- name: device_keys :many
-- Of devices whose person may sign in: a terminal of somebody who was locked out gets nothing either.
select d.id, d.user_id, d.salt, d.key_version, d.kdf_id, d.last_seen_at
from trading.devices as d join identity.users as u on u.id = d.user_id
where d.id = any(@ids::uuid[]) and d.revoked_at is null and u.suspended_at is null and u.deleted_at is null;

-- name: devices_of :many
select id, name, key_version, created_at, last_seen_at, revoked_at
from trading.devices where user_id = @user_id order by created_at;

-- name: device_named :one
select id, name, key_version, created_at, last_seen_at, revoked_at
from trading.devices where user_id = @user_id and name = @name;

-- name: rename_device :one
update trading.devices set name = @name where id = @id and user_id = @user_id
returning id, name, key_version, created_at, last_seen_at, revoked_at;

-- name: revoke_device :one
update trading.devices set revoked_at = coalesce(revoked_at, @now::timestamptz) where id = @id and user_id = @user_id
returning id, name, key_version, created_at, last_seen_at, revoked_at;

-- name: device_seen :exec
update trading.devices set last_seen_at = @now where id = @id;

-- name: device_kdf_users :many
select kdf_id, count(*) as users from trading.devices where revoked_at is null group by kdf_id;
