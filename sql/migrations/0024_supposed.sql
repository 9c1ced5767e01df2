-- migrate:up
-- `failed` as the hub concluded it from the broker's books, its terminal not having said so: what shows later overrules it.
alter table trading.executions add column supposed boolean not null default false;

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.executions drop column supposed;
