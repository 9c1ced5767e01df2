-- migrate:up
-- A W3C traceparent (55 characters): the trace that an event, a signal or a command goes on with.
alter table core.outbox add column traceparent text;
alter table trading.signals add column traceparent text;
alter table trading.commands add column traceparent text;

-- migrate:down
alter table trading.commands drop column traceparent;
alter table trading.signals drop column traceparent;
alter table core.outbox drop column traceparent;
