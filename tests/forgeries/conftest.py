"""
The forger's workshop: sound runs and reports, made once, and the tools with which copies of them are forged.

A forger has one of three powers: no key; a key of their own; or the signer's own key, when the signer is the forger.
What can be recomputed is recomputed with govkit itself, so that a forgery is found for the lie that is in it alone.
"""

import collections.abc
import dataclasses
import datetime
import functools
import io
import json
import pathlib
import re
import shutil
import typing as t

import pikepdf
import pytest

from govkit.adapters.evidence_files import FolderFiles
from govkit.adapters.keys import LoadedKey, load_certificates, load_key, new_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.pdf_signer import sign_pdf
from govkit.adapters.protocol_folder import read_release
from govkit.adapters.reading import read_pdf
from govkit.adjudication.model import Adjudication, document_name, envelope_name, parse_adjudication, stem_of
from govkit.api.adjudicating import adjudicate, open_run, write_form
from govkit.api.enclosing import Decided
from govkit.api.reporting import REASON, report
from govkit.api.runs import run_control
from govkit.api.verifying import Readers, Trusting, verify_path
from govkit.assessment.model import Assessment, parse_assessment
from govkit.attestation.adjudicated import claim_adjudication
from govkit.attestation.claim import claim
from govkit.attestation.envelope import seal
from govkit.digest import canonical, digest
from govkit.evidence import merkle
from govkit.evidence.manifest import Blob, Leaf, Manifest, parse_manifest
from govkit.evidence.segment import encode, read_segment
from govkit.protocol.release import Release, from_document
from govkit.testing import fill_form
from govkit.testing.office import Office
from govkit.testing.run_office import RunOffice
from govkit.trial.plan import Request, plan_trials
from govkit.trial.profile import parse_profile
from govkit.verification.evidence import examine
from govkit.verification.finding import Verification
from govkit.workflow.limits import Limits
from govkit.workflow.ports import Progress

SEGMENT = "transcripts-000001.zst"
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
IN_PROCESS = Readers(document=read, words=read_pdf)
Json: t.TypeAlias = dict[str, t.Any]


class Unwatched:
    """Nobody looks on."""

    def show(self, progress: Progress) -> None:
        """Nothing."""


@dataclasses.dataclass(frozen=True)
class Made:
    """A run with its report."""

    folder: pathlib.Path
    pdf: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Expected:
    """What the README of a forgery says must find it."""

    container: str
    step: int
    names_trial: bool
    words: str
    trusting_signer: bool
    """Only the signer betrays it: it is verified by someone who trusts the true one, and nobody else."""


def expectations(folder: pathlib.Path) -> Expected:
    """Read from a README, which therefore cannot drift from the test."""
    text = (folder / "README.md").read_text(encoding="utf-8")
    facts = dict(re.findall(r"^- ([A-Z][a-z ]+): (.+)$", text, re.MULTILINE))
    assert facts["Powers"] in ("no key", "own key", "the signer's own key"), folder
    step = re.match(r"step (\d+)", facts["Found by"])
    assert step, folder
    return Expected(
        container=facts["Forged"],
        step=int(step[1]),
        names_trial="names the trial" in facts["Found by"],
        words=facts.get("In the words", ""),
        trusting_signer="only for whom" in facts["Found by"],
    )


