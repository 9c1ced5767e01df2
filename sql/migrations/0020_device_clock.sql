-- migrate:up
-- How far the terminal's clock was behind the hub's when it was last heard, as it signed; null: it never signed.
alter table trading.devices add column skew_ms integer;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.devices drop column skew_ms;
