"""Queries of people."""

from datetime import datetime
from uuid import UUID

from hub.core.principal import Role
from hub.core.sql import Runs, Sql
from hub.identity.users.models import Credentials, Failures, User

sql = Sql("users")


async def add(
    db: Runs,
    id: UUID,
    email: str,
    password_hash: str,
    role: Role,
    now: datetime,
    verified_at: datetime | None,
) -> User | None:
    return await sql.one(
        db,
        User,
        "add_user",
        id=id,
        email=email,
        password_hash=password_hash,
        role=role,
        now=now,
        verified_at=verified_at,
    )


async def get(db: Runs, id: UUID) -> User | None:
    return await sql.one(db, User, "get_user", id=id)


async def by_email(db: Runs, email: str) -> User | None:
    return await sql.one(db, User, "user_by_email", email=email)


async def credentials(db: Runs, email: str) -> Credentials | None:
    return await sql.one(db, Credentials, "credentials", email=email)


async def credentials_of(db: Runs, id: UUID) -> Credentials | None:
    return await sql.one(db, Credentials, "credentials_of", id=id)


async def logged_in(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "logged_in", id=id, now=now)


async def login_failed(db: Runs, id: UUID, limit: int, until: datetime) -> Failures | None:
    return await sql.one(db, Failures, "login_failed", id=id, limit=limit, until=until)


async def set_password(db: Runs, id: UUID, password_hash: str, now: datetime) -> None:
    await sql.run(db, "set_password", id=id, password_hash=password_hash, now=now)


async def set_verified(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "set_verified", id=id, now=now)
