"""
Facts that evidence and records give beside their results: who signed, what was replayed, who approved.

A fact is *shown* where runs or records say so, *adverse* where they say otherwise, and *missing* where they say
nothing: that nobody knows of another run is no proof that there is none.
"""

import dataclasses
import typing as t

from govkit.approval.evidence import Evidence
from govkit.approval.independence import plain
from govkit.approval.records import Decision
from govkit.approval.standings import FOLLOWED, Standing
from govkit.digest import Digest
from govkit.questionnaire.answers import Reading
from govkit.questionnaire.claims import Facts, line
from govkit.questionnaire.rules import Product
from govkit.questionnaire.told import fact_sentence, named, subject_words, waiver_sentence
from govkit.verification.moments import written


@dataclasses.dataclass(frozen=True, slots=True)
class ProductFact:
    """One fact."""

    product: Product
    reading: Reading
    sentence: str
    """What is so, or not so; empty where nothing is known."""
    gap: str = ""
    """What is missing; empty where nothing is."""
    runs: tuple[Digest, ...] = ()
    until: str | None = None
    """When it ends; None where it does not."""


def product_of(product: Product, facts: Facts, runs: t.Sequence[Evidence]) -> ProductFact:
    """The fact of this name; `runs` are the bearing runs that the question rests on."""
    if product == "decision":
        return _decision(facts)
    if product == "waivers":
        return _waivers(facts)
    if not runs:
        return ProductFact(product, "missing", "", f"No run is at hand for {subject_words(facts)}.")
    of_runs: t.Mapping[str, t.Callable[[Facts, t.Sequence[Evidence]], ProductFact]] = {
        "subject-identity": _identity,
        "independent-evaluator": _independent,
        "all-runs": _all_runs,
        "judge": _judge,
    }
    if product in of_runs:
        return of_runs[product](facts, runs)
    # A run that bears holds: its signature, its released protocol and the replay of every trial were checked with it.
    said = {
        "signed": f"Signed by {_signers(runs)}, and the signatures hold",
        "released-protocol": f"By the released text of {_protocols(runs)}",
        "replayed": "Every trial was replayed, and the verdict computed again",
    }[product]
    return _of_runs(product, "shown", facts, said, runs)


def _of_runs(
    product: Product, reading: Reading, facts: Facts, said: str, runs: t.Sequence[Evidence]
) -> ProductFact:
    until = written(min(facts.until(each) for each in runs))
    cited = tuple(each.run for each in runs)
    return ProductFact(product, reading, fact_sentence(facts, said, runs), runs=cited, until=until)


def _signers(runs: t.Sequence[Evidence]) -> str:
    who = {f"{line(each.evaluator, 100)} ({named(each.evaluator_certificate)})" for each in runs}
    return ", ".join(sorted(who))


def _protocols(runs: t.Sequence[Evidence]) -> str:
    found = {f"{each.protocol} {each.version} ({named(each.protocol_digest)})" for each in runs}
    return ", ".join(sorted(found))


def _identity(facts: Facts, runs: t.Sequence[Evidence]) -> ProductFact:
    """By the description that the runs carry, which is what was tested; not by one that came without a run."""
    told = [each.subject for each in runs if each.subject is not None]
    lacking = sorted({part.kind for each in told for part in each.components if not part.stated})
    loose = any(each.pinned == "provider-mutable" for each in told)
    if lacking or loose:
        gaps = [f"not stated: {', '.join(lacking)}"] if lacking else []
        gaps += ["the provider may change the model under its name"] if loose else []
        gap = f"The identity of {subject_words(facts)} leaves something open: {'; '.join(gaps)}."
        return ProductFact("subject-identity", "missing", "", gap)
    pins = {f"the snapshot {line(each.snapshot, 100)}" for each in told if each.pinned == "snapshot"}
    pins |= {"the digest of its weights" for each in told if each.pinned == "weights"}
    said = f"Every component is stated, and the model is pinned by {', '.join(sorted(pins))}"
    return _of_runs("subject-identity", "shown", facts, said, runs)


def _independent(facts: Facts, runs: t.Sequence[Evidence]) -> ProductFact:
    """By the names in certificate and candidate file; whether they are true nobody can tell from here."""
    product: Product = "independent-evaluator"
    unknown = []
    for each in runs:
        developers = {facts.subject.developer, each.subject.developer if each.subject else ""} - {""}
        who = line(each.organisation, 100)
        if who and plain(who) in {plain(name) for name in developers}:
            said = f"{who} tested it, and develops the model"
            return _of_runs(product, "adverse", facts, said, [each])
        if not who or not developers:
            unknown.append(each)
    if unknown:
        lacks = "who tested or who develops it"
        gap = (
            f"It does not stand in the certificate or the candidate file {lacks}, for {subject_words(facts)}."
        )
        return ProductFact(product, "missing", "", gap)
    who = ", ".join(sorted({line(each.organisation, 100) for each in runs}))
    said = f"Tested by {who}; {line(facts.subject.developer, 100)} develops the model"
    return _of_runs(product, "shown", facts, said, runs)


