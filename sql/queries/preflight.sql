-- name: reported :one
select device_id, seq, findings, received_at from trading.preflights where account_id = @account_id;

-- name: put_report :exec
insert into trading.preflights (account_id, device_id, seq, report, findings, taken_at, received_at)
values (@account_id, @device_id, @seq, @report, @findings, @taken_at, @now)
on conflict (account_id) do update set device_id = excluded.device_id, seq = excluded.seq, report = excluded.report,
    findings = excluded.findings, taken_at = excluded.taken_at, received_at = excluded.received_at;

-- name: current_certificate :one
select c.id, c.account_id, a.user_id, c.device_id, c.version, c.content, c.hash, c.issued_at, c.confirmed_at, c.valid_until
from trading.certificates as c
join trading.accounts as a on a.id = c.account_id
where c.account_id = @account_id and c.ended_at is null;

-- name: next_version :one
select coalesce(max(version), 0) + 1 as version from trading.certificates where account_id = @account_id;

-- name: add_certificate :exec
insert into trading.certificates (
    id, account_id, device_id, version, content, hash, issued_at, confirmed_at, valid_until
)
values (@id, @account_id, @device_id, @version, @content, @hash, @now, @now, @until);

-- name: confirm_certificate :exec
update trading.certificates set confirmed_at = @now, valid_until = @until where id = @id and ended_at is null;

-- name: end_certificate :exec
update trading.certificates set ended_at = @now, ended_because = @because where id = @id and ended_at is null;

-- name: lapse_certificates :many
update trading.certificates as c set ended_at = @now::timestamptz, ended_because = 'lapsed'
from trading.accounts as a
where a.id = c.account_id and c.id in (
    select id from trading.certificates
    where ended_at is null and valid_until <= @now
    order by valid_until limit @n for update skip locked
)
returning c.id, c.account_id, a.user_id, c.device_id, c.version, c.content, c.hash, c.issued_at, c.confirmed_at,
    c.valid_until;

-- name: flown_accounts :many
-- Reports of these accounts wait: whoever changes a certificate holds its account.
-- What a terminal says while it is not connected to its broker is not looked at.
select a.id as account_id, a.device_id, a.currency, a.mode, a.kind, p.received_at as reported_at,
    case when s.connected then s.received_at end as looked_at, s.leverage as leverage,
    s.trade_allowed as trade_allowed, s.algo_allowed as algo_allowed
from trading.accounts as a
left join trading.preflights as p on p.account_id = a.id
left join trading.account_states as s on s.account_id = a.id
where a.user_id = @user_id and a.state = 'verified'
order by a.id for share of a;

-- name: flown_account :one
select a.id as account_id, a.device_id, a.currency, a.mode, a.kind, p.received_at as reported_at,
    case when s.connected then s.received_at end as looked_at, s.leverage as leverage,
    s.trade_allowed as trade_allowed, s.algo_allowed as algo_allowed
from trading.accounts as a
left join trading.preflights as p on p.account_id = a.id
left join trading.account_states as s on s.account_id = a.id
where a.id = @account_id;

-- name: certificates_of :many
select c.id, c.account_id, a.user_id, c.device_id, c.version, c.content, c.hash, c.issued_at, c.confirmed_at, c.valid_until
from trading.certificates as c
join trading.accounts as a on a.id = c.account_id
where c.account_id = any(@account_ids::uuid[]) and c.ended_at is null;
