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

-- Who may decide for whom. Both belong to the organisation, at every decision.
create table trading.deputies (
    id uuid primary key,
    organisation_id uuid not null references identity.organisations (id),
    user_id uuid not null references identity.users (id),
    deputy_id uuid not null references identity.users (id),
    -- Null is every strategy, every instrument, until revoked.
    strategy text,
    instrument text,
    until timestamptz,
    created_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid references identity.users (id),
    constraint deputies_somebody_else check (user_id <> deputy_id)
);
create unique index ux_deputies_once on trading.deputies (
    user_id, deputy_id, organisation_id, coalesce(strategy, ''), coalesce(instrument, '')
) where revoked_at is null;
create index ix_deputies_user on trading.deputies (user_id, id desc);
create index ix_deputies_deputy on trading.deputies (deputy_id, id desc);

-- How many of an organisation's approvers must approve. A change is a new row.
create table trading.approval_policies (
    id uuid primary key,
    organisation_id uuid not null references identity.organisations (id),
    version integer not null,
    needed integer not null check (needed >= 1),
    approvers uuid [] not null,
    set_by uuid not null references identity.users (id),
    set_at timestamptz not null,
    ended_at timestamptz,
    constraint approval_policies_version unique (organisation_id, version),
    constraint approval_policies_reachable check (needed <= cardinality(approvers))
);
create unique index ux_approval_policies_current on trading.approval_policies (organisation_id) where ended_at is null;

-- Whose trading an organisation decides. They came by themselves.
create table trading.policy_traders (
    id uuid primary key,
    organisation_id uuid not null references identity.organisations (id),
    user_id uuid not null references identity.users (id),
    joined_at timestamptz not null,
    released_at timestamptz,
    released_by uuid references identity.users (id)
);
create unique index ux_policy_traders_one on trading.policy_traders (user_id) where released_at is null;
create index ix_policy_traders_organisation on trading.policy_traders (organisation_id) where released_at is null;

-- What an approver said of a signal for a trader, once.
create table trading.votes (
    id uuid primary key,
    organisation_id uuid not null references identity.organisations (id),
    signal_id uuid not null references trading.signals (id),
    trader_id uuid not null references identity.users (id),
    approver_id uuid not null references identity.users (id),
    decision text not null check (decision in ('approved', 'rejected')),
    consent_version text not null,
    valid_until timestamptz,
    max_drift_points integer,
    max_spread_points integer,
    ip inet,
    ua text not null,
    created_at timestamptz not null,
    constraint votes_once unique (signal_id, trader_id, approver_id)
);
create index ix_votes_organisation on trading.votes (organisation_id, id desc);

-- Who decided, where it was not the person alone.
-- Every row has null there: the constraint is checked in no time.
-- squawk-ignore adding-foreign-key-constraint
alter table trading.approvals add column decided_by uuid references identity.users (id);
-- squawk-ignore constraint-missing-not-valid
alter table trading.approvals add column via text not null default 'self' check (via in ('self', 'deputy', 'quorum', 'copying'));

grant select, insert, update on trading.deputies, trading.approval_policies, trading.policy_traders to caerus_app;
grant select, insert on trading.votes to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.approvals drop column via;
-- squawk-ignore ban-drop-column
alter table trading.approvals drop column decided_by;
-- squawk-ignore ban-drop-table
drop table trading.votes;
-- squawk-ignore ban-drop-table
drop table trading.policy_traders;
-- squawk-ignore ban-drop-table
drop table trading.approval_policies;
-- squawk-ignore ban-drop-table
drop table trading.deputies;
-- squawk-ignore ban-drop-table
drop table trading.certificates;
-- squawk-ignore ban-drop-table
drop table trading.preflights;
