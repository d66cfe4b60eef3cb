"""A report that carries decisions: all of them, as they were stored, and pages that say what of them counts."""

import datetime
import pathlib
import shutil
import typing as t

import pypdfium2
import pytest

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.pdf_reader import read
from govkit.adapters.protocol_folder import read_release
from govkit.api.enclosing import Decided, enclose
from govkit.api.reporting import Reported, report
from govkit.api.runs import run_control
from govkit.approval.log import NAME as LOG
from govkit.errors import AskedWrongly, EvidenceBroken
from govkit.testing import RecordingWatcher
from govkit.testing.office import DAY, TIER
from govkit.testing.run_office import POLICY_FILE, RunOffice
from govkit.workflow.limits import Limits

WAIVED = "check:peer-preservation/protected-artefact"


@pytest.fixture(name="run", scope="module")
def _run(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run in which a check fails."""
    release = read_release("peer-preservation@0.1.0")
    place = tmp_path_factory.mktemp("run")
    made = run_control(release, "moves-artefact", place, RecordingWatcher(), Limits(), http=False, trials=12)
    return made.folder


@pytest.fixture(name="key", scope="module")
def _key(tmp_path_factory: pytest.TempPathFactory) -> LoadedKey:
    place, now = tmp_path_factory.mktemp("key"), datetime.datetime.now(datetime.UTC)
    made = new_key(place, "k", common_name="k", organization=None, valid_days=9, now=now, passphrase=None)
    return load_key(str(made.key_path), None)


@pytest.fixture(name="office")
def _office(run: pathlib.Path) -> RunOffice:
    """An office whose policy lets this check be waived."""
    office = RunOffice(run, datetime.datetime.now(datetime.UTC).replace(microsecond=0))
    office.policy_text["checks"][0]["check"] = "protected-artefact"
    return office


def _decided(office: RunOffice, place: pathlib.Path, **changes: t.Any) -> Decided:
    place.mkdir(exist_ok=True)
    asked = {"policy": str(office.write_policy(place)), "tier": TIER, "anchors": office.anchors}
    return Decided(office.write(place), **{**asked, **changes})


def _reported(
    office: RunOffice, run: pathlib.Path, key: LoadedKey, place: pathlib.Path, **changes: t.Any
) -> Reported:
    decided = _decided(office, place / "office", **changes)
    return report(run, key, out=place / "report.pdf", now=office.now, decided=decided)


def _words(path: pathlib.Path) -> list[str]:
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(path)]


def test_page_one_shows_what_people_decided_and_the_verdict_stays(
    run: pathlib.Path, key: LoadedKey, office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """A waived check still reads *fail*; who bears it, until when and who signed stands apart from it."""
    office.grant(requirement=WAIVED, risk_owner="Rita Riskowner")
    office.approve()
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.name != "attestation.json"}
    made = _reported(office, run, key, tmp_path)
    after = {path.name: path.read_bytes() for path in run.iterdir() if path.name != "attestation.json"}
    assert before == after
    assert made.verification.holds
    first = _words(made.path)[0]
    assert made.view.assessment.verdict == "fail"
    until = office.now + 60 * DAY
    for said in (
        "What people decided, which is not part of the verdict",
        "Approved until",
        "1 waiver is in force.",
        f"{WAIVED} Two people read every review. fail Fail {until.day} {until:%B %Y}, Rita Riskowner",
        "Ann Owner (owner)",
        "Under policy office 1.0.0, tier high",
    ):
        assert said in first
    assert "9 What people decided about the system" in " ".join(_words(made.path))


def test_all_that_the_log_names_travels_byte_for_byte(
    run: pathlib.Path, key: LoadedKey, office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """Also what does not count: it is listed with the reason, on page one."""
    office.sign(office.waiver(requirement=WAIVED), office.ann)
    made = _reported(office, run, key, tmp_path)
    attached = read(made.path.read_bytes()).attachments
    assert {name: attached[name] for name in office.files} == office.files
    assert attached[POLICY_FILE] == office.policy.data
    assert f"waiver, {WAIVED}: fail (signatures are missing)" in _words(made.path)[0]
    assert "No waiver is in force." in _words(made.path)[0]


def test_whom_the_evaluator_does_not_name_counts_for_nothing(
    run: pathlib.Path, key: LoadedKey, office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """Without --trust there are only strangers: the policy is nobody's, and no waiver is in force."""
    office.grant(requirement=WAIVED)
    made = _reported(office, run, key, tmp_path, anchors=())
    assert made.view.decided is not None
    assert (made.view.decided.in_force, made.view.decided.waivers) == (False, ())
    assert "which was not in force" in _words(made.path)[0]


def test_without_decisions_the_record_says_nothing_of_them(
    run: pathlib.Path, key: LoadedKey, tmp_path: pathlib.Path
) -> None:
    """Stored as it always was, and the cover has no word of them."""
    made = report(run, key, out=tmp_path / "report.pdf")
    assert b"decisions" not in made.view.record.bytes()
    assert made.view.decided is None
    assert "people decided" not in _words(made.path)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tier": None}, "several tiers"),
        ({"tier": "middle"}, "no such tier"),
        ({"policy": "no-such-policy"}, "no-such-policy"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    office: RunOffice, tmp_path: pathlib.Path, changes: dict[str, t.Any], words: str
) -> None:
    """Before anything is made."""
    office.grant(requirement=WAIVED)
    with pytest.raises(AskedWrongly) as caught:
        enclose(_decided(office, tmp_path, **changes), office.now)
    assert words in "\n".join(caught.value.lines())


def test_a_folder_without_decisions_is_no_folder_of_decisions(
    office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """Neither one that is not there nor an empty one: a report without any would read as if nobody had decided."""
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(AskedWrongly, match="no decisions there"):
            enclose(Decided(folder, str(tmp_path / POLICY_FILE)), office.now)


def test_decisions_that_do_not_hold_are_not_carried(office: RunOffice, tmp_path: pathlib.Path) -> None:
    """A file that the log names and that is gone, and a policy whose signature is another's."""
    office.grant(requirement=WAIVED)
    decided = _decided(office, tmp_path)
    gone = pathlib.Path(shutil.copytree(tmp_path, tmp_path.parent / "gone"))
    next((gone / "decisions").glob("waiver-*.json")).unlink()
    with pytest.raises(EvidenceBroken, match=r"about nothing that is there|is not there"):
        enclose(Decided(gone / "decisions", decided.policy, TIER), office.now)
    (tmp_path / POLICY_FILE).write_bytes(office.policy.data + b"\n")
    with pytest.raises(EvidenceBroken, match="not what was signed"):
        enclose(decided, office.now)


def test_more_than_a_report_carries_is_refused_before_it_is_read(
    office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """Five hundred signatures take whoever verifies a second, and no reader of a report reads them."""
    office.grant(requirement=WAIVED)
    decided = _decided(office, tmp_path)
    for number in range(500):
        (decided.folder / f"waiver-{number:016x}.json").write_bytes(b"{}")
    with pytest.raises(AskedWrongly, match="more decisions than a report carries"):
        enclose(decided, office.now)


def test_a_policy_travels_under_its_own_name_and_not_under_any(
    office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """Signatures are about a file of one name; one that cannot be an attachment is refused with what to do."""
    office.grant(requirement=WAIVED)
    decided = _decided(office, tmp_path)
    odd = tmp_path / "our policy.yaml"
    odd.write_bytes(office.policy.data)
    with pytest.raises(AskedWrongly, match="cannot travel") as caught:
        enclose(Decided(decided.folder, str(odd), TIER), office.now)
    assert "rename it" in (caught.value.fix or "")
    assert LOG in enclose(decided, office.now).files


def test_a_template_that_prints_no_decisions_carries_none(
    run: pathlib.Path, key: LoadedKey, office: RunOffice, tmp_path: pathlib.Path
) -> None:
    """Earlier templates would pass over a waiver in silence, so they are refused."""
    office.grant(requirement=WAIVED)
    with pytest.raises(AskedWrongly, match="not carried unseen"):
        report(run, key, template="regulator@0.4.0", decided=_decided(office, tmp_path))
