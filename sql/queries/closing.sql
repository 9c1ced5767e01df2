-- name: begin_closure :one
-- Nothing when one is under way already, or the position is not open any more.
insert into trading.closures (
    id, account_id, ticket, user_id, reason, detail, state, decided_at, due_at, next_at, equity
)
select @id::uuid, position.account_id, position.ticket, account.user_id, @reason::text, @detail::jsonb, 'warned',
    @decided_at::timestamptz, @due_at::timestamptz, @due_at::timestamptz, @equity::bigint
from trading.positions as position
join trading.accounts as account on account.id = position.account_id
where position.account_id = @account_id and position.ticket = @ticket and position.closed_at is null
on conflict (account_id, ticket) where state <> 'closed' do nothing
returning id, account_id, ticket, user_id, reason, detail, state, decided_at, due_at, command_id, attempts, equity,
    close_price, closed_at;

-- name: due_closures :many
select c.id, c.account_id, c.ticket, c.user_id, c.reason, c.state, c.due_at, c.command_id, c.attempts, c.next_at,
    p.closed_at as gone_at, p.price, e.status as said
from trading.closures as c
join trading.positions as p on p.account_id = c.account_id and p.ticket = c.ticket
left join lateral (
    select execution.status
    from trading.executions as execution where execution.command_id = c.command_id
    order by execution.updated_at desc limit 1
) as e on true
where c.state <> 'closed'
    and (c.next_at <= @now or p.closed_at is not null
        or (c.attempts < @stuck and e.status in ('failed', 'refused', 'unknown')))
order by c.due_at, c.id
limit @n
for update of c skip locked;

-- name: closure_sent :exec
update trading.closures
set state = 'sent', command_id = @command_id, attempts = attempts + 1, next_at = @next_at
where id = @id;

-- name: closure_done :exec
update trading.closures set state = 'closed', closed_at = @closed_at, close_price = @close_price where id = @id;

-- name: open_positions :many
select p.account_id, p.ticket, a.user_id, p.symbol
from trading.positions as p
join trading.accounts as a on a.id = p.account_id
where p.account_id = @account_id and p.closed_at is null
order by p.ticket;

-- name: list_closures :many
select id, account_id, ticket, user_id, reason, detail, state, decided_at, due_at, command_id, attempts, equity,
    close_price, closed_at
from trading.closures
where user_id = @user_id and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;

-- name: account_exists :exec
select id from trading.accounts where id = @id;
