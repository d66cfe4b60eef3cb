"""What was given and does not count, each with why: whoever relied on it must not have to guess."""

import typing as t

from govkit.approval.bearing import foreign
from govkit.approval.book import Filed
from govkit.approval.case import Case
from govkit.approval.decisions import matched_decisions
from govkit.approval.matching import is_revoked, unheard_in
from govkit.approval.records import Decision, Fulfilment, Revocation, short
from govkit.approval.result import Row, SetAside
from govkit.approval.waiving import idle_waivers


def set_aside(case: Case, rows: t.Sequence[Row], approval: Decision | None) -> tuple[SetAside, ...]:
    """Runs, decisions, signatures, waivers, revocations and fulfilments that do not count."""
    if case.book.problems:
        return (*foreign(case), *idle_waivers(case, rows))
    return (
        *foreign(case),
        *_decisions(case),
        *_signatures(case, approval),
        *idle_waivers(case, rows),
        *_revocations(case),
        *_fulfilments(case, approval),
    )


def _decisions(case: Case) -> t.Iterator[SetAside]:
    for decision, matched in matched_decisions(case):
        if matched.against:
            sentence = f"{decision.position} of {decision.made[:10]}, {decision.subject.name}."
            yield SetAside(what=f"decision {matched.filed.name}", reasons=matched.against, sentence=sentence)


def _signatures(case: Case, approval: Decision | None) -> t.Iterator[SetAside]:
    for decision, matched in matched_decisions(case):
        for each in matched.heard:
            if each.against and decision is not approval:
                what = f"signature of {each.signature.signing.by} on {matched.filed.name}"
                sentence = f"In the role {each.signature.signing.role}."
                yield SetAside(what=what, reasons=(each.against,), sentence=sentence)


def _revocations(case: Case) -> t.Iterator[SetAside]:
    """Revocations that did not hold: a brake that was pulled and not heard is the first thing to look at."""
    for revocation, filed in case.book.of_kind(Revocation):
        revoked = case.book.find(revocation.record)
        if revoked is None or not is_revoked(revoked, case.about, case.book):
            about = (
                revoked.name
                if revoked is not None
                else f"a record {short(revocation.record)} that is not there"
            )
            sentence = f"Of {about}, {revocation.made[:10]}: {revocation.reason} ({_by(filed)})"
            yield SetAside(
                what=f"revocation {filed.name}", reasons=unheard_in(filed, case.about), sentence=sentence
            )


def _fulfilments(case: Case, approval: Decision | None) -> t.Iterator[SetAside]:
    """Of the approval that counts: what says that a condition was met, and is not confirmed."""
    met = {
        each.condition for each, filed in case.book.of_kind(Fulfilment) if not unheard_in(filed, case.about)
    }
    for fulfilment, filed in case.book.of_kind(Fulfilment):
        if (
            approval is not None
            and fulfilment.decision == approval.digest
            and fulfilment.condition not in met
        ):
            sentence = f"Of condition {fulfilment.condition}, {fulfilment.made[:10]} ({_by(filed)})"
            yield SetAside(
                what=f"fulfilment {filed.name}", reasons=unheard_in(filed, case.about), sentence=sentence
            )


def _by(filed: Filed) -> str:
    return ", ".join(each.signing.by for each in filed.signatures) or "signed by nobody"
