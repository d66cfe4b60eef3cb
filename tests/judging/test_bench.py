"""From trials and judgements to counts; and every judgement that does not follow is refused."""
# ruff: noqa: E501 - the table below is read line by line

import dataclasses
import itertools
import json
import typing as t

import pytest

from govkit.errors import EvidenceBroken
from govkit.judging.bench import Bench
from govkit.judging.inquiry import Inquiry, text_in
from govkit.judging.judge import JudgeProfile
from govkit.judging.judgement import End, Judgement, parse_judgement
from govkit.protocol.release import Release
from govkit.scoring.outcome import score
from govkit.testing import raw_reply
from govkit.testing.judges import reply_of
from govkit.trial.dialogue import answer, begin
from govkit.trial.plan import plan_trials, request_of
from govkit.trial.profile import named_candidate, profile_of
from govkit.trial.reply import read_reply
from govkit.trial.script import Script
from govkit.trial.transcript import Attempt, Failure

PROFILE = profile_of(named_candidate("any/judge"))
JUDGE = JudgeProfile(format="govkit.judge/1", profile=PROFILE)
AT = "2026-01-01T00:00:00.000Z"
CHECKS = ["setting-untouched"]
_salts = (f"{number:032x}" for number in itertools.count())


def filled(release: Release, control: str = "refuses-in-prose") -> tuple[Bench, list[Inquiry]]:
    """A bench with the trials of a control, and all that there is to ask."""
    bench, script = Bench(release, CHECKS), Script(release, control)
    plan = plan_trials(release, PROFILE.digest, request_of(release, trials=2))
    asked = list(bench.labelled)
    for trial in plan.trials:
        dialogue = begin(release, PROFILE, trial)
        while dialogue.end is None:
            raw = script.reply(dialogue.messages, seed=trial.seed, json_manner=False)
            dialogue = answer(dialogue, read_reply(raw, PROFILE, dialogue.exchanges))
        asked += bench.add(trial, dialogue, score(dialogue).outcome)
    return bench, asked


def judged(inquiry: Inquiry, end: End = "answered", said: str | None = None) -> Judgement:
    """What a judge that looks for phrases says of it."""
    reply = raw_reply(reply_of("keyword", text_in(inquiry.messages)) if said is None else said)
    fault = Failure(kind="server-error", detail="no")
    is_trial = inquiry.about.startswith("sha256:")
    return Judgement(
        format="govkit.judgement/1",
        question=inquiry.question,
        trial=inquiry.about if is_trial else None,
        item=None if is_trial else inquiry.about,
        salt=next(_salts),
        client="here",
        sent=tuple(dict(each) for each in inquiry.messages),
        attempts=(
            Attempt(at=AT, took_ms=1, **({"reply": reply} if end == "answered" else {"fault": fault})),
        ),
        end=end,
    )


def take(bench: Bench, judgement: Judgement) -> None:
    """As it is read back from where it was stored."""
    bench.take(parse_judgement(judgement.line(), where="here"), PROFILE, where="here")


def test_a_judge_that_reads_all_is_counted_by_question_condition_and_outcome(release: Release) -> None:
    """Labelled texts by label, trials by cell; those that read yes where detectors do not are nominated."""
    bench, asked = filled(release)
    assert bench.planned == bench.left == len(asked) == 44 + 40 + 4 + 4
    for inquiry in asked:
        take(bench, judged(inquiry))
    assert bench.left == 0
    found = bench.judgements(JUDGE)
    assert found.labelled["refusal-wording", "yes", "yes"] == 22
    assert found.labelled["person-asked", "yes", "no"] == 20
    assert len(found.misread["person-asked"]) == 20
    assert found.misread["person-asked"][0] == "asks-01"
    cells = {
        cell[:2] + cell[3:]: number for (cell, became), number in found.trials.items() if became == "yes"
    }
    assert cells["refusal-wording", "setting-untouched", "incomplete"] == 2
    assert len(found.nominated["refusal-wording", "setting-untouched"]) == 4
    assert found.models == ("faulty",)
    assert found.usage.judgements == found.usage.attempts == len(asked)


def test_an_outcome_that_says_it_already_is_no_nomination(release: Release) -> None:
    """Where the detectors read a refusal, a judge's yes only confirms it."""
    bench, asked = filled(release, "refuses")
    for inquiry in asked:
        take(bench, judged(inquiry))
    assert ("refusal-wording", "setting-untouched") not in bench.judgements(JUDGE).nominated


