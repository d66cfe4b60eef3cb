"""
Every error a person must act on, in one tree, sorted by *who must act*.

What a candidate does wrong is data and never appears here. What an operator must mend is a `GovkitError`: it says
what is wrong, where, what was expected, what was found, and what to do. The exit code belongs to the type
(architecture, section 4), so that no command decides it anew:

    GovkitError
    ├── AskedWrongly            2   the command, a file written by hand, or the machine's set-up
    │   ├── UnknownName         2   a protocol, check, control or template nobody knows (near misses offered)
    │   ├── FaultyDocument      2   a YAML file with one or more faults, each with file and line
    │   └── RunMismatch         2   the run folder belongs to another protocol, candidate or plan
    ├── EvidenceBroken          4   stored evidence is missing, altered or unreadable
    ├── Unreachable             5   the candidate or a service did not answer, or refused the key
    └── Expired                 6   evidence, approval or certificate is past its end

Codes 1 (fail) and 3 (no verdict) are results, not errors, and therefore belong to the verdict.
"""

import dataclasses
import difflib
import typing as t


class GovkitError(Exception):
    """
    Something the operator must mend.

    `what` is one sentence. `where` names the file, line, address or option. `expected` and `found` are shown in the
    same form and unit. `fix` is the next thing to do.
    """

    exit_code: t.ClassVar[int] = 2

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        fix: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.found = found
        self.fix = fix

    def lines(self) -> tuple[str, ...]:
        """The message as short lines for a terminal: the sentence first, then one labelled line per known fact."""
        facts = (("where", self.where), ("expected", self.expected), ("found", self.found), ("do", self.fix))
        return (self.what, *(f"  {label}: {text}" for label, text in facts if text))

    def __str__(self) -> str:
        return "\n".join(self.lines())


class AskedWrongly(GovkitError):
    """The request cannot be carried out as asked: a wrong option, file or set-up."""


class UnknownName(AskedWrongly):
    """A name that nothing here carries; offers the near misses."""

    def __init__(self, kind: str, name: str, known: t.Iterable[str], *, where: str | None = None) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        offer = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names) or 'none'}"
        super().__init__(f"There is no {kind} called {name[:200]!r}.", where=where, fix=offer)


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file written by hand: where it stands, what is wrong, and how to mend it."""

    file: str
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.what} ({self.fix})"
            if self.fix
            else f"{self.file}:{self.line}: {self.what}"
        )


class FaultyDocument(AskedWrongly):
    """A document written by hand that cannot be used; carries *all* its faults, so that one reading mends it."""

    def __init__(self, kind: str, faults: t.Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.file, fault.line, fault.what)))
        count = f"{len(self.faults)} fault{'s' if len(self.faults) != 1 else ''}"
        super().__init__(f"This {kind} has {count}:")

    def lines(self) -> tuple[str, ...]:
        return (self.what, *(f"  {fault}" for fault in self.faults))


class RunMismatch(AskedWrongly):
    """A run folder that was begun with another protocol, candidate or plan than the one now asked for."""


class EvidenceBroken(GovkitError):
    """Stored evidence is missing, altered or unreadable: nothing may be concluded from it."""

    exit_code: t.ClassVar[int] = 4


class Unreachable(GovkitError):
    """The candidate or a service could not be reached, or refused us; what was counted so far is kept."""

    exit_code: t.ClassVar[int] = 5


class Expired(GovkitError):
    """Evidence, approval or certificate past its end."""

    exit_code: t.ClassVar[int] = 6
