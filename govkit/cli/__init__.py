"""
The command line: one verb a file, results on stdout, progress and prose on stderr, exit codes as the errors carry
them.

Command modules import nothing heavy at the top, so that `govkit --help` comes at once. No traceback reaches a user:
what they must mend is a `GovkitError`; anything else is our own fault and says so. `GOVKIT_DEBUG=1` shows the traceback
then. Codes beyond the documented ones follow the shell: 130 interrupted, 141 the reader of the output went away.
"""

import contextlib
import importlib
import os
import sys
import traceback
import typing as t

import click

from govkit import __version__
from govkit.errors import GovkitError, UnknownName

COMMANDS: t.Mapping[str, str] = {
    "demo": "demo",
    "run": "run",
    "report": "report",
    "verify": "verify",
    "compare": "compare",
    "adjudicate": "adjudicate",
    "gate": "gate",
    "approve": "approve",
    "waive": "waive",
    "revoke": "revoke",
    "diff": "diff",
    "register": "register",
    "protocol": "protocol",
    "policy": "policy",
    "crosswalk": "crosswalk",
    "questionnaire": "questionnaire",
    "key": "key",
    "serve-control": "serve_control",
}
OWN_FAULT = 70
"""Exit code when govkit itself is at fault (EX_SOFTWARE of sysexits.h): none of the documented results."""
INTERRUPTED = 130
READER_GONE = 141
"""As a shell calls a program that SIGPIPE ended. Never 0 or 1: a result that nobody read is no result."""


class ReaderGone(Exception):
    """Whoever read our output went away (`| head`)."""


class Commands(click.Group):
    """Loads a command's module when it is asked for, and offers near misses for a mistyped name."""

    def invoke(self, ctx: click.Context) -> t.Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would call it exit code 1, which here means a failed test
            raise ReaderGone from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - (the same)
        if cmd_name not in COMMANDS:
            raise UnknownName("command", cmd_name, COMMANDS)
        module = importlib.import_module(f"govkit.cli.{COMMANDS[cmd_name]}")
        return t.cast(click.Command, module.command)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="govkit")
def cli() -> None:
    """
    Test whether an AI system may be deployed, and prove it.

    Exit codes: 0 pass, done, verified. 1 fail. 2 asked wrongly. 3 no verdict (inconclusive or invalid).
    4 evidence does not hold. 5 candidate or service unreachable. 6 expired.
    """


def main() -> t.NoReturn:
    """The entry point."""
    try:
        code = cli.main(prog_name="govkit", standalone_mode=False)
    except GovkitError as error:
        say("\n".join(one_line(line) for line in error.lines()))
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        say("Interrupted.")
        code = INTERRUPTED
    except ReaderGone:
        _discard_output()
        code = READER_GONE
    except OSError as error:
        say(f"This machine refuses a file or a connection: {printable(str(error))[:500]}")
        say("  do: make room or grant the right, then run the command again")
        code = GovkitError.exit_code
    except Exception as error:  # noqa: BLE001 - the last door: what comes here is our own fault
        if os.environ.get("GOVKIT_DEBUG"):
            traceback.print_exc()
        say(f"This is a fault of govkit itself: {type(error).__name__}: {printable(str(error))[:500]}")
        say("  do: set GOVKIT_DEBUG=1, run again, and report what it prints")
        code = OWN_FAULT
    sys.exit(code if isinstance(code, int) else 0)


def _discard_output() -> None:
    """Send what is still to be flushed nowhere, lest the interpreter complains of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def say(text: str) -> None:
    """Prose, for a person: on stderr. That nobody reads it is no reason to stop the work."""
    with contextlib.suppress(BrokenPipeError):
        click.echo(text, err=True)


def printable(text: str) -> str:
    """Text as a terminal may show it: control characters, which could move its cursor or lie in it, escaped."""
    return "".join(
        char if char in {"\n", "\t"} or (char.isprintable() and char not in _BIDI) else f"<U+{ord(char):04X}>"
        for char in text
    )


def one_line(text: str) -> str:
    """The same for what must stay one line: a file's name may hold a line feed, and then look like our own words."""
    return printable(text).replace("\n", "<U+000A>")


_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
