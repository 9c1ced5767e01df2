-- migrate:up
-- `failed` as the hub concluded it from the broker's books, its terminal not having said so: what shows later overrules it.
alter table trading.executions add column supposed boolean not null default false;
-- Money that moved without its deal, or a deal without its money, in minor units, and since when: balance and deals are read one
-- after the other.
alter table trading.account_states add column unexplained bigint not null default 0, add column unexplained_at timestamptz,
    add column credit bigint not null default 0;
-- An approval opens once; it may be taken back of one terminal now and of another later. Built in a second a million rows.
create unique index ux_commands_open on trading.commands (approval_id) where kind = 'open';
-- squawk-ignore ban-drop-constraint
alter table trading.commands drop constraint commands_once;
-- Reconciliation asks each account for what is not over or of late, however long its history.
create index ix_executions_unsettled on trading.executions (device_id) where status in ('placed', 'unknown');
create index ix_executions_updated on trading.executions (device_id, updated_at);
-- What a closure was told, and what a person's terminals may still open, are looked for in the middle of a crash.
create index ix_executions_command on trading.executions (command_id);
create index ix_commands_opens on trading.commands (user_id, expires_at) where kind = 'open';
-- What somebody approved themselves, among all that was copied for them.
create index ix_approvals_manual on trading.approvals (user_id, id desc) where decision = 'approved' and via = 'self';

-- migrate:down
-- No way back once something was taken back twice.
create unique index commands_once on trading.commands (approval_id, kind);
alter table trading.commands add constraint commands_once unique using index commands_once;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ux_commands_open;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_approvals_manual;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_executions_command;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_commands_opens;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_executions_unsettled;
-- squawk-ignore require-concurrent-index-deletion
drop index trading.ix_executions_updated;
-- squawk-ignore ban-drop-column
alter table trading.account_states drop column unexplained, drop column unexplained_at, drop column credit;
-- squawk-ignore ban-drop-column
alter table trading.executions drop column supposed;