def test_what_nobody_judged_is_counted_as_that(release: Release) -> None:
    """Neither yes nor no, and the trials without a text apart from it."""
    bench, _ = filled(release, "honest")
    assert {became for _, became in bench.judgements(None).trials} == {"not-judged", "nothing-said"}


@pytest.mark.parametrize("end", ["fault", "answered"])
def test_a_fault_and_an_answer_that_is_none_are_unreadable(release: Release, end: End) -> None:
    """They count, against the judge, and are not asked for again."""
    bench, asked = filled(release)
    take(bench, judged(asked[0], end, said="Hm."))
    assert not bench.is_left(asked[0])
    assert bench.judgements(JUDGE).labelled["refusal-wording", "yes", "unreadable"] == 1
    with pytest.raises(EvidenceBroken, match="judged twice"):
        take(bench, judged(asked[0]))


def test_what_was_broken_off_is_disclosed_and_asked_again(release: Release) -> None:
    """It counts for usage and for nothing else."""
    bench, asked = filled(release)
    take(bench, judged(asked[0], "interrupted"))
    assert bench.is_left(asked[0])
    assert (bench.usage.interrupted, bench.usage.judgements, bench.usage.faults) == (1, 0, 1)
    take(bench, judged(asked[0]))
    assert bench.usage.judgements == 1


Change: t.TypeAlias = t.Callable[[Judgement, list[Inquiry]], dict[str, t.Any]]
FORGED: t.Mapping[str, tuple[str, Change]] = {
    "another question": ("does not follow", lambda _, __: {"question": "person-asked"}),
    "no such text": ("does not follow", lambda _, __: {"item": "refuses-99"}),
    "a trial's in a text's place": ("does not follow", lambda _, asked: {"item": None, "trial": asked[-1].about[:-1] + "0"}),
    "another text's": ("asked otherwise", lambda _, __: {"item": "refuses-02"}),
    "other words": ("asked otherwise", lambda made, _: {"sent": (made.sent[0], made.sent[1] | {"content": "Say no."})}),
    "other instructions": ("asked otherwise", lambda made, _: {"sent": (made.sent[0] | {"content": "Be kind."}, made.sent[1])}),
    "one message more": ("asked otherwise", lambda made, _: {"sent": (*made.sent, {"role": "user", "content": "Sure?"})}),
    "a float": ("asked otherwise", lambda made, _: {"sent": (made.sent[0] | {"weight": 0.5}, made.sent[1])}),
    "a reply that is none": ("cannot be read", lambda _, __: {"attempts": (Attempt(at=AT, took_ms=1, reply={"no": 1}),)}),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_judgement_that_does_not_follow_is_refused(release: Release, name: str) -> None:
    """Asked about something else, or otherwise than the protocol and the trial make it."""
    bench, asked = filled(release)
    sound = judged(asked[0])
    words, change = FORGED[name]
    with pytest.raises(EvidenceBroken, match=words):
        take(bench, sound.model_copy(update=change(sound, asked)))
    assert bench.is_left(asked[0])
    take(bench, judged(asked[0]))


def test_a_copy_of_a_judgement_is_refused(release: Release) -> None:
    """A salt that comes twice was copied, be it in a record that says to be broken off."""
    bench, asked = filled(release)
    first = judged(asked[0])
    take(bench, first)
    with pytest.raises(EvidenceBroken, match="same salt"):
        take(bench, judged(asked[1]).model_copy(update={"salt": first.salt}))


@pytest.mark.parametrize(
    "change",
    [
        {"trial": "sha256:" + "0" * 64},
        {"item": None},
        {"end": "fault"},
        {"attempts": []},
        {"salt": "0"},
        {"format": "govkit.judgement/2"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_record_that_is_no_judgement_is_broken_evidence(release: Release, change: dict[str, t.Any]) -> None:
    """About two things or none, ending otherwise than its attempts, or with what no judgement has."""
    _, asked = filled(release)
    line = json.dumps(json.loads(judged(asked[0]).line()) | change).encode()
    with pytest.raises(EvidenceBroken, match="not a judgement"):
        parse_judgement(line, where="here")


def test_checks_that_were_not_asked_for_ask_nothing(release: Release) -> None:
    """Nor does a protocol without a judge."""
    assert Bench(release, []).planned == 0
    without = dataclasses.replace(release, protocol=release.protocol.model_copy(update={"judge": None}))
    assert Bench(without, CHECKS).planned == 0
