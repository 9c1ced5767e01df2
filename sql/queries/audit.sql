-- name: chain_head :one
-- Locks the chain until the transaction ends.
select identity.chain_head() as hash;

-- name: add_entries :exec
insert into identity.audit_log (id, ts, actor_id, actor_role, action, target, ip, meta, hash)
select e.id, @ts::timestamptz, e.actor_id, e.actor_role, e.action, e.target, e.ip::inet, e.meta, e.hash
from unnest(
    @ids::uuid[], @actor_ids::uuid[], @actor_roles::text[], @actions::text[], @targets::text[],
    @ips::text[], @metas::text[], @hashes::bytea[]
) with ordinality as e (id, actor_id, actor_role, action, target, ip, meta, hash, n)
order by e.n;

-- name: entries_after :many
select seq, id, ts, actor_id, actor_role, action, target, host(ip) as ip, meta, hash
from identity.audit_log where seq > @seq order by seq limit @n;
