"""What operators may do to people, and how to look for them."""

import re
from collections.abc import Iterable

from hub.core.principal import Role
from hub.core.problems import Forbidden
from hub.identity.users.models import Standing

OPERATORS: tuple[Role, ...] = ("owner", "admin")


def check_may_make(actor: Standing | None, role: Role) -> None:
    """Whether somebody, as they stand now, may give this role."""
    _check_operator(actor, role in OPERATORS, "Only an owner may make somebody an owner or an admin.")


def check_may_act(actor: Standing | None, target: Standing) -> None:
    """Whether somebody, as they stand now, may change, lock or delete this person."""
    if actor and actor.id == target.id:
        raise Forbidden("You may not do this to yourself; another operator may.")
    above = target.role in OPERATORS
    _check_operator(actor, above, "Only an owner may change, lock or delete an owner or an admin.")


def _check_operator(actor: Standing | None, owners_alone: bool, why: str) -> None:
    if actor is None or not actor.active or actor.role not in OPERATORS:
        raise Forbidden("You are no longer an operator.")
    if owners_alone and actor.role != "owner":
        raise Forbidden(why)


def check_an_owner_stays(target: Standing, people: Iterable[Standing]) -> None:
    """Whether there is an active owner besides `target`, if that is one."""
    owners = {each.id for each in people if each.role == "owner" and each.active}
    if owners == {target.id}:
        raise Forbidden("This is the last active owner; make somebody else an owner first.")


def like(text: str) -> str:
    """A pattern of SQL's `like` that finds `text` anywhere, and nothing else."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", text) + "%"
