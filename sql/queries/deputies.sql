-- name: lock_deputies :exec
-- What is done to the deputies of one person is done in turn.
select pg_advisory_xact_lock(hashtextextended('deputies' || @user_id::text, 0));

-- name: lapse_deputies :exec
update trading.deputies set revoked_at = @now where user_id = @user_id and revoked_at is null and until <= @now;

-- name: count_deputies :one
select count(*) as n from trading.deputies where user_id = @user_id and revoked_at is null;

-- name: add_deputy :one
insert into trading.deputies (id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at)
values (@id, @organisation_id, @user_id, @deputy_id, @strategy, @instrument, @until, @now)
on conflict do nothing
returning id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at, revoked_at, revoked_by;

-- name: deputies_given :many
select id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at, revoked_at, revoked_by
from trading.deputies where user_id = @user_id order by id desc limit @n;

-- name: deputies_held :many
select id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at, revoked_at, revoked_by
from trading.deputies where deputy_id = @user_id order by id desc limit @n;

-- name: deputy_seen :one
select id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at, revoked_at, revoked_by
from trading.deputies where id = @id and (user_id = @user_id or deputy_id = @user_id);

-- name: hold_deputy :one
-- Whoever revokes it waits: what has answered is in force for whatever is decided after it.
select id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at, revoked_at, revoked_by
from trading.deputies where id = @id and deputy_id = @deputy_id for share;

-- name: revoke_deputy :one
update trading.deputies set revoked_at = @now, revoked_by = @by where id = @id and revoked_at is null
returning id, organisation_id, user_id, deputy_id, strategy, instrument, until, created_at, revoked_at, revoked_by;
