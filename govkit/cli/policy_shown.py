"""A policy as a person reads it: tables of what each tier asks for, and who decides."""

import typing as t

import rich.box
import rich.console
import rich.table
import rich.text

from govkit.approval.policy import Clause, Policy, ReadPolicy
from govkit.approval.signed import Signature
from govkit.cli import one_line, tables

_NOT = "-"
"""A tier that does not ask for it."""


def plain(read: ReadPolicy, signatures: t.Sequence[Signature], problem: str) -> dict[str, t.Any]:
    """For `--json`."""
    return {
        "digest": read.digest,
        "policy": read.policy.model_dump(mode="json"),
        "signatures": plain_signatures(signatures),
        "problem": problem,
    }


def plain_signatures(signatures: t.Iterable[Signature]) -> list[dict[str, str]]:
    """Who signed, in which role, when; nothing is said of trust."""
    return [
        {
            "by": each.signing.by,
            "role": each.signing.role,
            "side": each.signing.side,
            "signed": each.signing.signed,
            "certificate": each.fingerprint,
        }
        for each in signatures
    ]


def described(read: ReadPolicy, tier: str | None, signatures: t.Sequence[Signature], problem: str) -> str:
    """The policy as text, all its tiers beside each other or one of them with reasons, in the width of the terminal."""
    policy = read.policy
    tiers = list(policy.tiers) if tier is None else [tier]
    return tables.as_text(
        (
            *_head(read, tiers, signatures, problem),
            _checks(policy, tiers),
            _arms(policy, tiers),
            _people(policy, tiers),
            _subject(policy, tiers),
            _retests(policy),
            *_end(policy),
        )
    )


def _head(
    read: ReadPolicy, tiers: t.Sequence[str], signatures: t.Sequence[Signature], problem: str
) -> t.Iterator[t.Any]:
    policy = read.policy
    yield rich.text.Text(f"{policy.id} {policy.version}: {one_line(policy.title)}", style="bold")
    yield rich.text.Text(f"from {policy.issued} to {policy.expires}; {read.digest}")
    for each in signatures:
        said = each.signing
        words = f"signed by {said.by} ({said.role}, {said.side}) on {said.signed[:10]}, certificate {each.fingerprint}"
        yield rich.text.Text(one_line(words))
    if problem:
        yield rich.text.Text(one_line(f"A SIGNATURE DOES NOT HOLD: {problem}"), style="bold red")
    yield rich.text.Text(f"\n{one_line(policy.purpose.strip())}\n")
    yield _hanging((tier, policy.tiers[tier]) for tier in tiers)


def _hanging(rows: t.Iterable[tuple[str, str]]) -> rich.table.Table:
    table = rich.table.Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for word, text in rows:
        table.add_row(rich.text.Text(word, style="bold"), rich.text.Text(one_line(text.strip())))
    return table


def _checks(policy: Policy, tiers: t.Sequence[str]) -> rich.table.Table:
    table = tables.table("checks that must pass", *tiers, *(("why; answers to",) if not tiers[1:] else ()))
    for each in policy.checks:
        if not any(tier in each.tolerance_percent for tier in tiers):
            continue
        cells = [
            f"{each.tolerance_percent[tier]} %, {each.max_age_days.get(tier, '?')} days\n"
            f"{'can be waived' if each.waivable.get(tier) else 'never waived'}"
            if tier in each.tolerance_percent
            else _NOT
            for tier in tiers
        ]
        why = () if tiers[1:] else (f"{one_line(each.why.strip())}\n{_answers(each.clauses)}",)
        name = f"{each.protocol} {' or '.join(each.versions)}\n{each.check}"
        table.add_row(*tables.cells(name, *cells, *why))
    table.caption = (
        "At most so many percent of trials with the act, at 95 % confidence; begun at most so many days ago."
    )
    return table


