-- migrate:up
create schema research;

-- Every evaluation of a strategy, whatever came of it; a partition a month of the bar's time, so that
-- what was said of a bar is found, and known again, in one partition.
create table research.decisions (
    id uuid not null,
    at timestamptz not null,
    recorded_at timestamptz not null,
    producer_id text not null,
    strategy text not null,
    version text not null,
    symbol text not null,
    timeframe text not null,
    bar_time timestamptz not null,
    features jsonb not null,
    thresholds jsonb not null,
    outcome text not null check (outcome in ('placed', 'rejected', 'withheld', 'cancelled', 'none')),
    note text not null,
    -- No foreign keys: a log outlives what it speaks of.
    user_id uuid,
    signal_id uuid,
    primary key (producer_id, strategy, version, symbol, timeframe, bar_time)
) partition by range (bar_time);
create index ix_decisions_time on research.decisions (bar_time, id);
create index ix_decisions_strategy on research.decisions (strategy, bar_time, id);
create index ix_decisions_symbol on research.decisions (symbol, bar_time, id);
create index ix_decisions_outcome on research.decisions (outcome, bar_time, id);

-- A month's partition, made by whoever needs it first. `security definer`: the app has no DDL of its own.
-- Made apart and then attached: those who read and write the other months do not wait for it.
create function research.decisions_partition(at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    first date := date_trunc('month', at at time zone 'UTC');
    name text := 'decisions_' || to_char(first, 'YYYY_MM');
begin
    if to_regclass('research.' || name) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('research.decisions_partition'));
    -- By a query: `to_regclass` does not hear of a table that was made while this waited.
    if exists (select from pg_class where relname = name and relnamespace = 'research'::regnamespace) then
        return;
    end if;
    execute format('create table research.%I (like research.decisions including all)', name);
    execute format(
        'alter table research.decisions attach partition research.%I for values from (%L) to (%L)',
        name, first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC'
    );
end $$;

grant usage on schema research to caerus_app;
grant select, insert on research.decisions to caerus_app;

-- migrate:down
drop schema research cascade;
