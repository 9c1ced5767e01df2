"""Access tokens: RS256 JWTs of 15 minutes."""

import time
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from starlette.requests import Request

from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.security.keyring import KeyRing
from hub.core.settings import SecuritySettings

_REQUIRED = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "role"]
_ROLES = ("owner", "admin", "user")
_MAX_LENGTH = 4_096
_HEADER = {"alg", "typ", "kid"}


class Tokens:
    """Signs and reads tokens with the keys of a ring."""

    def __init__(self, ring: KeyRing, settings: SecuritySettings) -> None:
        self.ring, self.settings = ring, settings

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
        kid, key = self.ring.signing
        return jwt.encode(claims, key, "RS256", headers={"typ": "at+jwt", "kid": kid})

    def read(self, token: str) -> Principal:
        """Whose token this is, or `Unauthenticated`."""
        try:
            return self._principal(token)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthenticated from None

    def _principal(self, token: str) -> Principal:
        claims = jwt.decode(
            token,
            self._key_of(token),
            algorithms=["RS256"],
            audience=self.settings.jwt_audience,
            issuer=self.settings.jwt_issuer,
            options={"require": _REQUIRED, "enforce_minimum_key_length": True},
        )
        if claims["role"] not in _ROLES:
            raise ValueError("unknown role")
        user_id = UUID(claims["sub"])
        return Principal("user", str(user_id), user_id, claims["role"], float(claims["exp"]))

    def _key_of(self, token: str) -> RSAPublicKey:
        """The key a token names. A header that brings a key, or says where one is, is not read further."""
        if len(token) > _MAX_LENGTH:
            raise ValueError("oversized")
        header = jwt.get_unverified_header(token)
        if header.keys() != _HEADER or header["typ"] != "at+jwt":
            raise ValueError("not an access token of ours")
        key = self.ring.verifying(header["kid"], time.time())
        if key is None:
            raise ValueError("unknown key")
        return key


def from_header(request: Request) -> Principal:
    """The caller behind `Authorization: Bearer ...`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    tokens: Tokens = request.state["resources"].tokens
    return tokens.read(token.strip())
