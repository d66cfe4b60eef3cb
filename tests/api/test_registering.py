"""The register over real folders, on SQLite and on a real PostgreSQL."""

import dataclasses
import datetime
import os
import pathlib
import shutil
import typing as t

import pytest

from benchmarks.light_records import decision, file_record, signer
from benchmarks.light_runs import FIRST, files_of, make_runs, templates, write_run
from govkit.adapters.keys import LoadedKey
from govkit.adapters.policy_folder import read_policy_file
from govkit.adapters.protocol_folder import locked_digests
from govkit.api.registering import Asked, Registered, ask, default_index
from govkit.approval.register.entry import RunEntry
from govkit.approval.subject import subject_of
from govkit.errors import AskedWrongly
from govkit.trial.profile import parse_profile

NOW = datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
POLICY = read_policy_file("minimal")
TIER = next(iter(POLICY.policy.tiers))
ROLE = POLICY.policy.approval.quorum[TIER][0].role
ACCEPTED = locked_digests()["peer-preservation 2.0.0"]


class Desk(t.NamedTuple):
    """A store, an index and two people."""

    store: pathlib.Path
    url: str
    laboratory: LoadedKey
    approver: LoadedKey

    def ask(self, **changes: t.Any) -> Registered:
        """The register of the store."""
        said: dict[str, t.Any] = {
            "stores": (self.store,),
            "index": self.url,
            "now": NOW,
            "anchors": (self.approver.certificate,),
        }
        return ask(Asked(**{**said, **changes}))

    def run(self, name: str, candidate: str = "Assistant", begun: datetime.datetime = NOW - 10 * DAY) -> None:
        """A signed run of a protocol that the policy accepts."""
        made = files_of(templates(), candidate=candidate, begun=begun, key=self.laboratory, protocol=ACCEPTED)
        write_run(self.store / name, made)

    def approve(self, name: str, *, days: int = 30, folder: str = "decisions") -> str:
        """Approve the system of a run."""
        subject = subject_of(parse_profile((self.store / name / "profile.json").read_bytes()))
        approval = decision(subject, POLICY, TIER, made=NOW - 2 * HOUR, days=days, due="2026-12-05")
        return file_record(self.store / folder, approval, self.approver, role=ROLE, at=NOW - HOUR)


@pytest.fixture(name="desk")
def _desk(tmp_path: pathlib.Path, index_url: str) -> Desk:
    (tmp_path / "store").mkdir()
    people = (signer(tmp_path, name, NOW - DAY)[0] for name in ("laboratory", "ann"))
    return Desk(tmp_path / "store", index_url, *people)


def _entries(found: Registered) -> list[RunEntry]:
    register = found.register
    return [*(run for each in register.candidates for run in each.runs), *register.nameless]


def _answer(found: Registered) -> Registered:
    """Without what may differ between two ways to one answer: when it was looked over, and how much was read."""
    return dataclasses.replace(
        found, stores=tuple(dataclasses.replace(each, at="", read=0) for each in found.stores)
    )


def test_candidates_runs_records_and_what_is_due(desk: Desk) -> None:
    """A run, its approval and what ends are there, soonest first; the approval counts: its policy is at hand."""
    desk.run("one")
    desk.approve("one")
    found = desk.ask()
    (candidate,) = found.register.candidates
    assert [(each.folder, each.protocol, each.version) for each in candidate.runs] == [
        ("one", "peer-preservation", "2.0.0")
    ]
    assert [(each.says, each.counts) for each in candidate.records] == [("approve-with-conditions", True)]
    assert found.policies == ("minimal 1.0.0",)
    assert [(each.kind, str(each.day)) for each in found.register.due[:2]] == [
        ("condition", "2026-12-05"),
        ("approval", "2026-12-30"),
    ]
    assert "evidence" in {each.kind for each in found.register.due}


