"""Whose word counts: who signed it, when, about which system, and for how long."""

import json
import typing as t

import pytest

from govkit.errors import FaultyDocument
from govkit.questionnaire.answering import answer_all
from govkit.questionnaire.attest_form import form_for, lacking
from govkit.questionnaire.attested import ROLE, AttestationFile, hear, read_attestations
from govkit.testing.office import DAY
from govkit.testing.respondent import PROGRAMME, STOPPED, Respondent, saying, sign
from govkit.verification.moments import written


def _said(who: Respondent, **changes: t.Any) -> dict[str, t.Any]:
    said = {"id": STOPPED["id"], "asks": STOPPED["asks"], "says": "confirmed", "given": "x"}
    return {**said, **saying(who.office.ann), **changes}


def _against(who: Respondent, file: AttestationFile) -> str | None:
    (spoken,) = hear([file], who.office.subject.identity, who.office.judge, who.office.now).attestations
    return spoken.against


def _signed(who: Respondent, *, role: str = ROLE, signed: str = "", side: t.Any = "for") -> AttestationFile:
    file = who.file(attestations=[_said(who)], who=None)
    signature = sign(file.name, file.read.data, who.office.ann, role, side=side, signed=signed)
    return AttestationFile(file.name, file.read, (signature,))


def test_a_signed_word_counts() -> None:
    """Signed by whom it names, after it was said, about this system."""
    who = Respondent()
    assert _against(who, _signed(who)) is None


def test_each_thing_against_a_word_is_told() -> None:
    """Unsigned, signed in another role, before it was said or later than now, or about another system."""
    who = Respondent()
    assert _against(who, who.file(attestations=[_said(who)], who=None)) == "unsigned"
    assert _against(who, _signed(who, role="system-owner")) == "unsigned"
    assert _against(who, _signed(who, signed="2026-10-31T00:00:00Z")) == "signed-before"
    assert _against(who, _signed(who, signed=written(who.office.now + DAY))) == "signed-later"
    foreign = who.file(attestations=[_said(who)], who=who.office.ann, subject="sha256:" + "0" * 64)
    assert _against(who, foreign) == "other-subject"
    late = who.file(attestations=[_said(who, made="2026-01-01", until="2026-11-20")], who=who.office.ann)
    assert _against(who, late) == "expired"


def test_whoever_signs_against_a_file_silences_it() -> None:
    """One known signature against it, beside the one for it; a stranger's changes nothing."""
    who = Respondent()
    file = _signed(who)
    for person, expected in ((who.office.ben, "dissent"), (who.office.stranger, None)):
        no = sign(file.name, file.read.data, person, ROLE, side="against")
        assert _against(who, AttestationFile(file.name, file.read, (*file.signatures, no))) == expected


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"until": "2026-10-01"}, "ends before it is made"),
        ({"until": "2028-01-01"}, "would hold for"),
        ({"until": "2026-02-30"}, "until"),
        ({"says": "perhaps"}, "confirmed"),
        ({"given": ""}, "given"),
    ],
)
def test_a_faulty_word_is_refused_at_its_line(changes: dict[str, str], told: str) -> None:
    """A year at most, days on the calendar, and words where words belong."""
    who = Respondent()
    with pytest.raises(FaultyDocument) as caught:
        who.file(attestations=[_said(who, **changes)], who=None)
    assert any(told in str(each) for each in caught.value.faults)


def test_a_file_in_which_nobody_says_anything_is_refused() -> None:
    """Nothing is no attestation."""
    empty = {"format": "govkit.attestations/1", "subject": "sha256:" + "0" * 64}
    with pytest.raises(FaultyDocument, match="1 fault"):
        read_attestations(json.dumps(empty).encode(), file="attest.yaml")


def test_the_form_asks_for_what_is_lacking_and_is_no_attestation_yet() -> None:
    """Each sentence once, none that was heard; empty it is refused, and filled in it answers."""
    who = Respondent()
    rules = who.bound[1].rules
    assert [each.id for each in lacking(rules, who.answers())] == ["stop-exercised", "risk-programme"]
    form = form_for(rules, who.answers())
    with pytest.raises(FaultyDocument):
        read_attestations(form.encode(), file="attest.yaml")
    for key, value in {"says": "confirmed", "given": "x", **saying(who.office.ann)}.items():
        form = form.replace(f'  {key}: ""', f'  {key}: "{value}"')
    read = read_attestations(form.encode(), file="attest.yaml")
    who.files.append(
        AttestationFile("attest.yaml", read, (sign("attest.yaml", read.data, who.office.ann, ROLE),))
    )
    answers = answer_all(*who.bound, who.facts, who.people)
    assert form_for(rules, answers) == ""
    answered = answers.of("Q-3")
    assert answered is not None
    assert (answered.state, answered.attestations[0].id) == ("answered", PROGRAMME["id"])
