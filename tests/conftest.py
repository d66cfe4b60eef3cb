"""
What every test shares: how long Hypothesis searches, and a wall round this machine.

The wall. No test may reach beyond loopback, by whatever library: an audit hook refuses to look up or to connect to
anything else. It guards the test process; the processes that tests start are govkit itself, which goes where a
candidate file says, and the tests' candidate files say loopback.
"""

import ipaddress
import os
import sys
import typing as t

import hypothesis

# Examples stop early on a developer's machine and are the same every time on CI, where a rare find would be blamed on
# the wrong change; `HYPOTHESIS_PROFILE=thorough` is the search to leave running. No deadlines: two busy cores stutter.
hypothesis.settings.register_profile("quick", max_examples=50, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("thorough", max_examples=5000, deadline=None)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick")
)


class BeyondThisMachineError(AssertionError):
    """A test tried to reach another machine."""


def _is_here(host: t.Any) -> bool:
    """Whether a host, as the socket functions take it, is this machine. A path (a Unix socket) is."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    if host in (None, "", "localhost", "::"):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_the_world(event: str, arguments: tuple[t.Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise BeyondThisMachineError(f"{event} to {host!r}: tests stay on loopback")


sys.addaudithook(_refuse_the_world)
