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

grant select on public.migrations to caerus_app;
grant usage on schema core to caerus_app;
grant select on core.stream to caerus_app;
grant select, insert, update on core.topics to caerus_app;
grant select, insert, update, delete on core.outbox to caerus_app;

-- migrate:down
drop schema core cascade;
