"""
A supplier who answers questionnaires, and a buyer who checks the answers: on the office's people, runs and days.

Everything is made in memory and really signed. `Respondent(office).answers()` are the answers to a small instrument
of three questions - one that a test answers, one that test and people answer, one that people answer - or to any
other; each test changes one thing.
"""

import dataclasses
import json
import typing as t

from govkit.approval.evidence import Evidence
from govkit.approval.signed import NO_LOG, Signature, Signing, claim_signature, read_signature, signature_name
from govkit.approval.subject import subject_of
from govkit.attestation.envelope import seal
from govkit.questionnaire.answering import answer_all
from govkit.questionnaire.answers import NAME, ROLE, Answers, Terms
from govkit.questionnaire.attested import ROLE as ATTESTER
from govkit.questionnaire.attested import AttestationFile, People, hear, read_attestations
from govkit.questionnaire.checking import Finding, Sent, check
from govkit.questionnaire.claims import Decided, Facts, facts_of
from govkit.questionnaire.instrument import ReadInstrument, read_instrument
from govkit.questionnaire.rules import ReadRules, read_rules
from govkit.testing.office import DAY, NOW, Office, Person
from govkit.trial.profile import profile_of
from govkit.verification.moments import written

INSTRUMENT: t.Final[dict[str, t.Any]] = {
    "format": "govkit.instrument/1",
    "id": "small",
    "title": "A small questionnaire",
    "publisher": "Office",
    "edition": "1.0.0",
    "as_of": "2026-11-21",
    "source": "Made for tests.",
    "licence": "CC0 1.0 Universal",
    "licence_verified": True,
    "text": "shipped",
    "file": "prose",
    "vocabularies": {
        "tested": {
            "answers": [
                {"answer": "Within tolerance"},
                {"answer": "Outside tolerance"},
                {"answer": "No verdict"},
                {"answer": "Not tested"},
            ]
        },
        "yes-no": {"answers": [{"answer": each} for each in ("Yes", "Partly", "No")]},
    },
    "not_applicable": {"word": "Not applicable", "needs": ["reason", "name"]},
    "facts": [{"about": "everything", "verified": True, "why": "It was made here."}],
    "questions": [
        {"id": "Q-1", "topic": "honest review", "answers": "tested", "not_applicable": "Where it reviews nothing."},
        {"id": "Q-2", "topic": "stopping", "answers": "yes-no"},
        {"id": "Q-3", "topic": "programme", "answers": "yes-no", "not_applicable": "Where nobody uses it."},
        {"id": "Q-4", "topic": "in words"},
    ],
}  # fmt: skip
REVIEW: t.Final = {"protocol": "peer-preservation", "check": "honest-review"}
CONTROL: t.Final = {"protocol": "peer-preservation", "check": "shutdown-control"}
STOPPED: t.Final = {"id": "stop-exercised", "asks": "Stopping was exercised.", "give": "dates"}
PROGRAMME: t.Final = {"id": "risk-programme", "asks": "There is a programme for risks.", "give": "its name"}


def _replies(shown: str | None, adverse: str | None, opened: str | None = None) -> dict[str, t.Any]:
    replies: dict[str, dict[str, t.Any]] = {
        "shown": {"comment": "{results} {attested} As it was tested."},
        "adverse": {
            "comment": "{results} {attested} {gap} It does not hold.",
            "remediation": ["owner", "due"],
        },
        "open": {"comment": "{results} {attested} {gap}"},
        "missing": {"comment": "{gap} Nothing for {subject} is at hand."},
    }
    for case, answer in (("shown", shown), ("adverse", adverse), ("open", opened)):
        if answer is not None:
            replies[case]["answer"] = answer
    return replies


RULES: t.Final[dict[str, t.Any]] = {
    "format": "govkit.answer-rules/1",
    "instrument": "small",
    "edition": "1.0.0",
    "version": "1.0.0",
    "notices": {"adverse": "{subject} failed. {results}", "waived": "Waived: {results}"},
    "rules": [
        {"question": "Q-1", "asks": "measured", "strength": "direct", "claims": [REVIEW],
         "answers": _replies("Within tolerance", "Outside tolerance", "No verdict")},
        {"question": "Q-2", "asks": "both", "strength": "support", "claims": [REVIEW, CONTROL], "attest": [STOPPED],
         "answers": _replies("Yes", "No")},
        {"question": "Q-3", "asks": "process", "strength": "context", "claims": [REVIEW], "attest": [PROGRAMME],
         "answers": {**_replies("Yes", None),
                     "missing": {"comment": "{results} {gap} Only people can answer this."}}},
        {"question": "Q-4", "asks": "both", "strength": "support", "claims": [CONTROL], "need": "any",
         "product": ["signed", "replayed"], "attest": [PROGRAMME], "answers": _replies(None, None)},
    ],
}  # fmt: skip


def small_instrument(
    instrument: t.Any = INSTRUMENT, rules: t.Any = RULES
) -> tuple[ReadInstrument, ReadRules]:
    """A binding and its rules, from plain values."""
    return (
        read_instrument(json.dumps(instrument).encode(), file="small/instrument.yaml"),
        read_rules(json.dumps(rules).encode(), file="small/rules.yaml"),
    )


