"""Policies on disk: what a reference means, and which signatures lie beside a file, in a folder that means no good."""

import datetime
import os
import pathlib
import typing as t

import pytest

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.policy_folder import (
    FOLDER,
    LOCK,
    MOST_NAMES,
    MOST_SIGNATURES,
    read_policy_file,
    read_shipped,
    shipped_policies,
    signatures_beside,
)
from govkit.api.policies import new_policy, sign_policy
from govkit.approval.signed import NO_LOG, Signing, claim_signature, signature_name
from govkit.attestation.envelope import seal
from govkit.digest import digest
from govkit.errors import AskedWrongly, Expired, FaultyDocument, GovkitError, UnknownName

NOW = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)


@pytest.fixture(name="keys", scope="module")
def _keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoadedKey]:
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name in ("ada", "ben"):
        new_key(folder, name, common_name=name, organization=None, valid_days=30, now=NOW, passphrase=None)
        made[name] = load_key(str(folder / f"{name}.key.pem"), None, now=NOW)
    return made


@pytest.fixture(name="policy")
def _policy(tmp_path: pathlib.Path) -> pathlib.Path:
    """A policy of one's own, in a folder of its own."""
    path = tmp_path / "acme.yaml"
    new_policy(path, "minimal", now=NOW)
    return path


@pytest.fixture(name="signed")
def _signed(policy: pathlib.Path, keys: dict[str, LoadedKey]) -> pathlib.Path:
    """The same, signed by Ada."""
    return sign_policy(policy, keys["ada"], by="Ada, owner", now=NOW).path


# --- what is meant ---


@pytest.mark.parametrize("reference", ["minimal", "minimal@1.0.0", "minimal 1.0.0", " minimal "])
def test_a_shipped_policy_is_found_by_its_id(reference: str) -> None:
    """By id, with or without its version."""
    read = read_policy_file(reference)
    assert (read.policy.id, read.digest) == ("minimal", shipped_policies()["minimal 1.0.0"])


def test_a_file_goes_before_an_id(policy: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there is meant, also where it is called like a policy that travels with govkit."""
    policy.rename(policy.with_name("minimal"))
    monkeypatch.chdir(policy.parent)
    assert read_policy_file("minimal").policy.id == "acme"


@pytest.mark.parametrize(
    "reference", ["minmal", "minimal@9.9.9", "../minimal@1", "", ".", "minimal\n", "x" * 5000, "a\0b"]
)
def test_what_is_no_policy_is_said_to_be_none(reference: str) -> None:
    """A mistyped id, a version that is not there, a path to nowhere: one message each, never a traceback."""
    if reference == "minimal\n":
        assert read_policy_file(reference).policy.id == "minimal"
        return
    with pytest.raises(AskedWrongly):
        read_policy_file(reference)


def test_near_misses_are_offered() -> None:
    """A mistyped id is answered with the right one."""
    with pytest.raises(UnknownName, match="did you mean minimal"):
        read_policy_file("minmal")


def test_a_file_that_is_too_large_is_not_read(tmp_path: pathlib.Path) -> None:
    """Beyond a megabyte nothing is a policy."""
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(AskedWrongly, match="larger than any policy"):
        read_policy_file(str(path))


def test_a_pipe_or_a_folder_is_no_policy(tmp_path: pathlib.Path) -> None:
    """What might never end is not opened."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name in ("pipe.yaml", "folder.yaml"):
        with pytest.raises(AskedWrongly, match="no such policy file"):
            read_policy_file(str(tmp_path / name))


def test_an_edited_shipped_policy_is_not_found(tmp_path: pathlib.Path) -> None:
    """A text that is not the one that the lock names is not read under its name; nor is a garbled lock."""
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / "minimal.yaml").read_text(encoding="utf-8")
    (tmp_path / "minimal.yaml").write_text(
        text.replace("{standard: 180}", "{standard: 181}"), encoding="utf-8"
    )
    with pytest.raises(AskedWrongly, match="not as it was released"):
        read_shipped("minimal", "1.0.0", tmp_path)
    assert read_shipped("frontier-developer", "1.0.0", tmp_path).policy.id == "frontier-developer"
    (tmp_path / LOCK).write_text("minimal 1.0.0\n", encoding="utf-8")
    with pytest.raises(AskedWrongly, match="not as it was shipped"):
        shipped_policies(tmp_path)


# --- signatures ---


def test_signatures_are_found_beside_the_file(
    policy: pathlib.Path, signed: pathlib.Path, keys: dict[str, LoadedKey]
) -> None:
    """Two people sign in either order; both signatures hold and say who, as what and when."""
    sign_policy(policy, keys["ben"], by="Ben, second owner", now=NOW)
    found, problem = signatures_beside(policy, policy.read_bytes())
    assert problem == ""
    assert signed.name == signature_name("acme.yaml", keys["ada"].fingerprint)
    assert {each.signing.by for each in found} == {"Ada, owner", "Ben, second owner"}
    assert {each.signing.role for each in found} == {"policy-owner"}
    assert {each.fingerprint for each in found} == {key.fingerprint for key in keys.values()}


