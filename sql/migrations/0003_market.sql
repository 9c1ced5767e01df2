-- migrate:up
create schema market;

create table market.candles (
    symbol text not null,
    timeframe text not null,
    time timestamptz not null,
    open numeric(18, 5) not null,
    high numeric(18, 5) not null,
    low numeric(18, 5) not null,
    close numeric(18, 5) not null,
    volume numeric(20, 2) not null,
    primary key (symbol, timeframe, time)
);

grant usage on schema market to caerus_app;
grant select, insert, update on market.candles to caerus_app;

-- migrate:down
drop schema market cascade;
