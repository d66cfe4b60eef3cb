"""Every command that the documents show is run as it stands, in the order in which it stands there."""

import os
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest

HERE = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    "docs/approval.md",
    "docs/policies.md",
    "docs/register.md",
    "docs/questionnaires.md",
    "test_protocols/README.md",
    "evidence/sample/README.md",
)
SERVED = "graceful-shutdown"
"""The protocol that the README runs."""
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([a-z-]+\.yaml)\n")
CODE = re.compile(r"  # exit code (\d)$")
"""What a document says of a command that ends otherwise than with 0."""
AS_RUN_HERE = {"make": "make -n", "pip": "pip --quiet --disable-pip-version-check"}
"""`make demo` and `make test` set up an environment, and the latter would run this very test: here their recipes are
only expanded. `.ci/run` runs both for real."""


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tuple[pathlib.Path, dict[str, str]]]:
    """A folder to work in, and an environment in which OpenAI's address is a scripted candidate on loopback."""
    served = subprocess.Popen(
        [sys.executable, "-m", "govkit", "serve-control", "honest", "--protocol", SERVED, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stderr is not None
        address = re.search(r"http://\S+/v1", served.stderr.readline())
        assert address is not None
        scripts = pathlib.Path(sys.executable).parent
        environment = os.environ | {
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "OPENAI_BASE_URL": address.group(),
            "OPENAI_API_KEY": "sk-canary-of-the-documents",
        }
        yield tmp_path_factory.mktemp("desk"), environment
    finally:
        served.terminate()
        served.communicate(timeout=20)


def _blocks(document: str) -> list[tuple[str, str]]:
    return BLOCK.findall((HERE / document).read_text(encoding="utf-8"))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_in_a_document_does_what_it_is_shown_for(
    document: str, desk: tuple[pathlib.Path, dict[str, str]]
) -> None:
    """Each `$` line of a document's console blocks ends with 0, or the exit code beside it, given the files shown."""
    folder, environment = desk
    ran = 0
    for kind, text in _blocks(document):
        if kind == "yaml" and (named := FILE.match(text)):
            (folder / named.group(1)).write_text(text, encoding="utf-8")
        for line in text.splitlines() if kind == "console" else ():
            assert line.startswith("$ "), f"{document}: {line!r} is no command"
            said = CODE.search(line)
            command = CODE.sub("", line.removeprefix("$ "))
            program = command.split()[0]
            command = command.replace(program, AS_RUN_HERE.get(program, program), 1)
            if (
                program == "pip"
            ):  # into a folder of its own: the environment that runs the tests stays as it is
                command += f" --no-deps --target {folder / 'installed'}"
            where = HERE if program in AS_RUN_HERE or "evidence/sample" in command else folder
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=where,
                env=environment,
                capture_output=True,
                text=True,
                timeout=420,
                check=False,
            )
            expected = int(said[1]) if said else 0
            assert done.returncode == expected, f"{document}: {line}\n{done.stdout}\n{done.stderr}"
            ran += 1
    assert ran, f"{document} shows no command"


def test_every_command_of_govkit_is_shown_in_a_document() -> None:
    """Each command of the program stands in one of the documents, so that no feature is a secret."""
    from govkit.cli import COMMANDS  # noqa: PLC0415 - the list is all that is wanted here

    text = "".join((HERE / document).read_text(encoding="utf-8") for document in DOCUMENTS)
    missing = [name for name in COMMANDS if f"govkit {name}" not in text and f"make {name}" not in text]
    assert missing == []
