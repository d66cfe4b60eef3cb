"""
The inside of a PDF, looked through object by object: part of the reader (`govkit.adapters.pdf_reader`). pikepdf parses.

A report is text, tables, drawings and attached files. Everything else that a PDF can be - a program, a form, a film, an
order to a viewer to fetch or send something, layers shown by turns - is refused, by lists of what is accepted where
that is possible. Nothing in the file is executed, fetched or repaired.

Attached files come out of the name tree of the catalogue; a file attached anywhere else is hidden and is a problem. A
name that stands for two different files is left out: two readers would see different evidence. Decompression stops at a
limit, whatever the file claims.
"""

import collections
import dataclasses
import io
import re
import typing as t
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

MAX_ATTACHED_BYTES = 512 * 1024 * 1024
"""All attached files together, decompressed."""

MAX_OBJECTS = 2_000_000
"""A tagged report of 300 pages has about 140 000."""

# fmt: off
CATALOGUE: t.Final = frozenset({
    "/Type", "/Version", "/Extensions", "/Pages", "/PageLabels", "/PageMode", "/PageLayout", "/Names", "/Dests",
    "/Outlines", "/ViewerPreferences", "/Lang", "/MarkInfo", "/StructTreeRoot", "/Metadata", "/OutputIntents", "/AF",
    "/AcroForm", "/Perms",
})
NAMES: t.Final = frozenset({"/Dests", "/EmbeddedFiles"})
FORM: t.Final = frozenset({"/Fields", "/SigFlags"})
FIELD: t.Final = frozenset({
    "/Type", "/Subtype", "/FT", "/T", "/TU", "/V", "/F", "/Rect", "/P", "/SV", "/AP", "/StructParent", "/Contents",
})
ANNOTATIONS: t.Final = frozenset({"/Link", "/Widget"})

ACTIVE_KEYS: t.Final = frozenset(
    {"/JS", "/AA", "/OpenAction", "/XFA", "/RichMediaContent", "/OCProperties", "/Collection"}
)
"""Programs, actions that run by themselves, dynamic forms, multimedia, layers, portfolios."""

OUTSIDE_KEYS: t.Final = frozenset({"/F", "/Ref", "/OPI", "/Alternates", "/PS"})
"""In a stream: contents from another file, imported pages, other images for print, PostScript."""

FORBIDDEN_ACTIONS: t.Final = frozenset({
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/GoToR", "/GoToE", "/GoToDp", "/Thread",
    "/Sound", "/Movie", "/Hide", "/Named", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/RichMediaExecute",
})
"""Every action of ISO 32000-2, 12.6.4, but going to a place in the document and following a link."""

# fmt: on
FILTERS: t.Final = frozenset(
    {"/FlateDecode", "/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/ASCII85Decode", "/ASCIIHexDecode"}
)
"""What PDF/A-3 allows, without the image codes that are programs of their own (JBIG2). Readers skip or guess others."""

LINKS: t.Final = (b"https://", b"http://", b"mailto:")

_FILE_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:]{1,200}")


@dataclasses.dataclass(slots=True)
class Census:
    """What one walk through all objects found. `faults` counts sentences: one said a thousand times is said once."""

    faults: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    signatures: set[tuple[int, int]] = dataclasses.field(default_factory=set)
    signature_values: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    embedded: set[tuple[int, int]] = dataclasses.field(default_factory=set)


def opened(data: bytes) -> pikepdf.Pdf:
    """The PDF, parsed without recovery. Raises what pikepdf raises."""
    return pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True)


def check_container(pdf: pikepdf.Pdf, byte_range: tuple[int, int, int, int]) -> t.Iterator[str]:
    """All that is wrong with the file apart from its signature and attachments, a sentence each."""
    if pdf.is_encrypted:
        yield "it is encrypted"
    census = take_census(pdf)
    yield from (
        f"{what} ({count} times)" if count > 1 else what for what, count in sorted(census.faults.items())
    )
    yield from _catalogue_faults(pdf)
    yield from _form_faults(pdf, census, byte_range)
    yield from _annotation_faults(pdf)
    hidden = census.embedded - {stream.objgen for _, stream in _listed(pdf)}
    if hidden:
        yield f"{len(hidden)} embedded files are not in the list of attachments"
    for warning in pdf.get_warnings()[:5]:
        yield f"it does not parse strictly: {shown(str(warning))}"


