"""What commands that talk to a person share: quiet logs, a database, refusals as sentences."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import typer

from hub.core import log
from hub.core.db import Db, open_db
from hub.core.secrets import Secrets
from hub.core.servers import endpoints
from hub.core.settings import Settings


def quiet() -> Settings:
    """Only warnings reach the terminal."""
    settings = Settings()
    log.setup("WARNING")
    return settings


def fail(text: str) -> NoReturn:
    typer.secho(text, err=True, fg="red")
    raise typer.Exit(1)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Db]:
    """The hub's database, for as long as the block lasts."""
    db = await open_db(settings.db, endpoints(settings).dsn, Secrets(settings.app))
    try:
        yield db
    finally:
        await db.close()
