-- migrate:up
-- `failed` as the hub concluded it from the broker's books, its terminal not having said so: what shows later overrules it.
alter table trading.executions add column supposed boolean not null default false;
-- An approval opens once; it may be taken back of one terminal now and of another later. Built in a second a million rows.
create unique index ux_commands_open on trading.commands (approval_id) where kind = 'open';
-- squawk-ignore ban-drop-constraint
alter table trading.commands drop constraint commands_once;
-- Reconciliation asks each account for what is not over or of late, however long its history.
create index ix_executions_unsettled on trading.executions (device_id) where status in ('placed', 'unknown');
create index ix_executions_updated on trading.executions (device_id, updated_at);

-- migrate:down
-- No way back once something was taken back twice.
create unique index commands_once on trading.commands (approval_id, kind);
alter table trading.commands add constraint commands_once unique using index commands_once;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ux_commands_open;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_executions_unsettled;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_executions_updated;
-- squawk-ignore ban-drop-column
alter table trading.executions drop column supposed;
