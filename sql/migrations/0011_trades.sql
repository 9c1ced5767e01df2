-- migrate:up
-- A trade from plan to end. Money is in minor units of `currency`; profit, swap and commission are what is realised so far.
create table trading.trades (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    account_id uuid references trading.accounts (id),
    signal_id uuid references trading.signals (id),
    ticket text,
    -- A netting position that is turned round is one ticket and two trades.
    leg integer not null default 0,
    source text not null check (source in ('live', 'import')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    symbol text not null,
    strategy text,
    setup_id text,
    timeframe text,
    trade_type text,
    direction text not null check (direction in ('buy', 'sell')),
    status text not null check (status in ('planned', 'open', 'partly_closed', 'closed', 'cancelled', 'expired')),
    volume numeric not null check (volume > 0),
    closed_volume numeric not null default 0,
    entry_price numeric,
    exit_price numeric,
    take_profit numeric,
    stop_loss numeric,
    entry_time timestamptz,
    exit_time timestamptz,
    duration_hours numeric,
    profit bigint not null,
    swap bigint not null,
    commission bigint not null,
    pips numeric,
    risk_reward_ratio numeric,
    percent_equity_return numeric,
    exit_reason text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint trades_of_a_ticket unique (account_id, ticket, leg),
    constraint trades_began check (
        status in ('planned', 'cancelled', 'expired') or (entry_time is not null and entry_price is not null)
    ),
    constraint trades_ended check ((status = 'closed') = (exit_time is not null)),
    constraint trades_closed_volume check (closed_volume between 0 and volume and (status <> 'closed' or closed_volume = volume))
);
create index ix_trades_user on trading.trades (user_id, id desc);
create index ix_trades_signal on trading.trades (signal_id) where signal_id is not null;

create table trading.equity_points (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    account_id uuid references trading.accounts (id),
    source text not null check (source in ('live', 'import')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    at timestamptz not null,
    equity bigint not null,
    balance bigint
);
create index ix_equity_points_user on trading.equity_points (user_id, at);
create unique index ux_equity_points_account on trading.equity_points (account_id, at) where account_id is not null;

-- What a strategy made of a setup, and why it did or did not trade it.
create table trading.validation_logs (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    source text not null check (source in ('live', 'import')),
    at timestamptz not null,
    symbol text,
    timeframe text,
    strategy text,
    setup_id text,
    passed boolean,
    reason text,
    details jsonb not null
);
create index ix_validation_logs_user on trading.validation_logs (user_id, at);

grant select, insert, update on trading.trades to caerus_app;
grant select, insert on trading.equity_points, trading.validation_logs to caerus_app;

-- The shape of what an import copies: while it runs, a temporary table of this name stands before it.
create table public.incoming_candles (
    time timestamptz not null,
    open numeric not null,
    high numeric not null,
    low numeric not null,
    close numeric not null,
    volume numeric not null
);
-- It is read to make the temporary one; nobody writes it.
grant select on public.incoming_candles to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table public.incoming_candles;
-- squawk-ignore ban-drop-table
drop table trading.validation_logs;
-- squawk-ignore ban-drop-table
drop table trading.equity_points;
-- squawk-ignore ban-drop-table
drop table trading.trades;