def _all_runs(facts: Facts, runs: t.Sequence[Evidence]) -> ProductFact:
    """Known are the runs on which decisions about this system rest; of others nobody can know."""
    protocols = {each.protocol for each in runs}
    known = {
        basis.run
        for each in (facts.decided.standings if facts.decided and not facts.decided.problems else ())
        if isinstance(each.record, Decision) and each.record.subject.identity == facts.identity
        for basis in each.record.basis
        if basis.protocol.partition(" ")[0] in protocols
    }
    # A run that was set aside by age was given all the same: nothing of it is kept back.
    here = {each.run for each in runs}
    here |= {each.run for each in facts.set_aside if each.reason == "evidence-expired"}
    if lacking := sorted(known - here):
        said = f"Decisions rest on runs that are not cited: {', '.join(map(named, lacking))}"
        return _of_runs("all-runs", "adverse", facts, said, runs)
    if not known:
        gap = f"No list of all runs of {subject_words(facts)} is at hand."
        return ProductFact("all-runs", "missing", "", gap)
    return _of_runs("all-runs", "shown", facts, "Every run that the log of decisions names is cited", runs)


def _judge(facts: Facts, runs: t.Sequence[Evidence]) -> ProductFact:
    related = [each for each in runs if each.kinship]
    below = [each for each in runs if any(one.reason == "judge-uncalibrated" for one in each.checks.values())]
    if related:
        said = "The judge may be of the system's own vendor"
        return _of_runs("judge", "adverse", facts, said, related)
    if below:
        return _of_runs("judge", "adverse", facts, "A judge did not reach its floor", below)
    asked = [each for each in runs if each.kinship is not None]
    if any(one.reason == "not-judged" for each in runs for one in each.checks.values()):
        return ProductFact(
            "judge", "missing", "", f"A judge is asked for and did not judge {subject_words(facts)}."
        )
    if not asked:
        return _of_runs("judge", "shown", facts, "No judge was asked for: no label rests on one", runs)
    said = "Judges reached their floors, and are of other vendors"
    return _of_runs("judge", "shown", facts, said, asked)


def _decision(facts: Facts) -> ProductFact:
    if (unknown := _no_records(facts)) is not None:
        return ProductFact("decision", "missing", "", unknown)
    decisions = [
        (each, each.record)
        for each in (facts.decided.standings if facts.decided else ())
        if isinstance(each.record, Decision) and FOLLOWED not in each.against
    ]
    mine = [(each, record) for each, record in decisions if record.subject.identity == facts.identity]
    for standing, record in mine:
        if standing.counts and record.position == "reject":
            return _decided(facts, standing, record, "rejected")
    for standing, record in mine:
        if standing.counts and record.position.startswith("approve"):
            how = "approved" if record.position == "approve" else "approved under conditions"
            return _decided(facts, standing, record, how)
    for standing, record in mine:
        if standing.matched.ended or "revoked" in standing.against:
            return _decided(facts, standing, record, "void")
    return ProductFact("decision", "missing", "", f"No approval of {subject_words(facts)} is in force.")


def _decided(facts: Facts, standing: Standing, record: Decision, how: str) -> ProductFact:
    policy = facts.decided.policy if facts.decided else ""
    why = f" ({', '.join(standing.against)})" if standing.against else ""
    until = record.valid_until
    said = (
        f"The decision {named(record.digest)} of {record.made[:10]} on {subject_words(facts)} under {policy}: "
        f"{how}{why}, until {until[:10]}."
    )
    if how.startswith("approved"):
        return ProductFact("decision", "shown", said, until=until)
    return ProductFact("decision", "adverse", said)


def _waivers(facts: Facts) -> ProductFact:
    if (unknown := _no_records(facts)) is not None:
        return ProductFact("waivers", "missing", "", unknown)
    in_force = facts.waivers()
    if not in_force:
        return ProductFact(
            "waivers", "shown", f"No waiver for {subject_words(facts)} is in force in this log."
        )
    return ProductFact("waivers", "shown", " ".join(waiver_sentence(facts, each) for each in in_force))


def _no_records(facts: Facts) -> str | None:
    """Why nothing is known of decisions; None where it is."""
    if facts.decided is None:
        return f"No log of decisions is at hand for {subject_words(facts)}."
    if facts.decided.problems:
        return f"The log of decisions does not hold: {line(facts.decided.problems[0])}"
    return None
