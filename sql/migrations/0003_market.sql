-- migrate:up
create schema market;

create table market.candles (
    symbol text not null,
    timeframe text not null,
    time timestamptz not null,
    open numeric not null,
    high numeric not null,
    low numeric not null,
    close numeric not null,
    volume numeric not null,
    primary key (symbol, timeframe, time)
);

grant usage on schema market to caerus_app;
grant select, insert, update on market.candles to caerus_app;

-- migrate:down
drop schema market cascade;
