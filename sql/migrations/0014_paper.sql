-- migrate:up
-- Paper trading. These tables stand alone: no live table points at them, and they point at no live table.
create table trading.paper_portfolios (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    enabled boolean not null,
    currency text not null,
    -- Minor units of the currency.
    deposit bigint not null check (deposit > 0),
    balance bigint not null,
    fill_at text not null check (fill_at in ('touch', 'mid')),
    spread_points integer not null check (spread_points >= 0),
    slippage_points integer not null check (slippage_points >= 0),
    started_at timestamptz not null,
    ended_at timestamptz
);
create unique index ux_paper_portfolios_enabled on trading.paper_portfolios (user_id) where enabled;
create index ix_paper_portfolios_user on trading.paper_portfolios (user_id, id desc);

-- The fill engine's own snapshot of one symbol. `clock` is the opening of the newest bar it has seen.
create table trading.paper_books (
    portfolio_id uuid not null references trading.paper_portfolios (id),
    symbol text not null,
    snapshot bytea not null,
    clock timestamptz not null,
    bid numeric,
    working boolean not null,
    primary key (portfolio_id, symbol)
);
create index ix_paper_books_working on trading.paper_books (symbol, clock) where working;

create table trading.paper_trades (
    id uuid primary key,
    portfolio_id uuid not null references trading.paper_portfolios (id),
    -- Names of live rows, not references to them.
    signal_id uuid not null,
    approval_id uuid not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    order_type text not null check (order_type in ('limit', 'stop', 'market')),
    entry numeric not null,
    stop numeric not null,
    target numeric not null,
    volume numeric not null,
    state text not null check (state in ('pending', 'open', 'closed', 'expired', 'cancelled', 'refused')),
    placed_at timestamptz not null,
    -- When its signal was cancelled: the order goes once the bars of before are seen.
    withdrawn_at timestamptz,
    fill_price numeric,
    filled_at timestamptz,
    close_price numeric,
    closed_at timestamptz,
    close_reason text,
    profit bigint,
    constraint paper_trades_once unique (approval_id)
);
create index ix_paper_trades_portfolio on trading.paper_trades (portfolio_id, state, id desc);
create index ix_paper_trades_withdrawn on trading.paper_trades (portfolio_id)
    where state = 'pending' and withdrawn_at is not null;
create index ix_paper_trades_signal on trading.paper_trades (signal_id) where state = 'pending';

grant select, insert, update on trading.paper_portfolios, trading.paper_books, trading.paper_trades to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table trading.paper_trades;
-- squawk-ignore ban-drop-table
drop table trading.paper_books;
-- squawk-ignore ban-drop-table
drop table trading.paper_portfolios;
