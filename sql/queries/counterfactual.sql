-- name: missed_signals :many
-- Rejected by this person, or expired without a decision of theirs while they were here.
select s.id, case when a.id is null then 'expired' else 'rejected' end as why, s.instrument, s.side, s.order_type,
    s.entry, s.stop, s.target, coalesce(a.created_at, s.created_at) as at,
    case when s.status = 'cancelled' then least(s.closed_at, s.expires_at) else s.expires_at end as ends
from trading.signals as s
join identity.users as u on u.id = @user_id and u.created_at <= s.created_at
left join trading.approvals as a on a.signal_id = s.id and a.user_id = u.id
where s.created_at >= @since and s.created_at < @until
    and (a.decision = 'rejected' or (a.id is null and s.status = 'expired'))
order by s.id desc
limit @n;

-- name: bars_since :many
select time, open, high, low, close, volume
from market.candles
where symbol = @symbol and timeframe = @timeframe and time >= @since
order by time
limit @n;
