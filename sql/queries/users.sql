-- name: add_user :one
insert into identity.users (id, email, password_hash, role, created_at)
values (@id, @email, @password_hash, @role, @now)
on conflict (lower(email)) do nothing
returning id, email, role, created_at;

-- name: get_user :one
select id, email, role, created_at from identity.users where id = @id;

-- name: user_by_email :one
select id, email, role, created_at from identity.users where lower(email) = lower(@email);

-- name: credentials :one
select id, role, password_hash, locked_until from identity.users where lower(email) = lower(@email);

-- name: logged_in :exec
update identity.users set last_login_at = @now, failed_logins = 0, locked_until = null where id = @id;

-- name: login_failed :exec
-- The failure that reaches the limit locks the account and starts the count anew.
update identity.users
set failed_logins = case when failed_logins + 1 >= @limit::integer then 0 else failed_logins + 1 end,
    locked_until = case when failed_logins + 1 >= @limit::integer then @until::timestamptz else locked_until end
where id = @id;