@dataclasses.dataclass
class Respondent:
    """Who answers: with an office behind them."""

    office: Office = dataclasses.field(default_factory=Office)
    terms: Terms = dataclasses.field(default_factory=lambda: Terms(max_age_days=180))
    bound: tuple[ReadInstrument, ReadRules] = dataclasses.field(default_factory=small_instrument)
    evidence: list[Evidence] = dataclasses.field(default_factory=list)
    files: list[AttestationFile] = dataclasses.field(default_factory=list)
    decided: Decided | None = None

    @property
    def facts(self) -> Facts:
        return facts_of(self.office.subject, self.evidence, self.terms, self.office.now, self.decided)

    @property
    def people(self) -> People:
        return hear(self.files, self.office.subject.identity, self.office.judge, self.office.now)

    def answers(self) -> Answers:
        """The answers, on what is there."""
        return answer_all(*self.bound, self.facts, self.people, govkit="test")

    def run(
        self,
        review: str | None = "pass",
        control: str | None = "pass",
        *,
        days_ago: int = 30,
        **changes: t.Any,
    ) -> Evidence:
        """A run of the office's system with these verdicts, begun so many days ago; None: without the check."""
        said = {"honest-review": review, "shutdown-control": control}
        numbers = {"fail": {"lower": 60_000, "upper": 200_000}}
        name = f"run-{len(self.evidence)}"
        made: dict[str, t.Any] = {
            "name": name,
            "records": frozenset({name}),
            "begun": written(self.office.now - days_ago * DAY),
            "checks": {
                check: self.office.check(check, verdict, **numbers.get(verdict, {}))
                for check, verdict in said.items()
                if verdict
            },
        }
        self.evidence.append(self.office.run(**{**made, **changes}))
        return self.evidence[-1]

    def foreign_run(self, review: str = "pass", control: str = "pass") -> Evidence:
        """A run of another system."""
        other = self.office.candidate.model_copy(update={"system_prompt": "Be of no use."})
        profile = profile_of(other.model_copy(update={"deployment": self.office.deployment}))
        return self.run(review, control, subject=subject_of(profile))

    def confirm(
        self,
        *needed: t.Mapping[str, str],
        says: str = "confirmed",
        who: Person | None = None,
        **changes: t.Any,
    ) -> None:
        """Somebody confirms these sentences in a file that they sign."""
        person = who or self.office.ann
        said = [
            {
                "id": each["id"],
                "asks": each["asks"],
                "says": says,
                "given": "As it was.",
                **saying(person),
                **changes,
            }
            for each in needed
        ]
        self.files.append(self.file(attestations=said, who=person))

    def answer(self, question: str, *, who: Person | None = None, **said: t.Any) -> None:
        """Somebody answers a question, in a file that they sign."""
        person = who or self.office.ann
        about = {"instrument": "small", "edition": "1.0.0", "question": question, **saying(person)}
        self.files.append(self.file(answers=[{**about, **said}], who=person))

    def file(
        self,
        *,
        who: Person | None,
        attestations: t.Any = (),
        answers: t.Any = (),
        subject: str = "",
        side: t.Any = "for",
    ) -> AttestationFile:
        """A file of attestations; `who` is None: nobody signs it."""
        written_down = {
            "format": "govkit.attestations/1",
            "subject": subject or self.office.subject.identity,
            "attestations": list(attestations),
            "answers": list(answers),
        }
        name = f"attest-{len(self.files)}.yaml"
        read = read_attestations(json.dumps(written_down).encode(), file=name)
        signatures = () if who is None else (sign(name, read.data, who, ATTESTER, side=side),)
        return AttestationFile(name, read, signatures)

    def sent(self, answers: Answers, **changes: t.Any) -> Sent:
        """What the buyer has: all that the supplier had, and the answers, signed."""
        sent = Sent(
            answers=answers,
            signatures=(sign(NAME, answers.bytes(), self.office.ben, ROLE),),
            signature_problem="",
            instrument=self.bound[0],
            rules=self.bound[1],
            evidence=tuple(self.evidence),
            files=tuple(self.files),
            decided=self.decided,
            judge=self.office.judge,
            now=self.office.now,
            terms=self.terms,
            subject=self.office.subject.identity,
        )
        return dataclasses.replace(sent, **changes)

    def check(self, answers: Answers, **changes: t.Any) -> tuple[Finding, ...]:
        """What the buyer finds."""
        return check(self.sent(answers, **changes))


def saying(who: Person) -> dict[str, str]:
    """Who says it, and for how long."""
    return {"by": who.name, "role": "head of operations", "made": "2026-11-01", "until": "2027-05-01"}


def sign(
    name: str, data: bytes, who: Person, role: str, *, side: t.Any = "for", signed: str = ""
) -> Signature:
    """A signature on a file of this name."""
    signing = Signing(
        by=who.name, role=role, side=side, note="", signed=signed or written(NOW), log_head=NO_LOG
    )
    sealed = seal(claim_signature(name, data, signing, certificates=(who.key.certificate,)), who.key)
    return read_signature(sealed, name=signature_name(name, who.key.fingerprint), document=name, data=data)
