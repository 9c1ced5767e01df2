-- migrate:up
-- Who has signals approved on their behalf. `since`: what was proposed before is not copied. Suspended: copying has
-- stopped itself, and goes on when the person turns it on again. Null limits are not set.
create table trading.copiers (
    user_id uuid primary key references identity.users (id),
    enabled boolean not null,
    consent_version text,
    multiplier_bp integer not null check (multiplier_bp between 100 and 20000),
    max_drift_points integer check (max_drift_points >= 0),
    max_spread_points integer check (max_spread_points >= 0),
    max_trades_a_day integer check (max_trades_a_day > 0),
    max_volume numeric check (max_volume > 0),
    since timestamptz not null,
    suspended_for text,
    suspended_at timestamptz
);
create index ix_copiers_enabled on trading.copiers (since) where enabled;

-- Every consent that was given and taken back, to which words, from where.
create table trading.copy_consents (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    act text not null check (act in ('given', 'withdrawn')),
    version text not null,
    text_hash bytea,
    ip inet,
    ua text not null,
    at timestamptz not null
);
create index ix_copy_consents_user on trading.copy_consents (user_id, id desc);
create function trading.copy_consents_are_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'trading.copy_consents is append-only';
end $$;
create trigger append_only before update or delete on trading.copy_consents
for each row execute function trading.copy_consents_are_append_only();
create trigger never_emptied before truncate on trading.copy_consents
for each statement execute function trading.copy_consents_are_append_only();

-- A strategy that lost a person's trust by its drift: it has to be earned anew from then on.
create table trading.copy_suspensions (
    user_id uuid not null references identity.users (id),
    strategy text not null,
    reason text not null,
    figures jsonb not null,
    at timestamptz not null,
    primary key (user_id, strategy, at)
);

-- What was done with a signal on somebody's behalf: once, and for good. Money in minor units, volume in lots.
create table trading.copy_placements (
    signal_id uuid not null references trading.signals (id),
    user_id uuid not null references identity.users (id),
    outcome text not null check (outcome in ('placed', 'kept_out', 'blocked')),
    reason text,
    figures jsonb not null,
    volume numeric,
    risk bigint,
    margin bigint,
    at timestamptz not null,
    primary key (signal_id, user_id)
);
create index ix_copy_placements_user on trading.copy_placements (user_id, at) where outcome = 'placed';

-- Signals of which everybody who copies was asked.
create table trading.copied_signals (
    signal_id uuid primary key references trading.signals (id),
    at timestamptz not null
);

-- Lots, where the hub knows the accounts; null: the terminal sizes.
alter table trading.commands add column volume numeric;

-- What a person tightens for copied trades alone stands beside their other limits.
-- squawk-ignore ban-drop-constraint
alter table trading.risk_caps drop constraint risk_caps_set_by_check;
alter table trading.risk_caps add constraint risk_caps_set_by_check
    check (set_by in ('owner', 'user', 'copy')) not valid;
-- A row a person at most: looked at in no time.
-- squawk-ignore constraint-missing-not-valid
alter table trading.risk_caps validate constraint risk_caps_set_by_check;

grant select, insert, update on trading.copiers to caerus_app;
grant select, insert on trading.copy_consents, trading.copy_suspensions, trading.copy_placements,
    trading.copied_signals to caerus_app;

-- migrate:down
delete from trading.risk_caps where set_by = 'copy';
-- squawk-ignore ban-drop-constraint
alter table trading.risk_caps drop constraint risk_caps_set_by_check;
alter table trading.risk_caps add constraint risk_caps_set_by_check check (set_by in ('owner', 'user')) not valid;
-- squawk-ignore constraint-missing-not-valid
alter table trading.risk_caps validate constraint risk_caps_set_by_check;
-- squawk-ignore ban-drop-column
alter table trading.commands drop column volume;
-- squawk-ignore ban-drop-table
drop table trading.copied_signals;
-- squawk-ignore ban-drop-table
drop table trading.copy_placements;
-- squawk-ignore ban-drop-table
drop table trading.copy_suspensions;
-- squawk-ignore ban-drop-table
drop table trading.copy_consents;
-- squawk-ignore ban-drop-function
drop function trading.copy_consents_are_append_only();
-- squawk-ignore ban-drop-table
drop table trading.copiers;
