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
