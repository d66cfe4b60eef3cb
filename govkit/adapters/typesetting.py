"""
The child process that turns one HTML document into one PDF/A-3a + PDF/UA-1 file, and then ends.

`python -m govkit.adapters.typesetting` reads a `Job` from its standard input and writes the PDF to its standard
output. It is a process of its own because the typesetter is large, keeps what memory it took, calls native libraries
and is fed with text that models wrote: here it runs under limits, with an environment of a few names, and fetches
nothing but the report's own fonts.

Same job, same libraries, same bytes: every date is the job's, identifiers are computed from the content, objects are
packed in a fixed order. Packing also matters for whoever signs: the typesetter leaves all objects in one stream,
which makes the later analysis of changes quadratic.

Exit codes, read by `govkit.adapters.press` alone: see `Exit`.
"""

import dataclasses
import datetime
import enum
import io
import json
import pathlib
import sys
import types
import typing as t
import warnings
from xml.etree import ElementTree

import pikepdf

from govkit.adapters.typeface import SCHEME

try:
    import resource
except ImportError:  # Windows has no such limits; the wall-clock limit of the parent remains.
    LIMITED = False
else:
    LIMITED = True

MEMORY_LIMIT = 6 * 2**30
"""Bytes of address space. A tagged page of dense tables costs about 6 MiB; 300 pages about 2 GiB."""

PROCESSOR_SECONDS = 900
"""A tagged page of dense tables costs about 0.4 s."""

FILE_LIMIT = 16 * 2**20
"""Bytes of any one file written. Only the fonts are laid down, in a temporary folder; the PDF goes to a pipe."""

_PDFUAID = "http://www.aiim.org/pdfua/ns/id/"
_NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfuaid": _PDFUAID,
    "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
}

# PDF/A allows a property of another standard in the metadata only if it is described there (ISO 19005-3, 6.6.2.3.2).
# Both must stand in the *same* rdf:RDF as the rest: readers ignore a second one without a word.
_ACCESSIBLE = f"""<rdf:RDF {" ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())}>
 <rdf:Description rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>
 <rdf:Description rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>{_PDFUAID}</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
   <pdfaProperty:name>part</pdfaProperty:name>
   <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
   <pdfaProperty:category>internal</pdfaProperty:category>
   <pdfaProperty:description>Part of ISO 14289 this document conforms to</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
 </rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF>"""


class Exit(enum.IntEnum):
    """How the child ended."""

    DONE = 0
    FAULTY = 20
    """Anything unforeseen; the last line of standard error says what."""
    NO_LIBRARIES = 21
    """The typesetter's native libraries (Pango and its company) cannot be loaded."""
    FORBIDDEN_ADDRESS = 22
    """The document names something outside itself."""
    TOO_LARGE = 23
    """The memory limit was reached."""


@dataclasses.dataclass(frozen=True, slots=True)
class Enclosure:
    """One file that travels inside the PDF (PDF/A-3 associated file)."""

    name: str
    description: str
    mime: str
    relationship: str
    data: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """All that decides the bytes of one PDF, but for the versions of the libraries."""

    html: str
    title: str
    language: str
    created: datetime.datetime
    fonts: pathlib.Path
    enclosures: tuple[Enclosure, ...]

    def written(self) -> bytes:
        """The job as bytes for the pipe: a line of JSON, then the enclosures' bytes in order."""
        head = {
            "html": self.html,
            "title": self.title,
            "language": self.language,
            "created": self.created.isoformat(),
            "fonts": str(self.fonts),
            "enclosures": [
                [each.name, each.description, each.mime, each.relationship, len(each.data)]
                for each in self.enclosures
            ],
        }
        return b"".join((json.dumps(head).encode("ascii"), b"\n", *(each.data for each in self.enclosures)))

    @classmethod
    def read(cls, stream: t.BinaryIO) -> "Job":
        """The job back from the pipe."""
        head = json.loads(stream.readline())
        enclosures = tuple(
            Enclosure(name, description, mime, relationship, stream.read(size))
            for name, description, mime, relationship, size in head["enclosures"]
        )
        created = datetime.datetime.fromisoformat(head["created"])
        fonts = pathlib.Path(head["fonts"])
        return cls(head["html"], head["title"], head["language"], created, fonts, enclosures)


