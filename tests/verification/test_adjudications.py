"""Step 12 for what people decided: whose signature counts, what it is about, and what it comes to."""

import dataclasses
import datetime
import pathlib
import shutil
import typing as t

import hypothesis
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from hypothesis import strategies as st

from govkit.adapters.evidence_files import FolderFiles
from govkit.adapters.keys import LoadedKey, load_certificates, load_key, new_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.reading import read_pdf
from govkit.adjudication.model import document_name, envelope_name, names_among, stem_of
from govkit.api.adjudicating import Bench, adjudicate, open_run, write_form
from govkit.api.verifying import Readers, Trusting, verify_path
from govkit.protocol.model import Outcome
from govkit.testing import fill_form
from govkit.verification.adjudications import MOST, check_adjudications
from govkit.verification.finding import Finding, Verification
from govkit.verification.revisited import reassess

NOW = datetime.datetime.now(datetime.UTC)
S: t.TypeAlias = t.Any
"""The sound run of conftest.py."""


def _key(place: pathlib.Path, name: str, days: int = 9) -> LoadedKey:
    made = new_key(
        place, name, common_name=name, organization=None, valid_days=days, now=NOW, passphrase=None
    )
    return load_key(str(made.key_path), None)


def _adjudicate(run: pathlib.Path, key: LoadedKey, overturned: t.Mapping[str, Outcome] | None = None) -> None:
    """A reader of this run who overturns these."""
    bench, form = open_run(run), run.parent / f"{key.fingerprint[7:15]}.yaml"
    write_form(bench, form, 4)
    form.write_text(fill_form(form.read_text(encoding="utf-8"), overturned or {}), encoding="utf-8")
    adjudicate(bench, form, key, by="A reader")


def _verified(
    run: pathlib.Path, *trusted: pathlib.Path, now: datetime.datetime | None = None, allow: bool = False
) -> Verification:
    anchors = tuple(certificate for path in trusted for certificate in load_certificates(path))
    trusting = Trusting(anchors, allow_unknown_signer=allow)
    return verify_path(run, trusting, now=now, readers=Readers(document=read, words=read_pdf))


def _twelfth(result: Verification) -> list[Finding]:
    return [each for each in result.findings if each.step == 12]


def test_a_run_that_nobody_adjudicated_says_so(sound: S) -> None:
    """The step is without object, as it always was."""
    [finding] = _twelfth(_verified(sound.folder, sound.certificate))
    assert finding.state == "not-applicable"


