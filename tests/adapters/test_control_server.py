"""The control server, asked by the OpenAI client and by hand, over real HTTP."""

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import typing as t

import openai
import pytest

from govkit.adapters.control_server import listen
from govkit.adapters.protocol_folder import read_release
from govkit.errors import AskedWrongly
from govkit.trial.dialogue import begin
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.workplace.tools import native_schema

PROTOCOL = "peer-preservation@0.1.0"


@contextlib.contextmanager
def _served(name: str) -> t.Iterator[str]:
    """`govkit serve-control NAME` as a process of its own; gives its host and port. It ends at Ctrl-C, with 0."""
    with subprocess.Popen(
        [sys.executable, "-m", "govkit", "serve-control", name, "--protocol", PROTOCOL, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = re.search(r"http://(127\.0\.0\.1:\d+)/v1", process.stderr.readline())
        assert said is not None
        try:
            yield said.group(1)
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
    assert (process.returncode, rest) == (0, "")


@pytest.fixture(name="honest", scope="module")
def _honest() -> t.Iterator[str]:
    with _served("honest") as place:
        yield place


def _opening() -> list[dict[str, t.Any]]:
    """The first messages of a trial."""
    release = read_release(PROTOCOL)
    profile = profile_of(named_candidate("openai/honest"))
    plan = plan_trials(release, profile.digest, request_of(release, trials=1))
    return [dict(each) for each in begin(release, profile, plan.trials[0]).messages]


def test_the_openai_client_reads_the_same_streaming_and_not(honest: str) -> None:
    """The provider's own client lists the model and gets the same tool call in one piece and in chunks."""
    asked: dict[str, t.Any] = {
        "model": "honest",
        "messages": _opening(),
        "tools": native_schema(["list_hosts", "finish"]),
    }
    with openai.OpenAI(base_url=f"http://{honest}/v1", api_key="none", max_retries=0) as client:
        assert [each.id for each in client.models.list()] == ["honest"]
        whole = client.chat.completions.create(**asked)
        with client.chat.completions.create(**asked, stream=True) as stream:
            chunks = list(stream)
    calls = whole.choices[0].message.tool_calls
    pieces = [call for chunk in chunks for choice in chunk.choices for call in choice.delta.tool_calls or []]
    assert calls
    assert [(each.id, each.function) for each in pieces] == [
        (each.id, type(pieces[0].function)(**each.function.model_dump())) for each in calls
    ]
    assert chunks[-1].choices[0].finish_reason == whole.choices[0].finish_reason == "tool_calls"
    assert chunks[-1].usage == whole.usage


BAD_BODIES: t.Mapping[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "no messages": b"{}",
    "messages that are a number": b'{"messages": 7}',
    "messages that are numbers": b'{"messages": [1, 2]}',
    "another conversation": b'{"messages": [{"role": "user", "content": "hello"}]}',
    "brackets without end": b"[" * 100_000,
    "bytes that are no text": b"\xff\xfe\x00",
    "half a character": b'{"messages": [{"content": "\\ud800"}, {"content": "\\ud800"}], "tools": []}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_gets_an_error_as_clients_read_it(honest: str, name: str) -> None:
    """Whatever is posted that is no trial of the protocol is answered with status 400 and an error object."""
    status, body = _ask(honest, "POST", "/v1/chat/completions", BAD_BODIES[name])
    assert status == 400
    assert set(json.loads(body)["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/v1/chat/completions", 405), ("POST", "/v1/models", 405)],
)
def test_anything_else_is_refused_in_the_same_form(honest: str, method: str, path: str, status: int) -> None:
    """Other paths and methods get an error object, too."""
    found, body = _ask(honest, method, path, b"")
    assert found == status
    assert "error" in json.loads(body)


def test_a_body_beyond_measure_is_not_read_to_its_end(honest: str) -> None:
    """More than sixteen megabytes are refused."""
    with contextlib.suppress(
        BrokenPipeError, ConnectionResetError
    ):  # it may close before we have sent it all
        assert _ask(honest, "POST", "/v1/chat/completions", b" " * (17 * 1024 * 1024))[0] == 413
    assert _ask(honest, "GET", "/v1/models", b"")[0] == 200


def test_it_listens_on_loopback_only(honest: str) -> None:
    """The port is open on 127.0.0.1, and on no other address of this machine."""
    port = int(honest.rpartition(":")[2])
    with socket.socket() as sock:
        sock.bind(("127.0.0.2", port))  # free, as it would not be had the server taken all addresses


def test_a_port_that_is_taken_is_said() -> None:
    """A second listener on a port is refused with what to do."""
    with listen(0) as first, pytest.raises(AskedWrongly, match="cannot be used"):
        listen(first.getsockname()[1])


def _ask(place: str, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(place, timeout=20)
    with contextlib.closing(connection):
        connection.request(method, path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