def typeset(job: Job) -> bytes:
    """The PDF of this job. Raises `OSError` when native libraries are missing; otherwise what the typesetter raises."""
    with warnings.catch_warnings():
        # Importing looks for system fonts and warns that there are none: that is the intention.
        warnings.simplefilter("ignore")
        # One of the two heavy libraries of the house: only this process, and only here, loads it.
        import weasyprint  # noqa: PLC0415
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class FontsOnly(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> t.Any:  # noqa: ARG002 - the library's signature
            scheme, _, name = url.partition(":")
            path = job.fonts / f"{name}.ttf"
            if scheme != SCHEME or path.parent != job.fonts or not path.is_file():
                raise FatalURLFetchingError(f"the document names {url[:200]!r}")
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})

    document = weasyprint.HTML(string=job.html, url_fetcher=FontsOnly()).render()
    moment = job.created.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = document.metadata
    metadata.title, metadata.lang, metadata.generator = job.title, job.language, "govkit"
    metadata.created = metadata.modified = moment
    metadata.generate_rdf_metadata = types.MethodType(
        _with_accessibility(metadata.generate_rdf_metadata), metadata
    )
    return _packed(document.write_pdf(pdf_variant="pdf/a-3a"), job)


def _with_accessibility(generate: t.Callable[..., bytes]) -> t.Callable[..., bytes]:
    def generate_both(_metadata: object, *arguments: t.Any) -> bytes:
        for prefix, uri in _NAMESPACES.items():  # PDF/A fixes the prefixes, not only the names.
            ElementTree.register_namespace(prefix, uri)
        rdf = ElementTree.fromstring(generate(*arguments))  # noqa: S314 - the typesetter wrote it a line ago
        rdf.extend(ElementTree.fromstring(_ACCESSIBLE))  # noqa: S314 - a constant
        return bytes(ElementTree.tostring(rdf, encoding="utf-8"))

    return generate_both


def _packed(data: bytes, job: Job) -> bytes:
    """The same document with its enclosures, objects in streams of a hundred, an identifier made from the content."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        specifications = [pdf.make_indirect(_specification(pdf, each, job)) for each in job.enclosures]
        if specifications:
            names = [pikepdf.String(each.name) for each in job.enclosures]
            ordered = sorted(
                zip(map(str, names), names, specifications, strict=True), key=lambda entry: entry[0]
            )
            flat = [item for _, name, specification in ordered for item in (name, specification)]
            tree = pikepdf.Dictionary(Names=pikepdf.Array(flat))
            pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pdf.make_indirect(tree))
            pdf.Root.AF = pikepdf.Array(specifications)
        packed = io.BytesIO()
        pdf.save(packed, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return packed.getvalue()


def _specification(pdf: pikepdf.Pdf, each: Enclosure, job: Job) -> pikepdf.Dictionary:
    # Written here and not by the typesetter, which finds relationships by MD5 (two equal files would share one),
    # guesses types from the machine's tables and lists every file twice.
    moment = pikepdf.String(job.created.astimezone(datetime.UTC).strftime("D:%Y%m%d%H%M%SZ"))
    stream = pdf.make_stream(each.data)
    stream.Type = pikepdf.Name.EmbeddedFile
    stream.Subtype = pikepdf.Name("/" + each.mime)
    stream.Params = pikepdf.Dictionary(Size=len(each.data), CreationDate=moment, ModDate=moment)
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec,
        F=pikepdf.String(each.name),
        UF=pikepdf.String(each.name),
        EF=pikepdf.Dictionary(F=stream, UF=stream),
        Desc=pikepdf.String(each.description),
        AFRelationship=pikepdf.Name("/" + each.relationship),
    )


def _limit() -> None:
    """Limits on this process, so far as the platform has them; a lower limit already set is left alone."""
    if not LIMITED:
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_LIMIT),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_LIMIT),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(kind, (bound, bound))
        except (OSError, ValueError):
            # macOS refuses some of these; the parent's time limit holds everywhere.
            continue


def main() -> Exit:
    """Read the job, write the PDF, say how it went."""
    _limit()
    job = Job.read(sys.stdin.buffer)
    try:
        data = typeset(job)
    except OSError as error:
        sys.stderr.write(f"{error}"[:2000])
        return Exit.NO_LIBRARIES if "cannot load library" in str(error) else Exit.FAULTY
    except MemoryError:
        return Exit.TOO_LARGE
    except BaseException as error:  # noqa: BLE001 - the fetcher's fatal error is no Exception, by design
        sys.stderr.write(f"{type(error).__name__}: {error}"[:2000])
        return Exit.FORBIDDEN_ADDRESS if type(error).__name__ == "FatalURLFetchingError" else Exit.FAULTY
    sys.stdout.buffer.write(data)
    return Exit.DONE


if __name__ == "__main__":
    sys.exit(main())
