-- migrate:up
create schema money;

-- Which plan a person is on; nobody in it is on the free one.
create table money.plans_of (
    user_id uuid primary key references identity.users (id),
    plan text not null,
    since timestamptz not null
);

-- What was used of a quota in a period; the next period has a row of its own.
create table money.quota_usage (
    user_id uuid not null references identity.users (id),
    key text not null,
    period_start timestamptz not null,
    used bigint not null check (used >= 0),
    primary key (user_id, key, period_start)
);
create index ix_quota_usage_period on money.quota_usage (period_start);

grant usage on schema money to caerus_app;
grant select, insert, update, delete on money.plans_of, money.quota_usage to caerus_app;

-- migrate:down
drop schema money cascade;
