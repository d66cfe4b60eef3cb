"""The candidate file and the profile that is stored of it."""
# ruff: noqa: E501 - the tables below are read line by line

import json

import pytest

from govkit.errors import AskedWrongly, EvidenceBroken, FaultyDocument
from govkit.trial.profile import Profile, named_candidate, parse_profile, profile_of, read_candidate

LEAST = "format: govkit.candidate/1\nname: Mine\nmodel: openai/gpt-x\n"


def profile(more: str = "") -> Profile:
    """The profile of the least candidate file with these lines added."""
    return profile_of(read_candidate(LEAST + more, file="c.yaml"))


def test_every_default_is_written_out() -> None:
    """A profile says everything, so that it keeps its meaning when a later version has other defaults."""
    assert json.loads(profile().bytes()) == {
        "format": "govkit.profile/1", "name": "Mine", "model": "openai/gpt-x", "api_base": "", "api_key_env": "",
        "system_prompt": "", "tools": "native", "parallel_tool_calls": "provider-default", "temperature": "", "top_p": "",
        "max_tokens": 2048, "seed": "none", "reasoning_effort": "", "timeout_seconds": 120, "attempts": 4,
        "input_usd_per_million": "", "output_usd_per_million": "", "notes": "", "identity": "provider-mutable",
    }  # fmt: skip


def test_what_is_written_is_what_is_stored() -> None:
    """Decimals stay the text they were; the profile reads back from its bytes."""
    found = profile(
        "api_base: http://127.0.0.1:8000/v1\napi_key_env: MY_KEY\ntools: json\nsampling: {temperature: '0.70', seed: per-trial}\n"
        "prices: {input_per_million: '2.50', output_per_million: '10'}\nsystem_prompt: |\n  Be kind.\n"
    )
    assert (found.temperature, found.input_usd_per_million, found.identity) == ("0.70", "2.50", "loopback")
    assert found.system_prompt == "Be kind.\n"
    assert parse_profile(found.bytes()) == found


@pytest.mark.parametrize(
    "address",
    [
        "https://user:pw@host/v1", "https://sk-key@host/v1", "https://:pw@host", "https://host/v1?key=sk", "https://host/#sk",
        "ftp://host", "host:80", "http://", "https://host:port", "https://[::1", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_with_credentials_or_none_at_all_is_refused(address: str) -> None:
    """No key can get into a profile by way of the address, and what is no web address is none."""
    with pytest.raises(FaultyDocument) as caught:
        profile(f"api_base: '{address}'\n")
    assert caught.value.faults[0].line == 4
    assert "api_base" in caught.value.faults[0].what


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ("temperature: 0.7\n", 4), ("api_key: sk-abc\n", 4), ("api_key_env: sk-abc\n", 4), ("tools: xml\n", 4), ("attempts: 0\n", 4),
        ("timeout_seconds: 9999\n", 4), ("sampling: {temperature: '-1'}\n", 4),
        ("sampling: {temperature: '\u0661'}\n", 4), ("sampling: {max_tokens: 0}\n", 4), ("reasoning_effort: HIGH!\n", 4),
        ("prices: {input_per_million: '1'}\n", 4), ("notes: a\nnotes: b\n", 5), ("seed: yes\n", 4),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(more: str, line: int) -> None:
    """Unknown keys, keys in place of their names, values out of range: each is a fault with file and line."""
    with pytest.raises(FaultyDocument) as caught:
        profile(more)
    assert line in [fault.line for fault in caught.value.faults]
    assert all(fault.file == "c.yaml" for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("sampling: {temperature: warm}\n", 'a decimal number in quotes such as "0.7"'),
        ("sampling: {top_p: -1}\n", 'a decimal number in quotes such as "0.7"'),
        (
            "prices: {input_per_million: [1], output_per_million: 5}\n",
            'a decimal number in quotes such as "0.7"',
        ),
        ("api_key_env: sk-abc\n", "the name of an environment variable such as OPENAI_API_KEY"),
        ("reasoning_effort: HIGH!\n", "one word in small letters"),
    ],
)
def test_a_form_is_told_in_words(more: str, words: str) -> None:
    """The author is told what to write, and never shown a regular expression or a word of the library's."""
    with pytest.raises(FaultyDocument) as caught:
        profile(more)
    [fault] = caught.value.faults
    assert f": this must be {words}" in fault.what
    assert "^" not in fault.what + fault.fix
    assert "Value error" not in fault.what


def test_all_faults_come_at_once() -> None:
    """One reading mends the file."""
    with pytest.raises(FaultyDocument) as caught:
        read_candidate("format: x\nmodel: 7\nattempts: 99\n", file="c.yaml")
    assert len(caught.value.faults) >= 4


@pytest.mark.parametrize("model", ["", "x" * 500, "\udcff"])
def test_what_cannot_be_a_model_name_is_asked_wrongly(model: str) -> None:
    """An empty, endless or unprintable name gets one clear message that can itself be printed."""
    with pytest.raises(AskedWrongly) as caught:
        named_candidate(model)
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("address", "identity"),
    [("http://127.0.0.1:1", "loopback"), ("http://localhost/v1", "loopback"), ("http://[::1]:8", "loopback"),
     ("http://127.0.0.1.example.org", "provider-mutable"), ("http://10.0.0.1", "provider-mutable"), (None, "provider-mutable")],
)  # fmt: skip
def test_only_this_machine_is_loopback(address: str | None, identity: str) -> None:
    """Anything but a loopback address may be changed by somebody else."""
    assert profile_of(named_candidate("m", address)).identity == identity


def test_a_stored_profile_is_canonical_or_broken() -> None:
    """Another form of the same profile, an unknown field or no profile at all is broken evidence."""
    data = profile().bytes()
    for damaged in (
        data + b" ",
        data.replace(b'"notes"', b'"note"'),
        b"{}",
        b"[]",
        b"",
        data.replace(b"2048", b"2048.0"),
    ):
        with pytest.raises(EvidenceBroken):
            parse_profile(damaged)


def test_whole_numbers_need_no_quotes() -> None:
    """A temperature of 1 or prices of 3 may be written as numbers; truth values are none."""
    found = profile(
        "sampling: {temperature: 1}\nprices: {input_per_million: 3, output_per_million: '15.5'}\n"
    )
    assert (found.temperature, found.input_usd_per_million, found.output_usd_per_million) == (
        "1",
        "3",
        "15.5",
    )
    with pytest.raises(FaultyDocument):
        profile("sampling: {temperature: true}\n")


def test_a_key_in_the_place_of_its_variable_is_not_repeated() -> None:
    """Who writes the key itself under `api_key_env` is told what belongs there, without the key."""
    text = "format: govkit.candidate/1\nname: a\nmodel: openai/a\napi_key_env: sk-canary-7f3a9c51e2d84b06\n"
    with pytest.raises(FaultyDocument) as caught:
        read_candidate(text, file="a.yaml")
    assert "never a key itself" in str(caught.value)
    assert "canary" not in str(caught.value) + repr(caught.value.faults)
