"""`caerus keys`: make keys, and see which ones are configured. See docs/runbooks/key-rotation.md."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.core import log
from hub.core.settings import Settings

app = typer.Typer(help="Keys: make new ones, see which are configured.", no_args_is_help=True)


class Kind(StrEnum):
    jwt = "jwt"
    kdf = "kdf"


@app.command()
def new(
    kind: Annotated[Kind, typer.Argument(help="jwt: an RSA key in PEM. kdf: 32 random bytes, base64url.")],
    out: Annotated[Path | None, typer.Option(help="Write it here, mode 0600; never over a file.")] = None,
) -> None:
    """Make a new key. With --out only its id is shown."""
    from hub.core.secrets import made
    from hub.core.security import device_keys, keyring

    text = made.rsa_key() if kind is Kind.jwt else made.random_text()
    if out is None:
        typer.echo(text.rstrip("\n"))
    else:
        _write(out, text)
        typer.echo(keyring.kid_of(text) if kind is Kind.jwt else device_keys.kdf_id_of(text))


@app.command()
def show() -> None:
    """The ids and states of the configured keys, and who depends on them; never a private part."""
    from hub.commands import configured

    settings = Settings()
    log.setup("WARNING")
    typer.echo("\n".join(configured.lines(settings)))


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    except OSError as error:
        typer.secho(f"{path}: {error.strerror}. Nothing was written.", err=True, fg="red")
        raise typer.Exit(1) from None
    with open(descriptor, "w") as file:
        file.write(text)
