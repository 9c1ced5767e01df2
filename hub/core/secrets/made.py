"""New secrets, and those that development makes for itself."""

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def rsa_key() -> str:
    """A new RSA key of 2048 bits: PKCS #8, PEM."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def random_text() -> str:
    """32 random bytes: unpadded base64url."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


MAKERS: dict[str, Callable[[], str]] = {
    "JWT_PRIVATE_KEY": rsa_key,
    "DEVICE_KEY_KDF_SECRET": random_text,
    "MFA_SEAL_SECRET": random_text,
    "POSTGRES_PASSWORD": random_text,
    "REDIS_PASSWORD": random_text,
    "DEMO_SEED": random_text,
}


def kept(name: str, home: Path) -> str:
    """This home's secret of a name, made the first time it is asked for."""
    path = home / "secrets" / name.lower()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, MAKERS[name]())
    return path.read_text()


def _write_once(path: Path, value: str) -> None:
    """Two processes may start at once: the first to link the file wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
