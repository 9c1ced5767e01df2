-- name: addressee :one
select id, verified_at from identity.users where lower(email) = lower(@email) and deleted_at is null;

-- name: owe_letter :exec
insert into identity.mail_tokens (id, user_id, purpose, created_at) values (@id, @user_id, @purpose, @now);

-- name: owed_letter :one
select t.id, t.purpose, u.email
from identity.mail_tokens as t
join identity.users as u on u.id = t.user_id
where t.id = @id and t.settled_at is null and t.used_at is null and u.deleted_at is null;

-- name: owed_letters :many
select id from identity.mail_tokens
where user_id is not null and settled_at is null and used_at is null
and created_at between @since and @until
order by created_at limit 500;

-- name: set_token :exec
update identity.mail_tokens set hash = @hash, expires_at = @expires_at where id = @id;

-- name: settle_letter :exec
update identity.mail_tokens set settled_at = @now where id = @id;

-- name: token_owner :one
select u.id, u.email, u.role
from identity.mail_tokens as t
join identity.users as u on u.id = t.user_id
where t.hash = @hash and t.purpose = @purpose and t.used_at is null and t.expires_at > @now::timestamptz
and u.deleted_at is null;

-- name: hold_person :one
-- A person's row is the lock of their password and tokens: two uses of one take turns.
select id, email, role from identity.users where id = @id and deleted_at is null for no key update;

-- name: use_token :exec
update identity.mail_tokens set used_at = @now
where hash = @hash and purpose = @purpose and used_at is null and expires_at > @now;

-- name: void_tokens :exec
update identity.mail_tokens set used_at = @now
where user_id = @user_id and purpose = any(@purposes::text[]) and used_at is null;

-- name: session_ended :one
select exists (
    select from identity.sessions where id = @id and ended_at is not null
) as ended;

-- name: forget_letters :exec
delete from identity.mail_tokens
where created_at < @before::timestamptz or (user_id is null and created_at < @nobody_before::timestamptz);
