"""
Signed PDFs to read and to break: a report as the press makes them, keys, and a timestamp service on loopback.

Made once for a whole run, by the real parts; a test changes copies.
"""

import dataclasses
import datetime
import gc
import http.server
import io
import pathlib
import threading
import typing as t
import warnings

import pikepdf
import pytest
import weasyprint
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from govkit.adapters.keys import LoadedKey, load_key, new_key
from govkit.adapters.pdf_signer import sign_pdf

MOMENT = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
ATTACHED: t.Final = {"manifest.json": b'{"root":"0"}', "transcripts-000001.zst": bytes(range(256)) * 40}

_HTML = """<html lang="en"><head><title>Report</title></head><body><h1>Verdict: pass</h1>
<p>See <a href="https://example.org/">the method</a> and <a href="#two">the next page</a>.</p>
<h2 id="two" style="break-before: page">Second page</h2></body></html>"""


@pytest.fixture(scope="session")
def report_pdf() -> bytes:
    """An unsigned report of two pages with two attachments, PDF/A-3a, packed as the press packs it."""
    files = [
        weasyprint.Attachment(string=data, name=name, relationship="Data", created=MOMENT, modified=MOMENT)
        for name, data in ATTACHED.items()
    ]
    with warnings.catch_warnings():
        # WeasyPrint leaves its colour profile's file open; pytest would blame the test that runs when it is collected.
        warnings.simplefilter("ignore", ResourceWarning)
        made = weasyprint.HTML(string=_HTML).write_pdf(pdf_variant="pdf/a-3a", attachments=files)
        gc.collect()
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> LoadedKey:
    """A key as `govkit key new` makes it."""
    return make_key(tmp_path_factory.mktemp("keys"), "Lab")


def make_key(directory: pathlib.Path, name: str) -> LoadedKey:
    """A new key under this name."""
    made = new_key(
        directory,
        name,
        common_name=name,
        organization=None,
        valid_days=30,
        now=MOMENT - datetime.timedelta(days=1),
        passphrase=None,
    )
    return load_key(str(made.key_path), None, now=MOMENT)


@pytest.fixture(scope="session")
def signed_pdf(report_pdf: bytes, signing_key: LoadedKey) -> bytes:
    """The report with our signature, without a timestamp."""
    return sign_pdf(report_pdf, signing_key, at=MOMENT, reason="author of the report")


@dataclasses.dataclass(frozen=True)
class TimestampService:
    """An RFC 3161 service on loopback."""

    url: str
    certificate: bytes
    """DER."""
    answers: list[t.Callable[[bytes], tuple[int, str, bytes]]]
    """What to answer instead of a token, one for each request, first to last: status, content type and body."""


@pytest.fixture(scope="session")
def timestamp_service() -> t.Iterator[TimestampService]:
    """A service that grants tokens, unless a test gives it something else to answer."""
    certificate, stamper = _authority()
    answers: list[t.Callable[[bytes], tuple[int, str, bytes]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            granted = stamper.request_tsa_response(tsp.TimeStampReq.load(asked)).dump()
            status, kind, body = (
                answers.pop(0)(granted) if answers else (200, "application/timestamp-reply", granted)
            )
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield TimestampService(
            f"http://127.0.0.1:{server.server_port}/tsa?customer=canary", certificate, answers
        )
        server.shutdown()
        thread.join()


def _authority() -> tuple[bytes, DummyTimeStamper]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Timestamp service")])
    start, end = MOMENT - datetime.timedelta(days=1), MOMENT + datetime.timedelta(days=30)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, end)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    der = serialization.Encoding.DER
    certificate = builder.add_extension(purpose, critical=True).sign(key, hashes.SHA256()).public_bytes(der)
    private = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(certificate), asn1_keys.PrivateKeyInfo.load(private), fixed_dt=MOMENT
    )
    return certificate, stamper


@pytest.fixture(scope="session")
def stamped_pdf(report_pdf: bytes, signing_key: LoadedKey, timestamp_service: TimestampService) -> bytes:
    """The report with our signature and a timestamp."""
    return sign_pdf(
        report_pdf, signing_key, at=MOMENT, reason="author of the report", timestamp_url=timestamp_service.url
    )
