-- migrate:up
-- What the owner must hear of. A row of the transaction that made it true; sent once.
create table core.alerts (
    id bigint generated always as identity primary key,
    kind text not null,
    text text not null,
    at timestamptz not null,
    sent_at timestamptz
);
create index ix_alerts_waiting on core.alerts (kind, id) where sent_at is null;
create index ix_alerts_at on core.alerts (at);

-- When the next message of a kind may go: later than the last one, than a failed one, and than a claim to it.
create table core.alert_kinds (
    kind text primary key,
    next_at timestamptz not null,
    failures integer not null default 0
);

-- The newest word of each trader. `state` is what the owner was told of last; `ended`: it said good-bye.
create table trading.heartbeats (
    producer_id text not null references trading.producers (id),
    symbol text not null,
    strategy text not null,
    version text not null,
    instance_id uuid not null,
    host text not null,
    interval_seconds integer not null check (interval_seconds between 1 and 3600),
    bar_time timestamptz,
    spool_depth bigint not null check (spool_depth >= 0),
    late boolean not null,
    ended boolean not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    state text not null check (state in ('alive', 'late', 'silent', 'ended')),
    primary key (producer_id, symbol, strategy)
);

-- How often a trader was heard of on a day (UTC).
create table trading.heartbeat_days (
    day date not null,
    producer_id text not null references trading.producers (id),
    symbol text not null,
    strategy text not null,
    heartbeats bigint not null,
    primary key (day, producer_id, symbol, strategy)
);

grant select, insert, update, delete on core.alerts to caerus_app;
grant select, insert, update on core.alert_kinds, trading.heartbeats, trading.heartbeat_days to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table trading.heartbeat_days;
-- squawk-ignore ban-drop-table
drop table trading.heartbeats;
-- squawk-ignore ban-drop-table
drop table core.alert_kinds;
-- squawk-ignore ban-drop-table
drop table core.alerts;
