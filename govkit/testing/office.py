"""
An office, to try the gate in: people with keys, a policy, evidence, decisions with their log, and a day in 2026.

Everything is made in memory and really signed; only the evidence is put together by hand, as if verification had found
it so. `Office().case()` is a case that the gate lets through; each test changes one thing.
"""

import copy
import dataclasses
import datetime
import json
import typing as t

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from govkit.adapters.keys import LoadedKey, self_signed
from govkit.adapters.trust import check_trust
from govkit.approval.book import Book, read_book
from govkit.approval.case import Case
from govkit.approval.evidence import Evidence
from govkit.approval.gate import gate, policy_named
from govkit.approval.log import NAME as LOG
from govkit.approval.log import line_of, parse_log
from govkit.approval.policy import ReadPolicy, read_policy
from govkit.approval.records import Condition, Decision, Fulfilment, Record, Revocation, Waiver, file_name
from govkit.approval.result import GateResult
from govkit.approval.signed import Signature, Signing, claim_signature, read_signature, signature_name
from govkit.approval.subject import Subject, subject_of
from govkit.assessment.model import CheckResult
from govkit.attestation.algorithms import key_name, public_key_in, scheme_of, sign_with
from govkit.attestation.envelope import seal
from govkit.digest import digest
from govkit.testing.office_checks import check_result
from govkit.testing.office_policy import POLICY
from govkit.trial.deployment import Deployment, DeploymentFile, deployment_of
from govkit.trial.profile import CandidateFile, profile_of
from govkit.verification.moments import written
from govkit.verification.signer import Signer

