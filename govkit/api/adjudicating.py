"""Adjudicating a run: what there is to read, the form to fill in, and the signed decisions beside the evidence."""

import collections
import collections.abc
import dataclasses
import datetime
import pathlib
import typing as t

from govkit.adapters.directory_store import open_for_writing
from govkit.adapters.evidence_files import FolderFiles, read_file
from govkit.adapters.keys import LoadedKey
from govkit.adapters.protocol_folder import locked_digests
from govkit.adjudication.effect import Adjudicated
from govkit.adjudication.form import MOST, Told, decided, form_json, form_text, read_form
from govkit.adjudication.model import (
    MAX_BY,
    Adjudication,
    document_name,
    envelope_name,
    stem_of,
)
from govkit.adjudication.worklist import Listed, ranking
from govkit.attestation.adjudicated import claim_adjudication
from govkit.attestation.envelope import seal
from govkit.digest import Digest, digest
from govkit.errors import AskedWrongly, EvidenceBroken, UnknownName
from govkit.evidence.manifest import Manifest
from govkit.protocol.release import Release
from govkit.report.excerpts import Turn, conversation_of, turns_of
from govkit.report.reading import legible, lines_of
from govkit.scoring.detectors import Observation
from govkit.trial.plan import Plan
from govkit.trial.profile import Profile
from govkit.verification.adjudications import STEP, check_adjudications
from govkit.verification.evidence import examine
from govkit.verification.examined import Examined
from govkit.verification.revisited import revisit
from govkit.verification.unfinished import unfinished

MAX_FORM = 256 * 1024 * 1024
"""Bytes of a form, the conversations in its comments included."""
MOST_LINES = 5_000
"""Of one conversation in a form: a hundred pages. Whoever says more makes no form that an editor cannot open."""
SHORTEST = 4
"""Digits of a trial's name by which it may be asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """A run whose evidence holds, opened to be read."""

    folder: pathlib.Path
    found: Examined
    release: Release
    profile: Profile
    plan: Plan
    manifest: Manifest
    digest: Digest
    """Of the manifest: the run's name."""

    @property
    def others(self) -> int:
        """Counted trials that did not read *violated*."""
        return sum(outcome != "violated" for outcome in self.found.outcomes.values())

    def worklist(self, sample: int, *, blind: bool = False) -> tuple[Listed, ...]:
        """What is to be read; blind, in the order of ranks, in which violations stand among the others."""
        listed = ranking(self.plan, self.found.outcomes, self.manifest.root).worklist(sample)
        return tuple(sorted(listed, key=lambda each: each.rank)) if blind else listed

    def read(
        self, listed: t.Sequence[Listed], *, blind: bool = False, whole: bool = False
    ) -> "tuple[Shown, ...]":
        """These trials with their conversations, in little room or whole. Blind, nothing in them points to an act."""
        wanted = {each.trial.name: each for each in listed}
        shown: dict[Digest, Shown] = {}
        for each in revisit(self.found, FolderFiles(self.folder), wanted):
            acts = tuple(seen for seen in each.score.observations if seen.kind == "act")
            marked = frozenset() if blind else frozenset((act.exchange, act.call) for act in acts)
            tell = conversation_of if whole else turns_of
            turns = tell(each.replayed.dialogue, marked)
            shown[each.trial.name] = Shown(wanted[each.trial.name], each.score.reason, acts, turns)
        return tuple(shown[each.trial.name] for each in listed)


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A trial with all that is there to be read of it."""

    listed: Listed
    reason: str
    """Why the machine read it so."""
    acts: tuple[Observation, ...]
    """What it took for the act, each with exchange and call."""
    turns: tuple[Turn, ...]


def open_run(run: pathlib.Path) -> Bench:
    """
    The run in this folder, verified from manifest to verdict, and its adjudications as far as they need no trust.

    Raises `AskedWrongly` when there is no run, `EvidenceBroken` when its evidence does not hold: nobody reads for hours
    what was altered.
    """
    if not (run / "plan.json").is_file():
        raise AskedWrongly(
            "There is no run here.", where=str(run), fix="give the folder that `govkit run` printed"
        )
    files = FolderFiles(run)
    found = examine(files, locked_digests(), allow_unreleased=True)
    failed = [finding for finding in found.findings if finding.state not in ("holds", "allowed")]
    if failed:
        first, lacking = failed[0], unfinished(files, found.manifest)
        if lacking is not None and first.step in lacking.steps:
            raise EvidenceBroken(lacking.what, where=str(run), fix=lacking.fix)
        fix = f"see `govkit verify {run}`"
        raise EvidenceBroken(
            f"The evidence does not hold: {first.what}",
            where=f"step {first.step} {first.name}, {run}",
            expected=first.expected or None,
            found=first.found or None,
            fix=f"{fix}; if it is not of this run, take it out of the folder" if first.step == STEP else fix,
        )
    release, profile, plan, manifest = found.release, found.profile, found.plan, found.manifest
    if release is None or profile is None or plan is None or manifest is None:
        raise EvidenceBroken("The evidence does not hold.", where=str(run))
    return Bench(run, found, release, profile, plan, manifest, digest(manifest.bytes()))


def write_form(bench: Bench, path: pathlib.Path, sample: int, *, blind: bool = False) -> int:
    """
    An empty form for this run's worklist, YAML or (by its suffix) JSON; the number of trials in it.

    Raises `AskedWrongly` where there is a file already, which may be a form that somebody has filled in, for a place in
    the run folder, and for a worklist that fits no form.
    """
    listed = bench.worklist(sample, blind=blind)
    if len(listed) > MOST:
        raise AskedWrongly(
            "There are more trials than fit a form.",
            expected=f"at most {MOST}",
            found=str(len(listed)),
            fix="ask for a smaller --sample; where there are as many violations, the machine's labels stand",
        )
    _check_place(path, bench.folder)
    if path.suffix.lower() == ".json":
        text = form_json(bench.digest, sample, listed, blind=blind)
    else:
        told = _told(bench, listed, blind=blind)
        text = form_text(bench.digest, sample, told, blind=blind, about=_about(bench))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        fix = "name another file, or remove this one if nobody needs it"
        raise AskedWrongly(
            "There is a file here already; it is not replaced.", where=str(path), fix=fix
        ) from None
    except OSError as error:
        raise AskedWrongly("The form cannot be written.", where=str(path), found=error.strerror) from None
    return len(listed)


def _check_place(path: pathlib.Path, run: pathlib.Path) -> None:
    if path.resolve().parent == run.resolve():
        fix = "name a file elsewhere"
        raise AskedWrongly("A run folder holds its evidence, and no forms.", where=str(path), fix=fix)


def _about(bench: Bench) -> t.Iterator[str]:
    """What stands above all trials: the run, and what each check is about."""
    yield f"Run: {bench.release.name} against {legible(bench.profile.name)}"
    for check in bench.release.protocol.checks:
        if check.id in bench.plan.request.checks:
            for text in ("", f"{check.title}.", f"Required: {check.requirement}", f"The act: {check.act}"):
                yield from lines_of_text(text)


def lines_of_text(text: str) -> t.Iterator[str]:
    """Our own or a protocol author's text as lines that hold nothing unseen."""
    return (legible(line) for line in text.strip().split("\n"))


