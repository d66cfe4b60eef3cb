"""
The signature of a PDF, checked byte by byte: part of the reader (`govkit.adapters.pdf_reader`). pyHanko parses, we
judge.

A validator that answers "valid" may still have accepted a second signature, rubbish in the signature's padding, a
stripped timestamp or bytes behind the end. So the steps are our own:

1. Find the signed revision by its bytes: the first `/ByteRange` whose range ends in a complete PDF. Which one is picked
   is no question of trust; all that follows is demanded of that prefix, and what stands behind it is a change.
2. Parse the prefix strictly: no hybrid cross-references, at most two revisions (the report, and its signature).
3. Exactly one signature: a certification that permits no change, `ETSI.CAdES.detached`.
4. The byte range starts at 0, leaves out the hexadecimal `Contents` of this signature exactly, and ends with the file;
   after the DER within, all is zero.
5. The CMS in it is DER with one signer, nothing enclosed, the signed attributes that PAdES demands, accepted
   algorithms, and no unsigned attribute but one timestamp (`govkit.adapters.cms_rules`).
6. The digest matches and the signature holds under the key of the certificate inside. (Trust is not asked about here.)
7. A timestamp, when there is one, is for this signature and holds; when the signed field demands one, it is there.
"""

import dataclasses
import datetime
import hashlib
import io
import itertools
import re
import typing as t

from asn1crypto import cms, parser, tsp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SignedDataCerts
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from govkit.adapters.cms_rules import algorithm_faults, attribute_faults, attribute_values, frame_faults
from govkit.adapters.trust import MAX_OTHERS
from govkit.attestation.algorithms import HASHES
from govkit.errors import EvidenceBroken

MAX_CANDIDATES = 64
"""Byte ranges looked at; a report has one."""

MAX_REVISIONS = 2
"""What the press wrote, and the signature appended to it. Earlier layers could hide what the last one shows."""

_BYTE_RANGE = re.compile(rb"/ByteRange\s{0,8}\[([^\[\]<>()/]{0,200})\]")
_END = re.compile(rb"%%EOF[\r\n]{0,2}\Z")
_FOUR_NUMBERS = re.compile(rb"\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*")
_HEX = re.compile(rb"<([0-9A-Fa-f]{2,})>")


@dataclasses.dataclass(frozen=True, slots=True)
class ByteRange:
    """The signed bytes: from 0 to `hole`, and from `after` to `end`."""

    hole: int
    after: int
    end: int

    @property
    def written(self) -> tuple[int, int, int, int]:
        """The four numbers as they stand in the file."""
        return (0, self.hole, self.after, self.end - self.after)


@dataclasses.dataclass(frozen=True, slots=True)
class Timestamp:
    """A timestamp token that belongs to the signature and holds."""

    time: datetime.datetime
    certificate: bytes
    chain: tuple[bytes, ...]


