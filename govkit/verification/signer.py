"""Who signed, as the verifying person's anchors have it. Apart from the steps, for those who only ask about trust."""

import dataclasses
import typing as t

Standing: t.TypeAlias = t.Literal["trusted", "unknown", "expired", "unsuitable"]
"""`unsuitable`: a certificate that cannot be read, or that is not for signing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, and what the verifying person's anchors say of them."""

    subject: str
    fingerprint: str
    standing: Standing
    reason: str
    known: bool = False
    """Of one out of their dates: whether the anchors would vouch for them but for that. Strangers expire, too."""


Judge: t.TypeAlias = t.Callable[[bytes, tuple[bytes, ...]], Signer]
"""From a certificate and its companions (DER) to a signer, judged against anchors the verifying person gave."""
