"""Who may call what, written down by hand: what is not here fails, and what is here is tried over HTTP.

A rule says what each kind of caller gets: `in` (let in; what the handler then says of an empty request does
not matter here), 401 or 403.
"""

from typing import Literal

Outcome = Literal["in", 401, 403]

STRANGERS = ("nobody", "garbage", "expired", "revoked")
CALLERS = (
    *STRANGERS,
    "user",
    "stale user",
    "mini app user",
    "admin",
    "owner",
    "owner without second factor",
    "stale owner",
    "mini app owner",
    "key with scope",
    "key without scope",
    "device",
    "producer",
)
_PEOPLE = {"user", "stale user", "mini app user", "admin", "owner", "stale owner", "mini app owner"}
_STALE = {"stale user", "stale owner"}
_MINI = {"mini app user", "mini app owner"}
_WEAK = {"owner without second factor"}
_KEYS = {"key with scope", "key without scope"}


def outcomes(rule: str) -> dict[str, Outcome]:
    """The outcome for each caller. `rule` is words: what it is about, then what it adds, then a scope."""
    words, _, scope = rule.partition(": ")
    kind, *adds = words.split(", ")
    inside, known = _inside(kind), _PEOPLE | _WEAK | _KEYS
    if kind in ("people", "operators", "owners"):
        inside -= _STALE if "fresh" in adds else set()
        inside -= _MINI if "web" in adds else set()
        inside |= _WEAK if "enrolling" in adds else set()
        inside |= {"key with scope"} if scope else set()
    elif kind in ("device", "producer", "token"):
        known = set()
    return {who: "in" if who in inside else 403 if who in known else 401 for who in CALLERS}


def _inside(kind: str) -> set[str]:
    operators = {"admin", "owner", "stale owner"}
    by_kind: dict[str, set[str]] = {
        "anybody": set(CALLERS),
        "people": set(_PEOPLE),
        "users alone": {"user"},
        "operators": operators,
        "owners": operators - {"admin"},
        "device": {"device"},
        "producer": {"producer"},
        "token": set(),
    }
    return by_kind[kind]


