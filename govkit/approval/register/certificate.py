"""Whom a certificate names, and until when."""

import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from govkit.approval.register.entry import Certificate
from govkit.digest import digest
from govkit.verification.moments import written


def certificate_of(certificate: bytes) -> Certificate:
    """Whom a certificate (DER) names, and when it ends; empty where that cannot be read."""
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        names = parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        name = str(names[0].value) if names else parsed.subject.rfc4514_string()
        ends = written(parsed.not_valid_after_utc + datetime.timedelta(seconds=1))
    except Exception:  # noqa: BLE001 - hostile bytes
        return Certificate(digest(certificate), "", "")
    return Certificate(digest(certificate), name, ends)
