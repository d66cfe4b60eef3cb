"""
The candidate behind litellm: any provider it reaches, one request per attempt, nothing on its own initiative.

litellm is imported in one function, when a run needs it: the import takes seconds. It is told not to fetch its price
map, not to retry, not to drop parameters silently, not to log and not to call back. What is stored is the chat
completion in the form in which litellm returns it for every provider.

Size: a response's body is read up to a bound (`bounded_bodies`, which says what it does not bound), and a completion is
taken up to another; what is larger is a malformed reply.

Secrets: the key is read from the environment and given to the request; it, and every other value of an environment
variable that is named like a secret, is removed from whatever comes back before anybody sees it.
"""

import asyncio
import functools
import importlib.metadata
import json
import logging
import os
import re
import types
import typing as t
import warnings

from govkit.adapters.bounded_bodies import MAX_BODY, Overrun, bound_bodies, noted
from govkit.errors import AskedWrongly
from govkit.trial.candidate import CandidateFault
from govkit.trial.dialogue import Message
from govkit.trial.profile import Profile
from govkit.trial.transcript import FaultKind
from govkit.workplace.tools import native_schema, reply_schema

MAX_DETAIL = 500
MAX_COMPLETION = 1024 * 1024
"""Bytes of one completion, as stored: ten times the longest that models write; keeps a trial's record readable."""
GRACE = 5.0
"""Seconds beyond the time-out after which we stop waiting for litellm to notice it."""
SECRET_NAME = re.compile(
    r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PAT|CREDENTIALS?)S?(_.*|\d*)$", re.IGNORECASE
)
SHORTEST_SECRET = 8
"""Shorter values are words; removing them would mangle text and hide nothing."""


class LitellmCandidate:
    """Implements `govkit.workflow.ports.Candidate`."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._litellm = _litellm()
        self._options = options_of(profile)
        self._secrets = _secrets(profile)
        self._client = f"litellm {importlib.metadata.version('litellm')}"

    @property
    def client(self) -> str:
        return self._client

    async def ask(self, messages: t.Sequence[Message], tools: t.Sequence[str], seed: int) -> dict[str, t.Any]:
        options = self._options | tools_offered(self._profile, tuple(tools))
        if self._profile.seed == "per-trial":
            options["seed"] = seed
        noted.set(overrun := Overrun())
        try:
            async with asyncio.timeout(self._profile.timeout_seconds + GRACE):
                response = await self._litellm.acompletion(
                    messages=[dict(message) for message in messages], **options
                )
            return self._plain(response)
        except TimeoutError:
            raise CandidateFault("timeout", f"no reply within {self._profile.timeout_seconds} s") from None
        except CandidateFault:
            raise
        except Exception as error:  # noqa: BLE001 - litellm lets through whatever a body makes its parsers raise
            if overrun.met:  # which it calls a failed connection
                detail = f"the reply has more than {MAX_BODY} bytes and was not read to its end"
                raise CandidateFault("malformed", detail, answered=overrun.is_json) from None
            raise self._fault(error) from None

    def key_variables(self) -> tuple[str, ...]:
        """The environment variables from which litellm takes this provider's key by itself, as far as it says so."""
        if self._profile.api_key_env or self._profile.identity == "loopback":
            return ()  # the key comes from where the profile says, or there is none
        try:
            missing = self._litellm.validate_environment(self._profile.model)["missing_keys"]
            provider = self._litellm.get_llm_provider(self._profile.model)[1]
        except Exception:  # noqa: BLE001 - it does not know the model, and so names nothing
            return ()
        # It names what is missing only; one that is set, and was refused, has the common form of these names.
        common = f"{provider.upper()}_API_KEY"
        named = [name for name in missing if "KEY" in name] or [common] * (common in os.environ)
        return tuple(named)

    async def close(self) -> None:
        await self._litellm.close_litellm_async_clients()

    def _plain(self, response: t.Any) -> dict[str, t.Any]:
        """The completion as JSON and nothing else, without secrets."""
        came = bool(getattr(response, "choices", None))  # else litellm let through what is no completion
        try:
            text = json.dumps(response.model_dump(exclude_none=True, warnings=False), allow_nan=False)
        except (AttributeError, TypeError, ValueError, RecursionError):
            detail = "the completion is not plain JSON"
            raise CandidateFault("malformed", detail, answered=came) from None
        if len(text) > MAX_COMPLETION:
            detail = f"the completion has {len(text)} bytes, more than {MAX_COMPLETION}"
            raise CandidateFault("malformed", detail, answered=came)
        return t.cast("dict[str, t.Any]", json.loads(self._without_secrets(text)))

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[removed]")
        return text

    def _fault(self, error: Exception) -> CandidateFault:
        # Some of litellm's messages carry a traceback with paths of this machine; what went wrong stands before it.
        said = self._without_secrets(str(error)).partition("Traceback (most recent call last)")[0]
        detail = " ".join(said.split())[:MAX_DETAIL] or type(error).__name__
        return CandidateFault(_kind(error), detail, retry_after=_retry_after(error))


