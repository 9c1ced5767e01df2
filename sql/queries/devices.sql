-- name: add_device :one
insert into trading.devices (id, user_id, name, salt, key_version, kdf_id, secret_hash, created_at, keyed_at)
values (@id, @user_id, @name, @salt, @key_version, @kdf_id::text, @secret_hash, @now, @now)
on conflict (user_id, name) where revoked_at is null do nothing
returning id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since;

-- name: device_keys :many
-- Of devices that may call, and whether their person is locked out; those of a deleted person are dead.
select d.id, d.user_id, d.salt, d.key_version, d.kdf_id, d.last_seen_at, d.used_version, d.used_kdf_id, d.previous_until,
    d.silent_since, u.suspended_at is not null as locked
from trading.devices as d join identity.users as u on u.id = d.user_id
where d.id = any(@ids::uuid[]) and d.revoked_at is null and u.deleted_at is null;

-- name: devices_of :many
select id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since
from trading.devices where user_id = @user_id order by created_at;

-- name: device_named :one
select id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since
from trading.devices where user_id = @user_id and name = @name and revoked_at is null;

-- name: rename_device :one
update trading.devices set name = @name where id = @id and user_id = @user_id
returning id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since;

-- name: revoke_device :one
update trading.devices set revoked_at = coalesce(revoked_at, @now::timestamptz) where id = @id and user_id = @user_id
returning id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since;

-- name: rotate_device :one
-- What the device has proven last stays good for a while, unless its time was over already; a key that was never used is gone.
update trading.devices set
    used_version = coalesce(used_version, key_version), used_kdf_id = coalesce(used_kdf_id, kdf_id),
    key_version = key_version + 1, kdf_id = @kdf_id::text, secret_hash = @secret_hash, keyed_at = @now::timestamptz,
    previous_until = case when previous_until <= @now::timestamptz then previous_until else @previous_until::timestamptz end
where id = @id and user_id = @user_id and revoked_at is null and key_version = @before
returning id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since;

-- name: device_to_rotate :one
select id, user_id, salt, key_version, kdf_id, last_seen_at, used_version, used_kdf_id, previous_until,
    silent_since
from trading.devices where id = @id and user_id = @user_id and revoked_at is null;

-- name: device_key_used :exec
-- The newest key is with the device: the one before is good no longer.
update trading.devices set used_version = key_version, used_kdf_id = kdf_id, previous_until = null
where id = @id and key_version = @key_version and previous_until is not null;

-- name: device_seen :exec
update trading.devices set last_seen_at = @now, skew_ms = @skew_ms::integer where id = @id;

-- name: device_heard :one
-- One that was silent; whoever comes first tells of it.
update trading.devices set last_seen_at = @now, skew_ms = @skew_ms::integer, silent_since = null
where id = @id and silent_since is not null
returning id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since;

-- name: devices_silent :many
-- Those that were last heard before a time, and of which nobody has been told.
update trading.devices set silent_since = @now::timestamptz
where id in (
    select id from trading.devices
    where revoked_at is null and silent_since is null and last_seen_at < @before
    order by last_seen_at limit @n for update skip locked
)
returning id, name, key_version, created_at, last_seen_at, revoked_at, keyed_at,
    previous_until, skew_ms, silent_since, user_id;

-- name: device_kdf_users :many
select kdf_id, count(*) as users from trading.devices where revoked_at is null group by kdf_id;
