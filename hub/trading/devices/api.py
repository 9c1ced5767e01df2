"""`/api/v1/devices`."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import Forbidden, NotFound
from hub.core.web import Api, Call
from hub.trading.devices import service
from hub.trading.devices.models import Device, Devices, Registered, RegisterIn, RenameIn
from hub.trading.devices.service import NameTaken, Rotated

api = Api("/devices", tag="devices")


@api.post("/register", guard=guards.signed_in, idempotent=True, raises=(NameTaken,))
async def register_device(call: Call, body: RegisterIn) -> Registered:
    """Register a terminal. Its secret is in this answer and nowhere else."""
    return await service.register(call.res, call.who, body.name, call.ip)


@api.get("/me", guard=guards.signed_in)
async def list_devices(call: Call) -> Devices:
    """Your devices."""
    return await service.listed(call.res, call.who)


@api.patch("/{id}", guard=guards.signed_in, raises=(NotFound, NameTaken))
async def rename_device(call: Call, id: UUID, body: RenameIn) -> Device:
    """Give a device another name."""
    return await service.rename(call.res, call.who, id, body.name, call.ip)


@api.post(
    "/{id}/rotate",
    guard=guards.people(fresh=True),
    status=200,
    idempotent=True,
    raises=(NotFound, Rotated, Forbidden),
)
async def rotate_device(call: Call, id: UUID) -> Registered:
    """Give a device a new secret. The one before is good until the new one is used, or its grace is over."""
    return await service.rotate(call.res, call.who, id, call.visitor)


@api.post("/{id}/revoke", guard=guards.signed_in, status=200, raises=(NotFound,))
async def revoke_device(call: Call, id: UUID) -> Device:
    """Revoke a device for good."""
    return await service.revoke(call.res, call.who, id, call.ip)
