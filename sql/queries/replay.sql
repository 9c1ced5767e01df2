-- name: stored_signals :many
select s.id, s.time, s.version, s.status, a.decision
from trading.signals as s
left join trading.approvals as a on a.signal_id = s.id
where s.producer_id = @producer_id
order by s.id;

-- name: issued_commands :many
select c.id, s.id as signal_id, c.kind, e.status, e.fill_price is not null as filled, e.close_reason
from trading.commands as c
join trading.signals as s on s.id = c.signal_id
left join trading.executions as e on e.command_id = c.id
where s.producer_id = @producer_id
order by c.id;
