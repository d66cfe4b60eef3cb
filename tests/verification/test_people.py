"""Step 12 over decisions in a report: by whom they are signed, and what has ended since it was made."""

import dataclasses
import datetime
import pathlib
import typing as t

import pytest

from govkit.adapters.keys import load_certificates
from govkit.adapters.pdf_reader import read
from govkit.adapters.reading import read_pdf
from govkit.api.enclosing import Decided
from govkit.api.reporting import report
from govkit.api.verifying import Readers, Trusting, examine_path
from govkit.approval.evidence import evidence_of
from govkit.cli.verify import lines
from govkit.testing.office import DAY, TIER
from govkit.testing.run_office import RunOffice
from govkit.verification.finding import Finding
from govkit.verification.verify import Verified

READERS = Readers(document=read, words=read_pdf)
WAIVED = "check:peer-preservation/protected-artefact"


@dataclasses.dataclass(frozen=True)
class Carrying:
    """A report with a waiver that lasts three days and a decision that lasts five, and who decided."""

    pdf: pathlib.Path
    office: RunOffice
    certificate: pathlib.Path

    def verified(self, *, days: int = 0, trusted: bool = True, allow: bool = False) -> Verified:
        """By one who trusts the signer, and perhaps those who decided, so many days later."""
        anchors = (*load_certificates(self.certificate), *(self.office.anchors if trusted else ()))
        moment = self.office.now + days * DAY + datetime.timedelta(seconds=2)
        trusting = Trusting(anchors, allow_unknown_signer=allow)
        return examine_path(self.pdf, trusting, now=moment, readers=READERS)


@pytest.fixture(name="carrying", scope="module")
def _carrying(sound: t.Any, tmp_path_factory: pytest.TempPathFactory) -> Carrying:
    folder, key, certificate = sound.folder, sound.key, sound.certificate
    place = tmp_path_factory.mktemp("carrying")
    office = RunOffice(folder, datetime.datetime.now(datetime.UTC).replace(microsecond=0))
    office.policy_text["checks"][0]["check"] = "protected-artefact"
    three, five = (f"{office.now + days * DAY:%Y-%m-%dT%H:%M:%SZ}" for days in (3, 5))
    waiver = office.grant(requirement=WAIVED, valid_until=three)
    office.approve(valid_until=five)
    office.sign(office.revocation(waiver), office.lab)
    known = tuple(each.key.certificate for each in (office.ann, office.ben))
    decided = Decided(office.write(place), str(office.write_policy(place)), TIER, known)
    report(folder, key, out=place / "report.pdf", now=office.now, decided=decided)
    return Carrying(place / "report.pdf", office, certificate)


def _people(verified: Verified) -> list[Finding]:
    return [each for each in verified.verification.findings if each.step == 12]


def test_what_has_ended_since_is_expired_and_nothing_else_stands_against_it(carrying: Carrying) -> None:
    """Exit code 6, a finding for each, and a bottom line that says what else holds."""
    carrying.office.trusted = [carrying.office.ann, carrying.office.ben]
    assert carrying.verified().verification.exit_code == 0
    later = carrying.verified(days=4)
    assert later.verification.exit_code == 6
    [ended] = [each for each in _people(later) if each.state == "expired"]
    assert "has ended since the report was made" in ended.what
    assert WAIVED in ended.what
    last = list(lines(carrying.pdf, later.verification))[-1]
    assert "Everything else holds" in last
    assert len([each for each in _people(carrying.verified(days=6)) if each.state == "expired"]) == 2


def test_a_revocation_by_somebody_whom_only_the_verifier_trusts_counts(carrying: Carrying) -> None:
    """The evaluator did not know who revoked it, and page one shows the waiver; whoever knows them is told."""
    carrying.office.trusted = [carrying.office.ann, carrying.office.ben, carrying.office.lab]
    found = carrying.verified()
    assert found.verification.exit_code == 6
    [ended] = [each for each in _people(found) if each.state == "expired"]
    assert ended.what.endswith(": revoked.")


def test_signers_whom_the_verifier_does_not_know_are_told_once_each(carrying: Carrying) -> None:
    """Unknown signers do not hold, unless that was allowed; what they signed is still asked for its end."""
    unknown = carrying.verified(trusted=False)
    assert unknown.verification.exit_code == 4
    failed = [each for each in _people(unknown) if each.state == "fails"]
    assert len([each for each in failed if "Whoever signed a decision is unknown" in each.what]) == 2
    assert len(failed) == 3  # and the policy's
    allowed = carrying.verified(trusted=False, allow=True)
    assert allowed.verification.exit_code == 0
    assert carrying.verified(trusted=False, allow=True, days=4).verification.exit_code == 6


def test_evidence_is_no_worse_for_what_people_decided_about_it(carrying: Carrying) -> None:
    """A report whose waiver has ended, or whose approvers one does not know, still shows what the run showed."""
    for found in (carrying.verified(days=4), carrying.verified(trusted=False)):
        evidence = evidence_of("run", found.verification, found.found, found.certificate, found.signed)
        assert evidence.flaw is None


def test_what_holds_is_told_in_numbers(carrying: Carrying) -> None:
    """The log, what counted when the report was made, and until when it is in force."""
    carrying.office.trusted = [carrying.office.ann, carrying.office.ben]
    told = [each.what for each in _people(carrying.verified())]
    assert told[0] == (
        "The decision log of 8 entries holds, with all that it names: 1 decision and 1 waiver counted when the "
        "report was made, and 1 record did not."
    )
    assert sum("has not ended" in each for each in told) == 2
