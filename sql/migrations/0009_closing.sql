-- migrate:up
-- A position that must be closed, from the decision to the broker's proof. It is never given up.
create table trading.closures (
    id uuid primary key,
    account_id uuid not null,
    ticket text not null,
    user_id uuid not null references identity.users (id),
    reason text not null,
    detail jsonb not null,
    state text not null check (state in ('warned', 'sent', 'closed')),
    decided_at timestamptz not null,
    due_at timestamptz not null,
    command_id uuid references trading.commands (id),
    attempts integer not null default 0,
    -- When to look again: at the end of the warning, or when an answer should have come.
    next_at timestamptz not null,
    equity bigint,
    close_price numeric,
    closed_at timestamptz,
    foreign key (account_id, ticket) references trading.positions (account_id, ticket)
);
create unique index ux_closures_under_way on trading.closures (account_id, ticket) where state <> 'closed';
create index ix_closures_next on trading.closures (next_at) where state <> 'closed';
create index ix_closures_user on trading.closures (user_id, id desc);

grant select, insert, update on trading.closures to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table trading.closures;
