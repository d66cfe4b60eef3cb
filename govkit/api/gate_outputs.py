"""What the gate says, in the forms that other tools read."""

from govkit.adapters.keys import LoadedKey
from govkit.approval.junit import junit
from govkit.approval.result import GateResult
from govkit.approval.sarif import sarif
from govkit.approval.statements import svr, test_result
from govkit.attestation.envelope import seal


def output(result: GateResult, name: str, *, policy: str, key: LoadedKey | None) -> bytes | None:
    """The bytes of one form, sealed where a key is given; None where this form says nothing of such a result."""
    if name == "out":
        return result.bytes()
    if name == "junit":
        return junit(result)
    if name == "sarif":
        return sarif(result, policy=policy)
    statement = svr(result) if name == "svr" else test_result(result)
    return seal(statement, key) if key is not None and statement is not None else statement
