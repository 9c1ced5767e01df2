"""Access tokens, and what does not pass for one."""

import base64
import hmac
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hub.core.problems import Unauthenticated
from hub.core.security.keyring import KeyRing, thumbprint
from hub.core.security.tokens import Proof, Tokens
from hub.core.settings import SecuritySettings


def pem(key: Any) -> str:
    plain = serialization.NoEncryption()
    return str(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
    )


KEY = rsa.generate_private_key(65_537, 2048)
OTHER = rsa.generate_private_key(65_537, 2048)
KID = thumbprint(KEY.public_key())
PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def tokens_of(key: Any) -> Tokens:
    """Tokens whose ring has one key."""
    ring = KeyRing(960)
    ring.load(pem(key), None, None, now=time.time())
    return Tokens(ring, SecuritySettings())


TOKENS = tokens_of(KEY)


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"sub": str(uuid4()), "role": "user", "iat": now, "nbf": now, "exp": now + 60}
    good |= {"iss": "caerus", "aud": "web", "jti": "j"}
    good |= {"sid": str(uuid4()), "amr": ["pwd"], "auth_time": now}
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(key: Any = KEY, algorithm: str = "RS256", typ: str | None = "at+jwt", **changed: Any) -> str:
    return jwt.encode(claims(**changed), key, algorithm, headers={"typ": typ, "kid": KID})


def headed(**header: Any) -> str:
    """A token of our own key, whose header has more, or something else; None removes a parameter."""
    whole = {"alg": "RS256", "typ": "at+jwt", "kid": KID} | header
    body = encoded({k: v for k, v in whole.items() if v is not None}) + b"." + encoded(claims())
    signature = KEY.sign(body, padding.PKCS1v15(), hashes.SHA256())
    return (body + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def encoded(value: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=")


def hs256_with_the_public_key() -> str:
    body = encoded({"alg": "HS256", "typ": "at+jwt", "kid": KID}) + b"." + encoded(claims())
    mac = base64.urlsafe_b64encode(hmac.digest(PUBLIC, body, sha256)).rstrip(b"=")
    return (body + b"." + mac).decode()


def unsigned(alg: str) -> str:
    return (encoded({"alg": alg, "typ": "at+jwt", "kid": KID}) + b"." + encoded(claims()) + b".").decode()


def tampered() -> str:
    head, _, signature = TOKENS.mint(uuid4(), "user", Proof(uuid4(), "web", ("pwd",), 0)).split(".")
    return f"{head}.{encoded(claims(role='owner')).decode()}.{signature}"


HEADERS: dict[str, dict[str, Any]] = {
    "no key id": {"kid": None},
    "an empty key id": {"kid": ""},
    "the id of no key": {"kid": thumbprint(OTHER.public_key())},
    "a path as a key id": {"kid": "../../../../dev/null"},
    "an address as a key id": {"kid": "http://127.0.0.1:9/key"},
    "SQL as a key id": {"kid": "x' union select 'key'--"},
    "a key id that is a number": {"kid": 0},
    "a key id that is a list": {"kid": [KID]},
    "a long key id": {"kid": "k" * 2_000},
    "a key of its own": {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
    "an address of keys": {"jku": "http://127.0.0.1:9/jwks.json"},
    "an address of a certificate": {"x5u": "http://127.0.0.1:9/cert.pem"},
    "a certificate": {"x5c": ["MIIB"]},
    "something critical": {"crit": ["exp"], "exp": 1},
    "critical b64": {"crit": ["b64"], "b64": True},
    "a parameter that nobody knows": {"x": 1},
    "another type": {"typ": "JWT"},
}
ATTACKS: dict[str, Callable[[], str]] = {
    "the public key as an HMAC secret": hs256_with_the_public_key,
    "no signature": lambda: unsigned("none"),
    "no signature, spelled otherwise": lambda: unsigned("NoNe"),
    "another key": lambda: signed(OTHER),
    "another algorithm": lambda: signed(algorithm="RS512"),
    "another kind of key": lambda: signed(ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "changed claims": tampered,
    "another audience": lambda: signed(aud="mobile"),
    "another issuer": lambda: signed(iss="somebody"),
    "expired": lambda: signed(exp=int(time.time()) - 1),
    "not yet good": lambda: signed(nbf=int(time.time()) + 60),
    "an id token": lambda: signed(typ="JWT"),
    "no type": lambda: signed(typ=None),
    "an unknown role": lambda: signed(role="root"),
    "a role that is a list": lambda: signed(role=["owner"]),
    "a subject that is no id": lambda: signed(sub="owner"),
    "oversized": lambda: signed(x="x" * 5_000),
    "empty": lambda: "",
    "no token": lambda: "a.b.c",
    "no text": lambda: "\u00fc.\u00fc.\u00fc",
    **{f"no {name}": lambda name=name: signed(**{name: None}) for name in claims()},
    **{f"a header with {name}": lambda name=name: headed(**HEADERS[name]) for name in HEADERS},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused(attack: str) -> None:
    with pytest.raises(Unauthenticated):
        TOKENS.read(ATTACKS[attack]())


def test_the_attacks_start_from_a_token_that_is_good() -> None:
    assert TOKENS.read(signed()).role == TOKENS.read(headed()).role == "user"


@pytest.mark.parametrize("role", ["owner", "admin", "user"])
def test_a_minted_token_tells_who_it_is_for_how_long(role: str) -> None:
    user_id, proof = uuid4(), Proof(uuid4(), "miniapp", ("pwd", "otp"), 1_790_000_000)
    who = TOKENS.read(TOKENS.mint(user_id, role, proof))
    assert (who.kind, who.user_id, who.role) == ("user", user_id, role)
    assert (who.session_id, who.audience, who.strong) == (proof.session_id, "miniapp", True)
    assert (who.methods, who.proven_at) == (proof.methods, proof.at)
    assert 898 <= who.expires_at - time.time() <= 900


def test_a_small_key_and_another_kind_of_key_are_refused_at_start() -> None:
    for key in (rsa.generate_private_key(65_537, 1024), ec.generate_private_key(ec.SECP256R1())):
        with pytest.raises(ValueError, match="2048"):
            tokens_of(key)


def test_a_token_that_was_read_is_refused_once_it_or_its_key_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens, token = tokens_of(KEY), signed()
    assert tokens.read(token) is tokens.read(token)
    later = time.time() + 61
    with monkeypatch.context() as clock:
        clock.setattr(time, "time", lambda: later)
        assert tokens._remembered(token) is None
    assert tokens.read(signed())
    tokens.ring.load(pem(OTHER), None, None, now=time.time() - 10_000)
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_so_many_tokens_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.core.security.tokens._REMEMBERED", 3)
    tokens, made = tokens_of(KEY), [signed() for _ in range(5)]
    assert [tokens.read(token).role for token in made * 2] == ["user"] * 10
    assert len(tokens._known) == 3