def test_no_signature_is_no_problem(policy: pathlib.Path) -> None:
    """An unsigned policy has none, and nothing is wrong with that here: the gate says what it is worth."""
    (policy.parent / "other.yaml.0123456789abcdef.dsse.json").write_bytes(b"of another file")
    (policy.parent / "acme.yaml.dsse.json").write_bytes(b"under no signer's name")
    assert signatures_beside(policy, policy.read_bytes()) == ((), "")


def _touched(
    signed: pathlib.Path, policy: pathlib.Path, keys: dict[str, LoadedKey]
) -> dict[str, t.Callable[[], t.Any]]:
    data = signed.read_bytes()
    other = signed.with_name(signature_name("acme.yaml", keys["ben"].fingerprint))

    def link() -> None:
        signed.rename(signed.with_name("elsewhere"))
        signed.symlink_to("elsewhere")

    def folder() -> None:
        signed.unlink()
        signed.mkdir()

    def pipe() -> None:
        signed.unlink()
        os.mkfifo(signed)

    def other_document() -> None:
        signing = Signing(
            by="A", role="policy-owner", side="for", note="", signed="2026-11-22T09:00:00Z", log_head=NO_LOG
        )
        key = keys["ada"]
        claim = claim_signature("other.yaml", policy.read_bytes(), signing, certificates=(key.certificate,))
        signed.write_bytes(seal(claim, key))

    return {
        "policy edited": lambda: policy.write_bytes(policy.read_bytes() + b"# more\n"),
        "bit flipped": lambda: signed.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:]),
        "garbage": lambda: signed.write_bytes(b"\x00garbage"),
        "empty": lambda: signed.write_bytes(b""),
        "not canonical": lambda: signed.write_bytes(data + b"\n"),
        "under another's name": lambda: signed.rename(other),
        "of another document": other_document,
        "too large": lambda: signed.write_bytes(b" " * (256 * 1024 + 1)),
        "a link": link,
        "a folder": folder,
        "a pipe": pipe,
    }


TOUCHED = (
    "policy edited",
    "bit flipped",
    "garbage",
    "empty",
    "not canonical",
    "under another's name",
    "of another document",
    "too large",
    "a link",
    "a folder",
    "a pipe",
)


WHY = {"too large": "larger than any signature", "a link": "no plain file", "a pipe": "no plain file"}


@pytest.mark.parametrize("how", TOUCHED)
def test_a_signature_that_does_not_hold_is_a_problem(
    how: str, policy: pathlib.Path, signed: pathlib.Path, keys: dict[str, LoadedKey]
) -> None:
    """Whatever was done to it, it is no signature any more, and why is said by its name; others still stand."""
    touch = _touched(signed, policy, keys)
    assert set(touch) == set(TOUCHED)
    touch[how]()
    if how not in ("policy edited", "under another's name"):
        sign_policy(policy, keys["ben"], by="Ben", now=NOW)
    found, problem = signatures_beside(policy, policy.read_bytes())
    assert [each.signing.by for each in found] == (
        [] if how in ("policy edited", "under another's name") else ["Ben"]
    )
    assert problem.startswith("acme.yaml.")
    assert WHY.get(how, "") in problem


def test_too_many_signatures_are_a_problem_and_not_read(policy: pathlib.Path, signed: pathlib.Path) -> None:
    """A folder full of names is no reason to read it all, and none of it counts."""
    for number in range(MOST_SIGNATURES):
        signed.with_name(f"acme.yaml.{number:016x}.dsse.json").write_bytes(b"")
    found, problem = signatures_beside(policy, policy.read_bytes())
    assert found == ()
    assert "more than 100" in problem


def test_a_folder_of_too_many_files_is_no_place_for_a_policy(
    policy: pathlib.Path, signed: pathlib.Path
) -> None:
    """Names are looked at up to a number; beyond it nothing counts, for a signature may hide among the rest."""
    for number in range(MOST_NAMES):
        (policy.parent / f"{number}").touch()
    assert signed.exists()
    found, problem = signatures_beside(policy, policy.read_bytes())
    assert found == ()
    assert "more than 10000 files" in problem


# --- signing ---


