"""
The port through which step 12 learns of decisions and waivers that travel in a report.

What counts is asked further up, in `govkit.approval`, by the one function that everybody asks; here stands what
verification needs of it, beside the adjudications, which it checks itself.
"""

import typing as t

from govkit.report.decisions import DecisionsCarried, DecisionsShown
from govkit.report.view import ReportRecord
from govkit.verification.examined import Examined
from govkit.verification.finding import Finding

STEP = 12


class Told(t.NamedTuple):
    """What the decisions in a report come to."""

    shown: DecisionsShown | None
    """What the report must print; None where they do not hold."""
    findings: tuple[Finding, ...]


class People(t.Protocol):
    """Reads the decisions in a report."""

    def names(self, files: t.Iterable[str], carried: DecisionsCarried) -> frozenset[str]:
        """Those of the report's attachments that belong to its decisions."""
        ...

    def read(
        self, files: t.Mapping[str, bytes], record: ReportRecord, found: Examined, certificate: bytes
    ) -> Told:
        """What they come to; `certificate` is that of the report's signer. Raises `GovkitError` where they break."""
        ...
