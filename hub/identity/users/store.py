"""Queries of users."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.identity.users.models import Credentials, User

sql = Sql("users")


async def add(db: Runs, id: UUID, email: str, password_hash: str, role: str, now: datetime) -> User | None:
    return await sql.one(
        db, User, "add_user", id=id, email=email, password_hash=password_hash, role=role, now=now
    )


async def get(db: Runs, id: UUID) -> User | None:
    return await sql.one(db, User, "get_user", id=id)


async def by_email(db: Runs, email: str) -> User | None:
    return await sql.one(db, User, "user_by_email", email=email)


async def credentials(db: Runs, email: str) -> Credentials | None:
    return await sql.one(db, Credentials, "credentials", email=email)


async def logged_in(db: Runs, id: UUID, now: datetime) -> None:
    await sql.run(db, "logged_in", id=id, now=now)


async def login_failed(db: Runs, id: UUID, limit: int, until: datetime) -> None:
    await sql.run(db, "login_failed", id=id, limit=limit, until=until)
