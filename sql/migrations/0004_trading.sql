-- migrate:up
create schema trading;

create table trading.producers (
    id text primary key,
    salt bytea not null,
    key_version integer not null default 1,
    created_at timestamptz not null,
    revoked_at timestamptz
);

create table trading.signals (
    id uuid primary key,
    producer_id text not null,
    instrument text not null,
    side text not null check (side in ('buy', 'sell')),
    time timestamptz not null,
    version text not null,
    status text not null check (status in ('open', 'cancelled', 'expired')),
    order_type text not null check (order_type in ('limit', 'stop', 'market')),
    entry numeric not null,
    stop numeric not null,
    target numeric not null,
    expires_at timestamptz not null,
    strategy text not null,
    setup_id text not null,
    features jsonb not null,
    created_at timestamptz not null,
    closed_at timestamptz,
    close_reason text,
    -- The idempotency of ingest: a signal is what a strategy says of an instrument at a time.
    constraint signals_once unique (instrument, time, version)
);
create index ix_signals_open on trading.signals (expires_at) where status = 'open';
create index ix_signals_status on trading.signals (status, id desc);

create table trading.approvals (
    id uuid primary key,
    signal_id uuid not null references trading.signals (id),
    user_id uuid not null references identity.users (id),
    decision text not null check (decision in ('approved', 'rejected')),
    consent_version text not null,
    valid_until timestamptz,
    max_drift_points integer,
    max_spread_points integer,
    ip inet,
    ua text not null,
    created_at timestamptz not null,
    constraint approvals_once unique (signal_id, user_id)
);
create index ix_approvals_user on trading.approvals (user_id, id desc);

create table trading.devices (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    name text not null,
    salt bytea not null,
    key_version integer not null,
    secret_hash text not null,
    created_at timestamptz not null,
    last_seen_at timestamptz,
    revoked_at timestamptz,
    constraint devices_named_once unique (user_id, name)
);

create table trading.commands (
    id uuid primary key,
    approval_id uuid not null references trading.approvals (id),
    signal_id uuid not null references trading.signals (id),
    user_id uuid not null references identity.users (id),
    kind text not null check (kind in ('open', 'close', 'cancel')),
    opens uuid references trading.commands (id),
    reason text,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    constraint commands_once unique (approval_id, kind)
);
create index ix_commands_signal on trading.commands (signal_id);

-- What a device has not acknowledged: a row is made with the command and gone with the acknowledgement.
create table trading.deliveries (
    device_id uuid not null references trading.devices (id),
    command_id uuid not null references trading.commands (id),
    primary key (device_id, command_id)
);
create index ix_deliveries_command on trading.deliveries (command_id);

create table trading.executions (
    id uuid primary key,
    approval_id uuid not null references trading.approvals (id),
    signal_id uuid not null,
    user_id uuid not null,
    device_id uuid not null references trading.devices (id),
    command_id uuid not null references trading.commands (id),
    kind text not null,
    status text not null check (status in ('placed', 'failed', 'unknown', 'closed', 'refused')),
    said text[] not null,
    broker_ticket text,
    fill_price numeric,
    fill_volume numeric,
    close_price numeric,
    close_reason text,
    error text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint executions_once unique (device_id, command_id)
);
create index ix_executions_approval on trading.executions (approval_id);
create index ix_executions_user on trading.executions (user_id, id desc);

grant usage on schema trading to caerus_app;
grant select, insert, update on all tables in schema trading to caerus_app;
grant delete on trading.deliveries to caerus_app;

-- migrate:down
drop schema trading cascade;
