"""
Steps 5 to 10: the evidence itself, from manifest to verdict, recomputed; and of step 12 what people decided about it.

`examine` takes the files by name and gives the findings, and - as far as it came - everything that was derived on the
way, which is also what a report is made of: what is printed has been verified first.
"""

import typing as t

from govkit.adjudication.model import names_among
from govkit.assessment.model import NAME as ASSESSMENT
from govkit.assessment.model import parse_assessment
from govkit.attestation.claim import NAME as ATTESTATION
from govkit.digest import Digest, canonical, digest
from govkit.errors import EvidenceBroken
from govkit.evidence.manifest import ENDED, Manifest
from govkit.evidence.manifest import NAME as MANIFEST
from govkit.evidence.strict_json import read_json
from govkit.protocol.release import NAME as PROTOCOL
from govkit.protocol.release import Release, from_document
from govkit.protocol.situation import conditions
from govkit.trial.order import in_order, left_out, stops_early
from govkit.trial.plan import NAME as PLAN
from govkit.trial.plan import Plan, Request, plan_trials, request_of, trials_in
from govkit.trial.profile import NAME as PROFILE
from govkit.trial.profile import Profile, named_candidate, parse_profile, profile_of
from govkit.verification.adjudications import check_adjudications
from govkit.verification.examined import Examined as Examined  # noqa: PLC0414 - what `examine` gives
from govkit.verification.examined import needed
from govkit.verification.finding import several, waits_for
from govkit.verification.judged import check_judge
from govkit.verification.replayed import replay_all
from govkit.verification.sealed import RUN, check_blobs, check_manifest

IN_FOLDER = frozenset({MANIFEST, ASSESSMENT, ATTESTATION, "report.pdf"})
"""Names in a run folder that come after the manifest and therefore are not in it; those of adjudications do too."""


def examine(
    files: t.Mapping[str, bytes],
    locked: t.Mapping[str, Digest],
    *,
    allow_unreleased: bool = False,
    derived: t.Collection[str] = IN_FOLDER,
) -> Examined:
    """
    Steps 5 to 10 over these files, and 12 where there are adjudications. `locked` gives the digests of released
    protocols by `id version`; `derived` names the files that may be there without being in the manifest, beside
    adjudications.
    """
    found = Examined()
    found.attempt(5, lambda: check_manifest(found, files))
    found.attempt(6, lambda: check_blobs(found, files, {*derived, *names_among(files)}))
    found.attempt(7, lambda: _protocol(found, files, locked, allow_unreleased=allow_unreleased))
    found.attempt(8, lambda: _plan(found, files))
    found.attempt(8, lambda: check_judge(found, files))
    found.attempt(9, lambda: replay_all(found, files))
    found.attempt(10, lambda: _verdict(found, files))
    found.attempt(12, lambda: check_adjudications(found, files))
    return found


def _protocol(
    found: Examined, files: t.Mapping[str, bytes], locked: t.Mapping[str, Digest], *, allow_unreleased: bool
) -> None:
    """Step 7."""
    found.release = release = found.attempt(7, lambda: from_document(needed(files, PROTOCOL)))
    if release is None:
        return
    expected = locked.get(release.name)
    if expected == release.digest:
        found.note(7, "holds", f"{release.name} is the released protocol of that name.")
    elif expected is not None:
        what = f"{release.name} is not the released protocol of that name."
        found.note(7, "fails", what, expected=expected, found=release.digest)
    elif allow_unreleased:
        what = f"{release.name} is no released protocol; you allowed that."
        found.note(7, "allowed", what, found=release.digest)
    else:
        found.note(7, "fails", f"{release.name} is no released protocol known here.", found=release.digest)


def _plan(found: Examined, files: t.Mapping[str, bytes]) -> None:
    """Step 8."""
    before = len(found.findings)
    release, manifest, missed = found.release, found.manifest, _missed(found, files)
    if PROFILE not in missed:
        found.profile = found.attempt(8, lambda: _read_profile(needed(files, PROFILE)))
    waits = {f"{name} (step 6)": True for name in missed} | {"the protocol (step 7)": release is None}
    if any(waits.values()):
        found.note(8, "not-made", waits_for(waits))
    if release is None or found.profile is None or PLAN in missed:
        return
    found.plan = plan = _stored_plan(found, release, found.profile, files)
    if plan is None:
        return
    if manifest is not None:
        _accounted(found, plan, manifest)
        _in_order(found, release, plan, manifest)
    if manifest is not None and RUN not in missed:
        found.attempt(8, lambda: _begun(needed(files, RUN), manifest))
    if len(found.findings) == before:
        found.note(8, "holds", f"The plan of {several(len(plan.trials), 'trial')} is the one that follows.")


def _missed(found: Examined, files: t.Mapping[str, bytes]) -> tuple[str, ...]:
    """The files of step 8 that step 6 has already said are missing: they are waited for, and not missed again."""
    listed = {blob.name for blob in found.manifest.blobs} if found.manifest is not None else set()
    return tuple(name for name in (PROFILE, PLAN, RUN) if name in listed and name not in files)


