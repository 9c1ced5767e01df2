-- migrate:up
-- Which KDF secret a row's key is derived from (the first 8 hex digits of a digest of it).
-- Null: the row is older than this column, and its key comes from the oldest secret that is configured.
alter table trading.devices add column kdf_id text;
alter table trading.producers add column kdf_id text;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.devices drop column kdf_id;
-- squawk-ignore ban-drop-column
alter table trading.producers drop column kdf_id;
