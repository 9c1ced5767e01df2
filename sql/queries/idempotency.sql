-- name: claim :one
-- A new key; or one that expired; or the same request whose process died before it committed.
insert into core.idempotency as i (caller, route, key, fingerprint, state, claim, created_at)
values (@caller, @route, @key, @fingerprint, 'begun', @claim, @now)
on conflict (caller, route, key) do update
set fingerprint = excluded.fingerprint, state = 'begun', claim = excluded.claim, status = null, body = null,
    created_at = excluded.created_at
where i.created_at < @expired::timestamptz
or (i.state = 'begun' and i.created_at < @stale::timestamptz and i.fingerprint = excluded.fingerprint)
returning i.claim;

-- name: claimed :one
select fingerprint, state, status, body, created_at
from core.idempotency where caller = @caller and route = @route and key = @key;

-- name: mark_done :exec
update core.idempotency set state = 'done'
where caller = @caller and route = @route and key = @key and claim = @claim;

-- name: keep_answer :exec
update core.idempotency set state = 'answered', status = @status, body = @body
where caller = @caller and route = @route and key = @key and claim = @claim;

-- name: release :exec
delete from core.idempotency
where caller = @caller and route = @route and key = @key and claim = @claim and state = 'begun';

-- name: forget_answers :exec
delete from core.idempotency where created_at < @expired;
