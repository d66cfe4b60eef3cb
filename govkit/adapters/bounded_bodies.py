"""
Responses of the candidate's service, read up to a bound: what is larger is given up before anybody parses it.

litellm reads whatever comes, in memory, and searches the text of an error for keys: a body of twenty megabytes, parsed,
holds up every other request under way until they time out, and as an error it holds them up for minutes. So each
transport that litellm makes is wrapped where it makes it. A body under a good status that is too large ends the request
and is noted for whoever asked; that of an error is cut, since its status says what matters.

What this does not bound: a client of a provider's own that does not go through litellm's transports (as for Bedrock), a
transport that litellm leaves to httpx (where `AIOHTTP` is switched off in its settings), a compressed body by more than
one piece of it (some megabytes, unpacked), and what parsing makes of a body within the bound: some ten times its size.
"""

import contextvars
import dataclasses
import functools
import typing as t

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a response, unpacked: twice the longest completion that is taken (`litellm_candidate.MAX_COMPLETION`)."""
MAX_ERROR = 64 * 1024
"""Bytes of an error's body."""
_GOOD = range(200, 300)
_LEFT_BEHIND = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that speak of the body as it came, and not as it is handed on."""


@dataclasses.dataclass(slots=True)
class Overrun:
    """What one request met: changed by the transport, read by whoever asked."""

    met: bool = False
    """Whether the body was given up for its size."""
    is_json: bool = False
    """Whether it was said to be JSON: then it is taken for a completion, though nobody read it to the end."""


noted: contextvars.ContextVar[Overrun | None] = contextvars.ContextVar("noted", default=None)
"""Where the request that is under way in this task notes an overrun."""


class TooLarge(Exception):
    """A body that is given up."""


def bound_bodies(handler: t.Any) -> None:
    """Wrap every transport that this class of litellm's (`AsyncHTTPHandler`) makes from now on; once is enough."""
    make = handler.create_async_transport
    if isinstance(make, functools.partial):
        return
    handler.create_async_transport = staticmethod(functools.partial(_bounded_transport, make))


def _bounded_transport(make: t.Callable[..., t.Any], *arguments: t.Any, **named: t.Any) -> t.Any:
    transport = make(*arguments, **named)
    if transport is not None:
        transport.handle_async_request = functools.partial(_bounded_request, transport.handle_async_request)
    return transport


async def _bounded_request(send: t.Callable[[t.Any], t.Awaitable[t.Any]], request: t.Any) -> t.Any:
    """The response to a request, read, and made anew from what was read of it."""
    response = await send(request)
    good = response.status_code in _GOOD
    try:
        body = await _read(response, MAX_BODY if good else MAX_ERROR, is_cut=not good)
    finally:
        await response.aclose()
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _LEFT_BEHIND]
    return type(response)(response.status_code, headers=headers, content=body, request=request)


async def _read(response: t.Any, limit: int, *, is_cut: bool) -> bytes:
    """The body, unpacked. Raises `TooLarge` for one beyond the limit, unless that is to be cut."""
    body = bytearray()
    if not is_cut and _promised(response) > limit:
        _give_up(response)
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > limit:
            if not is_cut:
                _give_up(response)
            break
    return bytes(body[:limit])


def _promised(response: t.Any) -> int:
    """How long the service says the body is; 0 where it does not say."""
    said = response.headers.get("content-length", "")
    return int(said) if said.isdecimal() else 0


def _give_up(response: t.Any) -> t.NoReturn:
    overrun = noted.get()
    if overrun is not None:
        overrun.met, overrun.is_json = True, "json" in response.headers.get("content-type", "")
    raise TooLarge(f"the body has more than {MAX_BODY} bytes")
