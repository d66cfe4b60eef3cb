"""
The signature inside the PDF: PAdES baseline (ETSI EN 319 142-1) with pyHanko.

What is written is a *certification* signature that permits no change (DocMDP, P=1) over the whole file, with
subfilter `ETSI.CAdES.detached`, in an invisible field. Level B-B; with a timestamp service B-T. It is appended: the
signed file starts with the very bytes of the unsigned one, so that whoever renders the report again can compare them.

Rules. The file to be signed is our own press's; its reader is strict all the same and refuses what it finds odd. The
press packs the objects before (one object stream read again and again makes pyHanko quadratic), not this module. What
was signed is not believed until it has been read back by `govkit.adapters.pdf_reader`: the caller does that.

Invisible, because a visible widget needs a Form structure element, an embedded font and an appearance to stay
PDF/A-3a and PDF/UA-1; who signed stands in the report's own text.
"""

import asyncio
import concurrent.futures
import datetime
import io
import typing as t
import urllib.parse

import requests
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, SigSeedValueSpec
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, set_tsp_headers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from govkit.adapters.keys import LoadedKey
from govkit.errors import AskedWrongly, EvidenceBroken, GovkitError, Unreachable

FIELD = "Signature"
"""The name of the one signature field."""

TIMESTAMP_SECONDS = 20
"""How long a timestamp service may take to connect, and again to answer."""

MAX_TIMESTAMP_BYTES = 256 * 1024
"""A token with its certificates has 2 to 10 kB; a longer answer is cut off and refused."""


def sign_pdf(
    pdf: bytes,
    key: LoadedKey,
    *,
    at: datetime.datetime,
    reason: str,
    name: str | None = None,
    location: str | None = None,
    timestamp_url: str | None = None,
) -> bytes:
    """
    `pdf` with a certification signature by `key` appended.

    `at` is the signing time the signer claims; `reason` says what the signature means ("author of the report");
    `name` and `location` are optional words in the signature. With `timestamp_url`, an RFC 3161 service vouches for
    the time (it learns a digest and nothing else).

    Raises `AskedWrongly` for a PDF that cannot be signed strictly (encrypted, already signed, malformed) or an
    address that is no http(s) URL, and `Unreachable` when the service or the token that holds the key does not answer
    usefully.
    """
    if at.tzinfo is None:
        raise ValueError("the signing time needs a time zone")
    timestamper = _HttpTimeStamper(timestamp_url) if timestamp_url else None
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=key.scheme.hash_name,
        reason=reason,
        name=name,
        location=location,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    signer = _Session(metadata, _KeySigner(key), timestamper, at)
    try:
        # In a thread of its own, for a caller that already runs an event loop.
        with concurrent.futures.ThreadPoolExecutor(max_workers=1) as pool:
            signed = pool.submit(_run, signer, pdf).result()
    except GovkitError:
        raise
    except TimestampRequestError as error:
        raise _no_timestamp(timestamp_url, str(error)) from None
    except Exception as error:  # noqa: BLE001 - pyHanko's exceptions are many and unpromised; each means: not signed.
        raise AskedWrongly(
            "This PDF cannot be signed.",
            expected="an unencrypted, unsigned PDF that parses strictly",
            found=f"{type(error).__name__}: {error}"[:300],
        ) from None
    if not signed.startswith(pdf):
        raise EvidenceBroken("Signing changed the document instead of adding to it.")
    return signed


def _run(signer: PdfSigner, pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=True)
    if writer.prev.embedded_signatures:
        raise AskedWrongly("This PDF is signed already.", fix="sign the report as the press made it")
    output = io.BytesIO()
    asyncio.run(signer.async_sign_pdf(writer, output=output))
    return output.getvalue()


class _HttpTimeStamper(TimeStamper):
    """An RFC 3161 client over HTTP that follows no redirect and reads no more than it must."""

    def __init__(self, url: str) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise AskedWrongly(
                "This is not the address of a timestamp service.", found=url[:300], expected="http(s)://..."
            )
        self._url = url
        self.origin = _origin(url)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            with requests.post(  # noqa: ASYNC210 - nothing else runs in this loop
                self._url,
                req.dump(),
                headers=set_tsp_headers({}),
                timeout=TIMESTAMP_SECONDS,
                allow_redirects=False,
                stream=True,
            ) as answer:
                kind, status = answer.headers.get("Content-Type", ""), answer.status_code
                body = answer.raw.read(MAX_TIMESTAMP_BYTES + 1)
        except OSError as error:
            raise _no_timestamp(self._url, f"{type(error).__name__}") from None
        if status != requests.codes.ok or kind.partition(";")[0].strip() != "application/timestamp-reply":
            raise _no_timestamp(self._url, f"HTTP {status}, {kind[:100]}")
        if len(body) > MAX_TIMESTAMP_BYTES:
            raise _no_timestamp(self._url, f"more than {MAX_TIMESTAMP_BYTES} bytes")
        return tsp.TimeStampResp.load(body)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> t.Any:
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (GovkitError, TimestampRequestError):
            raise
        except Exception as error:  # noqa: BLE001 - a stranger's ASN.1 breaks the parser in ways nobody has listed.
            raise _no_timestamp(
                self._url, f"an answer that cannot be read ({type(error).__name__})"
            ) from None


class _KeySigner(Signer):
    """pyHanko's view of one of our keys."""

    def __init__(self, key: LoadedKey) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([asn1_x509.Certificate.load(each) for each in key.chain])
        super().__init__(signing_cert=asn1_x509.Certificate.load(key.certificate), cert_registry=store)
        self._key = key

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,  # noqa: ARG002 - the key's scheme says which
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's
    ) -> bytes:
        # A dry run only measures. A token that asks for a touch must not be asked twice.
        return bytes(self._key.scheme.signature_bytes) if dry_run else self._key.sign(data)


class _Session(PdfSigner):
    """A `PdfSigner` that claims the time it was given rather than reading the clock."""

    def __init__(
        self,
        metadata: PdfSignatureMetadata,
        signer: Signer,
        timestamper: _HttpTimeStamper | None,
        at: datetime.datetime,
    ) -> None:
        # A timestamp is no part of the signed bytes and could be taken away unseen. So the field, which is signed, says
        # that one is required (ISO 32000-2, table 237); the service is named there without what is private in its URL.
        seed = (
            SigSeedValueSpec(timestamp_server_url=timestamper.origin, timestamp_required=True)
            if timestamper
            else None
        )
        super().__init__(
            metadata,
            signer,
            timestamper=timestamper,
            new_field_spec=SigFieldSpec(FIELD, seed_value_dict=seed),
        )
        self._at = at

    def init_signing_session(
        self,
        pdf_out: t.Any,
        existing_fields_only: bool = False,  # noqa: FBT001, FBT002 - pyHanko's
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


def _no_timestamp(url: str | None, found: str) -> Unreachable:
    return Unreachable(
        "The timestamp service did not give a timestamp.",
        where=_origin(url or ""),
        expected="an RFC 3161 response that grants a token",
        found=ascii(found[:300])[1:-1],
        fix="check the address and the connection, or sign without a timestamp",
    )


def _origin(url: str) -> str:
    """Scheme and host: some services put a customer's key into the rest."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}"
