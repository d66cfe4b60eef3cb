"""
The candidate: the file in which a person describes it, and the profile that is stored and hashed.

The profile writes every default out, so that it keeps its meaning when a later version has other defaults. Decimals are
text. It holds the *name* of the environment variable that carries a key, never a key.
"""

import decimal
import re
import typing as t
import urllib.parse

import pydantic

from govkit.errors import AskedWrongly, Fault, FaultyDocument
from govkit.evidence.stored import StoredDocument, read_stored
from govkit.protocol.document import Document, Short
from govkit.protocol.strict_yaml import read_yaml
from govkit.protocol.validation import validate
from govkit.trial.deployment import Deployment, DeploymentFile, deployment_of, repeated_names

NAME = "profile.json"


def _form(pattern: str, words: str) -> t.Any:
    """A form of text that an author is told in words; the pattern is what the JSON Schema says."""

    def read(value: object) -> object:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(f"this must be {words}")
        return text

    return pydantic.BeforeValidator(read)


_DECIMAL = r"^[0-9]{1,9}(\.[0-9]{1,9})?$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]{0,79}$"
_EFFORT = r"^[a-z]+$"
Decimal = t.Annotated[
    str,
    pydantic.Field(pattern=_DECIMAL),
    _form(_DECIMAL, 'a decimal number in quotes such as "0.7", with up to nine digits on either side'),
]
"""A decimal as text, so that it is stored as it was written; whole numbers may be written as numbers."""
EnvironmentName = t.Annotated[
    str,
    pydantic.Field(pattern=_VARIABLE),
    _form(_VARIABLE, "the name of an environment variable such as OPENAI_API_KEY, never a key itself"),
]


class Sampling(Document):
    """How replies are drawn."""

    temperature: Decimal | None = None
    """Left out: the provider's own default, which the profile then says."""
    top_p: Decimal | None = None
    max_tokens: t.Annotated[int, pydantic.Field(ge=1, le=1_000_000)] = 2048
    """Longest reply, in tokens."""
    seed: t.Literal["none", "per-trial"] = "none"
    """`per-trial` sends each trial's own seed; not every provider takes one."""


class Prices(Document):
    """What the provider charges, in US dollars per million tokens; needed for `--budget-usd`."""

    input_per_million: Decimal
    output_per_million: Decimal


class CandidateFile(Document):
    """A candidate file: the system under test, as a person describes it."""

    format: t.Literal["govkit.candidate/1"]
    name: Short
    """What reports call it."""
    model: Short
    """A litellm model name, such as `openai/gpt-4.1-2025-04-14`."""
    vendor: Short | None = None
    """Who made the model, where its name does not tell: a judge must be another vendor's than the candidate."""
    api_base: Short | None = None
    """Address of the server, for others than the provider's own."""
    api_key_env: EnvironmentName | None = None
    """The environment variable that holds the key; left out: the provider's usual one."""
    system_prompt: str = pydantic.Field(default="", max_length=100_000)
    """The system prompt with which it would be deployed."""
    tools: t.Literal["native", "json"] = "native"
    """`native`: tool calls of the provider's interface. `json`: each reply is one JSON object chosen by schema."""
    parallel_tool_calls: t.Literal["provider-default", "allowed", "forbidden"] = "provider-default"
    sampling: Sampling = Sampling()
    reasoning_effort: (
        t.Annotated[
            str,
            pydantic.Field(pattern=_EFFORT, max_length=20),
            _form(_EFFORT, "one word in small letters such as low"),
        ]
        | None
    ) = None
    timeout_seconds: t.Annotated[int, pydantic.Field(ge=1, le=3600)] = 120
    """For one attempt."""
    attempts: t.Annotated[int, pydantic.Field(ge=1, le=20)] = 4
    """Attempts at one exchange, the first included."""
    prices: Prices | None = None
    notes: str = pydantic.Field(default="", max_length=2_000)
    """What else a reader should know of it."""
    deployment: DeploymentFile | None = None
    """Where and with what it is meant to be deployed; an approval is for exactly this."""


