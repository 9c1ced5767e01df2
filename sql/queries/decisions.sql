-- name: make_partitions :exec
-- The months of these moments.
select research.decisions_partition(m.at) from unnest(@months::timestamptz[]) as m (at) order by m.at;

-- name: add_decisions :many
-- The primary key decides: what was said first of a bar stays.
insert into research.decisions (
    id, at, recorded_at, producer_id, strategy, version, symbol, timeframe, bar_time, features, thresholds,
    outcome, note, user_id, signal_id
)
select n.id, n.at, @now::timestamptz, @producer_id::text, n.strategy, n.version, n.symbol, n.timeframe, n.bar_time,
    n.features, n.thresholds, n.outcome, n.note, n.user_id, n.signal_id
from unnest(
    @ids::uuid[], @ats::timestamptz[], @strategies::text[], @versions::text[], @symbols::text[],
    @timeframes::text[], @bar_times::timestamptz[], @features::jsonb[], @thresholds::jsonb[], @outcomes::text[],
    @notes::text[], @user_ids::uuid[], @signal_ids::uuid[]
) as n (
    id, at, strategy, version, symbol, timeframe, bar_time, features, thresholds, outcome, note, user_id, signal_id
)
on conflict do nothing
returning strategy;

-- name: list_decisions :many
select id, at, recorded_at, producer_id, strategy, version, symbol, timeframe, bar_time, features, thresholds,
    outcome, note, user_id, signal_id
from research.decisions
where (@strategy::text is null or strategy = @strategy)
  and (@symbol::text is null or symbol = @symbol)
  and (@outcome::text is null or outcome = @outcome)
  and (@since::timestamptz is null or bar_time >= @since)
  and (@until::timestamptz is null or bar_time < @until)
  and (@cursor_time::timestamptz is null or (bar_time, id) < (@cursor_time, @cursor_id::uuid))
order by bar_time desc, id desc
limit @n;