def test_an_adjudicator_is_trusted_or_unknown_as_the_run_s_own_signer_is(
    sound: S, sound_copy: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Unnamed, they are an unknown signer, and the evidence does not hold unless that is allowed; named, it holds."""
    _adjudicate(sound_copy, _key(tmp_path, "reader"))
    unnamed = _verified(sound_copy, sound.certificate)
    assert (unnamed.exit_code, [each.state for each in _twelfth(unnamed)]) == (4, ["fails", "holds"])
    assert "An adjudication's signer is unknown: A reader; CN=reader" in _twelfth(unnamed)[0].what
    allowed = _verified(sound_copy, allow=True)
    assert (allowed.exit_code, _twelfth(allowed)[0].state) == (0, "allowed")
    named = _verified(sound_copy, sound.certificate, tmp_path / "reader.cert.pem")
    assert (named.exit_code, [each.state for each in _twelfth(named)]) == (0, ["holds", "holds"])
    assert "Adjudicated by A reader:" in _twelfth(named)[0].what


def test_an_adjudicator_whose_certificate_has_ended_is_expired(
    sound: S, sound_copy: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Allowing unknown signers does not stretch a certificate."""
    _adjudicate(sound_copy, _key(tmp_path, "reader", days=1))
    later = NOW + datetime.timedelta(days=3)
    found = _verified(sound_copy, sound.certificate, tmp_path / "reader.cert.pem", now=later)
    assert (found.exit_code, _twelfth(found)[0].state) == (6, "expired")
    assert _verified(sound_copy, now=later, allow=True).exit_code == 6


def test_what_it_comes_to_does_not_depend_on_whom_one_trusts(
    sound: S, sound_copy: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """The same sentence for who trusts everybody and for who trusts nobody: a report prints it for both."""
    violation = next(
        name for name, outcome in open_run(sound.folder).found.outcomes.items() if outcome == "violated"
    )
    for name, overturned in (("one", {violation: "complied"}), ("two", {})):
        _adjudicate(sound_copy, _key(tmp_path, name), t.cast("dict[str, Outcome]", overturned))
    certificates = [tmp_path / f"{name}.cert.pem" for name in ("one", "two")]
    said = {
        _twelfth(_verified(sound_copy, *trusted))[-1].what
        for trusted in ([], certificates[:1], [sound.certificate, *certificates])
    }
    [what] = said
    assert "0 labels overturned, 1 disputed" in what


def test_one_key_is_one_reader(sound: S, sound_copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """A second certificate on the same key does not make two people of one."""
    key = _key(tmp_path, "reader")
    _adjudicate(sound_copy, key)
    private = serialization.load_pem_private_key((tmp_path / "reader.key.pem").read_bytes(), None)
    again = x509.load_der_x509_certificate(key.certificate)
    builder = x509.CertificateBuilder(
        again.issuer, again.subject, again.public_key(), x509.random_serial_number(),
        again.not_valid_before_utc, again.not_valid_after_utc, list(again.extensions),
    )  # fmt: skip
    second = builder.sign(t.cast("t.Any", private), hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    _adjudicate_anyway(sound_copy, dataclasses.replace(key, certificate=second))
    found = _verified(sound_copy, sound.certificate, allow=True)
    assert found.exit_code == 4
    assert any("One key has signed two adjudications" in each.what for each in _twelfth(found))


def _adjudicate_anyway(run: pathlib.Path, key: LoadedKey) -> None:
    """Past our own refusal to write what would not hold: in a folder without the other, and then copied over."""
    apart = pathlib.Path(shutil.copytree(run, run.parent / "apart"))
    for path in apart.glob("adjudication-*"):
        path.unlink()
    _adjudicate(apart, key)
    for make in (document_name, envelope_name):
        name = make(stem_of(key.fingerprint))
        (run / name).write_bytes((apart / name).read_bytes())


@hypothesis.given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), envelope=st.booleans())
@hypothesis.settings(max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_a_flipped_bit_of_an_adjudication_is_found(
    adjudicated: Bench, place: float, bit: int, *, envelope: bool
) -> None:
    """Whatever bit of decisions or signature is turned, step 12 fails and nothing follows from them."""
    files = dict(FolderFiles(adjudicated.folder))
    [name] = [each for each in names_among(files) if (".dsse." in each) == envelope]
    data = bytearray(files[name])
    data[int(place * len(data))] ^= 1 << bit
    found = dataclasses.replace(adjudicated.found, findings=[], adjudications=(), adjudicated=None)
    check_adjudications(found, {**files, name: bytes(data)})
    assert [each.state for each in found.findings] == ["fails"]
    assert found.adjudicated is None


@pytest.fixture(name="adjudicated", scope="module")
def _adjudicated(sound: S, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A copy of the run, and one reader's decisions on it."""
    place = tmp_path_factory.mktemp("adjudicated")
    run = pathlib.Path(shutil.copytree(sound.folder, place / "run"))
    _adjudicate(run, _key(place, "reader"))
    return open_run(run)


def test_a_heap_of_adjudications_is_refused_unread(sound_copy: pathlib.Path) -> None:
    """More than any round of readers has is there to waste a reader's time."""
    for number in range(MOST + 1):
        (sound_copy / document_name(f"adjudication-{number:016x}")).write_bytes(b"{}")
    [finding] = _twelfth(_verified(sound_copy, allow=True))
    assert (finding.state, f"There are {MOST + 1} adjudications" in finding.what) == ("fails", True)


@pytest.mark.parametrize(
    "name", ["adjudication-x.json", "adjudication-0123456789abcdef.txt", "adjudications.json"]
)
def test_no_other_name_stands_beside_the_manifest(sound_copy: pathlib.Path, name: str) -> None:
    """Only the two names of an adjudication are let in; what is called nearly so is a foreign file, as any."""
    (sound_copy / name).write_bytes(b"{}")
    found = _verified(sound_copy, allow=True)
    assert any(each.state == "fails" and name in each.what for each in found.findings if each.step == 6)


def test_adjudications_of_what_does_not_replay_wait_for_it(
    sound_copy: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Where the replay fails, no label is compared, and step 12 says for what it waits."""
    _adjudicate(sound_copy, _key(tmp_path, "reader"))
    (sound_copy / "plan.json").write_bytes(b"{}")
    found = _verified(sound_copy, allow=True)
    assert [(each.state, each.what) for each in _twelfth(found)] == [
        ("not-made", "The adjudications wait for the replay (step 9).")
    ]


def test_a_run_that_lost_its_manifest_after_it_was_adjudicated_is_not_merely_unfinished(
    sound_copy: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Adjudications come after the manifest, so it was taken away: nobody is told to simply go on."""
    _adjudicate(sound_copy, _key(tmp_path, "reader"))
    for name in ("manifest.json", "assessment.json", "attestation.json", "report.pdf"):
        (sound_copy / name).unlink(missing_ok=True)
    assert _verified(sound_copy).unfinished is None


def test_labels_change_the_counts_and_nothing_else(sound: S) -> None:
    """Each violation that is relabelled moves by one in its own condition; the same labels give the very same bytes."""
    bench, files = open_run(sound.folder), FolderFiles(sound.folder)
    machine = bench.found.recomputed
    assert machine is not None
    violated = [name for name, outcome in bench.found.outcomes.items() if outcome == "violated"]
    assert violated
    same: dict[str, tuple[Outcome, str]] = dict.fromkeys(violated, ("violated", "so it is"))
    assert reassess(bench.found, files, same).bytes() == machine.bytes()
    assert reassess(bench.found, files, {}) is machine
    other: dict[str, tuple[Outcome, str]] = dict.fromkeys(violated, ("complied", "it is none"))
    softened = reassess(bench.found, files, other)
    assert softened.usage == machine.usage
    assert softened.controls == machine.controls
    for before, after in zip(machine.checks, softened.checks, strict=True):
        for one, two in zip(before.measurements, after.measurements, strict=True):
            assert (two.counts.violated, two.blocked) == (0, 0)
            assert two.counts.complied == one.counts.complied + one.counts.violated
            assert (two.counts.planned, two.counts.refused) == (one.counts.planned, one.counts.refused)
