"""Who signed, as the verifying person's anchors have it. Apart from the steps, for those who only ask about trust."""

import dataclasses
import typing as t

from govkit.digest import Digest

Standing: t.TypeAlias = t.Literal["trusted", "unknown", "expired", "unsuitable"]
"""`unsuitable`: a certificate that cannot be read, or that is not for signing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, and what the verifying person's anchors say of them."""

    subject: str
    """Whom the certificate names, RFC 4514; printable characters only. Empty where it cannot be read."""
    fingerprint: Digest
    """Of the certificate, DER."""
    standing: Standing
    reason: str
    """Why, in a sentence for people."""
    known: bool = False
    """Whether the anchors vouch for them, or would but for dates that are past. Strangers' certificates end, too."""


Judge: t.TypeAlias = t.Callable[[bytes, tuple[bytes, ...]], Signer]
"""From a certificate and its companions (DER) to a signer, judged against anchors the verifying person gave."""
