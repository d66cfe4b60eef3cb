"""
Reads a signed PDF that a stranger sent: the port `govkit.verification.documents.DocumentReader`.

Three parsers look at the same bytes, the signed revision: pyHanko for the signature (`govkit.adapters.pdf_signature`),
pikepdf for everything inside (`govkit.adapters.pdf_container`), PDFium for the text of the pages. None is believed
beyond that, and any exception of theirs counts against the file.

Numbered as in the findings:

1. *container*: size, strict parsing, no encryption, no active content, no form beyond one signature field, attachments
   each under one name and within limits, pages that can be read.
2. *signature*: what `pdf_signature` lists as steps 3 to 7.
3. *change*: not one byte follows the signed revision. A later version may allow for timestamps that renew the
   signature's life; this one knows no change that is harmless.

`read` works in this process and is for files we made ourselves, and for tests. `read_guarded` is for everybody else's:
the same in a child process with limits on memory, time and output, no inherited environment, and a protocol of JSON and
raw bytes in which a child that has been taken over can lie about one file and do no more.
"""

import contextlib
import itertools
import sys
import types
import typing as t

import pydantic
import pypdfium2

from govkit.adapters.guarded_child import ask_child, gave_up, limit_this_process
from govkit.adapters.pdf_container import MAX_ATTACHED_BYTES, attachments, check_container, opened, shown
from govkit.adapters.pdf_signature import ByteRange, Signature, signed_revision
from govkit.errors import EvidenceBroken, GovkitError
from govkit.evidence.strict_json import read_json
from govkit.verification.documents import Problem, SignedDocument, Step
from govkit.verification.finding import several

STUMBLES = (AttributeError, IndexError, KeyError, TypeError)
"""What a parser raises that did not foresee the damage: its words are about its code, and not about the file."""
MAX_PDF_BYTES = 128 * 1024 * 1024
"""A report carries its run compressed; larger runs travel as a bundle beside it."""

MAX_PAGES = 2000
MAX_TEXT = 32 * 1024 * 1024
"""Characters of text in all pages together."""

MAX_PROBLEMS = 200
"""Problems told; whoever needs more has a file not worth describing."""

OUTPUT_BYTES = MAX_ATTACHED_BYTES + 64 * 1024 * 1024


def read(data: bytes) -> SignedDocument:
    """
    The facts of a signed PDF, in this process.

    Raises `EvidenceBroken` when nothing can be read: too large, no PDF, not signed, no complete signed revision.
    """
    if len(data) > MAX_PDF_BYTES:
        raise EvidenceBroken(
            "The PDF is too large.", expected=f"{MAX_PDF_BYTES} bytes at most", found=f"{len(data)} bytes"
        )
    byte_range = signed_revision(data)
    prefix = data[: byte_range.end]
    findings = _Findings()
    attached, pages = _inside(prefix, byte_range, findings)
    signature = findings.attempt("signature", lambda: Signature(prefix, byte_range))
    if signature is not None:
        findings.run("container", signature.check_revision)
        for check in (
            signature.check_kind,
            signature.check_bytes,
            signature.check_cms,
            signature.check_integrity,
            signature.check_timestamp,
        ):
            findings.run("signature", check)
    findings.run("change", lambda: _changes(data, byte_range))
    return _document(prefix, attached, pages, signature, findings)


class GuardedReader:
    """`DocumentReader` for files from strangers: `read_guarded` behind the port."""

    def read(self, data: bytes) -> SignedDocument:
        """See `read_guarded`."""
        return read_guarded(data)


def read_guarded(data: bytes) -> SignedDocument:
    """
    The facts of a signed PDF, read in a child process with limits.

    Raises `EvidenceBroken` as `read` does, and also when the child exceeds its memory, time or output, or dies.
    """
    if len(data) > MAX_PDF_BYTES:
        return read(data)
    answer = ask_child("govkit.adapters.pdf_reader", data, most=OUTPUT_BYTES)
    return document_in(answer, data)


_T = t.TypeVar("_T")


class _Findings:
    """Problems as they come up. Whatever a parser throws is a problem of the file."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        order: dict[Step, int] = {"container": 0, "signature": 1, "change": 2}
        return tuple(sorted(self._found, key=lambda problem: order[problem.step])[:MAX_PROBLEMS])

    def add(self, step: Step, what: str) -> None:
        self._found.setdefault(Problem(step, what))

    def run(self, step: Step, check: t.Callable[[], t.Iterable[str]]) -> None:
        def note_each() -> None:
            for what in check():
                self.add(step, what)

        self.attempt(step, note_each)

    def attempt(self, step: Step, action: t.Callable[[], _T]) -> _T | None:
        """What `action` gives, or `None` and a problem when it throws."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - parsers of hostile bytes: any exception at all means that the file does not hold.
            if isinstance(error, STUMBLES):
                self.add(step, "it is damaged and cannot be read")
                return None
            # The library's own words may quote the file; they are shown short and without control characters.
            self.add(step, f"it cannot be read here ({type(error).__name__}: {shown(str(error))})")
            return None


