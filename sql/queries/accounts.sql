-- name: link_account :one
-- Saying it again while nothing is proven gives a new tag.
insert into trading.accounts (id, user_id, broker, server, login, name, state, created_at)
values (@id, @user_id, @broker, @server, @login, @name, 'pending', @now)
on conflict (user_id, lower(server), login) where state <> 'unlinked' do update
set broker = excluded.broker, name = excluded.name
where accounts.state = 'pending'
returning id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at;

-- name: set_tag :exec
update trading.accounts set tag_hash = @tag_hash, tag_expires_at = @tag_expires_at where id = @id;

-- name: count_accounts :one
select count(*) as n from trading.accounts where user_id = @user_id and state <> 'unlinked';

-- name: lock_accounts :exec
-- What is done to one person's accounts is done in turn.
select pg_advisory_xact_lock(hashtextextended('accounts' || @user_id::text, 0));

-- name: accounts_of :many
select id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at
from trading.accounts where user_id = @user_id and state <> 'unlinked' order by id;

-- name: get_account :one
select id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at, user_id, tag_hash, tag_expires_at
from trading.accounts where id = @id and user_id = @user_id and state <> 'unlinked';

-- name: hold_account :one
-- Anybody's; no look at it is taken meanwhile.
select id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at, user_id, tag_hash, tag_expires_at
from trading.accounts where id = @id and state = 'verified' for update;

-- name: primary_account :one
select id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at, user_id, tag_hash, tag_expires_at
from trading.accounts where user_id = @user_id and is_primary and state = 'verified';

-- name: lock_account :one
-- Looks at one account are taken in turn.
select id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at, user_id, tag_hash, tag_expires_at
from trading.accounts
where user_id = @user_id and lower(server) = lower(@server) and login = @login and state <> 'unlinked'
for update;

-- name: accounts_at :many
-- The verified ones among these, as their brokers name them.
select a.id, a.broker, a.server, a.login, a.name, a.currency, a.mode, a.kind, a.state, a.is_primary, a.device_id, a.proof,
    a.created_at, a.verified_at, a.unlinked_at, a.user_id, a.tag_hash, a.tag_expires_at
from trading.accounts as a
join unnest(@servers::text[], @logins::text[]) as n (server, login)
    on lower(a.server) = lower(n.server) and a.login = n.login
where a.state = 'verified';

-- name: lock_login :exec
-- Two people prove one account in turn, so that the second finds the first.
select pg_advisory_xact_lock(hashtextextended('login' || lower(@server::text) || '/' || @login::text, 0));

-- name: oust :many
-- Who proved the account by a look of their own device alone, of which anybody can sign one.
update trading.accounts as a set state = 'unlinked', unlinked_at = @now::timestamptz, is_primary = false
from trading.accounts as mine
where mine.id = @id and lower(a.server) = lower(mine.server) and a.login = mine.login and a.id <> mine.id
    and a.state = 'verified' and a.proof = 'device'
returning a.id, a.broker, a.server, a.login, a.name, a.currency, a.mode, a.kind, a.state, a.is_primary, a.device_id, a.proof,
    a.created_at, a.verified_at, a.unlinked_at, a.user_id, a.tag_hash, a.tag_expires_at;

-- name: verify_account :one
-- No row when somebody has proven it before, or its person is locked out.
update trading.accounts set
    state = 'verified', proof = @proof::text, verified_at = @now::timestamptz, device_id = @device_id::uuid,
    tag_hash = null, tag_expires_at = null,
    is_primary = not exists (
        select 1 from trading.accounts as other
        where other.user_id = accounts.user_id and other.is_primary and other.state = 'verified'
    )
where id = @id and state = 'pending' and not exists (
    select 1 from trading.accounts as owned
    where lower(owned.server) = lower(accounts.server) and owned.login = accounts.login and owned.state = 'verified'
) and exists (
    select 1 from identity.users as person
    where person.id = accounts.user_id and person.suspended_at is null and person.deleted_at is null
)
returning id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at, user_id, tag_hash, tag_expires_at;

-- name: describe_account :exec
-- A look comes every few seconds and says the same: then nothing is written.
update trading.accounts set
    device_id = coalesce(@device_id::uuid, device_id), currency = coalesce(currency, @currency::text),
    mode = coalesce(@mode::text, mode), kind = coalesce(@kind::text, kind)
where id = @id and (
    device_id is distinct from coalesce(@device_id::uuid, device_id)
    or currency is null
    or mode is distinct from coalesce(@mode::text, mode)
    or kind is distinct from coalesce(@kind::text, kind)
);

-- name: device_lives :one
select revoked_at is null as lives from trading.devices where id = @id;

-- name: restart_seq :exec
-- Another terminal speaks from now on, and counts in its own way.
update trading.account_states set seq = -1 where account_id = @id;

-- name: no_primary :exec
update trading.accounts set is_primary = false where user_id = @user_id and is_primary;

-- name: make_primary :one
update trading.accounts set is_primary = true where id = @id
returning id, broker, server, login, name, currency, mode, kind, state, is_primary, device_id, proof, created_at,
    verified_at, unlinked_at;

-- name: account_business :one
-- What would be left behind: open positions that we opened, and commands its terminal has not acknowledged.
select
    (
        select count(*) from trading.positions as p
        where p.account_id = a.id and p.closed_at is null and p.command_id is not null
    ) as open_positions,
    (
        select count(*) from trading.deliveries as d
        join trading.commands as c on c.id = d.command_id
        where c.expires_at > @now and (c.account_id = a.id or (c.account_id is null and d.device_id = a.device_id))
    ) as waiting_commands
from trading.accounts as a where a.id = @id;

-- name: business_of :one
-- What would be left behind by a person whose terminals die: open positions that the guards watch, closures under way, and
-- orders that one of their terminals may have and has neither filled nor taken back. What was issued after a terminal was last
-- heard (which is written down twice a minute) it cannot have.
select
    (
        select count(*) from trading.accounts as a join trading.positions as p on p.account_id = a.id
        where a.user_id = @user_id and a.state = 'verified' and p.closed_at is null
    ) as open_positions,
    (
        select count(*) from trading.closures as c where c.user_id = @user_id and c.state <> 'closed'
    ) as closures,
    (
        select count(distinct opened.id)
        from trading.devices as device
        cross join lateral (
            select d.command_id from trading.deliveries as d where d.device_id = device.id
            union all
            select e.command_id from trading.executions as e
            where e.device_id = device.id and e.status in ('placed', 'unknown') and e.fill_price is null
        ) as held
        join trading.commands as c on c.id = held.command_id and c.kind in ('open', 'cancel')
        join trading.commands as opened on opened.id = coalesce(c.opens, c.id)
        where device.user_id = @user_id and device.revoked_at is null and opened.expires_at > @now
            and device.last_seen_at > opened.issued_at - interval '1 minute'
            and not exists (
                select 1 from trading.commands as back
                join trading.executions as done on done.command_id = back.id and done.device_id = device.id
                where back.signal_id = opened.signal_id and back.opens = opened.id
            )
    ) as orders;

-- name: unlink_account :exec
update trading.accounts set
    state = 'unlinked', unlinked_at = @now::timestamptz, is_primary = false, tag_hash = null, tag_expires_at = null
where id = @id;
