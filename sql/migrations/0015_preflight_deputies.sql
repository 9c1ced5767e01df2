-- migrate:up
-- The newest thing a terminal said of an account and its symbols, and what was found wrong with it.
create table trading.preflights (
    account_id uuid primary key references trading.accounts (id),
    device_id uuid not null references trading.devices (id),
    seq bigint not null,
    report jsonb not null,
    findings jsonb not null,
    taken_at timestamptz not null,
    received_at timestamptz not null
);

-- Proof that an account passed. Only how long it holds, and why it ended, changes.
create table trading.certificates (
    id uuid primary key,
    account_id uuid not null references trading.accounts (id),
    device_id uuid not null references trading.devices (id),
    version integer not null,
    content jsonb not null,
    hash bytea not null,
    issued_at timestamptz not null,
    confirmed_at timestamptz not null,
    valid_until timestamptz not null,
    ended_at timestamptz,
    ended_because text check (ended_because in ('superseded', 'failed', 'lapsed')),
    constraint certificates_version unique (account_id, version),
    constraint certificates_end check ((ended_at is null) = (ended_because is null))
);
create unique index ux_certificates_current on trading.certificates (account_id) where ended_at is null;
create index ix_certificates_until on trading.certificates (valid_until) where ended_at is null;

grant select, insert, update on trading.preflights, trading.certificates to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table trading.certificates;
-- squawk-ignore ban-drop-table
drop table trading.preflights;
