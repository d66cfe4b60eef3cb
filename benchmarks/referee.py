"""
The referee: the scripted control server with a count of what passes through it, in a process of its own.

`GET /counts` tells how many completions were asked for, how many of them at once at most, and a digest of all request
bodies that does not depend on their order; it then begins anew. Two systems with the same digest have sent the very
same requests. Lives as long as its standard input is open; its address is the first line on stdout.
"""

import argparse
import asyncio
import hashlib
import json
import sys
import typing as t

import uvicorn
from starlette.types import Message, Receive, Scope, Send

from govkit.adapters.control_server import HOST, application, listen
from govkit.adapters.protocol_folder import read_release

MODULUS = 2**256
THINKING = 0.02
"""Seconds before each answer: requests overlap then, as they do with a model, and the client still never waits."""


class Counting:
    """An ASGI application around another that counts."""

    def __init__(self, inner: t.Any) -> None:
        self._inner = inner
        self._requests = self._flying = self._peak = self._bodies = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `/counts`; pass on and count everything else."""
        if scope["path"] == "/counts":
            await _answer(send, self._counts())
            return
        self._requests += 1
        self._flying += 1
        self._peak = max(self._peak, self._flying)
        body = hashlib.sha256()

        async def received() -> Message:
            message = await receive()
            body.update(message.get("body", b""))
            return message

        try:
            await asyncio.sleep(THINKING)
            await self._inner(scope, received, send)
        finally:
            self._flying -= 1
            # A sum, not a hash of hashes: the requests of many trials arrive in any order.
            self._bodies = (self._bodies + int.from_bytes(body.digest())) % MODULUS

    def _counts(self) -> dict[str, t.Any]:
        counts = {"requests": self._requests, "peak": self._peak, "bodies": f"{self._bodies:064x}"}
        self._requests = self._peak = self._bodies = 0
        return counts


async def _answer(send: Send, value: t.Any) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": json.dumps(value).encode()})


async def _serve(app: Counting) -> None:
    socket = listen(0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[socket]))
    print(f"http://{HOST}:{socket.getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


def main() -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description="Serve a control of a protocol, and count.")
    parser.add_argument("protocol")
    parser.add_argument("control")
    asked = parser.parse_args()
    asyncio.run(_serve(Counting(application(read_release(asked.protocol), asked.control))))


if __name__ == "__main__":
    main()
