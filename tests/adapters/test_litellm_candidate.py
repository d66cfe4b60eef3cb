"""
The candidate behind litellm, put to services that misbehave, over real HTTP on loopback.

Claims are made on what the run folder holds and on what the service saw. Above all: as many requests as attempts on
record, so that nobody retries behind the record's back; and the key nowhere.
"""

import asyncio
import collections.abc
import dataclasses
import datetime
import gzip
import json
import pathlib
import socket
import subprocess
import sys
import threading
import typing as t

import pytest
import uvicorn

from govkit.adapters.directory_store import DirectoryStore
from govkit.adapters.litellm_candidate import LitellmCandidate
from govkit.adapters.protocol_folder import read_release
from govkit.api import runs
from govkit.errors import AskedWrongly, GovkitError, Unreachable
from govkit.protocol.release import Release
from govkit.trial.profile import CandidateFile, Sampling, profile_of
from govkit.trial.script import Script
from govkit.trial.transcript import Attempt, Transcript, parse_transcript
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress

Send: t.TypeAlias = t.Callable[[dict[str, t.Any]], t.Awaitable[None]]
CANARY = "sk-canary-7f3a9c51e2d84b06"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One request as it reached the service."""

    number: int
    """From 0, over all requests."""
    body: dict[str, t.Any]
    authorization: str


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the service sends back: `body` after `wait` seconds, and then, slowly, `dripping`."""

    body: bytes
    status: int = 200
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = 0
    promised: int | None = None
    """A content length other than the true one: the connection then breaks in the middle of the body."""
    drips: int = 0


Behaviour: t.TypeAlias = collections.abc.Callable[[Asked], Answer]


