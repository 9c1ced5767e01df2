-- name: chain_head :one
-- Locks the chain until the transaction ends; the month's partition is there when it returns.
select h.seq, h.hash from identity.audit_head as h, identity.audit_partition(@at) for update of h;

-- name: add_entries :exec
with added as (
    insert into identity.audit_log (seq, id, ts, actor_id, actor_role, action, target, ip, meta, hash)
    select @seq::bigint + e.n, e.id, @ts::timestamptz, e.actor_id, e.actor_role, e.action, e.target, e.ip::inet,
        e.meta, e.hash
    from unnest(
        @ids::uuid[], @actor_ids::uuid[], @actor_roles::text[], @actions::text[], @targets::text[],
        @ips::text[], @metas::text[], @hashes::bytea[]
    ) with ordinality as e (id, actor_id, actor_role, action, target, ip, meta, hash, n)
    returning seq
)
update identity.audit_head
set seq = @seq + (select count(*) from added), hash = (@hashes::bytea[])[cardinality(@hashes)];

-- name: head :one
select seq, hash from identity.audit_head;

-- name: entries_between :many
select seq, id, ts, actor_id, actor_role, action, target, host(ip) as ip, meta, hash
from identity.audit_log where seq > @seq and seq <= @last order by seq limit @n;

-- name: hash_of :one
select seq, hash from identity.audit_log where seq = @seq;

-- name: list_entries :many
select seq, id, ts, actor_id, actor_role, action, target, host(ip) as ip, meta, hash
from identity.audit_log
where (@action::text is null or action = @action)
  and (@actor_id::uuid is null or actor_id = @actor_id)
  and (@target::text is null or target = @target)
  and (@since::timestamptz is null or ts >= @since)
  and (@until::timestamptz is null or ts < @until)
  and (@cursor::bigint is null or seq < @cursor)
order by seq desc
limit @n;

-- name: first_entry :one
select seq, ts from identity.audit_log order by seq limit 1;

-- name: newest_before :one
select seq, hash from identity.audit_log where ts < @at order by seq desc limit 1;

-- name: newest_daily :one
select day, seq, hash, signed_at, token from identity.audit_daily order by day desc limit 1;

-- name: daily_of :one
select day, seq, hash, signed_at, token from identity.audit_daily where day = @day;

-- name: list_daily :many
select day, seq, hash, signed_at, token from identity.audit_daily
where @cursor::date is null or day < @cursor
order by day desc
limit @n;

-- name: add_daily :exec
insert into identity.audit_daily (day, seq, hash, signed_at, token)
values (@day, @seq, @hash, @signed_at, @token)
on conflict (day) do nothing;

-- name: all_daily :many
select d.day, d.seq, d.hash, d.token, l.hash as logged
from identity.audit_daily as d
left join identity.audit_log as l on l.seq = d.seq
order by d.day;
