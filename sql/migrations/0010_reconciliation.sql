-- migrate:up
-- What was found when intent, acknowledgement and broker were compared. Each finding stands here once.
create table trading.reconciliation_log (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    account_id uuid not null references trading.accounts (id),
    signal_id uuid,
    command_id uuid,
    ticket text,
    mt5_position jsonb,
    bot_position jsonb,
    matched boolean not null,
    divergence text not null,
    detail jsonb not null,
    fingerprint text not null,
    created_at timestamptz not null
);
create unique index ux_reconciliation_once on trading.reconciliation_log (account_id, fingerprint);
create index ix_reconciliation_user on trading.reconciliation_log (user_id, id desc);

-- Up to which snapshot an account was compared.
create table trading.reconciled (
    account_id uuid primary key references trading.accounts (id),
    seq bigint not null,
    at timestamptz not null
);

grant select, insert on trading.reconciliation_log to caerus_app;
grant select, insert, update on trading.reconciled to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table trading.reconciled;
-- squawk-ignore ban-drop-table
drop table trading.reconciliation_log;