def _stored_plan(
    found: Examined, release: Release, profile: Profile, files: t.Mapping[str, bytes]
) -> Plan | None:
    """The plan, recomputed, when it is the stored one; else None, and a finding."""
    stored = found.attempt(8, lambda: needed(files, PLAN))
    if stored is None:
        return None
    plan = found.attempt(8, lambda: _recomputed_plan(release, profile, stored))
    if plan is not None and plan.bytes() != stored:
        what = "The plan is not the one that follows from the protocol, the candidate and the request."
        found.note(8, "fails", what, expected=plan.digest, found=digest(stored))
        return None
    return plan


def _read_profile(data: bytes) -> Profile:
    """The profile; where it was served must follow from its address, for the report prints what that proves."""
    profile = parse_profile(data)
    follows = profile_of(named_candidate(profile.model, profile.api_base or None)).identity
    if profile.identity != follows:
        what = "The profile says otherwise of where the candidate was served than its address."
        raise EvidenceBroken(what, where=PROFILE, expected=follows, found=profile.identity)
    return profile


def _accounted(found: Examined, plan: Plan, manifest: Manifest) -> None:
    counted = {leaf.trial for leaf in manifest.leaves if leaf.counted}
    missing = tuple(trial.name for trial in plan.trials if trial.name not in counted)
    if missing != manifest.not_run or len(plan.trials) != manifest.planned:
        odd = sorted(set(missing) ^ set(manifest.not_run))
        found.note(
            8,
            "fails",
            "The manifest does not account for the plan.",
            trial=odd[0] if odd else "",
            expected=f"{len(missing)} not run of {len(plan.trials)}",
            found=f"{len(manifest.not_run)} not run of {manifest.planned}",
        )


def _in_order(found: Examined, release: Release, plan: Plan, manifest: Manifest) -> None:
    """That nothing is missing in the middle of a run that says that its checks had ended."""
    if not stops_early(release, plan) or manifest.not_run_reason != ENDED:
        return
    counted = {leaf.trial for leaf in manifest.leaves if leaf.counted}
    for name, trials in left_out(in_order(release, plan), counted).items():
        what = f"{name} is said to have ended, and trials in the middle of its order were not made."
        missing = several(len(trials), "trial")
        found.note(8, "fails", what, trial=trials[0].name, expected="none missing", found=missing)


def _begun(data: bytes, manifest: Manifest) -> None:
    """That `run.json` says when the run was begun, as the manifest does, and nothing else. Raises `EvidenceBroken`."""
    value = read_json(data, where=RUN)
    govkit = value.get("govkit") if isinstance(value, dict) else None
    expected = {"format": "govkit.run/1", "begun": manifest.begun, "govkit": govkit}
    if not isinstance(govkit, str) or canonical(expected) != data:
        what = "The run's start is not the one in the manifest."
        raise EvidenceBroken(what, where=RUN, expected=str(expected)[:200], found=str(value)[:200])


def _recomputed_plan(release: Release, profile: Profile, stored: bytes) -> Plan:
    value = read_json(stored, where=PLAN)
    asked = value.get("request") if isinstance(value, dict) else None
    trials = value.get("trials") if isinstance(value, dict) else None
    if not isinstance(asked, dict) or not isinstance(trials, list):
        raise EvidenceBroken("This is not a plan.", where=PLAN)
    request = _request(release, asked)
    # Counted before they are made: a plan that asks for a million trials must bring a million lines.
    follow = sum(
        trials_in(check, condition, request)
        for check in map(release.check, request.checks)
        for condition in conditions(release.protocol, check)
    )
    if follow != len(trials):
        what = "The plan does not have as many trials as follow from the protocol and the request."
        raise EvidenceBroken(what, where=PLAN, expected=str(follow), found=str(len(trials)))
    return plan_trials(release, profile.digest, request)


def _request(release: Release, asked: t.Mapping[str, t.Any]) -> Request:
    checks, trials, seed = asked.get("checks"), asked.get("trials"), asked.get("seed")
    # `true` is a whole number to Python, and to no other reader.
    if type(trials) is not int or type(seed) is not int or not isinstance(checks, list):
        raise EvidenceBroken("This is not a plan.", where=PLAN)
    return request_of(release, checks=[str(name) for name in checks], trials=trials, seed=seed)


def _verdict(found: Examined, files: t.Mapping[str, bytes]) -> None:
    """Step 10."""
    data = found.attempt(10, lambda: needed(files, ASSESSMENT))
    if data is not None:
        found.stored = found.attempt(10, lambda: parse_assessment(data))
    ours, theirs = found.recomputed, found.stored
    if ours is None:
        found.note(10, "not-made", "It waits for the replay (step 9).")
    elif theirs is not None and ours.bytes() == data:
        found.note(10, "holds", f"Recomputed: {ours.verdict}. {ours.sentence}")
    elif theirs is not None:
        place, follows, stands = _first_difference(
            ours.model_dump(mode="json"), theirs.model_dump(mode="json")
        )
        what = f"The stored assessment is not the one that follows, in {place}."
        found.note(10, "fails", what, expected=follows, found=stands)


def _first_difference(ours: t.Any, theirs: t.Any, path: str = "") -> tuple[str, str, str]:
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        key = next((key for key in ours if ours[key] != theirs[key]), None)
        if key is not None:
            return _first_difference(ours[key], theirs[key], f"{path}.{key}" if path else key)
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        index = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b), None)
        if index is not None:
            return _first_difference(ours[index], theirs[index], f"{path}[{index}]")
    return path, str(ours)[:200], str(theirs)[:200]