def _litellm() -> t.Any:
    """litellm, set up so that it does what it is asked and nothing else."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import fetches a price map
    os.environ["LITELLM_MODE"] = "PRODUCTION"  # else its import reads a .env file from wherever we stand
    import litellm  # noqa: PLC0415  # two seconds and 150 MB: only a run pays for it
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler  # noqa: PLC0415 - (the same)

    bound_bodies(AsyncHTTPHandler)
    litellm.telemetry = False
    litellm.drop_params = False  # a parameter that a provider cannot take must not vanish silently
    litellm.num_retries = 0
    litellm.suppress_debug_info = True
    # What a provider sends in the wrong type is ours to judge; as a warning it would be printed into the display.
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings", category=UserWarning)
    # A cancelled request (Ctrl-C) leaves a coroutine of theirs that nobody awaits; nothing of it is ours to mend.
    warnings.filterwarnings("ignore", message=r"coroutine '.*a(sync_)?completion.*' was never awaited")
    # Their models are partly built at the first request, and pydantic remarks on their types. They silence it when they
    # are imported; that is undone where the filters of that moment have been put back since.
    warnings.filterwarnings("ignore", message=r".*using the `ReadOnly` qualifier", category=UserWarning)
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "openai", "httpx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return litellm


def options_of(profile: Profile) -> dict[str, t.Any]:
    """The parameters of every request, but for its tools and its seed."""
    options: dict[str, t.Any] = {
        "model": profile.model,
        "max_tokens": profile.max_tokens,
        "timeout": profile.timeout_seconds,
        "num_retries": 0,
        "max_retries": 0,
        "drop_params": False,
        # Without it, some releases import their MCP gateway for any request with tools, and fail where `mcp` is absent.
        "_skip_mcp_handler": True,
    }
    if profile.parallel_tool_calls != "provider-default":
        options["parallel_tool_calls"] = profile.parallel_tool_calls == "allowed"
    optional = {
        "api_base": profile.api_base,
        "temperature": float(profile.temperature) if profile.temperature else None,
        "top_p": float(profile.top_p) if profile.top_p else None,
        "reasoning_effort": profile.reasoning_effort,
        "api_key": _key(profile),
    }
    return options | {name: value for name, value in optional.items() if value not in ("", None)}


@functools.cache
def tools_offered(profile: Profile, tools: tuple[str, ...]) -> dict[str, t.Any]:
    """What a request says of these tools, in the profile's manner. A judge is offered none: it answers in words."""
    if not tools:  # some providers refuse an empty list
        return {"response_format": {"type": "json_object"}} if profile.tools == "json" else {}
    if profile.tools == "json":
        schema = {"name": "tool_call", "schema": reply_schema(tools)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    return {"tools": native_schema(tools)}


def _key(profile: Profile) -> str | None:
    if profile.api_key_env:
        key = os.environ.get(profile.api_key_env, "")
        if not key:
            raise AskedWrongly(
                f"The environment variable {profile.api_key_env} holds no key.",
                where="api_key_env",
                fix="set it, or name another one",
            )
        return key
    # A server of one's own takes no key, but the client insists on sending one.
    return "no-key" if profile.identity == "loopback" else None


def _secrets(profile: Profile) -> tuple[str, ...]:
    named = {os.environ.get(profile.api_key_env, "")} if profile.api_key_env else set()
    like = {value for name, value in os.environ.items() if SECRET_NAME.search(name)}
    found = {value for value in named | like if len(value) >= SHORTEST_SECRET}
    return tuple(sorted(found | {json.dumps(value)[1:-1] for value in found}, key=len, reverse=True))


_KINDS: t.Mapping[str, FaultKind] = types.MappingProxyType(
    {
        "Timeout": "timeout",
        "APITimeoutError": "timeout",
        "AuthenticationError": "refused-key",
        "PermissionDeniedError": "refused-key",
        "RateLimitError": "rate-limited",
        "ContextWindowExceededError": "too-long",
        "ContentPolicyViolationError": "refused-content",
        "NotFoundError": "refused-request",
        "BadRequestError": "refused-request",
        "UnprocessableEntityError": "refused-request",
        "UnsupportedParamsError": "refused-request",
        "ServiceUnavailableError": "server-error",
        "BadGatewayError": "server-error",
        "InternalServerError": "server-error",
        "APIResponseValidationError": "malformed",
    }
)
_NETWORK = (
    "Connection error",
    "Cannot connect to host",
    "Connection refused",
    "Name or service not known",
    "Server disconnected",
    "Connect call failed",
)
_MALFORMED = (
    "Empty or invalid response",
    "Invalid response object",
    "provider returned 'choices'",
    "Expecting ",
    "Extra data:",
    "Unterminated string",
    "codec can't decode",
    "maximum recursion depth exceeded",
)
_NO_KEY = ("Missing credentials", "api_key client option must be set")
"""What the OpenAI client says before it sends anything; litellm calls it an internal server error."""
_STATUS: t.Mapping[int, FaultKind] = types.MappingProxyType(
    {401: "refused-key", 402: "refused-key", 403: "refused-key", 413: "too-long"}
)
"""What litellm has no class of its own for, or one that says less. 402 is an account without credit."""


def _kind(error: Exception) -> FaultKind:
    """
    What kind of fault this is.

    By its text where litellm calls a failed connection, or a body that is no completion, an internal server error; by
    the HTTP status where it has no class of its own for it; else by its class.
    """
    text = str(error)
    if any(words in text for words in _NETWORK):
        return "unreachable"
    if any(words in text for words in _MALFORMED):
        return "malformed"
    if any(words in text for words in _NO_KEY):
        return "refused-key"
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status in _STATUS:
        return _STATUS[status]
    for each in type(error).__mro__:
        if each.__name__ in _KINDS:
            return _KINDS[each.__name__]
    return _kind_of_status(status)


def _kind_of_status(status: t.Any) -> FaultKind:
    """By the class of the HTTP status, for the ones that nobody foresaw; 200 with an error in it is malformed."""
    if not isinstance(status, int) or status < 400:  # noqa: PLR2004 - as HTTP numbers its classes
        return "malformed"
    return "refused-request" if status < 500 else "server-error"  # noqa: PLR2004 - (the same)


def _retry_after(error: Exception) -> float | None:
    # litellm puts a response of its own making, without headers, in the place of the provider's; theirs it keeps aside.
    headers = getattr(error, "litellm_response_headers", None)
    headers = headers or getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(str(headers.get("retry-after"))))
    except ValueError:
        return None
