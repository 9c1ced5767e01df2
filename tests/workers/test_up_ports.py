"""Which ports `caerus up` wants, and what it says when it cannot have one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import socket

import pytest

from hub.core.settings import Settings
from tests.processes import free_row
from workers.up.ports import NotUp, must_be_free, ops_ports
from workers.up.stack import Stack


@contextmanager
def held(port: int) -> Iterator[None]:
    with socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        yield


def settings(tmp_path, port: int, ops_port: int) -> Settings:
    return Settings.throw_away(tmp_path, port, ops_port)


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        (0, "Port {port} is taken. Choose another: OPS_PORT={other} make run"),
        (1, "Port {port} is taken; relay would serve its metrics there, 1 after OPS_PORT."),
        (2, "Port {port} is taken; work would serve its metrics there, 2 after OPS_PORT."),
        (3, "Port {port} is taken; market would serve its metrics there, 3 after OPS_PORT."),
    ],
)
def test_a_taken_ops_port_stops_it_before_anything_started(tmp_path, offset, told):
    first = free_row(5)
    sentence = told.format(port=first + offset, other=first + 10)
    with held(first + offset), pytest.raises(NotUp) as refused, Stack(settings(tmp_path, first + 4, first)):
        pass
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(f"Choose another: OPS_PORT={first + 10} make run")
    assert not (tmp_path / "lock").exists()


def test_a_taken_hub_port_is_told_by_its_own_name(tmp_path):
    first = free_row(5)
    with held(first + 4), pytest.raises(NotUp, match=rf"Port {first + 4} is taken\. .*HUB_PORT={first + 14}"):
        must_be_free(settings(tmp_path, first + 4, first).serve, ops_ports(first))


def test_the_hub_s_own_port_cannot_be_an_ops_port_too(tmp_path):
    first = free_row(4)
    with pytest.raises(NotUp, match=f"Port {first + 2} is taken; work"):
        must_be_free(settings(tmp_path, first + 2, first).serve, ops_ports(first))


def test_there_is_no_port_after_the_last(tmp_path):
    with pytest.raises(NotUp, match=r"Port 65536 does not exist; relay .* OPS_PORT=65525 make run"):
        must_be_free(settings(tmp_path, 0, 65_535).serve, ops_ports(65_535))


def test_with_0_no_process_has_one(tmp_path):
    first = free_row(4)
    with ExitStack() as stack:
        for port in range(first, first + 4):
            stack.enter_context(held(port))
        must_be_free(settings(tmp_path, 0, 0).serve, ops_ports(0))
    assert set(ops_ports(0).values()) == {0}


def test_the_control_all_are_free(tmp_path):
    first = free_row(5)
    must_be_free(settings(tmp_path, first + 4, first).serve, ops_ports(first))
