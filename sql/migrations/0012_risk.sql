-- migrate:up
-- What a new trade must not exceed, and at what everything is closed. Basis points of equity (10,000 is all of it);
-- money in minor units; leverage in hundredths. The row there is replaces the environment's.
create table trading.risk_defaults (
    singleton boolean primary key default true check (singleton),
    max_drawdown_bp integer not null,
    min_equity bigint not null,
    liquidation_drawdown_bp integer not null,
    liquidation_equity bigint not null,
    max_exposure_bp integer not null,
    max_trade_risk_bp integer not null,
    daily_stop_bp integer not null,
    max_leverage_x100 integer,
    updated_at timestamptz not null
);

-- The owner's row of a person replaces defaults, whichever way; the person's own only tightens. Null: not set.
create table trading.risk_caps (
    user_id uuid not null references identity.users (id),
    set_by text not null check (set_by in ('owner', 'user')),
    max_drawdown_bp integer,
    min_equity bigint,
    liquidation_drawdown_bp integer,
    liquidation_equity bigint,
    max_exposure_bp integer,
    max_trade_risk_bp integer,
    daily_stop_bp integer,
    max_leverage_x100 integer,
    updated_at timestamptz not null,
    primary key (user_id, set_by)
);

-- No user: the switch of everybody. A row whose `off_at` is null is on; the others are history.
create table trading.kill_switches (
    id uuid primary key,
    user_id uuid references identity.users (id),
    reason text not null,
    on_by uuid not null references identity.users (id),
    on_at timestamptz not null,
    off_by uuid references identity.users (id),
    off_at timestamptz,
    off_reason text
);
create unique index ux_kill_switch_all on trading.kill_switches ((user_id is null)) where user_id is null and off_at is null;
create unique index ux_kill_switch_user on trading.kill_switches (user_id) where user_id is not null and off_at is null;

-- Who stopped a person's trading; each takes back their own. A row is gone with the resumption, which is audited.
create table trading.pauses (
    user_id uuid not null references identity.users (id),
    actor text not null check (actor in ('user', 'owner', 'system')),
    reason text not null,
    at timestamptz not null,
    primary key (user_id, actor)
);

create table trading.sizes (
    user_id uuid primary key references identity.users (id),
    mode text not null check (mode in ('all_in', 'fraction', 'fixed_risk')),
    bp integer not null check (bp between 1 and 10000),
    updated_at timestamptz not null
);

-- What the guards last said of an account. `liquidate` stays until an account that is known again says otherwise.
create table trading.risk_states (
    account_id uuid primary key references trading.accounts (id),
    outcome text not null check (outcome in ('ok', 'block', 'unknown', 'liquidate')),
    reason text not null,
    figures jsonb not null,
    since timestamptz not null
);
create index ix_risk_states_liquidate on trading.risk_states (since) where outcome = 'liquidate';

grant select, insert, update on trading.risk_defaults, trading.risk_caps, trading.kill_switches, trading.pauses,
    trading.sizes, trading.risk_states to caerus_app;
grant delete on trading.pauses to caerus_app;

-- migrate:down
-- squawk-ignore ban-drop-table
drop table trading.risk_states;
-- squawk-ignore ban-drop-table
drop table trading.sizes;
-- squawk-ignore ban-drop-table
drop table trading.pauses;
-- squawk-ignore ban-drop-table
drop table trading.kill_switches;
-- squawk-ignore ban-drop-table
drop table trading.risk_caps;
-- squawk-ignore ban-drop-table
drop table trading.risk_defaults;
