-- migrate:up
-- Of a withdrawal: the billionths of equity it left, by the look that told of it. Null: it counts as money only.
alter table trading.deals add column left_ppb bigint check (left_ppb between 0 and 1000000000);

-- migrate:down
-- squawk-ignore ban-drop-column
alter table trading.deals drop column left_ppb;
