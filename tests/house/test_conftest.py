"""The wall round this machine that tests/conftest.py builds."""

import socket

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.invalid"])
def test_looking_beyond_this_machine_is_refused(host: str) -> None:
    """A look-up of any other machine fails before it is sent."""
    with pytest.raises(AssertionError, match="tests stay on loopback"):
        socket.getaddrinfo(host, 443)


def test_connecting_beyond_this_machine_is_refused() -> None:
    """A connection to an address needs no look-up, and is refused too."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller,
        pytest.raises(AssertionError, match="tests stay on loopback"),
    ):
        caller.connect(("192.0.2.1", 9))


def test_loopback_is_open() -> None:
    """A server on this machine can be reached, by name and by address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, port), timeout=5):
                pass
