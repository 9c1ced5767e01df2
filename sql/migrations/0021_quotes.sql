-- migrate:up
-- The newest quote of each symbol and source. `own`: of somebody's own terminal, whose word counts for them alone.
create table market.quotes (
    symbol text not null,
    source text not null,
    time timestamptz not null,
    bid numeric not null check (bid > 0),
    ask numeric not null check (ask >= bid),
    own boolean not null,
    received_at timestamptz not null,
    primary key (symbol, source)
);
create index ix_quotes_house on market.quotes (symbol) where not own;

-- What was quoted, each once. `kept_at` is when it came: so many days later it goes, however old it was then.
create table market.ticks (
    symbol text not null,
    source text not null,
    time timestamptz not null,
    bid numeric not null check (bid > 0),
    ask numeric not null check (ask >= bid),
    own boolean not null,
    kept_at timestamptz not null,
    primary key (symbol, source, time, bid, ask)
);
create index ix_ticks_kept on market.ticks (own, kept_at);

-- The quote of each symbol that was told last, and when.
create table market.told_quotes (
    symbol text primary key,
    source text not null,
    time timestamptz not null,
    bid numeric not null,
    ask numeric not null,
    told_at timestamptz not null
);

grant select, insert, update on market.quotes, market.told_quotes to caerus_app;
grant select, insert, delete on market.ticks to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table market.told_quotes;
-- squawk-ignore ban-drop-table
drop table market.ticks;
-- squawk-ignore ban-drop-table
drop table market.quotes;
