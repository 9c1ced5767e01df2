-- migrate:up
-- A W3C traceparent (55 characters): the trace that an event, a signal or a command goes on with.
alter table core.outbox add column traceparent text;
alter table trading.signals add column traceparent text;
alter table trading.commands add column traceparent text;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.commands drop column traceparent;
-- squawk-ignore ban-drop-column
alter table trading.signals drop column traceparent;
-- squawk-ignore ban-drop-column
alter table core.outbox drop column traceparent;
