-- name: add_user :one
insert into identity.users (id, email, password_hash, role, created_at, updated_at, verified_at)
values (@id, @email, @password_hash, @role, @now, @now, @verified_at)
on conflict (lower(email)) do nothing
returning id, email, role, created_at;

-- name: get_user :one
select id, email, role, created_at from identity.users where id = @id and deleted_at is null;

-- name: user_by_email :one
select id, email, role, created_at from identity.users
where lower(email) = lower(@email) and deleted_at is null;

-- name: credentials :one
select id, role, email, password_hash, locked_until, suspended_at, verified_at
from identity.users where lower(email) = lower(@email) and deleted_at is null;

-- name: credentials_of :one
select id, role, email, password_hash, locked_until, suspended_at, verified_at
from identity.users where id = @id and deleted_at is null;

-- name: logged_in :one
-- Waits for an operator who is locking, deleting or changing this person at this moment.
update identity.users set last_login_at = @now, failed_logins = 0, locked_until = null
where id = @id and suspended_at is null and deleted_at is null
returning role;

-- name: login_failed :one
-- The failure that reaches the limit locks the account and starts the count anew.
update identity.users
set failed_logins = case when failed_logins + 1 >= @limit::integer then 0 else failed_logins + 1 end,
    locked_until = case when failed_logins + 1 >= @limit::integer then @until::timestamptz else locked_until end
where id = @id
returning locked_until;

-- name: set_password :exec
update identity.users
set password_hash = @password_hash, updated_at = @now, failed_logins = 0, locked_until = null
where id = @id;

-- name: set_verified :exec
update identity.users set verified_at = coalesce(verified_at, @now), updated_at = @now where id = @id;

-- name: list_users :many
select u.id, u.email, u.role, u.created_at, u.last_login_at, u.verified_at, u.suspended_at, u.locked_until,
    t.user_id is not null as mfa
from identity.users as u
left join identity.totp as t on t.user_id = u.id and t.confirmed_at is not null
where u.deleted_at is null
  and (@pattern::text is null or lower(u.email) like lower(@pattern))
  and (@role::text is null or u.role = @role)
  and (@suspended::boolean is null or (u.suspended_at is not null) = @suspended)
  and (@verified::boolean is null or (u.verified_at is not null) = @verified)
  and (@cursor::uuid is null or u.id < @cursor)
order by u.id desc
limit @n;

-- name: user_detail :one
select u.id, u.email, u.role, u.created_at, u.last_login_at, u.verified_at, u.suspended_at, u.locked_until,
    t.user_id is not null as mfa
from identity.users as u
left join identity.totp as t on t.user_id = u.id and t.confirmed_at is not null
where u.id = @id and u.deleted_at is null;

-- name: hold_people :many
-- Who acts, whom it is done to, and every owner, locked in one order: of two attempts at once the second sees
-- what the first one did, its own standing included.
select id, email, role,
    suspended_at is null and deleted_at is null and verified_at is not null as active,
    suspended_at is not null as suspended
from identity.users
where deleted_at is null and (id = any(@ids::uuid[]) or role = 'owner')
order by id for no key update;

-- name: set_role :exec
update identity.users set role = @role, updated_at = @now where id = @id;

-- name: suspend :exec
update identity.users set suspended_at = @now, updated_at = @now where id = @id;

-- name: unlock :exec
update identity.users
set suspended_at = null, locked_until = null, failed_logins = 0, updated_at = @now
where id = @id;

-- name: pseudonymise :exec
update identity.users
set email = 'deleted-' || id || '@invalid', password_hash = '!', verified_at = null, last_login_at = null,
    locked_until = null, failed_logins = 0, deleted_at = @now, updated_at = @now
where id = @id;

-- name: drop_totp :exec
delete from identity.totp where user_id = @user_id;

-- name: drop_recovery_codes :exec
delete from identity.recovery_codes where user_id = @user_id;

-- name: drop_mail_tokens :exec
delete from identity.mail_tokens where user_id = @user_id;
