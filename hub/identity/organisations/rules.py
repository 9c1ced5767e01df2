"""Who may do what in an organisation."""

from hub.core.problems import Conflict, Forbidden
from hub.identity.organisations.models import Kind, MemberRole

RANKS: tuple[MemberRole, ...] = ("viewer", "member", "admin", "owner")


class LastOwner(Conflict):
    title = "Last owner"

    def __init__(self) -> None:
        super().__init__("This is the last owner. Make somebody else an owner first, or delete the team.")


class Personal(Conflict):
    title = "Personal organisation"

    def __init__(self) -> None:
        super().__init__("This is a personal organisation, which stays as it is. Create a team to share.")


def check_at_least(role: MemberRole, least: MemberRole) -> None:
    if RANKS.index(role) < RANKS.index(least):
        raise Forbidden(f"This needs the role {least} or higher in this organisation; yours is {role}.")


def check_team(kind: Kind) -> None:
    if kind == "personal":
        raise Personal


def check_may_manage(mine: MemberRole, *roles: MemberRole) -> None:
    """Whether members of these roles may be invited, changed or removed; a role somebody gets counts too."""
    check_at_least(mine, "admin")
    if mine != "owner" and not {"owner", "admin"}.isdisjoint(roles):
        raise Forbidden("Only an owner may invite, make, change or remove an owner or an admin.")


def check_an_owner_stays(role: MemberRole, owners: int) -> None:
    """Whether somebody of this role may stop having it."""
    if role == "owner" and owners <= 1:
        raise LastOwner