def _inside(
    prefix: bytes, byte_range: ByteRange, findings: _Findings
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    pdf = findings.attempt("container", lambda: opened(prefix))
    if pdf is None:
        return {}, ()
    with contextlib.closing(pdf):
        findings.run("container", lambda: check_container(pdf, byte_range.written))
        attached = findings.attempt(
            "container", lambda: attachments(pdf, lambda what: findings.add("container", what))
        )
        count = findings.attempt("container", lambda: len(pdf.pages))
    pages = findings.attempt("container", lambda: _pages(prefix)) or ()
    if count is not None and len(pages) != count:
        findings.add(
            "container", f"one parser finds {several(count, 'page')}, another the text of {len(pages)}"
        )
    return attached or {}, pages


def _pages(prefix: bytes) -> tuple[str, ...]:
    texts: list[str] = []
    total = 0
    with contextlib.closing(pypdfium2.PdfDocument(prefix)) as document:
        if not 1 <= len(document) <= MAX_PAGES:
            raise ValueError(f"{len(document)} pages")
        for page in document:
            texts.append(page.get_textpage().get_text_bounded())
            total += len(texts[-1])
            if total > MAX_TEXT:
                raise ValueError(f"more than {MAX_TEXT} characters of text")
    return tuple(texts)


def _changes(data: bytes, byte_range: ByteRange) -> t.Iterator[str]:
    rest = data[byte_range.end :]
    if rest:
        kind = "no revision of a PDF"
        if b"startxref" in rest:
            kind = "a further signature" if b"/ByteRange" in rest else "an unsigned revision"
        yield f"{several(len(rest), 'byte follows', 'bytes follow')} what was signed: {kind}"


def _document(
    prefix: bytes,
    attached: dict[str, bytes],
    pages: tuple[str, ...],
    signature: Signature | None,
    findings: _Findings,
) -> SignedDocument:
    found = findings.attempt("signature", lambda: signature.certificates) if signature else None
    claimed = findings.attempt("signature", lambda: signature.claimed_time) if signature else None
    stamp = signature.timestamp if signature else None
    certificate, chain = found or (b"", ())
    return SignedDocument(
        revision=prefix,
        attachments=types.MappingProxyType(attached),
        pages=pages,
        certificate=certificate,
        chain=chain,
        signed_at=claimed,
        timestamped_at=stamp.time if stamp else None,
        problems=findings.problems,
        timestamp_certificate=stamp.certificate if stamp else None,
        timestamp_chain=stamp.chain if stamp else (),
    )


class _Broken(pydantic.BaseModel):
    """The parts of an `EvidenceBroken`."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    what: str
    where: str | None
    expected: str | None
    found: str | None
    fix: str | None


class _Header(pydantic.BaseModel):
    """What the child says in front of the raw bytes. The parent believes the shape of it and nothing more."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    broken: _Broken | None = None
    """Nothing could be read; all else is empty then."""
    revision: int = pydantic.Field(default=0, ge=0)
    blobs: tuple[pydantic.NonNegativeInt, ...] = ()
    """Lengths of the raw parts: certificate, timestamp certificate, chain, timestamp chain, attachments."""
    chain: int = pydantic.Field(default=0, ge=0)
    timestamp_chain: int = pydantic.Field(default=0, ge=0)
    names: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    signed_at: pydantic.AwareDatetime | None = None
    timestamped_at: pydantic.AwareDatetime | None = None
    problems: tuple[Problem, ...] = ()


def _sent(document: SignedDocument) -> tuple[_Header, tuple[bytes, ...]]:
    blobs = (
        document.certificate,
        document.timestamp_certificate or b"",
        *document.chain,
        *document.timestamp_chain,
        *document.attachments.values(),
    )
    header = _Header(
        revision=len(document.revision),
        blobs=tuple(map(len, blobs)),
        chain=len(document.chain),
        timestamp_chain=len(document.timestamp_chain),
        names=tuple(document.attachments),
        pages=document.pages,
        signed_at=document.signed_at,
        timestamped_at=document.timestamped_at,
        problems=document.problems,
    )
    return header, blobs


def document_in(answer: bytes, data: bytes) -> SignedDocument:
    """
    What a guarded child answered about `data`.

    Raises `EvidenceBroken`: the child's own finding, or that its answer is none. Nothing else, whatever the answer.
    """
    size = int.from_bytes(answer[:8], "big")
    try:
        header = _Header.model_validate(read_json(answer[8 : 8 + size], where="answer of the reader"))
    except (pydantic.ValidationError, GovkitError):
        raise gave_up("the reader's answer is none") from None
    if header.broken is not None:
        parts = {key: _line(value) for key, value in header.broken.model_dump(exclude_none=True).items()}
        raise EvidenceBroken(parts.pop("what"), **parts)
    fixed = 2 + header.chain + header.timestamp_chain
    ends = tuple(itertools.accumulate(header.blobs, initial=8 + size))
    if (
        ends[-1] != len(answer)
        or len(header.blobs) != fixed + len(header.names)
        or header.revision > len(data)
    ):
        raise gave_up("the reader's answer is not as long as it says")
    blobs = [answer[start:end] for start, end in itertools.pairwise(ends)]
    return SignedDocument(
        revision=data[: header.revision],
        attachments=types.MappingProxyType(dict(zip(header.names, blobs[fixed:], strict=True))),
        pages=header.pages,
        certificate=blobs[0],
        chain=tuple(blobs[2 : 2 + header.chain]),
        signed_at=header.signed_at,
        timestamped_at=header.timestamped_at,
        problems=tuple(Problem(each.step, _line(each.what)) for each in header.problems),
        timestamp_certificate=blobs[1] or None,
        timestamp_chain=tuple(blobs[2 + header.chain : fixed]),
    )


def _line(text: str) -> str:
    return "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in text[:500])


def main() -> int:
    """The guarded child: reads a PDF on stdin, answers on stdout. 0 whenever there is an answer."""
    limit_this_process(OUTPUT_BYTES)
    try:
        header, blobs = _sent(read(sys.stdin.buffer.read()))
    except EvidenceBroken as error:
        broken = _Broken(
            what=error.what, where=error.where, expected=error.expected, found=error.found, fix=error.fix
        )
        header, blobs = _Header(broken=broken), ()
    encoded = header.model_dump_json().encode("utf-8")
    for part in (len(encoded).to_bytes(8, "big"), encoded, *blobs):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
