-- migrate:up
create schema core;

-- One epoch for the life of this database; a restore from a backup must renew it.
create table core.stream (
    one boolean primary key default true check (one),
    epoch text not null
);
insert into core.stream (epoch) values (substr(replace(gen_random_uuid()::text, '-', ''), 1, 8));

create table core.topics (
    topic text primary key,
    last_offset bigint not null
);

create table core.outbox (
    seq bigint generated always as identity primary key,
    topic text not null,
    topic_offset bigint,
    type text not null,
    subject text not null,
    actor text not null,
    at timestamptz not null,
    data text not null
);
create index outbox_new on core.outbox (seq) where topic_offset is null;

-- Answers kept for a day by `Idempotency-Key`. A row is `begun` before the work, `done` in the work's own
-- transaction, `answered` when the caller could have read the answer.
create table core.idempotency (
    caller text not null,
    route text not null,
    key text not null,
    fingerprint bytea not null,
    state text not null check (state in ('begun', 'done', 'answered')),
    -- Whose turn it is: a claim that was taken over cannot be finished by the one who lost it.
    claim uuid not null,
    status integer,
    body bytea,
    created_at timestamptz not null,
    primary key (caller, route, key)
);
create index ix_idempotency_created on core.idempotency (created_at);

-- Sessions that ended while an access token of theirs is still good. Redis holds a copy for speed.
create table core.revocations (
    session_id uuid primary key,
    until timestamptz not null
);
create index ix_revocations_until on core.revocations (until);

grant select on public.migrations to caerus_app;
grant usage on schema core to caerus_app;
grant select on core.stream to caerus_app;
grant select, insert, update on core.topics to caerus_app;
grant select, insert, update, delete on core.outbox, core.idempotency, core.revocations to caerus_app;

-- migrate:down
drop schema core cascade;
