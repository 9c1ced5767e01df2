-- name: add_producer :exec
insert into trading.producers (id, salt, created_at) values (@id, @salt, @now) on conflict (id) do nothing;

-- name: get_producer :one
select id, salt, key_version, revoked_at is not null as revoked from trading.producers where id = @id;

-- name: revoke_producer :exec
update trading.producers set revoked_at = @now where id = @id and revoked_at is null;