class Signature:
    """
    One signature under examination. Each `check_...` yields what is wrong, a sentence apiece, and may raise whatever
    the parsers raise; the reader runs them all and takes any exception for a failure.
    """

    def __init__(self, prefix: bytes, byte_range: ByteRange) -> None:
        self.prefix = prefix
        self.byte_range = byte_range
        self._pdf = PdfFileReader(io.BytesIO(prefix), strict=True)
        self._all: t.Sequence[EmbeddedPdfSignature] = self._pdf.embedded_signatures
        self.timestamp: Timestamp | None = None

    @property
    def _one(self) -> EmbeddedPdfSignature:
        if not self._all:
            raise EvidenceBroken("The PDF has no signature that can be read.")
        return self._all[0]

    @property
    def certificates(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The signer's certificate and the others found beside it, DER."""
        return _encoded(extract_certs_for_validation(self._one.signed_data))

    @property
    def claimed_time(self) -> datetime.datetime | None:
        """The signing time in the signature dictionary; `None` when absent or without a time zone."""
        written = self._one.sig_object.get("/M")
        time = generic.parse_pdf_date(written, strict=True) if written is not None else None
        return time if time is not None and time.tzinfo is not None else None

    def check_revision(self) -> t.Iterator[str]:
        """Step 2."""
        if self._pdf.encrypted:
            yield "it is encrypted"
        if self._pdf.xrefs.hybrid_xrefs_present:
            yield "it has hybrid cross-references, which readers resolve differently"
        if self._pdf.xrefs.total_revisions > MAX_REVISIONS:
            yield f"it has {self._pdf.xrefs.total_revisions} revisions where at most {MAX_REVISIONS} are expected"

    def check_kind(self) -> t.Iterator[str]:
        """Step 3."""
        if len(self._all) != 1:
            yield f"it carries {len(self._all)} signatures where exactly one is expected"
        signature = self._one.sig_object
        for key, expected in (
            ("/Type", "/Sig"),
            ("/Filter", "/Adobe.PPKLite"),
            ("/SubFilter", "/ETSI.CAdES.detached"),
        ):
            if signature.get(key) != expected:
                yield f"the signature's {key} is {str(signature.get(key))[:60]!a}, not {expected}"
        references = signature.get("/Reference", [])
        methods = [each.get_object()["/TransformMethod"] for each in references]
        if methods != ["/DocMDP"]:
            yield "the signature is no certification (it has no DocMDP reference, or others beside it)"
        elif references[0].get_object()["/TransformParams"].get("/P") != 1:
            yield "the certification permits changes (DocMDP is not P=1)"

    def check_bytes(self) -> t.Iterator[str]:
        """Step 4."""
        written = tuple(int(each) for each in self._one.byte_range)
        if written != self.byte_range.written:
            yield f"the signature's byte range {written} is not {self.byte_range.written}"
        if self._one.evaluate_signature_coverage() != SignatureCoverageLevel.ENTIRE_FILE:
            yield "the signature does not cover the whole revision"
        hole = _HEX.fullmatch(self.prefix, self.byte_range.hole, self.byte_range.after)
        before = self.prefix[max(0, self.byte_range.hole - 32) : self.byte_range.hole].rstrip(b" \r\n\t")
        if hole is None or not before.endswith(b"/Contents"):
            yield "what the byte range leaves out is not the signature's Contents, a hexadecimal string"
            return
        text = hole[1].decode("ascii")
        if text != text.upper():  # as it is written: else the same signature stands in many files
            yield "the signature's hexadecimal string is not in upper case"
        contents = bytes.fromhex(text)
        if contents != self._one.pkcs7_content:
            yield "what the byte range leaves out is not this signature's Contents"
        if any(contents[parser.peek(contents) :]):
            yield "there are bytes other than zero in the padding after the signature"

    def check_cms(self) -> t.Iterator[str]:
        """Step 5."""
        contents = self._one.pkcs7_content
        signed = self._one.signed_data
        certificate = extract_certs_for_validation(signed).signer_cert
        yield from frame_faults(contents[: parser.peek(contents)], certificate, timestamp=False)
        enclosed = signed["encap_content_info"]
        if enclosed["content_type"].native != "data" or enclosed["content"].native is not None:
            yield "the signature encloses content of its own"
        yield from attribute_faults(self._one.signer_info)
        yield from algorithm_faults(self._one.signer_info, certificate.dump())

    def check_integrity(self) -> t.Iterator[str]:
        """Step 6."""
        certificates = extract_certs_for_validation(self._one.signed_data)
        intact, valid = validate_sig_integrity(
            self._one.signer_info, certificates.signer_cert, "data", self._one.compute_digest()
        )
        if not intact:
            yield "the signed bytes are not those that were signed"
        if not valid:
            yield "the signature does not hold under the key in its certificate"

    def check_timestamp(self) -> t.Iterator[str]:
        """Step 7. Sets `timestamp` when there is one that holds."""
        wanted = self._one.seed_value_spec
        tokens = attribute_values(self._one.signer_info["unsigned_attrs"]).get(
            "signature_time_stamp_token", []
        )
        if not tokens and wanted is not None and wanted.timestamp_required:
            yield "the signed field demands a timestamp, and there is none: it was taken away"
        if len(tokens) > 1:
            yield f"the signature has {len(tokens)} timestamps where at most one is expected"
        if len(tokens) == 1:
            yield from self._timestamp_faults(tokens[0])

    def _timestamp_faults(self, content_info: cms.ContentInfo) -> t.Iterator[str]:
        token = content_info["content"]
        enclosed = token["encap_content_info"]
        info = enclosed["content"].parsed
        if enclosed["content_type"].native != "tst_info" or not isinstance(info, tsp.TSTInfo):
            yield "the timestamp is no timestamp token"
            return
        certificates = extract_certs_for_validation(token)
        signer = token["signer_infos"][0]
        faults = list(frame_faults(content_info.dump(), certificates.signer_cert, timestamp=True))
        faults.extend(algorithm_faults(signer, certificates.signer_cert.dump()))
        imprint = info["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        signature = self._one.signer_info["signature"].native
        if (
            algorithm not in HASHES
            or hashlib.new(algorithm, signature).digest() != imprint["hashed_message"].native
        ):
            faults.append("it is not for this signature")
        enclosed_digest = hashlib.new(
            signer["digest_algorithm"]["algorithm"].native, bytes(enclosed["content"])
        ).digest()
        if validate_sig_integrity(signer, certificates.signer_cert, "tst_info", enclosed_digest) != (
            True,
            True,
        ):
            faults.append("its own signature does not hold")
        yield from (f"the timestamp does not hold: {fault}" for fault in faults)
        if not faults:
            self.timestamp = Timestamp(info["gen_time"].native, *_encoded(certificates))


def signed_revision(data: bytes) -> ByteRange:
    """
    Step 1: where the signed revision of a file ends, and what in it is signed.

    Raises `EvidenceBroken` when the file is no PDF, carries no signature, or no signature delimits a revision.
    """
    if not data:
        raise EvidenceBroken("The file is empty.", expected="a signed PDF")
    if not data.startswith(b"%PDF-"):
        raise EvidenceBroken(
            "The file is not a PDF.", expected="%PDF- as its first bytes", found=ascii(data[:8])
        )
    written = [match[1] for match in itertools.islice(_BYTE_RANGE.finditer(data), MAX_CANDIDATES)]
    if not written:
        encrypted = " and encrypted" if b"/Encrypt" in data else ""
        raise EvidenceBroken(
            f"The PDF is not signed{encrypted}.", expected="a signature with a byte range", found="none"
        )
    ranges = [found for found in map(_sane, written) if found and found.end <= len(data)]
    for found in sorted(ranges, key=lambda each: each.end):
        if _END.search(data, found.end - 8, found.end):
            return found
    raise EvidenceBroken(
        "The signature's byte range does not name a complete PDF, so nothing in this file is signed.",
        expected="[0 a b c] that ends where a revision of the file ends",
        found=ascii(written[0].decode("latin-1")[:100]),
    )


def _sane(written: bytes) -> ByteRange | None:
    numbers = _FOUR_NUMBERS.fullmatch(written)
    if numbers is None:
        return None
    start, length, after, rest = map(int, numbers.groups())
    if start != 0 or not 0 < length < after or not rest > 0:
        return None
    return ByteRange(length, after, after + rest)


def _encoded(found: SignedDataCerts) -> tuple[bytes, tuple[bytes, ...]]:
    return found.signer_cert.dump(), tuple(each.dump() for each in list(found.other_certs)[:MAX_OTHERS])
