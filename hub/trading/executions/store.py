"""Queries of executions."""

from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.executions.models import Execution, Recorded

sql = Sql("executions")


async def lock(db: Runs, device_id: UUID, command_id: UUID) -> None:
    await sql.run(db, "lock_execution", device_id=str(device_id), command_id=str(command_id))


async def of_command(db: Runs, device_id: UUID, command_id: UUID) -> Recorded | None:
    return await sql.one(db, Recorded, "execution_of_command", device_id=device_id, command_id=command_id)


async def put(db: Runs, user_id: UUID, execution: Execution, *, supposed: bool) -> None:
    await sql.run(
        db,
        "put_execution",
        id=execution.id,
        approval_id=execution.approval_id,
        signal_id=execution.signal_id,
        user_id=user_id,
        device_id=execution.device_id,
        command_id=execution.command_id,
        kind=execution.kind,
        status=execution.status,
        broker_ticket=execution.broker_ticket,
        fill_price=execution.fill_price,
        fill_volume=execution.fill_volume,
        close_price=execution.close_price,
        close_reason=execution.close_reason,
        error=execution.error,
        created_at=execution.created_at,
        updated_at=execution.updated_at,
        supposed=supposed,
    )


async def of_approval(db: Runs, approval_id: UUID) -> list[Execution]:
    return await sql.many(db, Execution, "executions_of_approval", approval_id=approval_id)


async def listed(db: Runs, user_id: UUID, cursor: UUID | None, n: int) -> list[Execution]:
    return await sql.many(db, Execution, "list_executions", user_id=user_id, cursor=cursor, n=n)
