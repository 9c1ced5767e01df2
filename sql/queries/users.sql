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

-- name: logged_in :exec
update identity.users set last_login_at = @now, failed_logins = 0, locked_until = null where id = @id;

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