PEOPLE, FRESH, ENROLLING = "people", "people, fresh", "people, enrolling"
ROUTES: dict[str, str] = {
    "GET /health": "anybody",
    "GET /ready": "anybody",
    "GET /version": "anybody",
    "GET /consent": "anybody",
    "POST /auth/login": "anybody",
    "POST /auth/mfa/verify": "anybody",
    "POST /auth/register": "anybody",
    "POST /auth/verify-email": "anybody",
    "POST /auth/verify-email/resend": "anybody",
    "POST /auth/password/forgot": "anybody",
    "POST /auth/password/reset": "anybody",
    # A refresh token is the only thing that counts here, and none of these callers has one.
    "POST /auth/refresh": "token",
    "POST /auth/logout": "token",
    "POST /auth/step-up": ENROLLING,
    "POST /auth/password/change": ENROLLING,
    "GET /auth/sessions": ENROLLING,
    "DELETE /auth/sessions": "people, fresh, enrolling",
    "DELETE /auth/sessions/{id}": "people, fresh, enrolling",
    "GET /auth/mfa": ENROLLING,
    "POST /auth/mfa/enrol": "people, fresh, enrolling, web",
    "POST /auth/mfa/confirm": "people, fresh, enrolling, web",
    "POST /auth/mfa/recovery-codes": "people, fresh, web",
    # An operator's second factor cannot be taken off.
    "DELETE /auth/mfa": "users alone",
    "GET /me": ENROLLING,
    "GET /users/me": ENROLLING,
    "GET /me/quotas": PEOPLE,
    "GET /users": "operators: users:read",
    "POST /users": "operators, fresh: users:write",
    "GET /users/{id}": "operators: users:read",
    "PATCH /users/{id}": "operators, fresh: users:write",
    "POST /users/{id}/lock": "operators, fresh: users:write",
    "POST /users/{id}/unlock": "operators, fresh: users:write",
    "POST /users/{id}/mfa/reset": "owners, fresh",
    "DELETE /users/{id}": "operators, fresh: users:write",
    "PUT /admin/users/{id}/plan": "operators, fresh: plans:write",
    "GET /admin/audit-logs": "operators: audit:read",
    "GET /admin/presence": "operators: presence:read",
    "GET /admin/presence/{user_id}": "operators: presence:read",
    "GET /admin/audit-logs/heads": "operators: audit:read",
    "POST /api-keys": "operators, fresh",
    "GET /api-keys": "operators",
    "DELETE /api-keys/{id}": "operators",
    # Members: a stranger to the organisation in the path is told 404, which is "in" here; see OBJECTS.
    "POST /organisations": PEOPLE,
    "GET /organisations": PEOPLE,
    "GET /organisations/invitations": PEOPLE,
    "POST /organisations/invitations/{id}/accept": PEOPLE,
    "GET /organisations/{organisation_id}": "people: organisations:read",
    "PATCH /organisations/{organisation_id}": PEOPLE,
    "DELETE /organisations/{organisation_id}": FRESH,
    "GET /organisations/{organisation_id}/members": "people: organisations:read",
    "PATCH /organisations/{organisation_id}/members/{user_id}": PEOPLE,
    "DELETE /organisations/{organisation_id}/members/{user_id}": PEOPLE,
    "POST /organisations/{organisation_id}/leave": PEOPLE,
    "POST /organisations/{organisation_id}/invitations": PEOPLE,
    "GET /organisations/{organisation_id}/invitations": PEOPLE,
    "DELETE /organisations/{organisation_id}/invitations/{id}": PEOPLE,
    "GET /candles": PEOPLE,
    "GET /instruments": PEOPLE,
    "GET /quotes": PEOPLE,
    "GET /signals": PEOPLE,
    "GET /signals/{id}": PEOPLE,
    "GET /signals/counterfactual": PEOPLE,
    "POST /signals": "producer",
    "POST /producers/heartbeat": "producer",
    "GET /producers/heartbeats": "operators: producers:read",
    "POST /signals/{id}/cancel": "producer",
    "POST /approve": PEOPLE,
    "GET /approvals": PEOPLE,
    "POST /deputies": "people, fresh, web",
    "GET /deputies": PEOPLE,
    "POST /deputies/{id}/revoke": PEOPLE,
    "POST /deputies/{id}/approve": PEOPLE,
    "PUT /organisations/{organisation_id}/approval-policy": FRESH,
    "GET /organisations/{organisation_id}/approval-policy": PEOPLE,
    "DELETE /organisations/{organisation_id}/approval-policy": FRESH,
    "POST /organisations/{organisation_id}/approval-policy/join": FRESH,
    "DELETE /organisations/{organisation_id}/approval-policy/traders/{user_id}": FRESH,
    "POST /organisations/{organisation_id}/votes": PEOPLE,
    "GET /organisations/{organisation_id}/votes": PEOPLE,
    "POST /devices/register": PEOPLE,
    "GET /devices/me": PEOPLE,
    "PATCH /devices/{id}": PEOPLE,
    "POST /devices/{id}/rotate": FRESH,
    "POST /devices/{id}/revoke": PEOPLE,
    "GET /client/poll": "device",
    "POST /client/ack": "device",
    "GET /executions": PEOPLE,
    "GET /closures": PEOPLE,
    "POST /closures": "owners, fresh, web",
    "GET /reconciliation/{user_id}": PEOPLE,
    "POST /accounts/link": PEOPLE,
    "POST /accounts/link/verify": PEOPLE,
    "GET /accounts": PEOPLE,
    "POST /accounts/{id}/verify": PEOPLE,
    "PUT /accounts/{id}/primary": PEOPLE,
    "DELETE /accounts/{id}": PEOPLE,
    "POST /client/snapshot": "device",
    "POST /client/preflight": "device",
    "GET /accounts/{id}/preflight": PEOPLE,
    "GET /positions": PEOPLE,
    "GET /positions/live": PEOPLE,
    "GET /accounts/{id}/positions": PEOPLE,
    "POST /accounts/{id}/peak": "owners, fresh, web",
    "POST /paper/enable": PEOPLE,
    "POST /paper/disable": PEOPLE,
    "GET /paper/statement": PEOPLE,
    "GET /copy/consent": "anybody",
    "POST /copy/enable": FRESH,
    "POST /copy/disable": PEOPLE,
    "PATCH /copy/risk": PEOPLE,
    "GET /copy/status": PEOPLE,
    "GET /executions/{approval_id}": "operators: executions:read",
    "GET /trades": PEOPLE,
    "GET /trades/{id}": PEOPLE,
    "GET /risk/defaults": "operators",
    "PUT /risk/defaults": "operators, fresh",
    "GET /risk/guards": PEOPLE,
    "GET /risk/me": PEOPLE,
    "PUT /risk/me": PEOPLE,
    "GET /risk/users/{user_id}": "owners",
    "PUT /risk/users/{user_id}": "owners, fresh",
    "GET /risk/kill-switch": "operators",
    "PUT /risk/kill-switch": "owners, fresh",
    # Somebody else's trading is the owner's to touch: see tests/trading/test_controls.py.
    "PATCH /trading/pause": PEOPLE,
    "PATCH /trading/resume": PEOPLE,
    "PUT /trading/size": PEOPLE,
    "GET /trading/status": PEOPLE,
    "POST /decisions": "producer",
    "GET /decisions": "operators: decisions:read",
    "GET /analytics/daily": "operators: decisions:read",
    "GET /charts/candles": PEOPLE,
    "GET /charts/equity": PEOPLE,
    "GET /charts/returns": PEOPLE,
}

TOPICS: dict[str, str] = {
    "signals": "everybody signed in",
    "candles:{symbol}": "everybody signed in",
    "quotes:{symbol}": "everybody signed in",
    "approvals:{user_id}": "its person",
    "executions:{user_id}": "its person",
    "closures:{user_id}": "its person",
    "accounts:{user_id}": "its person",
    "devices:{user_id}": "its person",
    "positions:{user_id}": "its person",
    "equity:{user_id}": "its person",
    "preflight:{user_id}": "its person",
    "deputies:{user_id}": "its person",
    "votes:{user_id}": "its person",
    "policies:{user_id}": "its person",
    "trades:{user_id}": "its person",
    "trading:{user_id}": "its person",
    "guards:{user_id}": "its person",
    "risk": "everybody signed in",
    "copying:{user_id}": "its person",
    "copying_alerts": "owners",
    "commands:{user_id}": "nobody",
}
"""`commands` wakes polls; no socket may read it."""
