"""Access tokens: RS256 JWTs of 15 minutes."""

import time
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.requests import Request

from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.settings import SecuritySettings

_REQUIRED = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "role"]
_ROLES = ("owner", "admin", "user")
_MAX_LENGTH = 4_096


class Tokens:
    """Signs and reads tokens with one RSA key."""

    def __init__(self, private_pem: str, settings: SecuritySettings) -> None:
        key = serialization.load_pem_private_key(private_pem.encode(), None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
            raise ValueError("JWT_PRIVATE_KEY must be an RSA key of 2048 bits or more, in PEM")
        self._key, self._public, self.settings = key, key.public_key(), settings

    def mint(self, user_id: UUID, role: str) -> str:
        """A token good for `jwt_access_seconds`."""
        now = int(time.time())
        claims = {
            "sub": str(user_id),
            "role": role,
            "iat": now,
            "nbf": now,
            "exp": now + self.settings.jwt_access_seconds,
            "iss": self.settings.jwt_issuer,
            "aud": self.settings.jwt_audience,
            "jti": str(uuid7()),
        }
        return jwt.encode(claims, self._key, "RS256", headers={"typ": "at+jwt"})

    def read(self, token: str) -> Principal:
        """Whose token this is, or `Unauthenticated`."""
        try:
            return self._principal(token)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthenticated from None

    def _principal(self, token: str) -> Principal:
        if len(token) > _MAX_LENGTH or jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise ValueError("not an access token")
        claims = jwt.decode(
            token,
            self._public,
            algorithms=["RS256"],
            audience=self.settings.jwt_audience,
            issuer=self.settings.jwt_issuer,
            options={"require": _REQUIRED},
        )
        if claims["role"] not in _ROLES:
            raise ValueError("unknown role")
        user_id = UUID(claims["sub"])
        return Principal("user", str(user_id), user_id, claims["role"], float(claims["exp"]))


def from_header(request: Request) -> Principal:
    """The caller behind `Authorization: Bearer ...`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    tokens: Tokens = request.state["resources"].tokens
    return tokens.read(token.strip())
