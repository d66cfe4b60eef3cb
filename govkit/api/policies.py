"""Policies: those that travel with govkit, what is wrong with one, a copy to adopt, and the signature on it."""

import dataclasses
import datetime
import pathlib
import re

from govkit.adapters.crosswalk_folder import shipped_crosswalk
from govkit.adapters.evidence_files import read_file
from govkit.adapters.keys import LoadedKey
from govkit.adapters.policy_folder import (
    SIGNABLE,
    read_policy_file,
    read_shipped,
    shipped_policies,
    signatures_beside,
    write_signature,
)
from govkit.adapters.protocol_folder import released
from govkit.approval.policy import Policy, ReadPolicy, read_policy
from govkit.approval.policy_lint import Known, lint_policy
from govkit.approval.policy_remarks import remarks_on
from govkit.approval.signed import NO_LOG, POLICY_OWNER, Signature, Signing, claim_signature, signature_name
from govkit.attestation.envelope import open_envelope, seal
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, Expired, Fault, FaultyDocument, GovkitError
from govkit.protocol.model import Protocol
from govkit.protocol.strict_yaml import MAX_BYTES, read_yaml
from govkit.protocol.validation import validate

MAX_BY = 200
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MAX_ID = 60
A_YEAR = datetime.timedelta(days=365)
PARTIES = """
# Whose signatures count, and for what. Without the hashes, only these do; `govkit key show NAME.cert.pem` prints what
# belongs under `certificate`. Roles are those of the quorum and the waivers, `evaluator` and `developer`.
# parties:
# - name: Ada Example
#   organisation: Example Ltd
#   certificate: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
#   roles: [{roles}]
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Linted:
    """A policy without faults, and what is to be remarked on it."""

    read: ReadPolicy
    remarks: tuple[Fault, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A policy that travels with govkit."""

    policy: Policy
    digest: Digest


def list_policies() -> tuple[Listed, ...]:
    """Those that travel with govkit, in the order of the lock."""
    names = (name.partition(" ") for name in shipped_policies())
    read = (read_shipped(name, version) for name, _, version in names)
    return tuple(Listed(each.policy, each.digest) for each in read)


def known() -> Known:
    """What a policy may name: released protocols, clauses of the crosswalk, and shipped policies."""
    protocols: dict[str, Protocol] = {}
    for each in released():
        path = each.folder / "protocol.yaml"
        # This file alone: reading scenarios and controls too takes seconds, and says no more of what is asked here.
        document = read_yaml(read_file(path, MAX_BYTES).decode("utf-8", "replace"), file=path.name)
        protocol, _ = validate(Protocol, document)
        if protocol is None:
            fix = "install govkit again"
            raise AskedWrongly("This protocol is not as it was released.", where=str(path), fix=fix)
        protocols[f"{each.id} {each.version}"] = protocol
    clauses = {each.id: frozenset(entry.ref for entry in each.entries) for each in shipped_crosswalk()}
    return Known(protocols, clauses, shipped_policies())


def sensible_policy(reference: str) -> ReadPolicy:
    """The policy that is meant. Raises `FaultyDocument` for faults of form and of sense: no gate is asked by such."""
    read = read_policy_file(reference)
    if read.digest not in shipped_policies().values():  # those were linted before they were locked
        _linted(read)
    return read


def lint(reference: str) -> Linted:
    """The policy that is meant, and what is to be remarked on it. Raises `FaultyDocument` with all its faults."""
    return _linted(read_policy_file(reference))


def _linted(read: ReadPolicy) -> Linted:
    names = known()
    if faults := lint_policy(read, names):
        raise FaultyDocument("policy", faults)
    return Linted(read, remarks_on(read, names))


def signatures_of(reference: str, read: ReadPolicy) -> tuple[tuple[Signature, ...], str]:
    """The signatures beside a policy's file, and what is wrong with them; of a shipped one, none."""
    path = pathlib.Path(reference)
    return signatures_beside(path, read.data) if path.is_file() else ((), "")


@dataclasses.dataclass(frozen=True, slots=True)
class Signed:
    """A policy that was signed."""

    path: pathlib.Path
    """Of the signature."""
    linted: Linted
    signatures: tuple[Signature, ...]
    """All that lie beside it now, and hold."""
    problem: str
    """Why another one beside it does not hold; empty when all do."""