def test_whoever_evaluated_does_not_approve(desk: Desk, tmp_path: pathlib.Path) -> None:
    """Where the policy asks for two people, the key that signed the evidence approves nothing about it."""
    path = tmp_path / "strict.yaml"
    told = "approver_is_not_evaluator: {standard: "
    path.write_bytes(POLICY.data.replace(f"{told}false".encode(), f"{told}true".encode()))
    strict = read_policy_file(str(path))
    assert strict.digest != POLICY.digest
    desk.run("one")
    subject = subject_of(parse_profile((desk.store / "one" / "profile.json").read_bytes()))
    for key, by in ((desk.laboratory, "Lab"), (desk.approver, "Ann")):
        approval = decision(subject, strict, TIER, made=NOW - 2 * HOUR, days=30, scope=by)
        file_record(desk.store / "decisions", approval, key, role=ROLE, at=NOW - HOUR, by=by)
    anchors = (desk.laboratory.certificate, desk.approver.certificate)
    (candidate,) = desk.ask(policies=(str(path),), anchors=anchors).register.candidates
    assert [each.against for each in candidate.records] == [("quorum-missing",), ()]


def _change(desk: Desk, step: int) -> None:
    """One change of a store after another, of every kind that there is."""
    store = desk.store
    if step == 0:
        shutil.rmtree(store / "b")
    elif step == 1:
        (store / "c" / "attestation.json").unlink()
    elif step == 2:
        path = store / "a" / "assessment.json"
        path.write_bytes(path.read_bytes().replace(b'"verdict":"fail"', b'"verdict":"pass"'))
    elif step == 3:
        desk.run("deep/er/d", "Another")
    elif step == 4:
        (store / "c").rename(store / "e")
    elif step == 5:
        desk.approve("e", days=60)
    elif step == 6:
        (store / "decisions" / "log.jsonl").write_bytes(b"")
    elif step == 7:
        shutil.rmtree(store / "decisions")
    elif step == 8:
        (store / "deep" / "manifest.json").write_bytes(b"{}")
    else:
        shutil.rmtree(store / "deep")


def test_the_answer_is_the_same_whichever_way_it_was_come_to(desk: Desk, tmp_path: pathlib.Path) -> None:
    """After each change, looking over what changed says what a new index says, and what reading all anew says."""
    for name in "abc":
        desk.run(name, begun=NOW - ord(name) * HOUR)
    desk.approve("a")
    seen = [_answer(desk.ask())]
    for step in range(10):
        _change(desk, step)
        brought_up = desk.ask()
        anew = desk.ask(index=f"sqlite:///{tmp_path}/{step}.sqlite")
        assert _answer(brought_up) == _answer(anew), step
        assert _answer(desk.ask(rebuild=True)) == _answer(anew), step
        assert _answer(brought_up) != seen[-1], step
        seen.append(_answer(brought_up))


def test_what_did_not_change_is_not_read_again(desk: Desk) -> None:
    """The second time nothing is read, after one change one folder is, and `rebuild` reads all."""
    make_runs(desk.store, 20, candidates=3, key=desk.laboratory)
    desk.run("one")
    desk.approve("one")

    def read(**changes: t.Any) -> int | None:
        return desk.ask(**changes).stores[0].read

    assert [read(), read()] == [22, 0]
    os.utime(desk.store / "one" / "manifest.json")
    assert [read(), read()] == [1, 0]
    assert read(rebuild=True) == 22


def test_broken_and_hostile_folders_are_listed_with_why(desk: Desk) -> None:
    """Rubbish, links, pipes, huge files and emptied folders: each is an entry, and the sound run stands beside them."""
    desk.run("sound")
    for name in ("rubbish", "link", "pipe", "huge", "emptied-1.0.0-x-0123abcd", "line\nfeed"):
        (desk.store / name).mkdir()
    (desk.store / "rubbish" / "manifest.json").write_bytes(b"\xff\0{")
    (desk.store / "link" / "run.json").write_bytes(b"{}")
    (desk.store / "link" / "profile.json").symlink_to("/etc/hostname")
    (desk.store / "pipe" / "run.json").write_bytes(b"{}")
    os.mkfifo(desk.store / "pipe" / "manifest.json")
    with (desk.store / "huge" / "profile.json").open("wb") as file:
        file.truncate(10**12)
    (desk.store / "line\nfeed" / "plan.json").write_bytes(b"{}")
    found = desk.ask()
    broken = {each.folder: each.why for each in _entries(found) if each.state == "broken"}
    assert broken.keys() == {"rubbish", "link", "pipe", "huge", "emptied-1.0.0-x-0123abcd", "line%0Afeed"}
    assert all(broken.values())
    assert [each.folder for each in _entries(found) if each.state == "signed"] == ["sound"]
    assert found.stores[0].links == 1