def attachments(pdf: pikepdf.Pdf, problems: t.Callable[[str], None]) -> dict[str, bytes]:
    """The attached files by name. What is wrong with one of them is reported, and that one left out."""
    found: dict[str, list[Stream]] = {}
    for name, stream in _listed(pdf):
        if not _FILE_NAME.fullmatch(name) or name.strip(" .") != name:
            problems(f"an attachment's name is no plain file name: {shown(name)}")
        else:
            found.setdefault(name, []).append(stream)
    taken: dict[str, bytes] = {}
    left = MAX_ATTACHED_BYTES
    for name, streams in found.items():
        if len(streams) > 1:
            problems(f"the attachment {shown(name)} stands {len(streams)} times")
            continue
        try:
            taken[name] = _content(streams[0], left)
            left -= len(taken[name])
        except ValueError as error:
            problems(f"the attachment {shown(name)} cannot be read: {error}")
    return taken


def take_census(pdf: pikepdf.Pdf) -> Census:
    """One walk through all objects, reached or not: what is not reached by one reader may be by another."""
    census = Census()
    left = MAX_OBJECTS
    for top in pdf.objects:
        pending = [top]
        while pending:
            left -= 1
            if left < 0:
                raise ValueError(f"more than {MAX_OBJECTS} objects")
            here = pending.pop()
            if isinstance(here, (Dictionary, Stream)):
                _note(here, census)
                pending.extend(_direct(here.get(key) for key in here.keys()))  # noqa: SIM118 - it is no dict
            elif isinstance(here, Array):
                pending.extend(_direct(here))
    return census


def _direct(values: t.Iterable[t.Any]) -> t.Iterator[Object]:
    # Indirect objects come up on their own in `pdf.objects`.
    return (each for each in values if isinstance(each, (Dictionary, Stream, Array)) and not each.is_indirect)


def _note(here: Object, census: Census) -> None:
    keys = set(here.keys())
    for key in keys & ACTIVE_KEYS:
        census.faults[f"it has active or switchable content ({key})"] += 1
    action = here.get("/S")
    if isinstance(action, Name) and str(action) in FORBIDDEN_ACTIONS:
        census.faults[f"it has an action ({action})"] += 1
    if "/URI" in keys and not _is_link(here.get("/URI")):
        census.faults["it links to something other than a web or mail address"] += 1
    if isinstance(here, Stream) and keys & OUTSIDE_KEYS:
        census.faults["it draws on a file outside itself, or holds a second version of what it shows"] += 1
    if isinstance(here, Stream) and not FILTERS.issuperset(_filters(here)):
        census.faults["it has a stream in a code that readers do not agree on"] += 1
    if "/ByteRange" in keys or here.get("/Type") in (Name.Sig, Name("/DocTimeStamp")):
        census.signatures.add(here.objgen)
    if here.get("/FT") == Name.Sig and "/V" in keys:
        census.signature_values.append(_number(here.get("/V")))
    embedded = here.get("/EF")
    if isinstance(embedded, Dictionary):
        census.embedded.update(_number(embedded.get(key)) for key in embedded.keys())  # noqa: SIM118
    if here.get("/Type") == Name.EmbeddedFile:
        census.embedded.add(here.objgen)


def shown(text: str) -> str:
    """A stranger's words in one of our sentences: short, on one line, without control characters."""
    return ascii(text[:100])[1:-1]


def _filters(stream: Stream) -> list[str]:
    written = stream.get("/Filter", Array())
    return [str(each) for each in written] if isinstance(written, Array) else [str(written)]


def _number(value: t.Any) -> tuple[int, int]:
    """The object number and generation; (0, 0) for what is no object of its own."""
    return value.objgen if isinstance(value, Object) else (0, 0)


def _is_link(target: t.Any) -> bool:
    # A catalogue's /URI is a dictionary with a base address; the list of what a catalogue may hold refuses it.
    return isinstance(target, pikepdf.String) and bytes(target).lower().startswith(LINKS)


def _catalogue_faults(pdf: pikepdf.Pdf) -> t.Iterator[str]:
    for key in sorted(set(pdf.Root.keys()) - CATALOGUE):
        yield f"its catalogue has {shown(key)}"
    for key in sorted(set(pdf.Root.get("/Names", Dictionary()).keys()) - NAMES):
        yield f"it lists {shown(key)} by name"


