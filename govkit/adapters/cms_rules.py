"""
What a CMS signature may consist of: part of the reader (`govkit.adapters.pdf_reader`), for the signature of a PDF and
for the timestamp inside it.

A CMS (RFC 5652) wraps the few bytes that are signed in many that are not: versions, lists of algorithms, the signer's
name, further attributes. A validator ignores most of them, so they are a place to hide things in and to change things
unseen. Here each of them must say the one right thing, in DER, and there must be no more of them than the standard's
own example has. asn1crypto reads the values; it passes over what it does not know and over other encodings of the same
value, so the *frame* is walked here, by a dozen lines that know tags and lengths only.

Not looked into: the certificates beside the signer's. They may be anything, and are believed by nobody for being there.
"""

import typing as t

from asn1crypto import cms, core, parser

from govkit.attestation.algorithms import HASHES, public_key_in

SIGNATURE_ALGORITHMS: t.Final = frozenset({"ecdsa", "rsassa_pkcs1v15", "rsassa_pss", "ed25519"})
SIGNED_ATTRIBUTES: t.Final = ("content_type", "message_digest", "signing_certificate_v2")
"""Demanded by PAdES baseline (ETSI EN 319 142-1, 6.3), each once."""
UNSIGNED_ATTRIBUTES: t.Final = frozenset({"signature_time_stamp_token"})

MAX_PARTS = 64
"""Elements of one ASN.1 sequence or set that are looked at; a certificate chain has fewer."""

_OUTER, _SIGNED_DATA, _SIGNER, _ATTRIBUTE = 2, 5, 6, 2
"""How many elements there are, without the optional ones: ContentInfo, SignedData, SignerInfo, Attribute."""


def frame_faults(content_info: bytes, certificate: t.Any, *, timestamp: bool) -> t.Iterator[str]:
    """
    What is wrong with the parts that no signature covers, a clause each.

    `certificate` is the signer's, as asn1crypto has it; `timestamp` says that the content is enclosed (RFC 3161) rather
    than outside. Raises `ValueError` and what asn1crypto raises where the bytes are not even DER.
    """
    signed = cms.ContentInfo.load(content_info, strict=True)["content"]
    if len(signed["signer_infos"]) != 1:
        yield f"there are {len(signed['signer_infos'])} signers where one is expected"
        return
    signer = signed["signer_infos"][0]
    fields, of_signer = _fields(content_info)
    unsigned = _values_of(of_signer[_SIGNER:])
    if len(fields) != _SIGNED_DATA or len(of_signer) != _SIGNER + bool(unsigned) or (unsigned and timestamp):
        yield "there is more in it, or less, than a signature has"
        return
    small = [(signed["version"], fields[0]), (signed["digest_algorithms"], fields[1])]
    small += zip(
        (signer[name] for name in ("version", "sid", "digest_algorithm")), of_signer[:3], strict=True
    )
    small.append((signer["signature_algorithm"], of_signer[4]))
    if any(value.dump(force=True) != encoded for value, encoded in small):
        yield "it is not DER, or holds something beside what is signed"
    if len(_parts(fields[2])) != 1 + timestamp:
        yield "its content is not where it is expected"
    yield from _naming_faults(signed, signer, certificate, version="v3" if timestamp else "v1")


def attribute_values(attributes: t.Any) -> dict[str, list[t.Any]]:
    """All values of CMS attributes by their type."""
    found: dict[str, list[t.Any]] = {}
    if attributes is not core.VOID:
        for attribute in attributes:
            found.setdefault(attribute["type"].native, []).extend(attribute["values"])
    return found


def attribute_faults(signer: t.Any) -> t.Iterator[str]:
    """Which attributes are missing, or not accepted."""
    signed = attribute_values(signer["signed_attrs"])
    for name in SIGNED_ATTRIBUTES:
        if len(signed.get(name, [])) != 1:
            yield f"the signed attribute {name} stands {len(signed.get(name, []))} times where once is expected"
    for name in attribute_values(signer["unsigned_attrs"]).keys() - UNSIGNED_ATTRIBUTES:
        yield f"the signature has an unsigned attribute that is not accepted ({name[:60]!a})"


