"""What an operator is told when a run stops because the candidate's service, or the judge's, failed it."""

import re
import typing as t

from govkit.errors import AskedWrongly, GovkitError, Unreachable
from govkit.trial.profile import Profile
from govkit.trial.transcript import Failure

TOO_LARGE = re.compile(r"more than \d+ (bytes|characters)|bytes, more than \d+")
"""How a fault's detail says that a reply was not taken for its size, or was not read to its end."""


Who: t.TypeAlias = t.Literal["candidate", "judge"]


def failure(fault: Failure, profile: Profile, who: Who = "candidate") -> GovkitError:
    """The error for the fault that stopped a run."""
    where = profile.api_base or profile.model
    if fault.kind == "refused-key":
        variable = profile.api_key_env or "the provider's usual variable"
        return Unreachable(
            f"The {who}'s service refuses the key.",
            where=where,
            found=fault.detail,
            fix=f"set {variable} to a valid key, of an account that has credit",
        )
    if fault.kind == "refused-request":
        return AskedWrongly(
            f"The {who}'s service refuses the request as it is.",
            where=profile.model,
            found=fault.detail,
            fix=f"change the {who}'s file: model name, parameters or how tools are offered"
            if who == "judge"
            else "change the candidate file: model name, parameters or how tools are offered",
        )
    return Unreachable(
        _sentence(fault, who), where=where, found=f"{fault.kind}: {fault.detail}", fix=_advice(fault)
    )


def _advice(fault: Failure) -> str:
    if fault.kind != "malformed":
        return "see that it is up and that the address is right; then run the same command again"
    if TOO_LARGE.search(fault.detail):  # it is up, and would send as much again
        return "lower `max_tokens` in the candidate file, or see what sends so much; then run the same command again"
    return (
        "see that the address is that of a chat-completions interface (an `api_base` often ends in /v1); "
        "then run the same command again"
    )


def _sentence(fault: Failure, who: Who) -> str:
    if fault.kind == "unreachable":
        return f"The {who} cannot be reached."
    if fault.kind == "malformed" and TOO_LARGE.search(fault.detail):
        return f"All that comes from the {who}'s address is larger than any reply that is taken."
    if fault.kind == "malformed":
        return f"What answers at the {who}'s address gives no chat completions."
    return f"The {who}'s service keeps failing."