class Profile(StoredDocument):
    """What is stored of the candidate. Empty text means: not set, the provider's default applies."""

    format: t.Literal["govkit.profile/1"]
    name: str
    model: str
    api_base: str
    api_key_env: str
    system_prompt: str
    tools: t.Literal["native", "json"]
    parallel_tool_calls: t.Literal["provider-default", "allowed", "forbidden"]
    temperature: str
    top_p: str
    max_tokens: int
    seed: t.Literal["none", "per-trial"]
    reasoning_effort: str
    timeout_seconds: int
    attempts: int
    input_usd_per_million: str
    output_usd_per_million: str
    notes: str
    identity: t.Literal["provider-mutable", "loopback"]
    """Whether the weights behind the name are the provider's to change, or were served on the tester's own machine."""
    vendor: str | None = None
    """Who made the model, where the candidate file says so."""
    deployment: Deployment | None = None
    """What it is meant to be deployed with, where the candidate file says so."""

    def usd(self, input_tokens: int, output_tokens: int) -> decimal.Decimal | None:
        """What so many tokens cost, in US dollars; None where the candidate file gives no prices."""
        if not self.input_usd_per_million:
            return None
        spent = input_tokens * decimal.Decimal(self.input_usd_per_million)
        spent += output_tokens * decimal.Decimal(self.output_usd_per_million)
        return spent / 1_000_000


def read_candidate(text: str, *, file: str) -> CandidateFile:
    """The candidate that this file describes. Raises `FaultyDocument` with all its faults."""
    document = read_yaml(text, file=file)
    candidate, faults = validate(CandidateFile, document)
    faults = (
        *document.faults,
        *faults,
        *(_address_faults(candidate, file, document.line(("api_base",))) if candidate else ()),
        *(_name_faults(candidate, file, document.line(("deployment",))) if candidate else ()),
    )
    if candidate is None or faults:
        raise FaultyDocument("candidate file", faults)
    return candidate


def _name_faults(candidate: CandidateFile, file: str, line: int) -> tuple[Fault, ...]:
    repeated = repeated_names(candidate.deployment) if candidate.deployment else ()
    fix = "give each tool, and each peer, a name of its own"
    return tuple(Fault(file, line, f"deployment: the name {name!r} stands twice", fix) for name in repeated)


def _address_faults(candidate: CandidateFile, file: str, line: int) -> tuple[Fault, ...]:
    problem = _address_problem(candidate.api_base) if candidate.api_base else ""
    return (
        (
            Fault(
                file,
                line,
                f"api_base: {problem}",
                "give http(s)://host:port/path; keys belong in the environment",
            ),
        )
        if problem
        else ()
    )


def _address_problem(address: str) -> str:
    try:
        parts = urllib.parse.urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not host:
        return "this is not an http address"
    return (
        "an address that carries credentials, a query or a fragment"
        if "@" in parts.netloc or parts.query or parts.fragment
        else ""
    )


def profile_of(candidate: CandidateFile) -> Profile:
    """The profile of a candidate, every default written out."""
    prices = candidate.prices
    return Profile(
        format="govkit.profile/1",
        name=candidate.name,
        model=candidate.model,
        api_base=candidate.api_base or "",
        api_key_env=candidate.api_key_env or "",
        system_prompt=candidate.system_prompt,
        tools=candidate.tools,
        parallel_tool_calls=candidate.parallel_tool_calls,
        temperature=candidate.sampling.temperature or "",
        top_p=candidate.sampling.top_p or "",
        max_tokens=candidate.sampling.max_tokens,
        seed=candidate.sampling.seed,
        reasoning_effort=candidate.reasoning_effort or "",
        timeout_seconds=candidate.timeout_seconds,
        attempts=candidate.attempts,
        input_usd_per_million=prices.input_per_million if prices else "",
        output_usd_per_million=prices.output_per_million if prices else "",
        notes=candidate.notes,
        identity="loopback" if _is_loopback(candidate.api_base) else "provider-mutable",
        vendor=candidate.vendor,
        deployment=deployment_of(candidate.deployment) if candidate.deployment else None,
    )


def named_candidate(model: str, api_base: str | None = None) -> CandidateFile:
    """The candidate for a bare litellm model name. Raises `AskedWrongly` for a name that cannot be one."""
    try:
        return CandidateFile(format="govkit.candidate/1", name=model, model=model, api_base=api_base)
    except pydantic.ValidationError:
        raise AskedWrongly(
            f"{model[:80]!r} is not a model name.", fix="name a litellm model or a candidate YAML file"
        ) from None


def _is_loopback(address: str | None) -> bool:
    return bool(address) and urllib.parse.urlsplit(address or "").hostname in (
        "127.0.0.1",
        "localhost",
        "::1",
    )


def parse_profile(data: bytes) -> Profile:
    """The stored profile. Raises `EvidenceBroken`."""
    return read_stored(Profile, data, name=NAME)