def _form_faults(pdf: pikepdf.Pdf, census: Census, byte_range: tuple[int, int, int, int]) -> t.Iterator[str]:
    form = pdf.Root.get("/AcroForm", Dictionary())
    fields = list(form.get("/Fields", Array()))
    if set(form.keys()) - FORM or len(fields) != 1:
        yield f"its form has {len(fields)} fields, or more than fields, where one signature field is expected"
        return
    field = fields[0]
    if field.get("/FT") != Name.Sig or set(field.keys()) - FIELD:
        yield "its form's one field is no plain signature field"
        return
    value = field.get("/V", Dictionary())
    certified = pdf.Root.get("/Perms", Dictionary())
    if (
        set(certified.keys()) != {"/DocMDP"}
        or _number(certified.get("/DocMDP")) != value.objgen
        or not value.is_indirect
    ):
        yield "its permissions do not name the signature in its field, and that alone"
    if census.signatures != {value.objgen}:
        yield f"it holds {len(census.signatures)} signature objects where one is expected"
    if len(census.signature_values) != 1:
        yield f"its signature is referred to by {len(census.signature_values)} fields"
    if tuple(int(each) for each in value.get("/ByteRange", Array())) != byte_range:
        yield "two parsers read different byte ranges in it"


def _annotation_faults(pdf: pikepdf.Pdf) -> t.Iterator[str]:
    fields = {each.objgen for each in pdf.Root.get("/AcroForm", Dictionary()).get("/Fields", Array())}
    for number, page in enumerate(pdf.pages, start=1):
        for each in page.obj.get("/Annots", Array()):
            kind = str(each.get("/Subtype"))
            if kind not in ANNOTATIONS or (kind == "/Widget" and each.objgen not in fields):
                yield f"page {number} has an annotation that is no link ({shown(kind)})"


def _listed(pdf: pikepdf.Pdf) -> tuple[tuple[str, Stream], ...]:
    """
    Every attached file of the name tree and of the catalogue's `AF`, each object once, with its name.

    One object is one file: WeasyPrint lists an attachment once in the tree and twice in `AF`. Raises `ValueError` for a
    tree that is none, and for a specification with two names or two contents.
    """
    named: dict[tuple[int, int], tuple[str, Stream]] = {}
    for specification in _specifications(pdf):
        files = specification.get("/EF", Dictionary())
        streams = [files.get(key) for key in files.keys()]  # noqa: SIM118
        names = {str(specification.get(key)) for key in ("/UF", "/F") if key in specification}
        stream = streams[0] if streams else None
        if len(names) != 1 or len({_number(each) for each in streams}) != 1 or not isinstance(stream, Stream):
            raise ValueError("an attachment has not exactly one name and one content")
        name = names.pop()
        if named.setdefault(stream.objgen, (name, stream))[0] != name:
            raise ValueError("an attachment stands under two names")
    return tuple(named.values())


def _specifications(pdf: pikepdf.Pdf) -> t.Iterator[Object]:
    pending = [pdf.Root.get("/Names", Dictionary()).get("/EmbeddedFiles", Dictionary())]
    seen: set[tuple[int, int]] = set()
    while pending:
        node = pending.pop()
        if node.is_indirect and node.objgen in seen:
            raise ValueError("the list of attachments runs in a circle")
        seen.add(node.objgen)
        pairs = list(node.get("/Names", Array()))
        yield from pairs[1::2]
        pending.extend(reversed(list(node.get("/Kids", Array()))))
    yield from pdf.Root.get("/AF", Array())


def _content(stream: Stream, limit: int) -> bytes:
    raw = stream.read_raw_bytes()
    names = _filters(stream)
    if "/DecodeParms" in stream or names not in ([], ["/FlateDecode"]):
        raise ValueError("it is encoded in a way that is not accepted")
    if not names:
        data = raw
    else:
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(raw, limit + 1)
        except zlib.error:
            raise ValueError("its compression is damaged") from None
        if len(data) <= limit and (not unpacker.eof or unpacker.unused_data.strip(b"\r\n")):
            raise ValueError("its compression is damaged")
    if len(data) > limit:
        raise ValueError(f"the attachments are larger than {MAX_ATTACHED_BYTES} bytes together")
    return data