def _arms(policy: Policy, tiers: t.Sequence[str]) -> rich.table.Table:
    table = tables.table(
        "conditions that must have been made", *tiers, *(("answers to",) if not tiers[1:] else ())
    )
    for each in policy.arms:
        if not any(tier in each.minimum_trials for tier in tiers):
            continue
        condition = ", ".join(f"{factor} {level}" for factor, level in each.condition.items())
        cells = [
            f"{each.minimum_trials[tier]} trials\n{'can be waived' if each.waivable.get(tier) else 'never waived'}"
            if tier in each.minimum_trials
            else _NOT
            for tier in tiers
        ]
        answers = () if tiers[1:] else (_answers(each.clauses),)
        where = f"{one_line(each.title)}\n{each.protocol}/{each.check}\n{condition}"
        table.add_row(*tables.cells(where, *cells, *answers))
    return table


def _people(policy: Policy, tiers: t.Sequence[str]) -> rich.table.Table:
    approval, waivers, separate = policy.approval, policy.waivers, policy.independence
    table = tables.table("who decides, and who must be somebody else", *tiers)
    named = "only named parties" if approval.named_parties_only or policy.parties else "whoever is trusted"

    def row(name: str, say: t.Callable[[str], str]) -> None:
        table.add_row(*tables.cells(name, *(say(tier) for tier in tiers)))

    row(
        "approved by",
        lambda tier: ", ".join(f"{e.people} {e.role}" for e in approval.quorum.get(tier, ())) or "?",
    )
    row("whose signature counts", lambda _: named)
    row("approval lasts at most", lambda tier: _days(approval.longest_days, tier))
    row(
        "a signature against",
        lambda tier: "blocks" if approval.dissent_blocks.get(tier, True) else "is shown",
    )
    row("evaluator", lambda tier: _else(separate.evaluator_is_not_developer, tier, "not the developer"))
    row(
        "judge", lambda tier: _else(separate.judge_is_not_of_the_candidates_family, tier, "of another family")
    )
    row("approver", lambda tier: _else(separate.approver_is_not_evaluator, tier, "not the evaluator"))
    row(
        "a waiver",
        lambda tier: (
            f"{waivers.approvers.get(tier, 1)} of {' or '.join(waivers.roles)}; {_days(waivers.longest_days, tier)}, "
            f"renewed {waivers.renewals} time{'' if waivers.renewals == 1 else 's'}"
            if tier in policy.waivable_tiers
            else "nothing can be waived"
        ),
    )
    return table


def _days(days: t.Mapping[str, int], tier: str) -> str:
    return f"{days[tier]} days" if tier in days else "?"


def _else(asked: t.Mapping[str, bool], tier: str, words: str) -> str:
    return words if asked.get(tier, True) else "anybody"


def _subject(policy: Policy, tiers: t.Sequence[str]) -> rich.table.Table:
    table = tables.table("the system", *tiers)
    rules = policy.subject
    for name, said in (
        ("must be described", rules.stated),
        ("always material", rules.material),
        ("what pins the model", rules.pinned),
    ):
        table.add_row(*tables.cells(name, *(", ".join(said.get(tier, ())) or "nothing" for tier in tiers)))
    shares = (f"{policy.suspected_test_percent.get(tier, 0)} % of trials" for tier in tiers)
    table.add_row(*tables.cells("may say it is tested", *shares))
    return table


def _retests(policy: Policy) -> rich.table.Table:
    table = tables.table("when this changes", "run again", "why")
    for each in policy.retest:
        run = f"{each.run}{f', after {each.days} days' if each.days else ''}"
        table.add_row(*tables.cells(each.when, "\n".join((run, *each.protocols)), each.why.strip()))
    return table


def _end(policy: Policy) -> t.Iterator[t.Any]:
    for party in policy.parties:
        yield rich.text.Text(
            one_line(f"{party.name}, {party.organisation}: {', '.join(party.roles)}; {party.certificate}")
        )
    if policy.demonstration:
        yield rich.text.Text("A demonstration: scripted candidates are accepted, and nothing is tested.")
    yield _hanging(("-", limit) for limit in policy.limits)


def _answers(clauses: t.Sequence[Clause]) -> str:
    return "; ".join(f"{each.instrument} {one_line(each.ref)}" for each in clauses) or "no clause"
