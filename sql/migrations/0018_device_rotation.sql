-- migrate:up
-- The key that the device has proven last. It is good beside a newer one until `previous_until`, or until that is used.
alter table trading.devices add column used_version integer;
alter table trading.devices add column used_kdf_id text;
alter table trading.devices add column previous_until timestamptz;
alter table trading.devices add column keyed_at timestamptz;
update trading.devices set keyed_at = created_at;
-- A row a terminal: looked at in no time.
-- squawk-ignore adding-not-nullable-field
alter table trading.devices alter column keyed_at set not null;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.devices drop column keyed_at;
-- squawk-ignore ban-drop-column
alter table trading.devices drop column previous_until;
-- squawk-ignore ban-drop-column
alter table trading.devices drop column used_kdf_id;
-- squawk-ignore ban-drop-column
alter table trading.devices drop column used_version;
