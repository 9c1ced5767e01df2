-- name: revoke :exec
insert into core.revocations (session_id, until)
select id, @until::timestamptz from unnest(@ids::uuid[]) as id
on conflict (session_id) do update set until = excluded.until;

-- name: is_revoked :one
select exists (select from core.revocations where session_id = @id and until > @now) as known;

-- name: revocations :many
select session_id, until from core.revocations where until > @now;

-- name: forget_revocations :exec
delete from core.revocations where until <= @now;