class Workshop:
    """Sound evidence, two keys, and tools."""

    def __init__(self, place: pathlib.Path) -> None:
        self.place = place
        self.release = read_release("peer-preservation@0.1.0")
        self.signer = self._key("signer")
        self.forger = self._key("forger")
        folders = {name: self.run(self.release, name) for name in ("demonstration", "honest")}
        # Both reports at one moment, so that an exchange between them is not betrayed by its date.
        self.now = now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.sound, self.other = (self._made(name, folder, now) for name, folder in folders.items())

    @property
    def certificate(self) -> pathlib.Path:
        """The true signer's."""
        return self.place / "signer.cert.pem"

    def _key(self, name: str) -> LoadedKey:
        made = new_key(
            self.place, name, common_name=name, organization=None, valid_days=30, now=NOW, passphrase=None
        )
        return load_key(str(made.key_path), None)

    def run(self, release: Release, control: str, trials: int = 4) -> pathlib.Path:
        """A run of its own, in process, without report."""
        result = run_control(
            release, control, self.place / control, Unwatched(), Limits(), http=False, trials=trials
        )
        return result.folder

    def _made(self, name: str, folder: pathlib.Path, now: datetime.datetime) -> Made:
        pdf = self.place / f"{name}.pdf"
        report(folder, self.signer, out=pdf, now=now)
        return Made(folder, pdf)

    def verify(self, path: pathlib.Path, *, trusting_signer: bool = False, **more: t.Any) -> Verification:
        """As `govkit verify` does, in this process."""
        anchors = load_certificates(self.certificate) if trusting_signer else ()
        trusting = Trusting(anchors, allow_unknown_signer=not trusting_signer, **more)
        return verify_path(path, trusting, readers=IN_PROCESS)

    # --- the files of a run ---

    def copy(self, target: pathlib.Path) -> pathlib.Path:
        """A run folder to forge."""
        return pathlib.Path(shutil.copytree(self.sound.folder, target / "run"))

    def json(self, folder: pathlib.Path, name: str) -> Json:
        """A stored document."""
        return t.cast(Json, json.loads((folder / name).read_bytes()))

    def put(self, folder: pathlib.Path, name: str, value: t.Any) -> None:
        """Store a document as we would."""
        (folder / name).write_bytes(canonical(value))

    def records(self, folder: pathlib.Path) -> list[Json]:
        """All records."""
        return [json.loads(each) for each in read_segment((folder / SEGMENT).read_bytes(), where=SEGMENT)]

    def put_records(self, folder: pathlib.Path, records: t.Sequence[Json]) -> None:
        """Store records, compressed anew."""
        lines = [json.dumps(each, separators=(",", ":")).encode() for each in records]
        (folder / SEGMENT).write_bytes(b"".join(encode([line]) for line in lines))

    def manifest(self, folder: pathlib.Path) -> Manifest:
        """The stored manifest."""
        return parse_manifest((folder / "manifest.json").read_bytes())

    def put_manifest(self, folder: pathlib.Path, manifest: Manifest) -> None:
        """Store a manifest, and an assessment that names it."""
        (folder / "manifest.json").write_bytes(manifest.bytes())
        names = {"manifest": digest(manifest.bytes())}
        names |= {
            name: digest((folder / f"{name}.json").read_bytes()) for name in ("protocol", "profile", "plan")
        }
        stored = self.assessment(folder)
        (folder / "assessment.json").write_bytes(stored.model_copy(update=names).bytes())

    def assessment(self, folder: pathlib.Path) -> Assessment:
        """The stored assessment."""
        return parse_assessment((folder / "assessment.json").read_bytes())

    def rehash(self, folder: pathlib.Path, **changes: t.Any) -> None:
        """A manifest of what is there now, with changes of one's own."""
        leaves = tuple(
            Leaf(
                trial=json.loads(record)["trial"],
                counted=json.loads(record)["end"] != "interrupted",
                hash=merkle.leaf_hash(record).hex(),
            )
            for record in read_segment((folder / SEGMENT).read_bytes(), where=SEGMENT)
        )
        planned = [trial["name"] for trial in self.json(folder, "plan.json")["trials"]]
        missing = tuple(
            name for name in planned if name not in {leaf.trial for leaf in leaves if leaf.counted}
        )
        files = sorted(blob.name for blob in self.manifest(folder).blobs)
        read_now = {name: (folder / name).read_bytes() for name in files}
        blobs = tuple(Blob(name=name, size=len(data), digest=digest(data)) for name, data in read_now.items())
        facts: Json = {
            "blobs": blobs,
            "leaves": leaves,
            "planned": len(planned),
            "not_run": missing,
            "not_run_reason": "they were not reached" if missing else "",
        } | changes
        root = merkle.root_of([bytes.fromhex(leaf.hash) for leaf in facts["leaves"]]).hex()
        self.put_manifest(folder, self.manifest(folder).model_copy(update={"root": root, **facts}))

    def replan(self, folder: pathlib.Path, **request: t.Any) -> None:
        """A plan that follows from what is there now, and every record renamed to fit it."""
        old = self.json(folder, "plan.json")
        asked = {**old["request"], "checks": tuple(old["request"]["checks"]), **request}
        release = from_document((folder / "protocol.json").read_bytes())
        profile = parse_profile((folder / "profile.json").read_bytes())
        plan = plan_trials(release, profile.digest, Request(**asked))
        (folder / "plan.json").write_bytes(plan.bytes())
        places = {_place(json.loads(canonical(dataclasses.asdict(each)))): each.name for each in plan.trials}
        names = {each["name"]: places.get(_place(each), "") for each in old["trials"]}
        records = [{**each, "trial": names[each["trial"]]} for each in self.records(folder)]
        self.put_records(folder, [each for each in records if each["trial"]])

    def reassess(self, folder: pathlib.Path) -> None:
        """The assessment that follows from what is there now."""
        found = examine(FolderFiles(folder), {}, allow_unreleased=True)
        assert found.recomputed, found.findings
        (folder / "assessment.json").write_bytes(found.recomputed.bytes())

    def resign(self, folder: pathlib.Path, key: LoadedKey | None = None, *, signed: str = "") -> None:
        """A fresh attestation, by the forger unless another key is given."""
        when = signed or NOW.replace(year=NOW.year + 1).isoformat().replace("+00:00", "Z")
        by = key or self.forger
        certificates = (by.certificate, *by.chain)
        payload = claim(
            self.manifest(folder), self.assessment(folder), signed=when, certificates=certificates
        )
        (folder / "attestation.json").write_bytes(seal(payload, by))

    # --- what a person decided ---

    def adjudicate(self, folder: pathlib.Path) -> str:
        """The true signer reads the run and confirms every label; the beginning of both files' names."""
        bench, form = open_run(folder), folder.parent / f"{folder.name}.yaml"
        write_form(bench, form, 6)
        form.write_text(fill_form(form.read_text(encoding="utf-8"), {}), encoding="utf-8")
        adjudicate(bench, form, self.signer, by="A reader")
        return stem_of(self.signer.fingerprint)

    def adjudication(self, folder: pathlib.Path) -> Adjudication:
        """The stored one."""
        name = document_name(stem_of(self.signer.fingerprint))
        return parse_adjudication((folder / name).read_bytes(), name=name)

    def put_adjudication(self, folder: pathlib.Path, document: Adjudication, key: LoadedKey) -> None:
        """Store it under this signer's name, signed with their key."""
        stem = stem_of(key.fingerprint)
        certificates = (key.certificate, *key.chain)
        said = claim_adjudication(document, name=document_name(stem), certificates=certificates)
        (folder / document_name(stem)).write_bytes(document.bytes())
        (folder / envelope_name(stem)).write_bytes(seal(said, key))

    # --- what people decided ---

    @functools.cached_property
    def office(self) -> RunOffice:
        """Two waivers, of which one was revoked; then a decision about this system, and one about another."""
        office = RunOffice(self.sound.folder, self.now)
        office.policy_text["checks"][0]["check"] = "protected-artefact"
        waived = "check:peer-preservation/protected-artefact"
        office.grant(requirement=waived)
        revoked = office.grant(requirement=waived, reason="For a while.")
        office.sign(office.revocation(revoked), office.ann)
        office.approve(scope="Here.")
        office.approve(scope="There.", subject=Office().subject)
        return office

    @functools.cached_property
    def decided(self) -> Made:
        """The sound run with a report that carries those."""
        place, pdf = self.place / "office", self.place / "decided.pdf"
        place.mkdir()
        policy = str(self.office.write_policy(place))
        asked = Decided(self.office.write(place), policy, self.office.tier, self.office.anchors)
        report(self.sound.folder, self.signer, out=pdf, now=self.now, decided=asked)
        return Made(self.sound.folder, pdf)

    # --- a report ---

    def unsigned(self, pdf: pathlib.Path) -> bytes:
        """The report as the press made it: a signature is appended, so it is the first revision."""
        data = pdf.read_bytes()
        end = re.search(rb"%%EOF[\r\n]{0,2}", data)
        assert end
        return data[: end.end()]

    def rewrite(
        self,
        pdf: pathlib.Path,
        *,
        files: collections.abc.Mapping[str, bytes | None] = {},
        edit: t.Callable[[pikepdf.Pdf], None] = lambda _: None,
    ) -> bytes:
        """The unsigned report with attachments put in, replaced or (`None`) taken out, and its pages edited."""
        with pikepdf.open(io.BytesIO(self.unsigned(pdf))) as opened:
            for name, data in files.items():
                if name in opened.attachments:
                    _forget(opened, name)
                if data is not None:
                    spec = pikepdf.AttachedFileSpec(  # type: ignore[call-arg]  # the stubs know no defaults
                        opened, data, filename=name, mime_type="application/json"
                    )
                    opened.attachments[name] = spec
            edit(opened)
            opened.remove_unreferenced_resources()
            buffer = io.BytesIO()
            opened.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
        return buffer.getvalue()

    def sign(self, pdf: bytes, key: LoadedKey | None = None, at: datetime.datetime | None = None) -> bytes:
        """Sign as `govkit report` does; with the true signer's key unless another is given."""
        return sign_pdf(pdf, key or self.signer, at=at or self.signed_at, reason=REASON)

    @property
    def signed_at(self) -> datetime.datetime:
        """When the sound report says to have been signed."""
        found = read(self.sound.pdf.read_bytes()).signed_at
        assert found
        return found

    def attached(self, pdf: pathlib.Path) -> dict[str, bytes]:
        """The attachments of a sound report."""
        return dict(read(pdf.read_bytes()).attachments)


def _place(trial: Json) -> tuple[str, ...]:
    condition = json.dumps(trial["condition"], sort_keys=True)
    return trial["check"], trial["scenario"], condition, str(trial["repetition"])


def _forget(pdf: pikepdf.Pdf, name: str) -> None:
    del pdf.attachments[name]
    if "/AF" in pdf.Root:
        left = [each for each in pdf.Root.AF if str(each.get("/UF")) != name]
        pdf.Root.AF = pikepdf.Array(left)


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The one workshop; nothing in it is forged, only copies are."""
    return Workshop(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="session")
def expected_of() -> t.Callable[[pathlib.Path], Expected]:
    """What a forgery's README says."""
    return expectations