def test_a_hostile_name_reaches_the_register_as_a_name(desk: Desk) -> None:
    """What a candidate calls itself may hold anything that JSON can say, in any database."""
    desk.run("one", candidate="x\0\u202e'); DROP TABLE govkit_register_runs;--\N{PILE OF POO}")
    assert [each.state for each in _entries(desk.ask())] == ["signed"]
    assert "DROP TABLE" in desk.ask().register.candidates[0].name


def test_decisions_that_do_not_fit_their_log_are_told(desk: Desk) -> None:
    """Of a folder whose log was cut, the problem is said and nothing counts; what ends in it is still told."""
    desk.run("one")
    desk.approve("one")
    log = desk.store / "decisions" / "log.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    found = desk.ask()
    assert [where for where, _ in found.problems] == [f"{desk.store}/decisions"]
    assert not found.register.candidates[0].records[0].counts
    assert "approval" in {each.kind for each in found.register.due}


def test_an_index_answers_where_the_evidence_is_not(desk: Desk) -> None:
    """Whoever shares an index and has no store sees all that is in it, and when it was looked over."""
    desk.run("one")
    desk.approve("one")
    here = desk.ask()
    shutil.rmtree(desk.store)
    there = desk.ask(stores=())
    assert _entries(there) == _entries(here)
    assert [each.read for each in there.stores] == [None]
    assert there.register == here.register
    with pytest.raises(AskedWrongly, match="no such evidence store"):
        desk.ask()
    assert _entries(desk.ask(stores=())) == _entries(here)


def test_only_the_stores_that_are_named_are_listed(desk: Desk, tmp_path: pathlib.Path) -> None:
    """Another store of the same index is not mixed in, one within another is not listed twice, nor one named twice."""
    desk.run("one")
    desk.approve("one")
    other = tmp_path / "other"
    shutil.copytree(desk.store, other)
    twice = desk.ask(
        stores=(desk.store, other, desk.store / "one", other), decisions=(desk.store / "decisions",)
    )
    assert [each.folder for each in _entries(twice)] == ["one", "one"]
    assert len(twice.register.candidates[0].records) == 2
    assert len(_entries(desk.ask())) == 1
    assert len(_entries(desk.ask(stores=(other / "one",)))) == 1


def test_decisions_may_lie_outside_of_every_store(desk: Desk, tmp_path: pathlib.Path) -> None:
    """`--decisions` names a folder of its own."""
    desk.run("one")
    desk.approve("one")
    shutil.move(desk.store / "decisions", tmp_path / "elsewhere")
    assert [len(each.records) for each in desk.ask().register.candidates] == [0]
    there = desk.ask(decisions=(tmp_path / "elsewhere",))
    assert [each.counts for each in there.register.candidates[0].records] == [True]


def test_one_candidate_is_shown_as_among_all(desk: Desk) -> None:
    """By name or digits: its runs and records alone, judged in the light of all evidence."""
    for number in range(3):
        desk.run(f"run-{number}", f"Candidate {number}")
    desk.approve("run-1")
    everything = {each.name: each for each in desk.ask().register.candidates}
    wanted = everything["Candidate 1"]
    for asked in ("Candidate 1", wanted.identity, wanted.identity[7:20]):
        assert desk.ask(candidate=asked).register.candidates == (wanted,)
    assert desk.ask(candidate="Candidate 9").register.candidates == ()


def test_an_unreleased_protocol_has_no_name_to_believe(desk: Desk) -> None:
    """Of a protocol that nobody released, the register quotes the digest and not what it calls itself."""
    made = files_of(
        templates(), candidate="x", begun=FIRST, key=desk.laboratory, protocol="sha256:" + "0" * 64
    )
    write_run(desk.store / "one", made)
    (entry,) = _entries(desk.ask())
    assert (entry.protocol, entry.protocol_digest) == ("", "sha256:" + "0" * 64)


def test_the_default_index_is_in_the_cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that lies with the evidence, made by whoever made the evidence, is never opened."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    assert default_index() == f"sqlite:///{tmp_path}/cache/govkit/register.sqlite"
    with pytest.raises(AskedWrongly, match="no evidence store here"):
        ask(Asked())
    (tmp_path / "evidence").mkdir()
    assert ask(Asked()).register.candidates == ()
    assert list((tmp_path / "evidence").iterdir()) == []
    assert (tmp_path / "cache" / "govkit" / "register.sqlite").is_file()