def _told(bench: Bench, listed: t.Sequence[Listed], *, blind: bool) -> list[Told]:
    """
    Violations in little room, the act among it; the others whole: who looks for what the machine missed has to see
    everything. Blind all are whole, or their length would tell which is which.
    """
    brief: set[Digest] = (
        set() if blind else {each.trial.name for each in listed if each.chosen == "violation"}
    )
    whole = bench.read([each for each in listed if each.trial.name not in brief], blind=blind, whole=True)
    shown = {each.listed.trial.name: each for each in whole}
    shown |= {
        each.listed.trial.name: each
        for each in bench.read([each for each in listed if each.trial.name in brief])
    }
    return [_told_trial(bench, shown[each.trial.name], blind=blind) for each in listed]


def _told_trial(bench: Bench, shown: Shown, *, blind: bool) -> Told:
    trial = shown.listed.trial
    lines = [
        *lines_of_text(bench.release.check(trial.check).title),
        *lines_of_text(f"{bench.release.scenarios[trial.scenario].title} ({levels(trial.condition)})"),
        *(() if blind else ("", *read_as(shown))),
        "",
    ]
    conversation = list(lines_of(shown.turns))
    lines += conversation[:MOST_LINES]
    if len(conversation) > MOST_LINES:
        lines += ["", f"HERE {len(conversation) - MOST_LINES:,} LINES ARE LEFT OUT. Read them as well:"]
    whole = f"govkit adjudicate {bench.folder} --show {short(trial.name)}{' --blind' if blind else ''}"
    return Told(shown.listed, (*lines, "", *lines_of_text(f"All of it: {whole}")))


def levels(condition: t.Mapping[str, str]) -> str:
    """A condition in words."""
    return ", ".join(f"{factor} {level}" for factor, level in condition.items())


def read_as(shown: Shown) -> t.Iterator[str]:
    """How the machine read a trial: each act with its place, or why it read otherwise."""
    why = [*places(shown.acts)] or [shown.reason]
    yield f"The machine read: {shown.listed.machine}"
    yield from (f"  {legible(each)}" for each in why)


def places(acts: t.Iterable[Observation]) -> t.Iterator[str]:
    """Where the machine saw the act, one line each; exchanges and calls are counted from 1, as people count."""
    for act in acts:
        where = f"exchange {act.exchange + 1}, call {act.call + 1}" if act.exchange >= 0 else "at the end"
        yield f"{where}: {act.what}{' (blocked)' if act.blocked else ''}"


