"""Access tokens: RS256 JWTs of 15 minutes, one audience a surface."""

import time
from typing import Any, get_args
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from msgspec import Struct

from hub.core.ids import uuid7
from hub.core.principal import ROLES, Method, Principal
from hub.core.problems import Unauthenticated
from hub.core.settings import SecuritySettings

_REQUIRED = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "role", "sid", "amr", "auth_time"]
_METHODS = frozenset(get_args(Method))
_MAX_LENGTH = 4_096


class Proof(Struct, frozen=True):
    """How a person signed in: into which session, by what, and when last (Unix seconds)."""

    session_id: UUID
    audience: str
    methods: tuple[str, ...]
    at: float


class Tokens:
    """Signs and reads tokens with one RSA key."""

    def __init__(self, private_pem: str, settings: SecuritySettings) -> None:
        key = serialization.load_pem_private_key(private_pem.encode(), None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
            raise ValueError("JWT_PRIVATE_KEY must be an RSA key of 2048 bits or more, in PEM")
        self._key, self._public, self.settings = key, key.public_key(), settings

    def mint(self, user_id: UUID, role: str, proof: Proof) -> str:
        """A token good for `jwt_access_seconds`."""
        now = int(time.time())
        claims = {
            "sub": str(user_id),
            "role": role,
            "iat": now,
            "nbf": now,
            "exp": now + self.settings.jwt_access_seconds,
            "iss": self.settings.jwt_issuer,
            "aud": proof.audience,
            "jti": str(uuid7()),
            "sid": str(proof.session_id),
            "amr": list(proof.methods),
            "auth_time": int(proof.at),
        }
        return jwt.encode(claims, self._key, "RS256", headers={"typ": "at+jwt"})

    def read(self, token: str) -> Principal:
        """Whose token this is, or `Unauthenticated`. For which surface, its guard decides."""
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
            audience=[self.settings.jwt_audience, self.settings.jwt_miniapp_audience],
            issuer=self.settings.jwt_issuer,
            options={"require": _REQUIRED},
        )
        return _principal(claims)


def _principal(claims: dict[str, Any]) -> Principal:
    methods = tuple(claims["amr"])
    if claims["role"] not in ROLES or not _METHODS.issuperset(methods) or not isinstance(claims["aud"], str):
        raise ValueError("claims that we never make")
    user_id = UUID(claims["sub"])
    return Principal(
        kind="user",
        id=str(user_id),
        user_id=user_id,
        role=claims["role"],
        expires_at=float(claims["exp"]),
        session_id=UUID(claims["sid"]),
        audience=claims["aud"],
        methods=methods,
        proven_at=float(claims["auth_time"]),
    )
