-- name: enrol :exec
-- A pending seed is replaced; a confirmed one stays.
insert into identity.totp as t (user_id, seal_id, sealed, created_at)
values (@user_id, @seal_id, @sealed, @now)
on conflict (user_id) do update
set seal_id = excluded.seal_id, sealed = excluded.sealed, created_at = excluded.created_at
where t.confirmed_at is null;

-- name: get_factor :one
select seal_id, sealed, last_step, confirmed_at from identity.totp where user_id = @user_id;

-- name: is_enabled :one
-- In a transaction it keeps a confirmation out until the end: no session is opened beside it by password alone.
select confirmed_at is not null as enabled from identity.totp where user_id = @user_id for share;

-- name: left :one
select t.confirmed_at is not null as enabled,
    (select count(*) from identity.recovery_codes as r where r.user_id = t.user_id and r.used_at is null)
    as recovery_codes_left
from identity.totp as t where t.user_id = @user_id;

-- name: confirm :exec
-- The seed that was checked, and not one that has replaced it since.
update identity.totp set confirmed_at = @now, last_step = @step
where user_id = @user_id and sealed = @sealed and confirmed_at is null;

-- name: use_step :exec
-- This statement decides: of all uses of a code at once, one finds its step unused.
update identity.totp set last_step = @step
where user_id = @user_id and sealed = @sealed and confirmed_at is not null and last_step < @step;

-- name: reseal :exec
update identity.totp set seal_id = @seal_id, sealed = @sealed
where user_id = @user_id and sealed = @before;

-- name: disable :exec
delete from identity.totp where user_id = @user_id and confirmed_at is not null;

-- name: hold_factor :one
-- Whoever replaces recovery codes takes turns.
select confirmed_at is not null as enabled from identity.totp where user_id = @user_id for update;

-- name: add_recovery_codes :exec
insert into identity.recovery_codes (user_id, hash, created_at)
select @user_id, unnest(@hashes::bytea[]), @now;

-- name: drop_recovery_codes :exec
delete from identity.recovery_codes where user_id = @user_id;

-- name: use_recovery_code :exec
update identity.recovery_codes set used_at = @now
where user_id = @user_id and hash = @hash and used_at is null;
