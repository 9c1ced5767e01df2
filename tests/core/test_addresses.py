"""Who is the caller behind proxies, and who is not let in."""

from typing import Any

import pytest

from hub.core.addresses import Gate, bucket, client, networks, parse

PROXIES = networks("10.0.0.0/8, 2001:db8:ffff::/48")


def scope(peer: str, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    return {"type": "http", "client": (peer, 1), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("1.2.3.4",), "203.0.113.9"),
        ("10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("1.2.3.4, 203.0.113.9",), "203.0.113.9"),
        ("10.0.0.1", ("1.2.3.4, 203.0.113.9, 10.0.0.7",), "203.0.113.9"),
        ("10.0.0.1", ("1.2.3.4", "203.0.113.9"), "203.0.113.9"),
        ("10.0.0.1", ("10.0.0.9, 10.0.0.8",), "10.0.0.9"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.9, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("127.0.0.1, 203.0.113.9:8080",), "10.0.0.1"),
        ("::ffff:10.0.0.1", ("203.0.113.9",), "203.0.113.9"),
        ("2001:db8:ffff::1", ("2001:db8:1::7",), "2001:db8:1::7"),
        ("10.0.0.1", (", ".join(["6.6.6.6"] * 500 + ["203.0.113.9"]),), "203.0.113.9"),
    ],
)
def test_what_was_forwarded_is_believed_as_far_as_our_proxies_wrote_it(
    peer: str, forwarded: tuple[str, ...], told: str
) -> None:
    assert str(client(scope(peer, *forwarded), PROXIES)) == told


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert str(client(scope("10.0.0.1", "203.0.113.9"), ())) == "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_an_ipv6_site_is_one_caller(address: str, counted: str) -> None:
    assert bucket(parse(address)) == counted


@pytest.mark.parametrize(
    ("address", "blocked", "exempt"),
    [
        ("198.51.100.7", True, False),
        ("198.51.100.8", False, True),
        ("2001:db8:bad::1", True, False),
        ("::ffff:198.51.100.7", True, False),
        ("203.0.113.9", False, False),
    ],
)
def test_the_allow_list_goes_before_the_block_list(address: str, blocked: bool, exempt: bool) -> None:
    gate = Gate("198.51.100.8", "198.51.100.0/24, 2001:db8:bad::/48", "")
    assert (gate.blocks(parse(address)), gate.allows(parse(address))) == (blocked, exempt)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "localhost", "10.0.0.1/8", "::/200"])
def test_a_bad_network_is_refused_at_start(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        networks(text)
