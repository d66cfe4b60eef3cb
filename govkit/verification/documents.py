"""
A signed document as verification needs it: facts, and the port through which they come.

What a report shows and carries is believed only as far as its signature reaches. So a reader gives back the *signed
revision* - the file cut off where the signed bytes end - and takes every attachment and every page from that, never
from what somebody appended. Whether the signer is one to believe is not a fact of the document: certificates are
handed on as found, and trust is decided from those the verifying person brought.

Rules for whoever implements the port.

1. A reader reports all it finds wrong (`Problem`), step by step, and goes on as long as there is something to read. A
   document with problems does not hold; what was read from it may be shown, never believed.
2. Where nothing can be read - no PDF, encrypted, unsigned - it raises `EvidenceBroken`. It raises nothing else.
3. It never repairs, fetches, executes or guesses, and its work is bounded whatever the file says.
"""

import dataclasses
import datetime
import typing as t

Step: t.TypeAlias = t.Literal["container", "signature", "change"]
"""
`container`: the file itself is not of the strict kind we accept (parsing, active content, attachments).
`signature`: the signature, its bytes or its timestamp do not hold.
`change`: there is something in the file that the signature does not cover.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document, in a sentence for people."""

    step: Step
    what: str


@dataclasses.dataclass(frozen=True, slots=True)
class SignedDocument:
    """What a signed document says, all of it from the signed revision."""

    revision: bytes
    """The signed revision: the file up to the end of the signed byte range."""
    attachments: t.Mapping[str, bytes]
    """Attached files by name. Names are plain file names; a name that stands twice is left out and is a problem."""
    pages: tuple[str, ...]
    """The extracted text of each page, in order."""
    certificate: bytes
    """The signer's certificate, DER, as found inside; empty where it could not be read. Not trusted for being there."""
    chain: tuple[bytes, ...]
    """The other certificates found beside it, DER, in no order. Not trusted for being there."""
    signed_at: datetime.datetime | None
    """When the signer *claims* to have signed. Covered by the signature, proven by nobody."""
    timestamped_at: datetime.datetime | None
    """When a timestamp service says the signature existed; set only when the token is for this signature and holds."""
    problems: tuple[Problem, ...]
    """Everything found wrong, in the order of the steps. Empty is necessary, and not sufficient, for believing it."""
    timestamp_certificate: bytes | None = None
    """The timestamp service's certificate, DER. `timestamped_at` is worth as much as the trust in it."""
    timestamp_chain: tuple[bytes, ...] = ()
    """The other certificates in the timestamp token, DER, in no order."""


class DocumentReader(t.Protocol):
    """Opens a signed document from bytes that a stranger sent."""

    def read(self, data: bytes) -> SignedDocument:
        """
        The facts of the document.

        Raises `EvidenceBroken` when nothing can be read; every lesser fault is a `Problem`.
        """
        ...
