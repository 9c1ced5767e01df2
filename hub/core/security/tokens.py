"""Access tokens: RS256 JWTs of 15 minutes, one audience a surface."""

import time
from collections.abc import Iterable
from typing import Any, get_args
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from msgspec import Struct

from hub.core.ids import uuid7
from hub.core.principal import ROLES, Method, Principal
from hub.core.problems import Unauthenticated
from hub.core.security.keyring import KeyRing
from hub.core.settings import SecuritySettings

_REQUIRED = ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "role", "sid", "amr", "auth_time"]
_METHODS = frozenset(get_args(Method))
_MAX_LENGTH = 4_096
_REMEMBERED = 4_096
_HEADER = {"alg", "typ", "kid"}


class Proof(Struct, frozen=True):
    """How a person signed in: into which session, by what, and when last (Unix seconds)."""

    session_id: UUID
    audience: str
    methods: tuple[str, ...]
    at: float


class Tokens:
    """Signs and reads tokens with the keys of a ring."""

    def __init__(self, ring: KeyRing, settings: SecuritySettings) -> None:
        self.ring, self.settings = ring, settings
        self._known: dict[str, tuple[str, Principal]] = {}

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
        kid, key = self.ring.signing
        return jwt.encode(claims, key, "RS256", headers={"typ": "at+jwt", "kid": kid})

    def sign(self, payload: dict[str, Any], typ: str) -> str:
        """A statement of the hub as a compact JWS. `typ` says of what kind, and that it is no access token."""
        kid, key = self.ring.signing
        return jwt.encode(payload, key, "RS256", headers={"typ": typ, "kid": kid})

    @property
    def publics(self) -> tuple[RSAPublicKey, ...]:
        """The keys that `statement` needs: those that verify now."""
        return tuple(key.public for key in self.ring.at(time.time()))

    def read(self, token: str) -> Principal:
        """Whose token this is, or `Unauthenticated`. For which surface, its guard decides."""
        try:
            return self._remembered(token) or self._principal(token)
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Unauthenticated from None

    def _remembered(self, token: str) -> Principal | None:
        """Whose token this was when its signature was checked, while token and key are good (saves 90 us)."""
        if (known := self._known.get(token)) is None:
            return None
        (kid, who), now = known, time.time()
        if who.expires_at > now and self.ring.verifying(kid, now):
            return who
        del self._known[token]
        return None

    def _remember(self, token: str, kid: str, who: Principal) -> Principal:
        if len(self._known) >= _REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[token] = kid, who
        return who

    def _principal(self, token: str) -> Principal:
        kid, key = self._key_of(token)
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=[self.settings.jwt_audience, self.settings.jwt_miniapp_audience],
            issuer=self.settings.jwt_issuer,
            options={"require": _REQUIRED, "enforce_minimum_key_length": True},
        )
        return self._remember(token, kid, _principal(claims))

    def _key_of(self, token: str) -> tuple[str, RSAPublicKey]:
        """The key a token names. A header that brings a key, or says where one is, is not read further."""
        if len(token) > _MAX_LENGTH:
            raise ValueError("oversized")
        header = jwt.get_unverified_header(token)
        if header.keys() != _HEADER or header["typ"] != "at+jwt":
            raise ValueError("not an access token of ours")
        key = self.ring.verifying(header["kid"], time.time())
        if key is None:
            raise ValueError("unknown key")
        return header["kid"], key


def statement(token: str, typ: str, keys: Iterable[RSAPublicKey]) -> dict[str, Any] | None:
    """What was signed with `Tokens.sign` and one of these keys; None for anything else. It does not expire."""
    for key in keys:
        try:
            read = jwt.decode_complete(
                token, key, algorithms=["RS256"], options={"verify_iat": False, "verify_exp": False}
            )
        except (jwt.PyJWTError, ValueError):
            continue
        if read["header"].get("typ") == typ:
            return dict(read["payload"])
    return None


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
