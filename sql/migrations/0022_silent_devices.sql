-- migrate:up
-- Since when its owner has been told that a terminal is not heard any more; null while it is heard.
alter table trading.devices add column silent_since timestamptz;
create index ix_devices_heard on trading.devices (last_seen_at) where revoked_at is null and silent_since is null;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.devices drop column silent_since;