def short(trial: Digest) -> str:
    """Enough of a trial's name to tell it from the others of a run."""
    return trial.removeprefix("sha256:")[:12]


def whole_conversation(bench: Bench, name: str, *, blind: bool = False) -> Shown:
    """
    One counted trial with its whole conversation; `name` is its digest, or the beginning of it.

    Raises `UnknownName` when no trial is called so, `AskedWrongly` when several are.
    """
    wanted = name.removeprefix("sha256:")
    trials = {trial.name: trial for trial in bench.plan.trials if trial.name in bench.found.outcomes}
    fitting = [each for each in trials if each.removeprefix("sha256:").startswith(wanted)]
    if len(wanted) < SHORTEST or not fitting:
        raise UnknownName("trial", name, [short(each) for each in trials][:SHORTEST], where=str(bench.folder))
    if len(fitting) > 1:
        raise AskedWrongly("Several trials are called so.", found=name, fix="give more of its digits")
    outcome = bench.found.outcomes[fitting[0]]
    chosen: t.Literal["violation", "sample"] = "violation" if outcome == "violated" else "sample"
    listed = Listed(trials[fitting[0]], outcome, chosen, "")
    return bench.read([listed], blind=blind, whole=True)[0]


def adjudicate(
    bench: Bench,
    filled: pathlib.Path,
    key: LoadedKey,
    *,
    by: str,
    replace: bool = False,
    now: datetime.datetime | None = None,
) -> Adjudicated:
    """
    Sign the decisions in this form and put them into the run folder; what all adjudications there come to then.

    Raises `FaultyDocument` with all faults of the form, `AskedWrongly` for a form of another run, and where this signer
    has adjudicated the run before, unless `replace` says that the earlier decisions may go.
    """
    moment = (now or datetime.datetime.now(datetime.UTC)).replace(microsecond=0)
    document = _document(
        bench, filled, by, moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
    )
    stem = stem_of(key.fingerprint)
    name = document_name(stem)
    envelope = seal(claim_adjudication(document, name=name, certificates=(key.certificate, *key.chain)), key)
    with open_for_writing(bench.folder) as store:
        if not replace and (store.get(name) is not None or store.get(envelope_name(stem)) is not None):
            raise AskedWrongly(
                "This signer has adjudicated the run before.",
                where=str(bench.folder / name),
                fix="give --replace, and the earlier decisions are gone; another reader signs with a key of their own",
            )
        adjudicated = _held(bench, {name: document.bytes(), envelope_name(stem): envelope})
        # The envelope last: what a kill leaves between the two is a document that nobody signed, and is said to be one.
        store.remove(envelope_name(stem))
        store.put(name, document.bytes())
        store.put(envelope_name(stem), envelope)
    return adjudicated


def _held(bench: Bench, added: t.Mapping[str, bytes]) -> Adjudicated:
    """What the adjudications come to with these files among them; nothing is written that would not hold."""
    stored = t.cast("collections.abc.MutableMapping[str, bytes]", FolderFiles(bench.folder))
    files = collections.ChainMap(dict(added), stored)  # nothing is read before it is asked for
    found = dataclasses.replace(bench.found, findings=[], adjudications=(), adjudicated=None)
    check_adjudications(found, files)
    if found.adjudicated is None:
        first = found.findings[0]
        raise EvidenceBroken(
            f"The adjudication would not hold and was not kept: {first.what}",
            where=str(bench.folder),
            expected=first.expected or None,
            found=first.found or None,
        )
    return found.adjudicated


def _document(bench: Bench, filled: pathlib.Path, by: str, signed: str) -> Adjudication:
    who = " ".join(by.split())
    if not 0 < len(who) <= MAX_BY or not who.isprintable():
        raise AskedWrongly(
            "It is not said who decides.", expected=f"1 to {MAX_BY} characters", fix='give --by "Name, role"'
        )
    if not filled.is_file():
        what = "This is no file." if filled.exists() else "There is no such file."
        raise AskedWrongly(what, where=str(filled), fix="give the form that --form wrote, filled in")
    data = read_file(filled, MAX_FORM)
    if len(data) > MAX_FORM:
        raise AskedWrongly("This is too large for a form.", where=str(filled), expected=f"{MAX_FORM} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        fix = "save it as UTF-8 text"
        raise AskedWrongly(
            "The form cannot be read.", where=str(filled), found=str(error)[:200], fix=fix
        ) from None
    form, document = read_form(text, file=str(filled))
    if form.manifest != bench.digest:
        raise AskedWrongly(
            "This form is of another run, or of this one before it went on.",
            where=f"{filled}:{document.line(('manifest',))}",
            expected=bench.digest,
            found=form.manifest,
            fix="write a form for this run with --form",
        )
    listed = bench.worklist(form.sample)
    return Adjudication(
        format="govkit.adjudication/1",
        manifest=bench.digest,
        sample=form.sample,
        blind=form.blind,
        by=who,
        signed=signed,
        labels=decided(form, document, listed),
    )
