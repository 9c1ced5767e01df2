-- name: lock_ballot :exec
-- A statement of its own: the next one sees the votes that this one waited for.
select pg_advisory_xact_lock(hashtextextended('ballot' || @signal_id::text || @trader_id::text, 0));

-- name: policy_of :one
select organisation_id, version, needed, approvers, set_by, set_at, ended_at
from trading.approval_policies where organisation_id = @organisation_id and ended_at is null;

-- name: next_policy_version :one
select coalesce(max(version), 0) + 1 as version from trading.approval_policies where organisation_id = @organisation_id;

-- name: end_policy :one
update trading.approval_policies set ended_at = @now where organisation_id = @organisation_id and ended_at is null
returning organisation_id, version, needed, approvers, set_by, set_at, ended_at;

-- name: add_policy :one
insert into trading.approval_policies (id, organisation_id, version, needed, approvers, set_by, set_at)
values (@id, @organisation_id, @version, @needed, @approvers, @by, @now)
returning organisation_id, version, needed, approvers, set_by, set_at, ended_at;

-- name: policy_traders :many
-- Who has left the organisation is none of them, nor is who came back and has not joined again.
select t.organisation_id, t.user_id
from trading.policy_traders as t
join identity.memberships as m
    on m.organisation_id = t.organisation_id and m.user_id = t.user_id and m.created_at <= t.joined_at
where t.organisation_id = @organisation_id and t.released_at is null order by t.user_id;

-- name: policy_binding :one
select p.organisation_id, p.version, p.needed, p.approvers, p.set_by, p.set_at, p.ended_at
from trading.policy_traders as t
join trading.approval_policies as p on p.organisation_id = t.organisation_id and p.ended_at is null
join identity.organisations as o on o.id = t.organisation_id and o.deleted_at is null
join identity.memberships as m
    on m.organisation_id = t.organisation_id and m.user_id = t.user_id and m.created_at <= t.joined_at
where t.user_id = @user_id and t.released_at is null;

-- name: release_lapsed :exec
update trading.policy_traders as t set released_at = @now
where t.user_id = @user_id and t.released_at is null and not exists (
    select from identity.memberships as m join identity.organisations as o on o.id = m.organisation_id
    where m.organisation_id = t.organisation_id and m.user_id = t.user_id and m.created_at <= t.joined_at
      and o.deleted_at is null
);

-- name: join_policy :exec
-- Never before they became a member, whatever the clocks of two hubs say.
insert into trading.policy_traders (id, organisation_id, user_id, joined_at)
select @id::uuid, m.organisation_id, m.user_id, greatest(@now::timestamptz, m.created_at)
from identity.memberships as m where m.organisation_id = @organisation_id and m.user_id = @user_id
on conflict do nothing;

-- name: release_trader :exec
update trading.policy_traders set released_at = @now, released_by = @by
where organisation_id = @organisation_id and user_id = @user_id and released_at is null;

-- name: release_traders :exec
update trading.policy_traders set released_at = @now, released_by = @by
where organisation_id = @organisation_id and released_at is null;

-- name: add_vote :one
insert into trading.votes (
    id, organisation_id, signal_id, trader_id, approver_id, decision, consent_version, valid_until, max_drift_points,
    max_spread_points, ip, ua, created_at
)
values (
    @id, @organisation_id, @signal_id, @trader_id, @approver_id, @decision, @consent_version, @valid_until,
    @max_drift_points, @max_spread_points, @ip::text::inet, @ua, @now
)
on conflict do nothing
returning id, signal_id, trader_id, approver_id, decision, valid_until, max_drift_points, max_spread_points, created_at;

-- name: votes_on :many
select id, signal_id, trader_id, approver_id, decision, valid_until, max_drift_points, max_spread_points, created_at
from trading.votes
where organisation_id = @organisation_id and signal_id = @signal_id and trader_id = @trader_id
order by id;

-- name: list_votes :many
select id, signal_id, trader_id, approver_id, decision, valid_until, max_drift_points, max_spread_points, created_at
from trading.votes
where organisation_id = @organisation_id and (@signal_id::uuid is null or signal_id = @signal_id)
  and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;
