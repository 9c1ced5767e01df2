-- name: begin_closures :many
-- Not those of which one is under way already, nor of positions that are not open any more.
insert into trading.closures (
    id, account_id, ticket, user_id, reason, detail, state, decided_at, due_at, next_at, equity
)
select begun.id, position.account_id, position.ticket, account.user_id, @reason::text, @detail::jsonb, 'warned',
    @decided_at::timestamptz, @due_at::timestamptz, @due_at::timestamptz, @equity::bigint
from unnest(@ids::uuid[], @tickets::text[]) as begun (id, ticket)
join trading.positions as position
    on position.account_id = @account_id and position.ticket = begun.ticket and position.closed_at is null
join trading.accounts as account on account.id = position.account_id
on conflict (account_id, ticket) where state <> 'closed' do nothing
returning id, account_id, ticket, user_id, reason, detail, state, decided_at, due_at, command_id, attempts, equity,
    close_price, closed_at;

-- name: due_closures :many
-- What was never told goes first: a thousand that are told again must not keep it waiting.
select c.id, c.account_id, c.ticket, c.user_id, c.reason, c.state, c.due_at, c.command_id, c.attempts, c.next_at,
    gone.at as gone_at, p.price, e.status as said, e.updated_at as said_at
from trading.closures as c
join trading.positions as p on p.account_id = c.account_id and p.ticket = c.ticket
left join lateral (
    select execution.status, execution.updated_at
    from trading.executions as execution where execution.command_id = c.command_id
    order by execution.updated_at desc limit 1
) as e on true
left join lateral (
    -- One look may be incomplete: that it is gone the deals must say, or another look.
    select p.closed_at as at
    where p.closed_at is not null and (
        exists (
            select 1 from trading.account_states as state
            where state.account_id = p.account_id and state.received_at > p.closed_at
        )
        or (
            select sum(case d.direction when 'in' then d.volume when 'out' then -d.volume end) <= 0
            from trading.deals as d where d.account_id = p.account_id and d.ticket = p.ticket
        )
    )
) as gone on true
where c.state <> 'closed'
    and (c.next_at <= @now or gone.at is not null
        or (e.status in ('failed', 'refused', 'unknown')
            and (c.attempts < @stuck or (c.attempts < @pressing and e.updated_at <= @soon))))
order by c.attempts, c.due_at, c.id
limit @n
for update of c skip locked;

-- name: closures_sent :exec
update trading.closures as c
set state = 'sent', command_id = sent.command_id, attempts = c.attempts + 1, next_at = sent.next_at
from unnest(@ids::uuid[], @command_ids::uuid[], @next_ats::timestamptz[]) as sent (id, command_id, next_at)
where c.id = sent.id;

-- name: closures_done :exec
update trading.closures as c set state = 'closed', closed_at = done.closed_at, close_price = done.price
from unnest(@ids::uuid[], @closed_ats::timestamptz[], @prices::numeric[]) as done (id, closed_at, price)
where c.id = done.id;

-- name: open_tickets :many
-- Those of which no closure is under way.
select p.ticket
from trading.positions as p
left join trading.closures as c on c.account_id = p.account_id and c.ticket = p.ticket and c.state <> 'closed'
where p.account_id = @account_id and p.closed_at is null and c.id is null
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
