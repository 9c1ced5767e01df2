-- migrate:up
create schema identity;

create table identity.users (
    id uuid primary key,
    email text not null,
    password_hash text not null,
    role text not null check (role in ('owner', 'admin', 'user')),
    created_at timestamptz not null,
    last_login_at timestamptz,
    failed_logins integer not null default 0,
    locked_until timestamptz
);
create unique index ix_users_email on identity.users (lower(email));
create index ix_users_role on identity.users (role);

create table identity.sessions (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    refresh_hash bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index ix_sessions_user on identity.sessions (user_id);

-- Append-only, each entry chained to the one before by its hash.
create table identity.audit_log (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    ts timestamptz not null,
    actor_id uuid,
    actor_role text not null,
    action text not null,
    target text not null,
    ip inet,
    meta text not null,
    hash bytea not null
);
create index ix_audit_ts on identity.audit_log (ts);
create index ix_audit_action on identity.audit_log (action);
create index ix_audit_actor on identity.audit_log (actor_id);

create function identity.audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'identity.audit_log is append-only';
end $$;
create trigger append_only before update or delete or truncate on identity.audit_log
for each statement execute function identity.audit_is_append_only();

-- Entries are chained one writer at a time: the lock is held to the end of the transaction. Each statement of a
-- volatile function sees what was committed before it, so the hash is the newest once the lock is had.
create function identity.chain_head() returns bytea language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock(4242002);
    return (select hash from identity.audit_log order by seq desc limit 1);
end $$;

grant usage on schema identity to caerus_app;
grant select, insert, update on identity.users to caerus_app;
grant select, insert, update, delete on identity.sessions to caerus_app;
grant select, insert on identity.audit_log to caerus_app;

-- migrate:down
drop schema identity cascade;
