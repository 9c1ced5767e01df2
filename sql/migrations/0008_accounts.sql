-- migrate:up
-- A person's account at a broker. Money is in minor units of `currency`.
create table trading.accounts (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    broker text not null,
    server text not null,
    login text not null,
    name text not null,
    currency text,
    mode text check (mode in ('netting', 'hedging')),
    kind text check (kind in ('demo', 'real', 'contest')),
    state text not null check (state in ('pending', 'verified', 'unlinked')),
    is_primary boolean not null default false,
    -- The terminal that speaks for it: only what this device signs is believed of the account.
    device_id uuid references trading.devices (id),
    proof text check (proof in ('device', 'tag', 'terminal')),
    tag_hash bytea,
    tag_expires_at timestamptz,
    created_at timestamptz not null,
    verified_at timestamptz,
    unlinked_at timestamptz
);
-- An account has one owner at a time; who only says it is theirs blocks nobody.
-- The name of a server in other letters is no other server.
create unique index ux_accounts_verified on trading.accounts (lower(server), login) where state = 'verified';
create unique index ux_accounts_linked on trading.accounts (user_id, lower(server), login) where state <> 'unlinked';
create unique index ux_accounts_primary on trading.accounts (user_id) where is_primary and state = 'verified';
create index ix_accounts_user on trading.accounts (user_id, id);
create index ix_accounts_device on trading.accounts (device_id);

-- How an account stood when it was last looked at. `peak_equity` is the highest ever seen, deposits and withdrawals taken out.
create table trading.account_states (
    account_id uuid primary key references trading.accounts (id),
    seq bigint not null,
    taken_at timestamptz not null,
    received_at timestamptz not null,
    balance bigint not null,
    equity bigint not null,
    margin bigint not null,
    free_margin bigint not null,
    peak_equity bigint not null,
    day_equity bigint not null,
    day date not null,
    leverage integer not null,
    connected boolean not null,
    trade_allowed boolean not null,
    algo_allowed boolean not null,
    skew_ms integer not null,
    -- When the look was taken that gave `day_equity`.
    day_at timestamptz,
    -- Why the newest look is not believed: the figures are those of the one before, and `doubt_at` is when doubt began.
    doubt text check (doubt in ('equity_missing', 'equity_zero')),
    doubt_at timestamptz
);

create table trading.positions (
    account_id uuid not null references trading.accounts (id),
    ticket text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    volume numeric not null check (volume > 0),
    open_price numeric not null,
    price numeric not null,
    stop numeric,
    target numeric,
    profit bigint not null,
    swap bigint not null,
    opened_at timestamptz not null,
    comment text not null,
    -- The open command that made it; null for one that somebody opened by hand.
    command_id uuid references trading.commands (id),
    seen_at timestamptz not null,
    closed_at timestamptz,
    primary key (account_id, ticket)
);
create index ix_positions_open on trading.positions (account_id) where closed_at is null;
create index ix_positions_command on trading.positions (command_id) where command_id is not null;

-- What the broker booked. `reason` is MetaTrader's: who or what made the deal.
create table trading.deals (
    account_id uuid not null references trading.accounts (id),
    deal text not null,
    ticket text not null,
    kind text not null check (kind in ('trade', 'balance')),
    direction text not null check (direction in ('in', 'out', 'inout', 'none')),
    side text check (side in ('buy', 'sell')),
    symbol text,
    volume numeric not null,
    price numeric not null,
    profit bigint not null,
    swap bigint not null,
    commission bigint not null,
    reason text not null,
    comment text not null,
    at timestamptz not null,
    received_at timestamptz not null,
    primary key (account_id, deal)
);
create index ix_deals_ticket on trading.deals (account_id, ticket);
create index ix_deals_at on trading.deals (account_id, at);

-- A close names an account and a ticket instead of an approval: a position opened by hand may have to go too.
-- squawk-ignore ban-drop-not-null
alter table trading.commands alter column approval_id drop not null;
-- squawk-ignore ban-drop-not-null
alter table trading.commands alter column signal_id drop not null;
-- Every row has null there: the constraint is checked in no time.
-- squawk-ignore adding-foreign-key-constraint
alter table trading.commands add column account_id uuid references trading.accounts (id);
alter table trading.commands add column ticket text;
-- squawk-ignore ban-drop-not-null
alter table trading.executions alter column approval_id drop not null;
-- squawk-ignore ban-drop-not-null
alter table trading.executions alter column signal_id drop not null;

grant select, insert, update on trading.accounts, trading.account_states, trading.positions, trading.deals to caerus_app;

-- migrate:down
delete from trading.executions where approval_id is null;
delete from trading.deliveries where command_id in (select id from trading.commands where approval_id is null);
delete from trading.commands where approval_id is null;
-- squawk-ignore adding-not-nullable-field
alter table trading.executions alter column signal_id set not null;
-- squawk-ignore adding-not-nullable-field
alter table trading.executions alter column approval_id set not null;
-- squawk-ignore ban-drop-column
alter table trading.commands drop column ticket;
-- squawk-ignore ban-drop-column
alter table trading.commands drop column account_id;
-- squawk-ignore adding-not-nullable-field
alter table trading.commands alter column signal_id set not null;
-- squawk-ignore adding-not-nullable-field
alter table trading.commands alter column approval_id set not null;
-- squawk-ignore ban-drop-table
drop table trading.deals;
-- squawk-ignore ban-drop-table
drop table trading.positions;
-- squawk-ignore ban-drop-table
drop table trading.account_states;
-- squawk-ignore ban-drop-table
drop table trading.accounts;
