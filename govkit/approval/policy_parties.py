"""
Whether the people whom a policy names can do what it asks of people.

A person is a name here: one with an old and a new certificate is one. Who counts for a quorum counts for one role in
it, so roles and people have to be paired off; whether that can be done is a question of bipartite matching, answered by
augmenting paths (Kuhn 1955, Naval Research Logistics Quarterly 2: 83-97).
"""

import collections
import typing as t

from govkit.approval.policy import Policy, RoleCount
from govkit.protocol.pointing import Misfit, repeated

OTHER_ROLES: t.Final = frozenset({"evaluator", "developer"})
"""What parties may be beside those who approve."""


def quorum_roles(policy: Policy) -> frozenset[str]:
    """The roles that approve, over all tiers."""
    return frozenset(each.role for quorum in policy.approval.quorum.values() for each in quorum)


def party_misfits(policy: Policy) -> t.Iterator[Misfit]:
    """What is wrong with quorums and parties."""
    for tier, quorum in policy.approval.quorum.items():
        for again in repeated([each.role for each in quorum]):
            what = f"the role {quorum[again].role!r} stands here again"
            yield ("approval", "quorum", tier, again, "role"), what, "add the people up in one"
        for number, each in enumerate(quorum):
            if each.role in OTHER_ROLES:
                what = f"{each.role!r} says what somebody did, and is no role in which to approve"
                yield ("approval", "quorum", tier, number, "role"), what, "name a role that decides"
    if policy.parties:
        yield from _named(policy)
        yield from _short_handed(policy)


def _named(policy: Policy) -> t.Iterator[Misfit]:
    for again in repeated([each.certificate for each in policy.parties]):
        what = "this certificate stands here again"
        yield ("parties", again, "certificate"), what, "one entry for each, with all its roles"
    known = quorum_roles(policy) | OTHER_ROLES | set(policy.waivers.roles)
    for number, party in enumerate(policy.parties):
        for index, role in enumerate(party.roles):
            if role not in known:
                what = f"nothing in this policy asks for the role {role!r}"
                yield ("parties", number, "roles", index), what, f"use one of: {', '.join(sorted(known))}"


def _short_handed(policy: Policy) -> t.Iterator[Misfit]:
    people = people_of(policy)
    for tier, quorum in policy.approval.quorum.items():
        if lacking := unfilled(quorum, people):
            words = ", ".join(f"{count} more {role}" for role, count in lacking.items())
            what = f"the parties cannot make this quorum, each of them in one role: {words} would be needed"
            yield ("approval", "quorum", tier), what, "name more parties, or ask for fewer people"
    granted = {role for roles in people.values() for role in roles}
    for number, role in enumerate(policy.waivers.roles):
        if role not in granted and role in quorum_roles(policy):
            yield ("waivers", "roles", number), f"no party has the role {role!r}", "grant it, or leave it out"
    able = sum(bool(roles & set(policy.waivers.roles)) for roles in people.values())
    for tier, needed in policy.waivers.approvers.items():
        if needed > able:
            what = f"{needed} people must sign a waiver, and {able} of the parties may"
            yield ("waivers", "approvers", tier), what, "name more parties, or ask for fewer people"


def people_of(policy: Policy) -> dict[str, frozenset[str]]:
    """Name -> roles, of the parties."""
    people: dict[str, frozenset[str]] = collections.defaultdict(frozenset)
    for party in policy.parties:
        people[" ".join(party.name.casefold().split())] |= frozenset(party.roles)
    return dict(people)


def unfilled(quorum: t.Sequence[RoleCount], people: t.Mapping[str, t.Collection[str]]) -> dict[str, int]:
    """How many people of which role are lacking when as many as can be are paired off."""
    seats = [each.role for each in quorum for _ in range(each.people)]
    seated: dict[str, int] = {}
    lacking: collections.Counter[str] = collections.Counter()
    for seat, role in enumerate(seats):
        if not _seat(seat, seats, people, seated, set()):
            lacking[role] += 1
    return dict(lacking)


def _seat(
    seat: int,
    seats: t.Sequence[str],
    people: t.Mapping[str, t.Collection[str]],
    seated: dict[str, int],
    tried: set[str],
) -> bool:
    """Find somebody for a seat; who sits elsewhere may move on."""
    for name, roles in people.items():
        if seats[seat] in roles and name not in tried:
            tried.add(name)
            if name not in seated or _seat(seated[name], seats, people, seated, tried):
                seated[name] = seat
                return True
    return False
