-- name: append_events :exec
insert into core.outbox (topic, type, subject, actor, at, data, traceparent)
select e.topic, e.type, e.subject, e.actor, @at::timestamptz, e.data, e.traceparent
from unnest(@topics::text[], @types::text[], @subjects::text[], @actors::text[], @data::text[], @traceparents::text[])
    with ordinality as e (topic, type, subject, actor, data, traceparent, n)
order by e.n;

-- name: number_events :many
-- Number the oldest events that have no offset yet: each topic goes on where it stands.
with batch as (
    select seq, topic, row_number() over (partition by topic order by seq) as place
    from (select seq, topic from core.outbox where topic_offset is null order by seq limit @n) as oldest
),
moved as (
    insert into core.topics as t (topic, last_offset)
    select topic, count(*) from batch group by topic order by topic
    on conflict (topic) do update set last_offset = t.last_offset + excluded.last_offset
    returning topic, last_offset
),
numbered as materialized (
    select b.seq, m.last_offset - max(b.place) over (partition by b.topic) + b.place as topic_offset
    from batch as b join moved as m on m.topic = b.topic
)
update core.outbox as o set topic_offset = numbered.topic_offset
from numbered where numbered.seq = o.seq
returning o.seq, o.topic, o.topic_offset as "offset", o.type, o.at, o.data, o.traceparent;

-- name: numbered_events :many
select seq, topic, topic_offset as "offset", type, at, data, traceparent
from core.outbox where topic_offset is not null order by seq limit @n;

-- name: delete_events :exec
delete from core.outbox where seq = any(@seqs::bigint[]);

-- name: published_offsets :many
-- Up to where each topic has left the outbox.
select t.topic, t.last_offset - (
    select count(*) from core.outbox as o where o.topic = t.topic and o.topic_offset is not null
) as "offset"
from core.topics as t where t.topic = any(@topics::text[]);

-- name: published_page :many
-- The same of all topics, after one by name.
with left_over as (select topic, count(*) as n from core.outbox where topic_offset is not null group by topic)
select t.topic, t.last_offset - coalesce(l.n, 0) as "offset"
from core.topics as t left join left_over as l on l.topic = t.topic
where t.topic > @after order by t.topic limit @n;

-- name: stream_epoch :one
select epoch from core.stream;

-- name: topic_offset :one
select last_offset from core.topics where topic = @topic;

-- name: outbox_lag :one
select count(*) as waiting, coalesce(extract(epoch from now() - min(at)), 0)::double precision as seconds
from core.outbox;