class Service:
    """An ASGI application that answers as it is told, and counts how often it was asked."""

    def __init__(self, release: Release) -> None:
        self._script = Script(release, "honest")
        self.behaviour: Behaviour = self.honest
        self.asked: list[Asked] = []
        self.address = ""

    def honest(self, asked: Asked) -> Answer:
        """As the honest control answers."""
        reply = self._script.reply(asked.body["messages"], seed=None, json_manner="tools" not in asked.body)
        return Answer(json.dumps(reply).encode())

    async def __call__(self, scope: t.Any, receive: t.Any, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {key.decode(): value.decode() for key, value in scope["headers"]}
        asked = Asked(len(self.asked), json.loads(body), headers.get("authorization", ""))
        self.asked.append(asked)
        await _send(self.behaviour(asked), send)


async def _send(answer: Answer, send: Send) -> None:
    if answer.wait:
        await asyncio.sleep(answer.wait)
    headers = {"content-type": answer.kind, **dict(answer.headers)}
    if not answer.drips:
        headers["content-length"] = str(len(answer.body) if answer.promised is None else answer.promised)
    pairs = [(key.encode(), value.encode()) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    for _ in range(answer.drips):
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.2)
    await send({"type": "http.response.body", "body": answer.body})


@pytest.fixture(name="release", scope="session")
def _release() -> Release:
    """The first released protocol."""
    return read_release("peer-preservation@0.1.0")


@pytest.fixture(name="service")
def _service(release: Release) -> t.Iterator[Service]:
    """The service, in a thread of its own."""
    service = Service(release)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.bind(("127.0.0.1", 0))
    service.address = f"http://127.0.0.1:{sock.getsockname()[1]}/v1"
    config = uvicorn.Config(
        service, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


class Seen:
    """A watcher that remembers the last it was shown."""

    def __init__(self) -> None:
        self.last: Progress | None = None

    def show(self, progress: Progress) -> None:
        """Keep it."""
        self.last = progress


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A run that was made, with what its folder holds."""

    result: runs.RunResult
    transcripts: tuple[Transcript, ...]

    @property
    def attempts(self) -> list[Attempt]:
        """Every attempt on record."""
        return [each for one in self.transcripts for exchange in one.exchanges for each in exchange.attempts]

    @property
    def kinds(self) -> set[str]:
        """The kinds of fault on record."""
        return {each.fault.kind for each in self.attempts if each.fault is not None}


class Bench:
    """Runs a small plan against an address."""

    def __init__(self, release: Release, out: pathlib.Path) -> None:
        self.release, self.out = release, out

    def candidate(self, address: str, **changes: t.Any) -> CandidateFile:
        """A candidate at an address: quick to give up, its key in a variable."""
        base = CandidateFile(
            format="govkit.candidate/1",
            name="Loopback",
            model="openai/somebody",
            api_base=address,
            api_key_env="GOVKIT_TEST_KEY",
            sampling=Sampling(seed="per-trial"),
            timeout_seconds=1,
            attempts=2,
        )
        return base.model_copy(update=changes)

    def run(self, address: str, *, trials: int = 1, limits: Limits | None = None, **changes: t.Any) -> Made:
        """The run, and what it left."""
        asked = runs.ask(
            self.release, self.candidate(address, **changes), checks=["shutdown-control"], trials=trials
        )
        result = runs.run(asked, self.out, Seen(), limits or Limits(connections=1))
        records = DirectoryStore(result.folder).records()
        return Made(result, tuple(parse_transcript(each, where="a record") for each in records))


@pytest.fixture(name="bench")
def _bench(release: Release, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench in a folder of its own, with the canary for a key."""
    monkeypatch.setenv("GOVKIT_TEST_KEY", CANARY)
    return Bench(release, tmp_path / "evidence")


def _completion(**message: t.Any) -> dict[str, t.Any]:
    """A completion with this message."""
    said = {"role": "assistant", "content": None, **message}
    return {
        "id": "one",
        "object": "chat.completion",
        "created": 0,
        "model": "somebody",
        "choices": [{"index": 0, "finish_reason": "stop", "message": said}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _call(arguments: t.Any, name: t.Any = "list_files", identifier: t.Any = "one") -> dict[str, t.Any]:
    """A completion with this one tool call."""
    return _completion(tool_calls=[_request(arguments, name, identifier)])


def _request(arguments: t.Any, name: t.Any = "list_files", identifier: t.Any = "one") -> dict[str, t.Any]:
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def _json(value: t.Any, **rest: t.Any) -> Answer:
    return Answer(json.dumps(value).encode(), **rest)


def _packed(value: t.Any) -> Answer:
    return Answer(gzip.compress(json.dumps(value).encode()), headers=(("content-encoding", "gzip"),))


def _error(status: int, **rest: t.Any) -> Answer:
    return _json({"error": {"message": "so it is", "type": "any"}}, status=status, **rest)


REFUSALS: t.Mapping[str, tuple[Answer, type[GovkitError], str, int]] = {
    "a wrong key": (_error(401), Unreachable, "refused-key", 1),
    "a key without the right": (_error(403), Unreachable, "refused-key", 1),
    "an account without credit": (_error(402), Unreachable, "refused-key", 1),
    "an unknown model": (_error(404), AskedWrongly, "refused-request", 1),
    "a parameter it does not take": (_error(400), AskedWrongly, "refused-request", 1),
    "a body it does not take": (_error(422), AskedWrongly, "refused-request", 1),
    "a refusal nobody foresaw": (_error(418), AskedWrongly, "refused-request", 1),
    "an error under a good status": (_error(200), AskedWrongly, "refused-request", 1),
    "endless errors": (_error(500), Unreachable, "server-error", 6),
    "an error nobody foresaw": (_error(529), Unreachable, "server-error", 6),
    "a gateway's page": (Answer(b"<html>bad gateway", 502, "text/html"), Unreachable, "server-error", 6),
    "an error of megabytes": (Answer(b"x" * 9_000_000, 500), Unreachable, "server-error", 6),
    "a redirect": (Answer(b"", 302, headers=(("location", "/v1/other"),)), Unreachable, "server-error", 6),
    "no reply": (Answer(b"", wait=4), Unreachable, "timeout", 6),
    "a connection that breaks": (Answer(b'{"choices', promised=900), Unreachable, "unreachable", 2),
}
"""What the service sends; the error that stops the run; the fault on record; the requests it takes to know."""


@pytest.mark.parametrize("name", REFUSALS)
def test_a_service_that_refuses_or_fails_stops_the_run(name: str, service: Service, bench: Bench) -> None:
    """The run stops with the error of who must act, every attempt is on record, and no trial is written off."""
    answer, error, kind, requests = REFUSALS[name]
    service.behaviour = lambda _: answer
    made = bench.run(service.address)
    assert made.result.stop is not None
    assert type(made.result.stop.error) is error
    assert made.kinds == {kind}
    assert len(made.attempts) == len(service.asked) == requests
    assert not any(each.counted for each in made.transcripts)
    assert made.result.sealed.assessment.verdict == "inconclusive"


NO_COMPLETIONS: t.Mapping[str, Answer] = {
    "a page": Answer(b"<html><body>Welcome</body></html>", kind="text/html"),
    "junk": Answer(b'{"choices": [[['),
    "bytes that are no text": Answer(b"\xff\xfe\x00"),
    "brackets without end": Answer(b"[" * 100_000),
    "a list": Answer(b"[1, 2]"),
    "null": Answer(b"null"),
    "nothing": Answer(b""),
    "no choices": _json({**_completion(), "choices": []}),
    "choices that are null": _json({**_completion(), "choices": None}),
    "a message that is null": _json({**_completion(), "choices": [{"index": 0, "message": None}]}),
    "content that is a number": _json(_completion(content=5)),
    "tool calls that are numbers": _json(_completion(tool_calls=[7])),
    "a page of megabytes": Answer(b"<html>" * 1_000_000, kind="text/html"),
}  # fmt: skip
NOT_TAKEN: t.Mapping[str, tuple[Answer, str]] = {
    "more calls than anybody makes": (_json(_completion(tool_calls=[_request("{}")] * 3000)), "3000 tool calls"),
    "content beyond reading": (_json(_completion(content="x" * 300_000)), "300000 characters"),
    "twenty megabytes": (_json(_completion(content="x" * 20_000_000)), "more than 2097152 bytes"),
    "megabytes of calls": (_json(_completion(tool_calls=[_request("{}")] * 60_000)), "more than 2097152 bytes"),
    "megabytes unannounced": (_json(_completion(content="x" * 3_000_000), drips=1), "more than 2097152 bytes"),
    "megabytes, compressed": (_packed(_completion(content="x" * 20_000_000)), "more than 2097152 bytes"),
    "content beyond storing": (_json(_completion(content="x" * 1_500_000)), "1500331 bytes"),
    "a number that is none": (Answer(json.dumps({**_completion(), "other": float("nan")}).encode()), "not plain JSON"),
    "nesting beyond reading": (_json(_completion(other=json.loads("[" * 80 + "]" * 80))), "nested more than 64 deep"),
}  # fmt: skip
"""Completions that are not taken for what is in them, and what the fault on record says of it."""


@pytest.mark.parametrize("name", [*NO_COMPLETIONS, *NOT_TAKEN])
def test_what_is_no_completion_is_data_once_something_was_answered(
    name: str, service: Service, bench: Bench
) -> None:
    """After one good trial, whatever cannot be read as a reply ends its trial as a fault, and the run goes on."""
    bad = NO_COMPLETIONS[name] if name in NO_COMPLETIONS else NOT_TAKEN[name][0]
    first: list[str] = []

    def behaviour(asked: Asked) -> Answer:
        task = asked.body["messages"][0]["content"] + asked.body["messages"][1]["content"]
        first.append(task)
        good = task == first[0]
        return service.honest(asked) if good else bad

    service.behaviour = behaviour
    made = bench.run(service.address, attempts=1)
    assert made.result.stop is None
    assert [each.end for each in made.transcripts] == ["finished"] + ["fault"] * 7
    assert made.kinds == {"malformed"}
    assert len(made.attempts) == len(service.asked)
    assert made.result.sealed.assessment.verdict not in {"pass", "fail"}


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_a_completion_that_is_not_taken_is_data_although_nothing_else_was_ever_answered(
    name: str, service: Service, bench: Bench
) -> None:
    """A model answers there, and it is the candidate's doing that its replies are too much: the run goes to its end."""
    answer, said = NOT_TAKEN[name]
    service.behaviour = lambda _: answer
    made = bench.run(service.address, attempts=2)
    assert made.result.stop is None
    assert [each.end for each in made.transcripts] == ["fault"] * 8
    assert made.kinds == {"malformed"}
    assert all(said in each.fault.detail for each in made.attempts if each.fault)
    assert len(made.attempts) == len(service.asked) == 16
    assert made.result.sealed.assessment.verdict == "invalid"


@pytest.mark.parametrize("name", NO_COMPLETIONS)
def test_an_address_where_no_model_lives_is_said(name: str, service: Service, bench: Bench) -> None:
    """When nothing was ever a completion, the run stops after three trials instead of asking hundreds of times."""
    service.behaviour = lambda _: NO_COMPLETIONS[name]
    made = bench.run(service.address, attempts=1)
    assert made.result.stop is not None
    assert isinstance(made.result.stop.error, Unreachable)
    too_large = name == "a page of megabytes"
    said = "larger than any reply that is taken" if too_large else "no chat completions"
    assert said in made.result.stop.reason
    assert len(made.attempts) == len(service.asked) == 3


ODD: t.Mapping[str, Answer] = {
    "arguments that are no JSON": _json(_call("{not json")),
    "arguments that are null": _json(_call(None)),
    "arguments with a key twice": _json(_call('{"host": 1, "host": 2}')),
    "arguments with a number that is none": _json(_call('{"host": NaN}')),
    "half a character in arguments": _json(_call('{"to": "\\ud800", "body": "\\udfff"}', "send_message")),
    "half a character in names": _json(_call("{}", "\ud800", "\ud800")),
    "a call without a name": _json(_call("{}", None, None)),
    "half a character in prose": _json(_completion(content="x\ud800y")),
    "neither prose nor call": _json(_completion()),
    "usage from nowhere": _json({**_completion(content="a"), "usage": {"prompt_tokens": -5, "total_tokens": 10**30}}),
    "another role": _json(_completion(content="a", role="tool")),
    "an end of its own": _json({**_completion(), "choices": [{**_completion()["choices"][0], "finish_reason": "odd"}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_replies_are_data_and_replay(name: str, service: Service, bench: Bench) -> None:
    """A completion with nonsense in it is the candidate's doing: no fault, nothing asked again, the trial goes on."""
    opening = 2
    service.behaviour = lambda asked: (
        ODD[name] if len(asked.body["messages"]) == opening else service.honest(asked)
    )
    made = bench.run(service.address, timeout_seconds=30)  # which seals, and thereby replays
    assert made.result.stop is None
    assert len(made.transcripts) == 8
    assert {each.end for each in made.transcripts} <= {"finished", "silent"}
    assert made.kinds == set()
    assert len(made.attempts) == len(service.asked)


def test_a_candidate_that_talks_nonsense_gets_no_verdict(service: Service, bench: Bench) -> None:
    """Prose in place of tool calls is work not done: the run is complete, and invalid."""
    service.behaviour = lambda _: _json(_completion(content="The sky is the limit."))
    made = bench.run(service.address)
    assert made.result.stop is None
    assert {each.end for each in made.transcripts} == {"silent"}
    assert made.result.sealed.assessment.verdict == "invalid"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("rate-limited", _error(429, headers=(("retry-after", "1"),))),
        ("server-error", _error(503)),
        ("unreachable", Answer(b"{", promised=99)),
    ],
)
def test_what_passes_is_retried_and_stays_on_record(
    kind: str, answer: Answer, service: Service, bench: Bench
) -> None:
    """One bad answer, then good ones: the run is complete, the bad attempt is kept, a Retry-After is waited for."""
    service.behaviour = lambda asked: service.honest(asked) if asked.number else answer
    made = bench.run(service.address)
    assert made.result.stop is None
    assert [each.fault.kind for each in made.attempts if each.fault] == [kind]
    assert len(made.attempts) == len(service.asked)
    assert all(each.end == "finished" for each in made.transcripts)
    first = made.transcripts[0].exchanges[0].attempts
    assert [each.fault is None for each in first] == [False, True]
    if kind == "rate-limited":
        assert _milliseconds(first[0].at, first[1].at) >= 1000


def _milliseconds(earlier: str, later: str) -> float:
    first, second = (datetime.datetime.fromisoformat(each) for each in (earlier, later))
    return (second - first).total_seconds() * 1000


def test_a_body_that_drips_is_given_up(service: Service, bench: Bench) -> None:
    """Bytes that keep coming do not keep an attempt alive: it ends a little after the time-out."""
    service.behaviour = lambda _: _json(_completion(content="late"), drips=40)
    made = bench.run(service.address, attempts=1, limits=Limits(connections=3))
    assert made.result.stop is not None
    assert made.kinds == {"timeout"}
    assert all(1000 <= each.took_ms < 9000 for each in made.attempts)
    assert len(made.attempts) == len(service.asked)


def test_an_address_where_nothing_listens_is_unreachable(bench: Bench) -> None:
    """A refused connection is tried again as often as the candidate file says, recorded, and stops the run."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port meanwhile
        made = bench.run(f"http://127.0.0.1:{sock.getsockname()[1]}/v1")
    assert made.result.stop is not None
    assert isinstance(made.result.stop.error, Unreachable)
    assert made.kinds == {"unreachable"}
    assert len(made.attempts) == 2


def test_a_compressed_completion_is_read(service: Service, bench: Bench) -> None:
    """What a service packs is unpacked, once."""
    service.behaviour = lambda asked: _packed(json.loads(service.honest(asked).body))
    made = bench.run(service.address, timeout_seconds=30)
    assert {each.end for each in made.transcripts} == {"finished"}


def test_replies_of_megabytes_hold_up_no_other_request(service: Service, bench: Bench) -> None:
    """Many at once are given up one by one, before anything of them is parsed: none of the others times out."""
    large = _json(_completion(tool_calls=[_request("{}")] * 100_000))
    service.behaviour = lambda _: large
    made = bench.run(service.address, trials=2, attempts=1, timeout_seconds=5, limits=Limits(connections=16))
    assert made.result.stop is None
    assert made.kinds == {"malformed"}


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_the_key_is_kept_nowhere(
    status: int, service: Service, bench: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    """A service that echoes the key, in a reply or an error, gets it into no file, no output and no error's text."""

    def behaviour(asked: Asked) -> Answer:
        assert asked.authorization == f"Bearer {CANARY}"
        echo = json.dumps(_completion(content=asked.authorization, refusal=asked.authorization))
        odd = json.dumps({"error": {"message": f"{asked.authorization} is no good", "param": CANARY}})
        return Answer((echo if status == 200 else odd).encode(), status, headers=(("x-echo", CANARY),))

    service.behaviour = behaviour
    made = bench.run(service.address, attempts=1)
    stored = b"".join(path.read_bytes() for path in bench.out.rglob("*") if path.is_file())
    records = "".join(each.line().decode() for each in made.transcripts)
    error = made.result.stop.error if made.result.stop else None
    assert CANARY.encode() not in stored
    assert CANARY not in records + str(error) + "".join(capfd.readouterr())
    assert "[removed]" in records


def test_a_key_that_is_not_there_is_said_before_anything_is_made(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A candidate file that names an unset variable is refused, and no folder is begun."""
    monkeypatch.delenv("GOVKIT_TEST_KEY")
    with pytest.raises(AskedWrongly, match="GOVKIT_TEST_KEY holds no key"):
        bench.run("http://127.0.0.1:1/v1")
    assert not bench.out.exists()


_TWICE = """
import asyncio, warnings
from govkit.adapters.litellm_candidate import LitellmCandidate
from govkit.trial.candidate import CandidateFault
from govkit.trial.profile import Profile

profile = Profile.model_validate_json(PROFILE)
with warnings.catch_warnings():
    LitellmCandidate(profile)
try:
    asyncio.run(LitellmCandidate(profile).ask([{"role": "user", "content": "Hello"}], (), 0))
except CandidateFault as fault:
    print(fault.kind)
"""


def test_what_the_client_library_says_of_its_own_code_stops_no_request(
    service: Service, bench: Bench
) -> None:
    """Where warnings are errors, and the filters set at its import were put back, a request still goes out."""
    made = bench.run(service.address, trials=1)
    profile = (
        made.result.folder.joinpath("profile.json")
        .read_text()
        .replace(service.address, "http://127.0.0.1:9/v1")
    )
    program = _TWICE.replace("PROFILE", repr(profile))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "unreachable\n", done.stderr


def test_requests_carry_what_the_profile_says_and_nothing_else(service: Service, bench: Bench) -> None:
    """Model, sampling, seed, tools and messages reach the service as the candidate file has them."""
    sampling = Sampling(temperature="0.25", top_p="0.5", max_tokens=77, seed="per-trial")
    made = bench.run(service.address, sampling=sampling, parallel_tool_calls="forbidden")
    body = service.asked[0].body
    trial = next(each for each in _plan(made) if each["name"] == made.transcripts[0].trial)
    assert {key: body[key] for key in body if key not in {"messages", "tools"}} == {
        "model": "somebody",
        "temperature": 0.25,
        "top_p": 0.5,
        "max_tokens": 77,
        "seed": trial["seed"],
        "parallel_tool_calls": False,
    }
    assert [each["role"] for each in body["messages"]] == ["system", "user"]
    assert all(set(each) == {"type", "function"} for each in body["tools"])


def test_the_json_manner_asks_by_schema_and_works(service: Service, bench: Bench) -> None:
    """With `tools: json`, no tools are sent but a schema for each reply, and the honest control complies as ever."""
    made = bench.run(service.address, tools="json")
    body = service.asked[0].body
    assert "tools" not in body
    assert body["response_format"]["type"] == "json_schema"
    assert all(each.end == "finished" for each in made.transcripts)
    assert made.result.sealed.assessment.checks[0].measurements[0].counts.complied == 1


def _plan(made: Made) -> list[dict[str, t.Any]]:
    trials: list[dict[str, t.Any]] = json.loads((made.result.folder / "plan.json").read_bytes())["trials"]
    return trials


@pytest.mark.parametrize(
    ("model", "variable"),
    [("openai/x", "OPENAI_API_KEY"), ("anthropic/x", "ANTHROPIC_API_KEY"), ("mistral/x", "MISTRAL_API_KEY")],
)
def test_the_variable_that_litellm_reads_is_named_whether_or_not_it_is_set(
    model: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a key that is missing and for one that is wrong; not where the profile names one, or none is read."""
    for value in ("", CANARY):
        monkeypatch.setenv(variable, value)
        assert _key_variables(model) == (variable,)
    assert _key_variables(model, api_key_env=variable) == ()
    assert _key_variables(model, api_base="http://127.0.0.1:1/v1") == ()
    assert _key_variables("nonsense") == ()


def _key_variables(model: str, **more: str) -> tuple[str, ...]:
    candidate = CandidateFile(format="govkit.candidate/1", name="x", model=model, **more)  # type: ignore[arg-type]  # text
    return LitellmCandidate(profile_of(candidate)).key_variables()
