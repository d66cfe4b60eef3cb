"""
A scripted candidate as an OpenAI-compatible HTTP server, so that controls are reached exactly as models are.

Starlette on uvicorn: `GET /v1/models`, `POST /v1/chat/completions`, streaming (server-sent events) and not. It holds no
state between requests. It listens on loopback only: a script that plays an AI is nobody's service.
"""

import asyncio
import contextlib
import json
import socket
import threading
import typing as t

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from govkit.errors import AskedWrongly
from govkit.protocol.release import Release
from govkit.trial.script import Script

HOST = "127.0.0.1"
MAX_BODY = 16 * 1024 * 1024


def application(release: Release, name: str) -> Starlette:
    """The ASGI application for one scripted candidate of a protocol. Raises `UnknownName`."""
    script = Script(release, name)

    async def models(_: Request) -> Response:
        return JSONResponse(
            {"object": "list", "data": [{"id": name, "object": "model", "created": 0, "owned_by": "govkit"}]}
        )

    async def completions(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY:
                return _refusal("the request is too large", 413)
        try:
            asked = json.loads(body)
            messages, seed = asked["messages"], asked.get("seed")
            json_manner = "tools" not in asked
            reply = script.reply(
                messages, seed=seed if isinstance(seed, int) else None, json_manner=json_manner
            )
        except AskedWrongly as error:
            return _refusal(str(error), 400)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return _refusal("the body is no chat completion request", 400)
        if asked.get("stream"):
            return StreamingResponse(_events(reply), media_type="text/event-stream")
        return JSONResponse(reply)

    return Starlette(
        routes=[Route("/v1/models", models), Route("/v1/chat/completions", completions, methods=["POST"])],
        exception_handlers={HTTPException: _not_here},
    )


async def _not_here(_: Request, error: Exception) -> Response:
    """What the framework refuses by itself (another path, another method), in the form in which clients read errors."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _refusal("only GET /v1/models and POST /v1/chat/completions are here", status)


def _refusal(why: str, status: int) -> Response:
    return JSONResponse(
        {"error": {"message": why, "type": "invalid_request_error", "param": None, "code": None}}, status
    )


def _events(reply: dict[str, t.Any]) -> t.Iterator[str]:
    """The reply as two chunks and the closing mark: the whole message at once, then why it ended."""
    choice = reply["choices"][0]
    delta = dict(choice["message"])
    delta["tool_calls"] = [
        {"index": index, **call} for index, call in enumerate(delta.get("tool_calls", []))
    ] or None
    head = {key: reply[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    first = {
        **head,
        "choices": [
            {
                "index": 0,
                "delta": {key: value for key, value in delta.items() if value is not None},
                "finish_reason": None,
            }
        ],
    }
    last = {
        **head,
        "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}],
        "usage": reply["usage"],
    }
    for chunk in (first, last):
        yield f"data: {json.dumps(chunk)}\n\n"
    yield "data: [DONE]\n\n"


def listen(port: int) -> socket.socket:
    """A listening loopback socket; port 0 takes a free one. Raises `AskedWrongly` when the port is taken."""
    # With the protocol named, asyncio switches Nagle's algorithm off for what it accepts; with `create_server`, which
    # leaves it at 0, it does not, and every reply waits 40 ms for an acknowledgement.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(1024)
    except OSError as error:
        sock.close()
        raise AskedWrongly(
            f"Port {port} cannot be used.",
            where=HOST,
            found=str(error),
            fix="choose another --port, or 0 for a free one",
        ) from None
    return sock


def _server(app: Starlette) -> uvicorn.Server:
    # httptools and uvloop are used when installed; neither is needed.
    return uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=2
        )
    )


def serve(release: Release, name: str, sock: socket.socket) -> None:
    """Serve until interrupted."""
    app = application(release, name)
    with contextlib.suppress(KeyboardInterrupt):
        _server(app).run(sockets=[sock])


@contextlib.contextmanager
def serving_beside(app: Starlette) -> t.Iterator[str]:
    """Serve any application in a thread of its own while the block runs; gives the address for `api_base`."""
    sock = listen(0)
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{sock.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        thread.join()


@contextlib.asynccontextmanager
async def serving(release: Release, name: str) -> t.AsyncIterator[str]:
    """Serve in this event loop while the block runs; gives the address for `api_base`."""
    sock = listen(0)
    server = _server(application(release, name))
    # uvicorn would take over SIGINT; the caller's own handling of Ctrl-C must stay.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://{HOST}:{sock.getsockname()[1]}/v1"
    finally:
        server.should_exit = True
        await task