def test_nobody_signs_twice_unasked_or_for_another(
    policy: pathlib.Path, signed: pathlib.Path, keys: dict[str, LoadedKey]
) -> None:
    """A signer's earlier signature goes where they say so; what stands there of somebody else never does."""
    before = signed.read_bytes()
    with pytest.raises(AskedWrongly, match="has signed the policy before"):
        sign_policy(policy, keys["ada"], by="Ada", now=NOW)
    assert signed.read_bytes() == before
    sign_policy(policy, keys["ada"], by="Ada, again", replace=True, now=NOW)
    assert signed.read_bytes() != before
    foreign = sign_policy(policy, keys["ben"], by="Ben", now=NOW).path.read_bytes()
    for planted in (foreign, b"not an envelope", b""):
        signed.write_bytes(planted)
        with pytest.raises(AskedWrongly, match="Another file of this name"):
            sign_policy(policy, keys["ada"], by="Ada", replace=True, now=NOW)
        assert signed.read_bytes() == planted


def test_a_link_in_a_signatures_place_is_not_written_through(
    policy: pathlib.Path, keys: dict[str, LoadedKey], tmp_path: pathlib.Path
) -> None:
    """Who puts a link where the signature would go does not get a file elsewhere overwritten."""
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    there = policy.with_name(signature_name("acme.yaml", keys["ada"].fingerprint))
    there.symlink_to(target)
    with pytest.raises(GovkitError):
        sign_policy(policy, keys["ada"], by="Ada", replace=True, now=NOW)
    there.unlink()
    there.with_name(f".{there.name}.part").symlink_to(target)
    with pytest.raises(GovkitError):
        sign_policy(policy, keys["ada"], by="Ada", now=NOW)
    assert target.read_bytes() == b"precious"


def test_a_policy_with_faults_or_past_its_end_is_not_signed(
    policy: pathlib.Path, keys: dict[str, LoadedKey]
) -> None:
    """Nobody puts in force what cannot be met, or what is over."""
    with pytest.raises(Expired, match="past its end"):
        sign_policy(policy, keys["ada"], by="Ada", now=NOW + datetime.timedelta(days=366))
    text = policy.read_text(encoding="utf-8")
    policy.write_text(
        text.replace("tolerance_percent: {standard: 5}", "tolerance_percent: {standard: 6}", 1),
        encoding="utf-8",
    )
    with pytest.raises(FaultyDocument, match="1 fault"):
        sign_policy(policy, keys["ada"], by="Ada", now=NOW)
    assert [path.name for path in policy.parent.iterdir()] == ["acme.yaml"]


@pytest.mark.parametrize("by", ["", "   ", "x" * 201, "a\x00b"])
def test_who_signs_has_to_be_said(by: str, policy: pathlib.Path, keys: dict[str, LoadedKey]) -> None:
    """A name in printable characters, of a length that fits a line."""
    with pytest.raises(AskedWrongly, match="not said who signs"):
        sign_policy(policy, keys["ada"], by=by, now=NOW)


def test_a_name_beside_which_no_signature_can_lie_is_refused(
    policy: pathlib.Path, keys: dict[str, LoadedKey]
) -> None:
    """A signature that nobody would find is not made."""
    odd = policy.rename(policy.with_name("our policy.yaml"))
    with pytest.raises(AskedWrongly, match="No signature can lie beside"):
        sign_policy(odd, keys["ada"], by="Ada", now=NOW)


# --- a copy to adopt ---


@pytest.mark.parametrize("source", ["minimal", "enterprise-deployer", "frontier-developer"])
def test_a_copy_to_adopt_is_the_policy_with_a_name_and_days_of_its_own(
    source: str, tmp_path: pathlib.Path
) -> None:
    """Everything else is as it was, comments too; with the example of parties uncommented it still reads."""
    path = tmp_path / "ours.yaml"
    copy = new_policy(path, source, policy_id="acme-agents", now=NOW)
    was = read_policy_file(source).policy
    told = {"id": "acme-agents", "version": "1.0.0", "issued": "2026-11-22", "expires": "2027-11-22"}
    assert copy.policy == was.model_copy(update=told)
    assert copy.digest == digest(path.read_bytes())
    text = path.read_text(encoding="utf-8")
    parties = text[text.index("# parties:") :].replace("# ", "")
    path.write_text(text[: text.index("# parties:")] + parties, encoding="utf-8")
    named = read_policy_file(str(path)).policy.parties
    assert [each.name for each in named] == ["Ada Example"]


def test_a_copy_replaces_nothing_and_takes_no_shipped_name(policy: pathlib.Path) -> None:
    """A file that is there stays; an id that is none, or a shipped policy's, is refused."""
    before = policy.read_bytes()
    with pytest.raises(AskedWrongly, match="not replaced"):
        new_policy(policy, "minimal", now=NOW)
    assert policy.read_bytes() == before
    for name in ("minimal.yaml", "Not_An_Id.yaml"):
        with pytest.raises(AskedWrongly):
            new_policy(policy.with_name(name), "enterprise-deployer", now=NOW)
        assert not policy.with_name(name).exists()
