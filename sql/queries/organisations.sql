-- name: add_personal :exec
-- The person's own, whose id is the person's; made when it is first asked for.
with added as (
    insert into identity.organisations (id, name, kind, created_at, updated_at)
    select u.id, 'Personal', 'personal', @now::timestamptz, @now
    from identity.users as u where u.id = @user_id and u.deleted_at is null
    on conflict (id) do nothing
    returning id
)
insert into identity.memberships (organisation_id, user_id, role, created_at)
select id, id, 'owner', @now from added;

-- name: add_team :exec
with added as (
    insert into identity.organisations (id, name, kind, created_at, updated_at)
    values (@id, @name, 'team', @now, @now)
    returning id
)
insert into identity.memberships (organisation_id, user_id, role, created_at)
select id, @user_id, 'owner', @now from added;

-- name: my_organisations :many
select o.id, o.name, o.kind, m.role, o.created_at
from identity.memberships as m
join identity.organisations as o on o.id = m.organisation_id
where m.user_id = @user_id and o.deleted_at is null
  and (@cursor::uuid is null or o.id < @cursor)
order by o.id desc
limit @n;

-- name: my_organisation :one
select o.id, o.name, o.kind, m.role, o.created_at
from identity.memberships as m
join identity.organisations as o on o.id = m.organisation_id
where o.id = @id and m.user_id = @user_id and o.deleted_at is null;

-- name: hold_organisation :one
-- The lock of all its memberships and invitations. What they are is read after it is had: this statement
-- would show them as they were before it waited.
select id, kind from identity.organisations where id = @id and deleted_at is null for no key update;

-- name: rename_organisation :exec
update identity.organisations set name = @name, updated_at = @now where id = @id;

-- name: delete_organisation :exec
update identity.organisations set deleted_at = @now, updated_at = @now where id = @id;

-- name: membership :one
select m.user_id, u.email, m.role, m.created_at
from identity.memberships as m
join identity.users as u on u.id = m.user_id
where m.organisation_id = @organisation_id and m.user_id = @user_id;

-- name: list_members :many
select m.user_id, u.email, m.role, m.created_at
from identity.memberships as m
join identity.users as u on u.id = m.user_id
where m.organisation_id = @organisation_id and (@cursor::uuid is null or m.user_id < @cursor)
order by m.user_id desc
limit @n;

-- name: count_owners :one
select count(*) as n from identity.memberships where organisation_id = @organisation_id and role = 'owner';

-- name: add_member :exec
insert into identity.memberships (organisation_id, user_id, role, created_at)
values (@organisation_id, @user_id, @role, @now)
on conflict (organisation_id, user_id) do nothing;

-- name: set_member_role :exec
update identity.memberships set role = @role where organisation_id = @organisation_id and user_id = @user_id;

-- name: remove_member :exec
delete from identity.memberships where organisation_id = @organisation_id and user_id = @user_id;

-- name: hold_organisations_of :many
select o.id, o.kind from identity.organisations as o
where o.deleted_at is null
  and o.id in (select m.organisation_id from identity.memberships as m where m.user_id = @user_id)
order by o.id for no key update of o;

-- name: leave_everywhere :exec
delete from identity.memberships where user_id = @user_id;

-- name: appoint_heirs :many
-- Where no owner is left: of the highest role, who was there first.
update identity.memberships as m set role = 'owner'
from (
    select distinct on (organisation_id) organisation_id, user_id
    from identity.memberships as c
    where organisation_id = any(@ids::uuid[])
      and not exists (
          select from identity.memberships as o where o.organisation_id = c.organisation_id and o.role = 'owner'
      )
    order by organisation_id, array_position(array['admin', 'member', 'viewer'], role), created_at, user_id
) as heir
where m.organisation_id = heir.organisation_id and m.user_id = heir.user_id
returning m.organisation_id, m.user_id;

-- name: delete_deserted :many
update identity.organisations as d set deleted_at = @now, updated_at = @now
where d.id = any(@ids::uuid[])
  and not exists (select from identity.memberships as m where m.organisation_id = d.id)
returning d.id;

-- name: lapse_invitations :exec
-- What ran out gives way to a new one.
update identity.invitations set revoked_at = @now
where organisation_id = @organisation_id and accepted_at is null and revoked_at is null and expires_at <= @now;

-- name: add_invitation :exec
insert into identity.invitations (id, organisation_id, email, role, invited_by, created_at, expires_at)
values (@id, @organisation_id, @email, @role, @invited_by, @created_at, @expires_at)
on conflict (organisation_id, lower(email)) where accepted_at is null and revoked_at is null do nothing;

-- name: is_member :one
select exists (
    select from identity.memberships as m join identity.users as u on u.id = m.user_id
    where m.organisation_id = @organisation_id and lower(u.email) = lower(@email)
) as known;

-- name: open_invitations :many
select id, organisation_id, email, role, invited_by, created_at, expires_at
from identity.invitations
where organisation_id = @organisation_id and accepted_at is null and revoked_at is null and expires_at > @now
  and (@cursor::uuid is null or id < @cursor)
order by id desc
limit @n;

-- name: my_invitations :many
select i.id, i.organisation_id, o.name as organisation, i.role, i.created_at, i.expires_at
from identity.users as u
join identity.invitations as i on lower(i.email) = lower(u.email)
join identity.organisations as o on o.id = i.organisation_id
where u.id = @user_id and u.verified_at is not null and o.deleted_at is null
  and i.accepted_at is null and i.revoked_at is null and i.expires_at > @now
  and (@cursor::uuid is null or i.id < @cursor)
order by i.id desc
limit @n;

-- name: hold_invited :one
-- Whose e-mail is proven, and who is not being deleted meanwhile.
select id, email from identity.users
where id = @user_id and verified_at is not null and suspended_at is null and deleted_at is null for share;

-- name: open_invitation :one
select id, organisation_id, email, role, invited_by, created_at, expires_at
from identity.invitations
where id = @id and lower(email) = lower(@email)
  and accepted_at is null and revoked_at is null and expires_at > @now;

-- name: accept_invitation :exec
update identity.invitations set accepted_at = @now where id = @id;

-- name: revoke_invitation :exec
update identity.invitations set revoked_at = @now
where id = @id and organisation_id = @organisation_id and accepted_at is null and revoked_at is null;

-- name: revoke_invitations_by :exec
update identity.invitations set revoked_at = @now
where organisation_id = @organisation_id and invited_by = @user_id and accepted_at is null and revoked_at is null;

-- name: forget_invited :exec
update identity.invitations
set email = @pseudonym, revoked_at = case when accepted_at is null then coalesce(revoked_at, @now::timestamptz) end
where lower(email) = lower(@email);

-- name: share_organisation :exec
-- Every change of its members waits: whoever makes one holds this row.
select id from identity.organisations where id = @id and deleted_at is null for share;

-- name: roles_among :many
-- Who of these belongs to it and may sign in.
select m.user_id, m.role, m.created_at
from identity.memberships as m
join identity.organisations as o on o.id = m.organisation_id
join identity.users as u on u.id = m.user_id
where m.organisation_id = @organisation_id and m.user_id = any(@user_ids::uuid[])
  and o.deleted_at is null and u.deleted_at is null and u.suspended_at is null
order by m.user_id;
