-- migrate:up
create schema identity;

create table identity.users (
    id uuid primary key,
    email text not null,
    password_hash text not null,
    role text not null check (role in ('owner', 'admin', 'user')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    verified_at timestamptz,
    last_login_at timestamptz,
    failed_logins integer not null default 0,
    locked_until timestamptz,
    -- An operator's lock, which only an operator takes back; `locked_until` is the throttle's and ends by itself.
    suspended_at timestamptz,
    -- A deleted person keeps the row that others point at, without e-mail or password.
    deleted_at timestamptz
);
create unique index ix_users_email on identity.users (lower(email));
create index ix_users_role on identity.users (role);

-- A sign-in and everything that was renewed from it: one family of refresh tokens.
create table identity.sessions (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    audience text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    -- What was proven, and when last: `pwd`, `otp`, `rec`.
    methods text[] not null,
    proven_at timestamptz not null,
    ip inet,
    ua text not null,
    ended_at timestamptz,
    end_reason text
);
create index ix_sessions_user on identity.sessions (user_id, id desc);

create table identity.refresh_tokens (
    hash bytea primary key,
    session_id uuid not null references identity.sessions (id),
    issued_at timestamptz not null,
    used_at timestamptz
);
create index ix_refresh_tokens_session on identity.refresh_tokens (session_id);

-- Letters, owed from the transaction that made them due. One with a link has a token, made when it is sent,
-- of which the digest alone is kept. A row without a person is a letter to nobody: asking for an address that
-- is not known does what asking for a known one does.
create table identity.mail_tokens (
    id uuid primary key,
    user_id uuid references identity.users (id),
    purpose text not null check (purpose in ('verify', 'reset', 'taken', 'changed')),
    created_at timestamptz not null,
    -- Handed to the mail server, or refused by it for good.
    settled_at timestamptz,
    hash bytea unique,
    expires_at timestamptz,
    -- Used, or void because another was.
    used_at timestamptz
);
create index ix_mail_tokens_user on identity.mail_tokens (user_id, purpose);
create index ix_mail_tokens_created on identity.mail_tokens (created_at);

-- A second factor (RFC 6238). The seed is sealed with a key that is not in the database; `seal_id` names it.
create table identity.totp (
    user_id uuid primary key references identity.users (id),
    seal_id text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    -- The last accepted time step: a code is good once.
    last_step bigint not null default 0
);

create table identity.recovery_codes (
    user_id uuid not null references identity.users (id),
    hash bytea not null,
    created_at timestamptz not null,
    used_at timestamptz,
    primary key (user_id, hash)
);

create table identity.organisations (
    id uuid primary key,
    name text not null,
    kind text not null check (kind in ('personal', 'team')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz
);

create table identity.memberships (
    organisation_id uuid not null references identity.organisations (id),
    user_id uuid not null references identity.users (id),
    role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
    created_at timestamptz not null,
    primary key (organisation_id, user_id)
);
create index ix_memberships_user on identity.memberships (user_id);

create table identity.invitations (
    id uuid primary key,
    organisation_id uuid not null references identity.organisations (id),
    email text not null,
    role text not null check (role in ('admin', 'member', 'viewer')),
    invited_by uuid not null references identity.users (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz
);
create unique index ix_invitations_open on identity.invitations (organisation_id, lower(email))
where accepted_at is null and revoked_at is null;

create table identity.api_keys (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    name text not null,
    hash bytea not null unique,
    hint text not null,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_named_once unique (user_id, name)
);

-- Append-only, each entry chained to the one before by its hash; a partition a month.
create table identity.audit_log (
    seq bigint not null,
    id uuid not null,
    ts timestamptz not null,
    actor_id uuid,
    actor_role text not null,
    action text not null,
    target text not null,
    ip inet,
    meta text not null,
    hash bytea not null,
    primary key (seq, ts)
) partition by range (ts);
create index ix_audit_ts on identity.audit_log (ts);
create index ix_audit_action on identity.audit_log (action, seq desc);
create index ix_audit_actor on identity.audit_log (actor_id, seq desc);
create index ix_audit_target on identity.audit_log (target, seq desc);

-- The newest entry, in one row: the lock of the chain, and its counter.
create table identity.audit_head (
    one boolean primary key default true check (one),
    seq bigint not null,
    hash bytea
);
insert into identity.audit_head (seq) values (0);

-- What was published of the chain, day by day, signed.
create table identity.audit_daily (
    day date primary key,
    seq bigint not null,
    hash bytea not null,
    signed_at timestamptz not null,
    token text not null
);

create function identity.audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'identity.audit_log is append-only';
end $$;
create trigger append_only before update or delete on identity.audit_log
for each row execute function identity.audit_is_append_only();
create trigger never_emptied before truncate on identity.audit_log
for each statement execute function identity.audit_is_append_only();

-- A month's partition, made by whoever needs it first. `security definer`: the app has no DDL of its own.
create function identity.audit_partition(at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    first date := date_trunc('month', at at time zone 'UTC');
    name text := 'audit_log_' || to_char(first, 'YYYY_MM');
begin
    if to_regclass('identity.' || name) is null then
        perform pg_advisory_xact_lock(4242003);
        execute format(
            'create table if not exists identity.%I partition of identity.audit_log for values from (%L) to (%L)',
            name, first::timestamp at time zone 'UTC', (first + interval '1 month') at time zone 'UTC'
        );
        execute format(
            'create or replace trigger never_emptied before truncate on identity.%I
             for each statement execute function identity.audit_is_append_only()', name
        );
    end if;
end $$;

grant usage on schema identity to caerus_app;
grant select, insert, update on identity.users, identity.sessions, identity.refresh_tokens, identity.mail_tokens,
    identity.organisations, identity.memberships, identity.invitations, identity.api_keys to caerus_app;
grant select, insert, update, delete on identity.totp, identity.recovery_codes to caerus_app;
grant delete on identity.memberships, identity.refresh_tokens, identity.mail_tokens to caerus_app;
grant select, insert on identity.audit_log, identity.audit_daily to caerus_app;
grant select, update on identity.audit_head to caerus_app;

-- migrate:down
drop schema identity cascade;
