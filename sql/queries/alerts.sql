-- name: append_alerts :exec
insert into core.alerts (kind, text, at)
select n.kind, n.text, @at::timestamptz
from unnest(@kinds::text[], @texts::text[]) with ordinality as n (kind, text, place)
order by n.place;

-- name: know_alert_kinds :exec
insert into core.alert_kinds (kind, next_at)
select distinct a.kind, @now::timestamptz from core.alerts as a
where a.sent_at is null
    and not exists (select from core.alert_kinds as k where k.kind = a.kind)
on conflict do nothing;

-- name: claim_alert_kind :one
-- Whoever claims a kind has it to itself until then.
update core.alert_kinds as k set next_at = @until::timestamptz
from (
    select known.kind from core.alert_kinds as known
    where known.next_at <= @now
        and exists (select from core.alerts as a where a.kind = known.kind and a.sent_at is null)
    order by known.next_at limit 1
    for update of known skip locked
) as due
where k.kind = due.kind
returning k.kind, k.failures;

-- name: waiting_alerts :many
select id, text from core.alerts where kind = @kind and sent_at is null order by id limit @n;

-- name: alerts_sent :exec
update core.alerts set sent_at = @now where id = any(@ids::bigint[]);

-- name: alert_kind_sent :exec
update core.alert_kinds set next_at = @next_at, failures = 0 where kind = @kind;

-- name: alert_kind_failed :exec
update core.alert_kinds set next_at = @next_at, failures = failures + 1 where kind = @kind;

-- name: hold_alert_kinds :exec
update core.alert_kinds set next_at = @until where next_at < @until;

-- name: forget_alerts :exec
delete from core.alerts where at < @before;
