"""
What every test shares: how long Hypothesis searches, a PostgreSQL server, and a wall round this machine.

The wall. No test may reach beyond loopback, by whatever library: an audit hook refuses to look up or to connect to
anything else. It guards the test process; the processes that tests start are govkit itself, which goes where a
candidate file says, and the tests' candidate files say loopback.
"""

import ipaddress
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import typing as t

import hypothesis
import pg8000.native
import pytest

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


# --- a PostgreSQL server: the distribution's programs, an unprivileged user, a temporary folder, a Unix socket, no port

INSTALL_POSTGRESQL = """PostgreSQL's server is not here, and the register is tested against a real one. Install it:
  Debian, Ubuntu   sudo apt-get install postgresql
  Fedora, RHEL     sudo dnf install postgresql-server
  Alpine           sudo apk add postgresql
  macOS            brew install postgresql"""
UNPRIVILEGED = "nobody"
"""Who runs it where we are root: PostgreSQL refuses to be."""


def _program(name: str) -> str:
    """Where one of PostgreSQL's programs lies; Debian keeps them off the path, a folder for each version."""
    there = [shutil.which(name), *map(str, sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}")))]
    found = [each for each in there if each]
    if not found:
        pytest.fail(INSTALL_POSTGRESQL, pytrace=False)
    return found[-1]


@pytest.fixture(scope="session")
def postgresql_folder() -> t.Iterator[str]:
    """The folder with the socket of a running server, whose superuser `govkit` needs no password there."""
    initdb, postgres = _program("initdb"), _program("postgres")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        as_whom: dict[str, t.Any] = {}
        if os.geteuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
            as_whom = {"user": UNPRIVILEGED, "extra_groups": []}
        data = f"{folder}/data"
        made = subprocess.run(
            [initdb, "-D", data, "-U", "govkit", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            cwd=folder, capture_output=True, text=True, check=False, **as_whom,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off")
        log = pathlib.Path(folder, "log").open("wb")  # noqa: SIM115 - closed below, with the server
        server = subprocess.Popen(
            [postgres, "-D", data, *(part for each in settings for part in ("-c", each))],
            cwd=folder, stdout=log, stderr=subprocess.STDOUT, **as_whom,
        )  # fmt: skip
        try:
            _wait_for(folder, server)
            yield folder
        finally:
            server.terminate()
            server.wait(timeout=20)
            log.close()


def _connected(folder: str) -> pg8000.native.Connection:
    return pg8000.native.Connection("govkit", unix_sock=f"{folder}/.s.PGSQL.5432", database="postgres")


def _wait_for(folder: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            _connected(folder).close()
        except Exception:  # noqa: BLE001 - not yet: no socket, or a server that still starts
            assert server.poll() is None, pathlib.Path(folder, "log").read_text(encoding="utf-8")
            time.sleep(0.1)
        else:
            return
    pytest.fail("PostgreSQL did not start in 20 seconds.")


_NUMBERS = itertools.count()


@pytest.fixture
def postgresql_url(postgresql_folder: str) -> str:
    """The address of a new database."""
    name = f"register_{next(_NUMBERS)}"
    connection = _connected(postgresql_folder)
    connection.run(f"CREATE DATABASE {name}")
    connection.close()
    return f"postgresql://govkit@/{name}?host={postgresql_folder}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def index_url(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    """The address of a new index of the register: the same tests on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'index' / 'register.sqlite'}"
    return t.cast(str, request.getfixturevalue("postgresql_url"))
