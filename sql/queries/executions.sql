-- name: lock_execution :exec
-- Two acknowledgements of one command wait for each other, also when there is no row yet.
select pg_advisory_xact_lock(hashtextextended(@device_id::text || @command_id::text, 0));

-- name: execution_of_command :one
select id, approval_id, signal_id, device_id, command_id, kind, status, broker_ticket, fill_price, fill_volume,
    close_price, close_reason, error, created_at, updated_at, said, supposed
from trading.executions where device_id = @device_id and command_id = @command_id;

-- name: put_execution :exec
insert into trading.executions (
    id, approval_id, signal_id, user_id, device_id, command_id, kind, status, said, broker_ticket, fill_price, fill_volume,
    close_price, close_reason, error, created_at, updated_at, supposed
)
values (
    @id, @approval_id, @signal_id, @user_id, @device_id, @command_id, @kind, @status, array[@status], @broker_ticket, @fill_price,
    @fill_volume, @close_price, @close_reason, @error, @created_at, @updated_at, @supposed
)
on conflict (device_id, command_id) do update set
    status = excluded.status,
    said = case
        when excluded.supposed or excluded.status = any(executions.said) then executions.said
        else executions.said || excluded.said
    end,
    supposed = excluded.supposed,
    broker_ticket = excluded.broker_ticket, fill_price = excluded.fill_price,
    fill_volume = excluded.fill_volume, close_price = excluded.close_price, close_reason = excluded.close_reason,
    error = excluded.error, updated_at = excluded.updated_at;

-- name: executions_of_approval :many
select id, approval_id, signal_id, device_id, command_id, kind, status, broker_ticket, fill_price, fill_volume,
    close_price, close_reason, error, created_at, updated_at
from trading.executions where approval_id = @approval_id order by created_at;

-- name: list_executions :many
select id, approval_id, signal_id, device_id, command_id, kind, status, broker_ticket, fill_price, fill_volume,
    close_price, close_reason, error, created_at, updated_at
from trading.executions
where user_id = @user_id and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;