NOW = datetime.datetime(2026, 11, 21, 12, 0, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
TIER = "high"


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a key and a certificate."""

    name: str
    organisation: str
    key: LoadedKey

    @property
    def key_name(self) -> str:
        public = public_key_in(self.key.certificate)
        return key_name(public) if public is not None else ""

    def party(self, *roles: str) -> dict[str, t.Any]:
        """How a policy names them."""
        return {
            "name": self.name,
            "organisation": self.organisation,
            "certificate": self.key.fingerprint,
            "roles": list(roles),
        }


def person(
    name: str,
    organisation: str = "Office",
    *,
    days: int = 3000,
    private: ec.EllipticCurvePrivateKey | None = None,
) -> Person:
    """Somebody with a key of their own, certified from the beginning of 2026; or with one that they share."""
    key = private or ec.generate_private_key(ec.SECP256R1())
    begins = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = self_signed(key, name, organisation, days, begins)
    scheme = scheme_of(key)
    if scheme is None:
        raise ValueError("a P-256 key has a scheme")
    der = certificate.public_bytes(serialization.Encoding.DER)
    return Person(name, organisation, LoadedKey(der, (), scheme, lambda data: sign_with(key, data)))


class Office:
    """People, a policy, a candidate, and the decisions that were made."""

    def __init__(self) -> None:
        self.now = NOW
        self.tier = TIER
        self.ann, self.ben = person("Ann Owner"), person("Ben Safety")
        self.lab = person("Lena Lab", "Testing Lab")
        self.stranger = person("Sam Stranger", "Elsewhere")
        self.trusted = [self.ann, self.ben, self.lab]
        self.policy_text = copy.deepcopy(POLICY)
        self.deployment = DeploymentFile(
            developer="Maker Ltd", snapshot="model-2026-05-01", tools=(), peers=(), memory=None
        )
        self.candidate = CandidateFile(
            format="govkit.candidate/1", name="Assistant", model="openai/model", system_prompt="Be of use."
        )
        self.evidence: list[Evidence] = []
        self.files: dict[str, bytes] = {}
        self.policy_signatures: tuple[Signature, ...] | None = None
        self.seen_head: str | None = None

    # --- what is asked ---

    @property
    def policy(self) -> ReadPolicy:
        return read_policy(json.dumps(self.policy_text).encode(), file="policy.yaml")

    @property
    def subject(self) -> Subject:
        return subject_of(profile_of(self.candidate.model_copy(update={"deployment": self.deployment})))

    @property
    def deployed(self) -> Deployment:
        return deployment_of(self.deployment)

    @property
    def book(self) -> Book:
        return read_book(self.files, seen_head=self.seen_head)

    def judge(self, certificate: bytes, chain: tuple[bytes, ...]) -> Signer:
        """Who is trusted: the certificates of `trusted`, within their dates."""
        anchors = tuple(each.key.certificate for each in self.trusted)
        return check_trust(certificate, chain, anchors, self.now)

    def case(self, **changes: t.Any) -> Case:
        """What the gate is asked; whatever was not made yet is made as it should be."""
        asked = Case(
            policy=self.policy,
            policy_signatures=self.sign_policy()
            if self.policy_signatures is None
            else self.policy_signatures,
            policy_problem="",
            shipped_policies={},
            tier=self.tier,
            subject=self.subject,
            evidence=tuple(self.evidence) or (self.run(),),
            book=self.book,
            judge=self.judge,
            now=self.now,
        )
        return dataclasses.replace(asked, **changes)

    def gate(self, **changes: t.Any) -> GateResult:
        """What the gate says."""
        return gate(self.case(**changes))

    def sign_policy(
        self,
        who: Person | None = None,
        role: str = "policy-owner",
        *,
        side: t.Any = "for",
        signed: str = "2026-01-01T00:00:00Z",
    ) -> tuple[Signature, ...]:
        """The policy's signature."""
        signer, data, name = who or self.ann, self.policy.data, "policy.yaml"
        signing = Signing(
            by=signer.name,
            role=role,
            side=side,
            note="",
            signed=signed,
            log_head="sha256:" + "0" * 64,
        )
        sealed = seal(
            claim_signature(name, data, signing, certificates=(signer.key.certificate,)), signer.key
        )
        beside = signature_name(name, signer.key.fingerprint)
        return (read_signature(sealed, name=beside, document=name, data=data),)

    # --- evidence ---

    def run(self, **changes: t.Any) -> Evidence:
        """A run of the subject that holds and in which both checks passed, a month old."""
        begun = self.now - 30 * DAY
        name = changes.pop("name", "run")
        evidence = Evidence(
            name=name,
            run=digest(name.encode()),
            protocol="peer-preservation",
            version="2.0.0",
            protocol_digest=digest(b"peer-preservation 2.0.0"),
            subject=self.subject,
            checks={each: self.check(each) for each in ("honest-review", "shutdown-control")},
            verdict="pass",
            assessment=digest(name.encode() + b" assessment"),
            begun=written(begun),
            sealed=written(begun + DAY),
            signed=written(begun + DAY),
            evaluator=self.lab.name,
            evaluator_key=self.lab.key_name,
            evaluator_certificate=self.lab.key.fingerprint,
            organisation=self.lab.organisation,
            models=("model-2026-05-01",),
            records=frozenset({name}),
        )
        return dataclasses.replace(evidence, **changes)

    def check(self, check: str, verdict: t.Any = "pass", **numbers: t.Any) -> CheckResult:
        """What came of a check, as `check_result` has it."""
        return check_result(check, verdict, **numbers)

    # --- records ---

    def decide(self, position: t.Any = "approve", **changes: t.Any) -> Decision:
        """A decision as it should be, not kept yet."""
        case = self.case(evidence_only=True)
        said = gate(case)
        decision = Decision(
            format="govkit.decision/1",
            subject=self.subject,
            policy=policy_named(case),
            made=written(self.now - 10 * DAY),
            valid_from=written(self.now - 10 * DAY),
            valid_until=written(self.now + 100 * DAY),
            position=position,
            scope="Inside the office.",
            basis=said.runs,
            gate=said.digest,
            reports=(),
            waivers=said.waivers,
            conditions=(),
            residual_risk="What was not looked for.",
            void_when=(),
        )
        return decision.model_copy(update=changes)

    def waiver(self, requirement: str = "check:peer-preservation/honest-review", **changes: t.Any) -> Waiver:
        """A waiver as it should be, not kept yet."""
        waiver = Waiver(
            format="govkit.waiver/1",
            subject=self.subject,
            policy=policy_named(self.case()),
            made=written(self.now - 10 * DAY),
            valid_from=written(self.now - 10 * DAY),
            valid_until=written(self.now + 60 * DAY),
            requirement=requirement,
            result="fail",
            reason="Reviews are read by two people.",
            compensating_controls=("Two people read every review.",),
            risk_owner="Ann Owner",
        )
        return waiver.model_copy(update=changes)

    def revocation(self, record: Record) -> Revocation:
        return Revocation(
            format="govkit.revocation/1",
            record=record.digest,
            made=written(self.now - DAY),
            reason="It was a mistake.",
        )

    def fulfilment(self, decision: Decision, condition: str) -> Fulfilment:
        return Fulfilment(
            format="govkit.fulfilment/1",
            decision=decision.digest,
            condition=condition,
            made=written(self.now - DAY),
            how="It was done.",
            evidence=(),
        )

    def keep(self, record: Record) -> Record:
        """Into the folder and its log, if it is not there."""
        self._add(file_name(record), record.bytes())
        return record

    def sign(
        self,
        record: Record,
        who: Person,
        role: str = "owner",
        *,
        side: t.Any = "for",
        days_ago: int = 5,
        by: str = "",
    ) -> None:
        """Somebody signs a record, which is kept first; so many days ago."""
        self.keep(record)
        name, data = file_name(record), record.bytes()
        signing = Signing(
            by=by or who.name,
            role=role,
            side=side,
            note="Because." if side == "against" else "",
            signed=written(self.now - days_ago * DAY),
            log_head=parse_log(self.files[LOG]).head,
        )
        sealed = seal(claim_signature(name, data, signing, certificates=(who.key.certificate,)), who.key)
        self._add(signature_name(name, who.key.fingerprint), sealed)

    def approve(self, **changes: t.Any) -> Decision:
        """A decision that both sign."""
        decision = self.decide(**changes)
        self.sign(decision, self.ann, "owner")
        self.sign(decision, self.ben, "safety")
        return decision

    def grant(self, waiver: Waiver | None = None, **changes: t.Any) -> Waiver:
        """A waiver that both sign."""
        granted = waiver or self.waiver(**changes)
        self.sign(granted, self.ann, "owner")
        self.sign(granted, self.ben, "safety")
        return granted

    def _add(self, name: str, data: bytes) -> None:
        if self.files.get(name) == data:
            return
        log = parse_log(self.files.get(LOG, b""))
        self.files[name] = data
        self.files[LOG] = self.files.get(LOG, b"") + line_of(
            log.entry_for(name, data, written(self.now - 10 * DAY))
        )


def condition(name: str = "canary", due: str = "2026-12-31") -> Condition:
    """A condition."""
    return Condition(id=name, text="One team first.", owner="Operations", due=due, verification="The log.")
