-- name: add_producer :exec
insert into trading.producers (id, salt, kdf_id, created_at) values (@id, @salt, @kdf_id::text, @now)
on conflict (id) do nothing;

-- name: get_producer :one
select id, salt, key_version, kdf_id, revoked_at is not null as revoked from trading.producers where id = @id;

-- name: revoke_producer :exec
update trading.producers set revoked_at = @now where id = @id and revoked_at is null;

-- name: producer_kdf_users :many
select kdf_id, count(*) as users from trading.producers where revoked_at is null group by kdf_id;
