"""
What the runner relies on in a store and in a candidate, as functions that an implementation is put through.

    def test_my_store(tmp_path):
        check_store(lambda: MyStore(tmp_path))

    async def test_my_candidate():
        await check_candidate(MyCandidate(...), messages, profile)

Each raises `Nonconforming` for the first thing that does not hold.
"""

import copy
import json
import typing as t

import pydantic

from govkit.digest import PATTERN, digest
from govkit.evidence.segment import read_segment
from govkit.trial.candidate import Candidate, CandidateFault
from govkit.trial.dialogue import Message
from govkit.trial.profile import Profile
from govkit.trial.reply import Malformed, read_reply
from govkit.trial.transcript import Attempt, Exchange, Failure, Transcript, parse_transcript
from govkit.workflow.ports import Records, Store
from govkit.workplace.tools import TOOLS

NAME = "conformance.json"
AT = "2026-01-01T00:00:00.000Z"
RECORDS = (b'{"number":1}', b'{"number":2}', b'{"text":"\xc3\xa9"}')


class Nonconforming(AssertionError):
    """An implementation that does not keep what its port promises."""


def check_store(opened: t.Callable[[], Store], *, segment: t.Callable[[str], bytes] | None = None) -> None:
    """
    Put a store through what a run does with one.

    `opened` opens the *same*, empty place whenever it is called: what was stored must be there for whoever opens it
    next. For a store that cannot be opened twice, let it return the one store. `segment` gives a segment's bytes by its
    name, where they can be had; they are then compared with what `segments` says of them.
    """
    _check_documents(opened)
    _check_records(opened, segment)
    _holds(not list(opened().judgements.records()), "a transcript is no judgement")
    _check_records(lambda: opened().judgements, segment)
    _holds(tuple(opened().records()) == RECORDS, "a judgement is no transcript")


def _check_documents(opened: t.Callable[[], Store]) -> None:
    store = opened()
    _holds(store.get(NAME) is None, "a name that was never stored gives None")
    store.remove(NAME)  # nothing there: no error
    for data in (b"one", b"", b"\x00\xff" * 70_000):
        store.put(NAME, data)
        _holds(store.get(NAME) == data, "what was put is got back, byte for byte")
        _holds(opened().get(NAME) == data, "what was put is there for whoever opens the place next")
    _holds(not list(store.records()), "a document is no record")
    store.remove(NAME)
    _holds(store.get(NAME) is None, "what was removed is gone")


def _check_records(opened: t.Callable[[], Records], segment: t.Callable[[str], bytes] | None) -> None:
    store = opened()
    _holds(not list(store.records()) and not list(store.segments()), "an empty place has no records")
    store.append(RECORDS[:2])
    store.append(RECORDS[2:])
    _holds(tuple(store.records()) == RECORDS, "records come back in the order in which they were appended")
    _holds(tuple(opened().records()) == RECORDS, "records are there for whoever opens the place next")
    listed = list(store.segments())
    _holds(listed == sorted(listed) and bool(listed), "segments are listed in the order of their names")
    _holds(listed == list(opened().segments()), "segments are the same for whoever opens the place next")
    _holds(
        all(len(named) == len(digest(b"")) for _, _, named in listed), f"a digest is of the form {PATTERN}"
    )
    if segment is None:
        return
    datas = [segment(name) for name, _, _ in listed]
    stated = [(len(data), digest(data)) for data in datas]
    _holds(stated == [each[1:] for each in listed], "size and digest are those of a segment's bytes")
    read = [record for data in datas for record in read_segment(data, where="segment")]
    _holds(tuple(read) == RECORDS, "the segments hold the records, in order")


async def check_candidate(
    candidate: Candidate, messages: t.Sequence[Message], profile: Profile, *, seed: int = 1
) -> None:
    """
    Ask a candidate twice and see that it keeps to the port: a reply that can be read and stored, or a `CandidateFault`.

    `messages` are a system turn and a user turn that it can answer. The candidate is closed afterwards.
    """
    _holds(bool(candidate.client) and len(candidate.client) < 200, "`client` names what carries the requests")  # noqa: PLR2004
    for _ in range(2):
        given = copy.deepcopy([dict(each) for each in messages])
        attempt = await _attempt(candidate, given, profile, seed)
        _holds(given == [dict(each) for each in messages], "the messages are left as they were given")
        _check_stored(attempt)
    await candidate.close()
    await candidate.close()  # closing twice is no error


async def _attempt(
    candidate: Candidate, messages: list[dict[str, t.Any]], profile: Profile, seed: int
) -> Attempt:
    try:
        raw = await candidate.ask(messages, tuple(TOOLS), seed)
        read = read_reply(raw, profile, 0)
        again = read_reply(json.loads(json.dumps(raw)), profile, 0)
    except CandidateFault as fault:
        return Attempt(at=AT, took_ms=0, fault=_failure(fault))
    except Malformed as error:
        raise Nonconforming(f"a reply can be read: {error}") from None
    except Exception as error:
        raise Nonconforming(f"`ask` raises CandidateFault and nothing else: {error!r}") from error
    _holds(read == again, "a reply is JSON and nothing else: it reads alike when stored and read back")
    return Attempt(at=AT, took_ms=0, reply=raw)


def _failure(fault: CandidateFault) -> Failure:
    try:
        return Failure(kind=fault.kind, detail=fault.detail)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Nonconforming(f"a fault is of a known kind, with whole characters: {first['msg']}") from None


def _check_stored(attempt: Attempt) -> None:
    name = digest(b"conformance")
    kept = Transcript(
        format="govkit.transcript/1",
        trial=name,
        salt="0" * 32,
        client="conformance",
        exchanges=(Exchange(sent=(), attempts=(attempt,)),),
        end="interrupted",
        final_state=name,
    )
    _holds(
        parse_transcript(kept.line(), where="conformance") == kept, "an attempt is stored and read back alike"
    )


def _holds(held: bool, claim: str) -> None:  # noqa: FBT001 - the claim stands beside it
    if not held:
        raise Nonconforming(f"This does not hold: {claim}.")