def sign_policy(
    path: pathlib.Path,
    key: LoadedKey,
    *,
    by: str,
    replace: bool = False,
    now: datetime.datetime | None = None,
) -> Signed:
    """
    Sign the policy in this file as its owner; the signature lies beside it.

    Raises `FaultyDocument` for one that does not lint, `Expired` for one past its end, `AskedWrongly` where this signer
    has signed before, unless `replace` says that the earlier signature may go. Another signer's is never touched.
    """
    moment = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC).replace(microsecond=0)
    _check_place(path)
    linted = lint(str(path))
    policy, data = linted.read.policy, linted.read.data
    if moment.date() > datetime.date.fromisoformat(policy.expires):
        fix = "give it a later day and a version of its own"
        raise Expired("This policy is past its end.", where=str(path), found=policy.expires, fix=fix)
    signing = Signing(
        by=_who(by),
        role=POLICY_OWNER,
        side="for",
        note="",
        signed=moment.isoformat().replace("+00:00", "Z"),
        log_head=NO_LOG,
    )
    claim = claim_signature(path.name, data, signing, certificates=(key.certificate, *key.chain))
    there = path.with_name(signature_name(path.name, key.fingerprint))
    write_signature(
        there, seal(claim, key), replace=lambda found: _may_go(found, key, there, replace=replace)
    )
    signatures, problem = signatures_beside(path, data)
    return Signed(there, linted, signatures, problem)


def _check_place(path: pathlib.Path) -> None:
    if not path.is_file():
        fix = "give a file; `govkit policy new FILE --from ID` makes one of a policy that travels with govkit"
        raise AskedWrongly("There is no such policy file.", where=str(path)[:300], fix=fix)
    if not SIGNABLE.fullmatch(path.name):
        fix = "name it with letters, digits, dots, dashes and underscores, such as policy.yaml"
        raise AskedWrongly("No signature can lie beside a file of this name.", where=str(path)[:300], fix=fix)


def _who(by: str) -> str:
    who = " ".join(by.split())
    if not 0 < len(who) <= MAX_BY or not who.isprintable():
        raise AskedWrongly(
            "It is not said who signs.", expected=f"1 to {MAX_BY} characters", fix='give --by "Name, role"'
        )
    return who


def _may_go(found: bytes, key: LoadedKey, path: pathlib.Path, *, replace: bool) -> bool:
    """Whether what stands under this signer's name is theirs, and may be replaced."""
    try:
        certificate = open_envelope(found).certificate_der
    except GovkitError:
        return False
    if certificate is None or digest(certificate) != key.fingerprint:
        return False
    if not replace:
        fix = "give --replace to sign anew, after the policy was changed; somebody else signs with their own key"
        raise AskedWrongly("This signer has signed the policy before.", where=str(path), fix=fix)
    return True


def new_policy(
    path: pathlib.Path, source: str, *, policy_id: str = "", now: datetime.datetime | None = None
) -> ReadPolicy:
    """
    A copy of a policy to adopt: an id of its own, version 1.0.0, from today on for a year, and how to name parties.

    Raises `AskedWrongly` for an id that is none or that a shipped policy has, and where there is a file already.
    """
    day = (now or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC).date()
    read = read_policy_file(source)
    name = _own_id(policy_id or path.name.partition(".")[0], path)
    text = _adopted(read, path, name, day)
    copy = read_policy(text.encode("utf-8"), file=str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        fix = "name another file"
        raise AskedWrongly(
            "There is a file here already; it is not replaced.", where=str(path), fix=fix
        ) from None
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise AskedWrongly("The policy cannot be written.", where=str(path)[:300], found=found) from None
    return copy


def _own_id(name: str, path: pathlib.Path) -> str:
    if not IDENTIFIER.fullmatch(name) or len(name) > MAX_ID:
        raise AskedWrongly(
            "This is no id for a policy.",
            found=ascii(name[:80]),
            expected="small letters, digits and hyphens, such as acme-agents",
            fix="give --id",
        )
    if name in {each.partition(" ")[0] for each in shipped_policies()}:
        fix = "give --id, or name the file otherwise"
        raise AskedWrongly(f"{name} is a policy that travels with govkit.", where=str(path)[:300], fix=fix)
    return name


def _adopted(read: ReadPolicy, path: pathlib.Path, name: str, day: datetime.date) -> str:
    """The text with what identifies it exchanged; all else, comments too, stays as its authors wrote it."""
    policy, lines = read.policy, read.data.decode("utf-8").splitlines()
    values = {
        "id": name,
        "version": "1.0.0",
        "issued": f'"{day.isoformat()}"',
        "expires": f'"{(day + A_YEAR).isoformat()}"',
    }
    for key, value in values.items():
        lines[read.document.line((key,)) - 1] = f"{key}: {value}"
    body = "\n".join(lines[read.document.line(("format",)) - 1 :])
    roles = ", ".join(sorted({each.role for quorum in policy.approval.quorum.values() for each in quorum}))
    head = (
        f"# Made from {policy.id} {policy.version}. Change title, purpose and whatever must differ, then:\n"
        f"#\n#   govkit policy lint {path.name}\n"
        f'#   govkit policy sign {path.name} --key NAME.key.pem --by "Name, role"\n#\n'
    )
    return f"{head}{body}\n{'' if policy.parties else PARTIES.format(roles=roles)}"
