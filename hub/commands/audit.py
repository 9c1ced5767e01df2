"""`caerus audit`: prove that the log was not touched. See docs/runbooks/audit.md."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from hub.commands.terminal import database, fail, quiet
from hub.core.problems import NotFound
from hub.core.secrets import Secrets
from hub.core.security.keyring import ring_of
from hub.core.security.tokens import Tokens
from hub.core.settings import Settings
from hub.identity.audit import heads, service
from hub.identity.audit.heads import Unfit
from hub.identity.audit.service import Broken

app = typer.Typer(help="The append-only log of sensitive acts.", no_args_is_help=True)


@app.command()
def verify(
    after: Annotated[int, typer.Option(help="Check only what follows this entry.", min=0)] = 0,
    key: Annotated[
        list[Path] | None,
        typer.Option(help="A public key (PEM) that signed heads, instead of the hub's own.", exists=True),
    ] = None,
    published: Annotated[
        Path | None, typer.Option(help="Heads that were kept elsewhere, one a line.", exists=True)
    ] = None,
) -> None:
    """Check the hash chain, the daily heads and their signatures; names the first that does not hold."""
    settings = quiet()
    keys = [_public(path) for path in key] if key else _own(settings)
    kept = published.read_text().split() if published else []
    asyncio.run(_verify(settings, after, keys, kept))


async def _verify(settings: Settings, after: int, keys: list[RSAPublicKey], kept: list[str]) -> None:
    async with database(settings) as db:
        chain = await service.verify(db, after)
        if isinstance(chain, Broken):
            fail(f"The chain breaks at entry {chain.seq} ({chain.action or 'it is missing'}).")
        daily = _fit(await heads.check(db, keys))
        typer.echo(f"{chain} entries, the chain holds. {daily} daily heads fit.")
        if kept:
            typer.echo(f"{_fit(await heads.check_published(db, kept, keys))} published heads fit.")


def _fit(found: Unfit | int) -> int:
    if isinstance(found, Unfit):
        fail(f"The head of {found.which} {found.why}.")
    return found


@app.command()
def head(
    day: Annotated[
        datetime | None, typer.Option(help="Of this day (UTC), else the newest.", formats=["%Y-%m-%d"])
    ] = None,
) -> None:
    """Print the signed head of a day, to be published."""
    settings = quiet()

    async def find() -> str:
        async with database(settings) as db:
            return (await heads.get(db, day.date() if day else None)).token

    try:
        typer.echo(asyncio.run(find()))
    except NotFound as missing:
        fail(missing.detail)


def _own(settings: Settings) -> list[RSAPublicKey]:
    ring = ring_of(Secrets(settings.app), settings.security.jwt_access_seconds)
    return list(Tokens(ring, settings.security).publics)


def _public(path: Path) -> RSAPublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except ValueError:
        key = None
    if not isinstance(key, RSAPublicKey):
        fail(f"{path} is not an RSA public key in PEM.")
    return key
