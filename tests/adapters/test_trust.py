"""Trust: only what the verifying person named counts, and only for what it may do and while it is valid."""

import asyncio
import dataclasses
import datetime
import itertools
import typing as t

import hypothesis
import hypothesis.strategies as st
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from govkit.adapters.keys import DOCUMENT_SIGNING
from govkit.adapters.trust import MAX_OTHERS, Purpose, check_trust
from govkit.digest import digest

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
_SERIALS = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Party:
    """Somebody with a key and a certificate."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def _party(  # noqa: PLR0913 - a certificate has many particulars
    name: str,
    issuer: Party | None = None,
    *,
    authority: bool = False,
    usage: str | None = "digital_signature",
    purposes: t.Sequence[x509.ObjectIdentifier] | None = (DOCUMENT_SIGNING,),
    start: datetime.datetime = NOW - 10 * DAY,
    end: datetime.datetime = NOW + 10 * DAY,
    path_length: int | None = None,
    extra: x509.ExtensionType | None = None,
    signed_with: ec.EllipticCurvePrivateKey | None = None,
) -> Party:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    signer = signed_with or (issuer.key if issuer else key)
    builder = x509.CertificateBuilder(
        _name(issuer.name) if issuer else subject, subject, key.public_key(), next(_SERIALS), start, end
    ).add_extension(x509.BasicConstraints(authority, path_length), critical=True)
    if authority:
        usage, purposes = "key_cert_sign", None
    if usage:
        builder = builder.add_extension(_usage(usage), critical=True)
    if extra:
        builder = builder.add_extension(extra, critical=False)
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    return Party(name, key, builder.sign(signer, hashes.SHA256()))


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _usage(only: str) -> x509.KeyUsage:
    words = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
        " crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{word: word == only for word in words.split()})


ROOT = _party("Root", authority=True)
MIDDLE = _party("Middle", ROOT, authority=True)
SIGNER = _party("Signer", MIDDLE)
LONER = _party("Loner")


def test_an_anchor_is_trusted_by_itself() -> None:
    """A self-signed certificate the person named is trusted, with who it names and by which fingerprint."""
    trust = check_trust(LONER.der, (), (ROOT.der, LONER.der), NOW)
    assert (trust.standing, trust.subject, trust.fingerprint) == ("trusted", "CN=Loner", digest(LONER.der))


def test_a_chain_to_an_anchor_is_trusted() -> None:
    """A certificate is trusted through issuers in the chain, in any order and among strangers, or through an anchor."""
    strangers = tuple(_party(f"Stranger {number}", authority=True).der for number in range(5))
    for chain, anchors in (
        ((MIDDLE.der,), (ROOT.der,)),
        ((*strangers, MIDDLE.der, ROOT.der, SIGNER.der), (ROOT.der,)),
        ((), (MIDDLE.der,)),
        ((), (ROOT.der, MIDDLE.der)),
    ):
        assert check_trust(SIGNER.der, chain, anchors, NOW).standing == "trusted"


def test_a_certificate_is_not_trusted_for_being_there() -> None:
    """Without an anchor, with another anchor, or with the anchor only inside the evidence, nobody is known."""
    whole = (MIDDLE.der, ROOT.der)
    for chain, anchors in ((whole, ()), (whole, (LONER.der,)), ((), (ROOT.der,))):
        trust = check_trust(SIGNER.der, chain, anchors, NOW)
        assert trust.standing == "unknown"
        assert trust.reason


def test_a_signers_certificate_vouches_for_nobody_else() -> None:
    """An anchor or a chain certificate that is no authority cannot issue others."""
    child = _party("Child", LONER)
    assert check_trust(child.der, (), (LONER.der,), NOW).standing == "unknown"
    grandchild = _party("Grandchild", SIGNER)
    assert check_trust(grandchild.der, (SIGNER.der, MIDDLE.der), (ROOT.der,), NOW).standing == "unknown"


def test_a_forged_issuer_is_not_believed() -> None:
    """A certificate that names a trusted issuer but was signed by another key is unknown."""
    forged = _party("Signer", MIDDLE, signed_with=LONER.key)
    assert check_trust(forged.der, (MIDDLE.der,), (ROOT.der,), NOW).standing == "unknown"
    twin = Party("Root", LONER.key, ROOT.certificate)
    assert check_trust(_party("Signer", twin).der, (), (ROOT.der,), NOW).standing == "unknown"


@pytest.mark.parametrize("at", [NOW - 11 * DAY, NOW + 11 * DAY])
def test_out_of_date_is_expired_even_for_an_anchor(at: datetime.datetime) -> None:
    """Before its first and after its last moment a certificate is not trusted, whoever named it."""
    assert check_trust(LONER.der, (), (LONER.der,), at).standing == "expired"
    assert check_trust(SIGNER.der, (MIDDLE.der,), (ROOT.der,), at).standing == "expired"


def test_an_authority_out_of_date_vouches_for_nobody() -> None:
    """A chain is not trusted while its anchor or an authority on the way is out of date."""
    old_root = _party("Root", authority=True, end=NOW - DAY)
    assert check_trust(_party("Signer", old_root).der, (), (old_root.der,), NOW).standing == "expired"
    old_middle = _party("Middle", ROOT, authority=True, end=NOW - DAY)
    assert (
        check_trust(_party("Signer", old_middle).der, (old_middle.der,), (ROOT.der,), NOW).standing
        == "expired"
    )


def test_constraints_of_authorities_are_kept() -> None:
    """An authority limited to a path length or to certain names vouches no further, as an anchor too."""
    strict = _party("Strict", authority=True, path_length=0)
    below = _party("Below", strict, authority=True)
    assert check_trust(_party("Signer", strict).der, (), (strict.der,), NOW).standing == "trusted"
    assert check_trust(_party("Signer", below).der, (below.der,), (strict.der,), NOW).standing != "trusted"
    only = x509.NameConstraints([x509.DirectoryName(_name("Lab"))], None)
    named = _party("Named", authority=True, extra=only)
    assert check_trust(_party("Lab", named).der, (), (named.der,), NOW).standing == "trusted"
    assert check_trust(_party("Signer", named).der, (), (named.der,), NOW).standing != "trusted"


def test_certificate_policies_of_an_anchor_do_not_bind() -> None:
    """A chain below an authority with certificate policies of its own is trusted without quoting them."""
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)
    root = _party("Policy", authority=True, extra=x509.CertificatePolicies([policy]))
    assert check_trust(_party("Signer", root).der, (), (root.der,), NOW).standing == "trusted"


@pytest.mark.parametrize(
    ("usage", "purposes", "purpose", "fit"),
    [
        ("digital_signature", (DOCUMENT_SIGNING,), "signing", True),
        ("content_commitment", (ExtendedKeyUsageOID.EMAIL_PROTECTION,), "signing", True),
        (None, None, "signing", True),
        ("key_encipherment", None, "signing", False),
        ("key_cert_sign", None, "signing", False),
        ("digital_signature", (ExtendedKeyUsageOID.SERVER_AUTH,), "signing", False),
        ("digital_signature", (ExtendedKeyUsageOID.TIME_STAMPING,), "signing", False),
        ("digital_signature", (ExtendedKeyUsageOID.TIME_STAMPING,), "timestamping", True),
        ("digital_signature", (DOCUMENT_SIGNING,), "timestamping", False),
        ("digital_signature", None, "timestamping", False),
    ],
)
def test_a_certificate_is_held_to_its_purpose(
    usage: str | None, purposes: t.Sequence[x509.ObjectIdentifier] | None, purpose: Purpose, *, fit: bool
) -> None:
    """A named certificate is unsuitable where its usages do not allow what its key did."""
    party = _party("Party", usage=usage, purposes=purposes)
    trust = check_trust(party.der, (), (party.der,), NOW, purpose=purpose)
    assert trust.standing == ("trusted" if fit else "unsuitable")


def test_a_weak_key_is_unsuitable() -> None:
    """A certificate for a key of no accepted kind is not trusted even when named."""
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - refused, is the point
    weak = x509.CertificateBuilder(_name("Weak"), _name("Weak"), key.public_key(), 1, NOW - DAY, NOW + DAY)
    der = weak.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    assert check_trust(der, (), (der,), NOW).standing == "unsuitable"


def test_a_heap_of_cross_signed_authorities_costs_little() -> None:
    """Authorities of one name that all vouch for one another are walked once each, not in every order."""
    twins = [_party("Twin", authority=True)]
    twins += [
        _party("Twin", Party("Twin", twins[0].key, twins[0].certificate), authority=True) for _ in range(40)
    ]
    signer = _party("Signer", twins[0])
    chain = tuple(twin.der for twin in twins)
    assert check_trust(signer.der, chain[: MAX_OTHERS + 8], (ROOT.der,), NOW).standing == "unknown"


def test_trust_can_be_asked_about_inside_an_event_loop() -> None:
    """A caller that runs a loop of its own gets the same answer."""

    async def ask() -> str:
        return check_trust(SIGNER.der, (MIDDLE.der,), (ROOT.der,), NOW).standing

    assert asyncio.run(ask()) == "trusted"


def test_a_subject_is_shown_on_one_printable_line() -> None:
    """A name full of control characters and line breaks cannot write to a terminal."""
    hostile = _party("\x1b[2J evil\nverified\u202e")
    trust = check_trust(hostile.der, (), (), NOW)
    assert trust.subject.isprintable()
    assert "evil" in trust.subject


def test_a_time_without_a_zone_is_a_programming_error() -> None:
    """Asking about a time without a zone is refused rather than guessed."""
    with pytest.raises(ValueError, match="time zone"):
        check_trust(LONER.der, (), (), NOW.replace(tzinfo=None))


@hypothesis.given(st.data())
def test_a_changed_certificate_is_never_trusted(data: st.DataObject) -> None:
    """One byte changed in a certificate, wherever, is never trusted and never raises."""
    der = data.draw(st.sampled_from([SIGNER.der, LONER.der]))
    index = data.draw(st.integers(0, len(der) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != der[index]))
    changed = der[:index] + bytes([byte]) + der[index + 1 :]
    assert check_trust(changed, (MIDDLE.der,), (ROOT.der, LONER.der), NOW).standing != "trusted"


@hypothesis.given(st.binary(max_size=100), st.lists(st.binary(max_size=100), max_size=3))
def test_junk_is_never_trusted(junk: bytes, others: list[bytes]) -> None:
    """Arbitrary bytes as certificate, chain and anchors raise nothing and are unsuitable."""
    assert check_trust(junk, tuple(others), (*others, junk), NOW).standing == "unsuitable"
    assert check_trust(LONER.der, tuple(others), tuple(others), NOW).standing == "unknown"
