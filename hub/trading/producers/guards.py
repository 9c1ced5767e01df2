"""The guard of producer calls: HMAC over the canonical string."""

from starlette.requests import Request

from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.resources import Resources
from hub.core.security import signatures
from hub.trading.producers import service


async def _check(request: Request) -> Principal:
    res: Resources = request.state["resources"]
    security = res.settings.security
    if not security.hmac_producer_enabled and signatures.is_unsigned(request):
        return await _believed(res, request.headers.get("x-producer-id", ""))
    signed = await signatures.read(request, "x-producer-id", nonce_required=False)
    signatures.check(signed, await _key(res, signed.id), skew=security.hmac_timestamp_skew_seconds)
    if signed.nonce:
        signatures.once(request, signed)
    return Principal("producer", signed.id)


async def _believed(res: Resources, id: str) -> Principal:
    """A known id without a proof: `HMAC_PRODUCER_ENABLED=false`, in development alone."""
    await _key(res, id)
    return Principal("producer", id)


async def _key(res: Resources, id: str) -> bytes:
    key = await service.find_key(res, id)
    if key is None:
        raise Unauthenticated
    return key


producer = Guard("producer", "producer", _check)