def algorithm_faults(signer: t.Any, certificate: bytes) -> t.Iterator[str]:
    """Which of the algorithms are not accepted, and whether they fit together."""
    if public_key_in(certificate) is None:
        yield "the signer's key is of a kind that is not accepted"
    digest = signer["digest_algorithm"]["algorithm"].native
    scheme = signer["signature_algorithm"]
    if digest not in HASHES:
        yield f"the digest algorithm {digest[:60]!a} is not accepted"
    if scheme.signature_algo not in SIGNATURE_ALGORITHMS:
        yield f"the signature algorithm {scheme.signature_algo[:60]!a} is not accepted"
    elif scheme.signature_algo != "ed25519" and _hash_of(scheme) not in (None, digest):
        yield "the signature and its attributes are hashed differently"


def _naming_faults(signed: t.Any, signer: t.Any, certificate: t.Any, *, version: str) -> t.Iterator[str]:
    # RFC 5652, 5.3: a signer named by issuer is version 1, one named by key identifier is version 3.
    by_issuer = signer["sid"].name == "issuer_and_serial_number"
    if signed["version"].native != version or signer["version"].native != ("v1" if by_issuer else "v3"):
        yield "its version is not the one expected"
    if by_issuer and signer["sid"].chosen["issuer"].dump() != certificate.issuer.dump():
        # Names are compared without regard to case: another spelling is another file that says the same.
        yield "it spells its signer's issuer differently than the certificate"
    own = signer["digest_algorithm"]
    listed = [each["algorithm"].native for each in signed["digest_algorithms"]]
    parameters = [each["parameters"].native for each in (*signed["digest_algorithms"], own)]
    if listed != [own["algorithm"].native] or any(each is not None for each in parameters):
        yield "it names other digest algorithms than its signer"


def _fields(content_info: bytes) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The elements of the SignedData, and those of its one signer."""
    outer = _parts(content_info)
    inner = _parts(outer[1]) if len(outer) == _OUTER else ()
    if len(inner) != 1:
        raise ValueError("a CMS that does not hold exactly one thing")
    fields = _parts(inner[0])
    signers = _parts(fields[-1])
    if len(signers) != 1:
        raise ValueError("a CMS without exactly one signer")
    return fields, _parts(signers[0])


def _values_of(unsigned: t.Sequence[bytes]) -> tuple[bytes, ...]:
    """The values of unsigned attributes, each of which must have exactly one."""
    values: list[bytes] = []
    for attribute in (each for attributes in unsigned for each in _parts(attributes)):
        parts = _parts(attribute)
        held = _parts(parts[1]) if len(parts) == _ATTRIBUTE else ()
        if len(held) != 1:
            raise ValueError("an unsigned attribute without exactly one value")
        values.append(held[0])
    return tuple(values)


def _parts(encoded: bytes) -> tuple[bytes, ...]:
    """The elements inside a constructed element. Raises `ValueError` where either is not DER, or there are too many."""
    class_, method, tag, _, contents, _ = parser.parse(encoded, strict=True)
    if not method or parser.emit(class_, method, tag, contents) != encoded:
        raise ValueError("an element that is not constructed as DER demands")
    found: list[bytes] = []
    offset = 0
    while offset < len(contents):
        if len(found) == MAX_PARTS:
            raise ValueError(f"more than {MAX_PARTS} elements")
        rest = contents[offset:]
        part = rest[: parser.peek(rest)]
        # Written again from its parts, an element is what DER makes of it: the shortest length, and no open end.
        if parser.emit(*(parser.parse(part)[index] for index in (0, 1, 2, 4))) != part:
            raise ValueError("an element that is not as DER demands")
        found.append(part)
        offset += len(part)
    return tuple(found)


def _hash_of(scheme: t.Any) -> str | None:
    try:
        return str(scheme.hash_algo)
    except ValueError:  # Plain rsaEncryption names no digest; the one that counts then is `digest_algorithm`.
        return None
