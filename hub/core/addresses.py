"""Where a request comes from, and who is not let in at all.

`X-Forwarded-For` is believed only as far as trusted proxies wrote it: from the right, the first address
that is not one of ours is the caller (RFC 7239, section 8.1, says why the rest may be made up).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_IPV6_SITE = 64
_MOST_HOPS = 20


def networks(text: str) -> tuple[Network, ...]:
    """`10.0.0.0/8, 2001:db8::/32, 192.0.2.7`; ValueError names what is none."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def within(address: Address, among: tuple[Network, ...]) -> bool:
    return any(address in network for network in among)


def parse(text: str) -> Address | None:
    """An address; an IPv4 one that came mapped into IPv6 is itself."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def client(scope: Scope, trusted: tuple[Network, ...]) -> Address | None:
    """The caller's address; None for a connection without one (a Unix socket)."""
    peer = parse(scope["client"][0]) if scope.get("client") else None
    if peer is None or not within(peer, trusted):
        return peer
    hops = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    for hop in reversed(hops.split(",")[-_MOST_HOPS:]):
        address = parse(hop)
        if address is None:
            return peer
        peer = address
        if not within(address, trusted):
            break
    return peer


def bucket(address: Address | None) -> str:
    """What is counted as one caller: an IPv4 address, or the /64 that one IPv6 site has to itself."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_SITE), strict=False))
    return str(address)


class Gate:
    """The allow list goes before the block list, and before every limit."""

    def __init__(self, allow: str, block: str, trusted: str) -> None:
        self._allow, self._block, self._trusted = networks(allow), networks(block), networks(trusted)

    def client(self, scope: Scope) -> Address | None:
        return client(scope, self._trusted)

    def allows(self, address: Address | None) -> bool:
        """An operator's own address, which no limit holds up."""
        return address is not None and within(address, self._allow)

    def blocks(self, address: Address | None) -> bool:
        return address is not None and not self.allows(address) and within(address, self._block)
