-- migrate:up
-- A revoked device keeps its name and takes it from nobody. A row a terminal: built in no time.
create unique index ux_devices_name on trading.devices (user_id, name) where revoked_at is null;
-- A person's list has the revoked ones too.
create index ix_devices_user on trading.devices (user_id);
-- Until it is replaced, the release before fails to register devices: its `on conflict` asks for the constraint.
-- squawk-ignore ban-drop-constraint
alter table trading.devices drop constraint devices_named_once;

-- migrate:down
-- Revoked devices whose name others have too are told apart by their ids.
update trading.devices as d set name = left(d.name, 27) || ' ' || d.id::text
where d.revoked_at is not null and exists (
    select 1 from trading.devices as other where other.user_id = d.user_id and other.name = d.name and other.id <> d.id
);
create unique index devices_named_once on trading.devices (user_id, name);
alter table trading.devices add constraint devices_named_once unique using index devices_named_once;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ux_devices_name;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_devices_user;
