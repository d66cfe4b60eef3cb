"""Decisions and waivers for whatever lists records: small, signed by real keys, entered into a real log."""

import datetime
import pathlib
import typing as t

from govkit.adapters.decision_folder import open_decisions
from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.approval.log import NAME as LOG
from govkit.approval.log import parse_log
from govkit.approval.policy import ReadPolicy
from govkit.approval.records import Condition, Decision, PolicyNamed, Record, Waiver, file_name
from govkit.approval.signed import Signing, claim_signature, signature_name
from govkit.approval.subject import Subject
from govkit.attestation.envelope import seal
from govkit.digest import digest
from govkit.verification.moments import written

NOTHING = "sha256:" + "1" * 64


def signer(folder: pathlib.Path, name: str, now: datetime.datetime) -> tuple[LoadedKey, pathlib.Path]:
    """A new key, valid from the day before for 400 days, and its certificate's file."""
    made = new_key(
        folder,
        name,
        common_name=name.capitalize(),
        organization=None,
        valid_days=400,
        now=now - datetime.timedelta(days=1),
        passphrase=None,
    )
    return load_key(str(made.key_path), None, now=now), made.certificate_path


def decision(
    subject: Subject,
    policy: ReadPolicy,
    tier: str,
    *,
    made: datetime.datetime,
    days: int,
    due: str = "",
    **changes: t.Any,
) -> Decision:
    """An approval from `made` on for so many days; with one condition where `due` says until when."""
    about = {"text": "Watch what it does.", "owner": "Operations", "verification": "a log"}
    conditions = (Condition(id="watch", due=due, **about),) if due else ()
    named = PolicyNamed(id=policy.policy.id, version=policy.policy.version, digest=policy.digest, tier=tier)
    return Decision(
        **{
            "format": "govkit.decision/1",
            "subject": subject,
            "policy": named,
            "made": written(made),
            "valid_from": written(made),
            "valid_until": written(made + datetime.timedelta(days=days)),
            "position": "approve-with-conditions" if due else "approve",
            "scope": "inside the company",
            "basis": (),
            "gate": NOTHING,
            "reports": (),
            "waivers": (),
            "conditions": conditions,
            "residual_risk": "It may still do what nobody tested.",
            "void_when": (),
            **changes,
        }
    )


def waiver(
    subject: Subject, policy: ReadPolicy, tier: str, *, requirement: str, made: datetime.datetime, days: int
) -> Waiver:
    """A waiver for *insufficient* of one requirement."""
    named = PolicyNamed(id=policy.policy.id, version=policy.policy.version, digest=policy.digest, tier=tier)
    return Waiver(
        format="govkit.waiver/1",
        subject=subject,
        policy=named,
        made=written(made),
        valid_from=written(made),
        valid_until=written(made + datetime.timedelta(days=days)),
        requirement=requirement,
        result="insufficient",
        reason="The longer run is under way.",
        compensating_controls=("A person reads every log.",),
        risk_owner="Head of operations",
    )


def file_record(
    folder: pathlib.Path,
    record: Record,
    key: LoadedKey | None,
    *,
    role: str,
    at: datetime.datetime,
    by: str = "Ann",
) -> str:
    """Enter a record into the folder's log, and a signature for it where there is a key; the record's file name."""
    name, data = file_name(record), record.bytes()
    with open_decisions(folder) as decisions:
        decisions.add(name, data, written(at))
        if key is not None:
            head = parse_log(decisions.files()[LOG]).head
            signing = Signing(by=by, role=role, side="for", note="", signed=written(at), log_head=head)
            said = claim_signature(name, data, signing, certificates=(key.certificate, *key.chain))
            decisions.add(signature_name(name, digest(key.certificate)), seal(said, key), written(at))
    return name
