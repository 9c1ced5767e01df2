"""`caerus users`: people, from the server's own console. See docs/runbooks/lock-outs.md.

Whoever can run these has the database; no role is asked for, and the audit log says `system`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
import typer

from hub.commands.terminal import fail, quiet
from hub.core.principal import ROLES
from hub.core.problems import NotFound, Problem
from hub.core.resources import Resources, open_resources
from hub.core.servers import endpoints
from hub.core.web import Visitor
from hub.identity.auth import backoff
from hub.identity.users import administer, service
from hub.identity.users.models import CreateUserIn, User
from hub.identity.users.strength import must_be_good

app = typer.Typer(help="People, from the server's own console.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]


@app.command()
def create(email: Email, role: Annotated[str, typer.Option(help=f"{', '.join(ROLES)}.")] = "user") -> None:
    """Create a person; the password is asked for, or read from standard input."""
    password = _password()

    async def work(res: Resources) -> str:
        given = msgspec.convert({"email": email, "password": password, "role": role}, CreateUserIn)
        must_be_good(given.password, given.email, res.settings.app.name)
        user = await service.create(res, given.email, given.password, given.role)
        return f"{user.email} is {user.role}, with the id {user.id}."

    _run(work)


@app.command()
def unlock(
    email: Email,
    ip: Annotated[str | None, typer.Option(help="Forget the failures from this address, too.")] = None,
) -> None:
    """Let a person in again who was locked out, by failed sign-ins or by an operator."""

    async def work(res: Resources) -> str:
        import hub.rooms  # noqa: F401 - what they do when somebody is let in again

        user = await _known(res, email)
        await administer.unlock(res, None, user.id, Visitor())
        await backoff.forget(res, user.email, ip)
        return f"{user.email} may sign in."

    _run(work)


@app.command("reset-mfa")
def reset_mfa(email: Email) -> None:
    """Take a lost second factor away, and end the person's sessions."""

    async def work(res: Resources) -> str:
        user = await _known(res, email)
        await administer.reset_mfa(res, None, user.id, Visitor())
        return f"{user.email} signs in by password, and may set up a new second factor."

    _run(work)


async def _known(res: Resources, email: str) -> User:
    user = await service.by_email(res, email)
    if user is None:
        raise NotFound(f"Nobody has the address {email}.")
    return user


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _run(work: Callable[[Resources], Awaitable[str]]) -> None:
    settings = quiet()
    where = endpoints(settings)

    async def run() -> str:
        async with open_resources(settings, where.dsn, where.redis_url) as res:
            return await work(res)

    try:
        typer.echo(asyncio.run(run()))
    except Problem as problem:
        fail(problem.detail)
    except msgspec.ValidationError as error:
        fail(f"{error}.")
